import { LongList } from "../../../runtime/contract/long_list.ts";
import { type Dialect, isLineBreak, type Row } from "./_dialect.ts";
import type { CsvConfig } from "./_spec.ts";
import { errors } from "./errors.ts";

/** The byte order mark. */
const MARK = "\uFEFF";

/** What a table is made of: together its text, character for character. */
export interface Parts {
  /** A byte order mark and the blank lines before the first row. */
  readonly lead: string;
  /** As it stands in the text, line break and all; empty where there is none. */
  readonly header: string;
  /** The index of each column, by its name. */
  readonly columns: ReadonlyMap<string, number>;
  /** Each as it stands in the text, with its line break and the blank lines that follow it. */
  readonly rows: LongList<string>;
  /** What a new row ends with. */
  readonly newline: string;
}

/** A table whose rows are kept as text. Immutable; a change copies no text but that of the rows it is about. */
export class Table {
  constructor(readonly parts: Parts, readonly dialect: Dialect, readonly hasHeader: boolean) {}

  /**
   * Errors: CSV_CHARACTER_FORBIDDEN, CSV_QUOTE_UNCLOSED, CSV_QUOTE_TRAILED, CSV_QUOTE_STRAY, CSV_ROW_RAGGED,
   * CSV_ROWS_EXCEEDED, CSV_COLUMNS_EXCEEDED, CSV_COLUMN_REPEATED.
   */
  static read(text: string, dialect: Dialect, config: CsvConfig): Table {
    const lead = /^\uFEFF?[\r\n]*/.exec(text)![0];
    const nulAt = text.indexOf("\0");
    const rows: string[] = [];
    let header = "", newline: string | undefined, width: number | undefined, widest = 0;
    for (let at = lead.length, row = config.header ? 0 : 1; at < text.length; row++) {
      const { fieldEnds, end } = dialect.readRow(text, at, row);
      const fields = fieldEnds.length;
      if (at <= nulAt && nulAt < end) {
        errors.fail("CSV_CHARACTER_FORBIDDEN", {
          row,
          column: fieldEnds.findIndex((end) => nulAt < end) + 1,
        });
      }
      if (row > config.rowsMax) errors.fail("CSV_ROWS_EXCEEDED", { rowsMax: config.rowsMax });
      width ??= fields;
      if (fields !== width && config.ragged === "refuse") {
        errors.fail("CSV_ROW_RAGGED", { row, fields, columns: width });
      }
      widest = Math.max(widest, fields);
      newline ??= /^(?:\r\n?|\n)/.exec(text.slice(fieldEnds[fields - 1], end))?.[0];
      if (row === 0) header = text.slice(at, end);
      else rows.push(text.slice(at, end));
      at = end;
    }
    const names = header === ""
      ? numbers(config.header ? 0 : widest)
      : dialect.split(header).fields.map((field) => dialect.read(field));
    return new Table(
      { lead, header, columns: columnsOf(names), rows: LongList.of(rows), newline: newline ?? "\r\n" },
      dialect,
      config.header,
    );
  }

  get text(): string {
    const { lead, header, rows } = this.parts;
    const text = lead + header + Array.from(rows).join("");
    // A field that begins with this character would lose it for a byte order mark, were there none before it.
    return lead === "" && text.startsWith(MARK) ? MARK + text : text;
  }

  get names(): readonly string[] {
    return [...this.parts.columns.keys()];
  }

  /** The text of a row, without its line break; `undefined` where there is none. Rows count from 1. */
  rowText(row: number): string | undefined {
    const text = this.#row(row);
    return text?.slice(0, text.length - this.dialect.split(text).end.length);
  }

  /** The values of a row; none where there is no row. */
  values(row: number): readonly string[] {
    const text = this.#row(row);
    return text === undefined ? [] : this.dialect.split(text).fields.map((field) => this.dialect.read(field));
  }

  /** Sets a field of a row, which is made where it is the one behind the last. Columns count from 0. */
  withValue(row: number, column: number, value: string): Table {
    const { rows, columns } = this.parts;
    const isNew = row > rows.length;
    const table = isNew ? this.#withNewline() : this;
    const { fields, end } = isNew
      ? { fields: new Array<string>(columns.size).fill(""), end: this.#isOpen ? "" : this.parts.newline }
      : this.dialect.split(this.#row(row) as string);
    const padded = [...fields, ...new Array<string>(Math.max(column - fields.length, 0)).fill("")];
    padded[column] = this.dialect.write(value) ?? unquoted(row, column);
    const written = this.#join({ fields: padded, end }, row, column);
    const kept = table.parts.rows;
    return table.with({
      rows: isNew ? kept.spliced(kept.length, 0, [written]) : kept.with(row - 1, written),
    });
  }

  /** Empties a field of one row, or of every row. */
  withoutValue(row: number | undefined, column: number): Table {
    const { rows } = this.parts;
    const emptied = (text: string, at: number) => {
      const { fields, end } = this.dialect.split(text);
      const isEmpty = this.dialect.read(fields[column] ?? "") === "";
      return isEmpty ? text : this.#join({ fields: fields.with(column, ""), end }, at + 1, column);
    };
    if (row === undefined) return this.with({ rows: LongList.of(Array.from(rows, emptied)) });
    const text = this.#row(row);
    return text === undefined ? this : this.with({ rows: rows.with(row - 1, emptied(text, row - 1)) });
  }

  /** A copy with one more column, behind the others. Errors: CSV_COLUMNS_EXCEEDED, CSV_VALUE_UNWRITABLE. */
  withColumn(name: string): Table {
    const { columns, rows } = this.parts, width = columns.size;
    this.dialect.checkWidth(width + 1);
    return this.with({
      columns: new Map([...columns, [name, width]]),
      header: this.hasHeader ? this.#headerWith(name) : "",
      rows: LongList.of(Array.from(rows, (text, at) => {
        const { fields, end } = this.dialect.split(text);
        // A field too many has no name, and must not get this one.
        return fields.length < width
          ? text
          : this.#join({ fields: fields.toSpliced(width, 0, ""), end }, at + 1, width);
      })),
    });
  }

  /** A copy with other parts. */
  with(change: Partial<Parts>): Table {
    return new Table({ ...this.parts, ...change }, this.dialect, this.hasHeader);
  }

  /** The text of a row, line break and all. Rows count from 1. */
  #row(row: number): string | undefined {
    return row > 0 ? this.parts.rows.at(row - 1) : undefined;
  }

  #headerWith(name: string): string {
    const { header, newline, columns } = this.parts;
    const { fields, end } = header === "" ? { fields: [], end: newline } : this.dialect.split(header);
    const field = this.dialect.write(name) ?? unquoted(0, columns.size);
    return this.#join({ fields: [...fields, field], end }, 0, columns.size);
  }

  /** True where the last line has no line break. */
  get #isOpen(): boolean {
    const last = this.parts.rows.at(-1) ?? this.parts.header;
    return last !== "" && !isLineBreak(last.at(-1));
  }

  #withNewline(): Table {
    if (!this.#isOpen) return this;
    const { header, rows, newline } = this.parts;
    return rows.length === 0
      ? this.with({ header: header + newline })
      : this.with({ rows: rows.with(rows.length - 1, rows.at(-1) + newline) });
  }

  #join(written: Row, row: number, column: number): string {
    return this.dialect.join(written) ?? unquoted(row, column);
  }
}

/** The names of columns by their place. Errors: CSV_COLUMN_REPEATED. */
export function columnsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  names.forEach((name, at) => {
    const first = columns.get(name);
    if (first !== undefined) errors.fail("CSV_COLUMN_REPEATED", { first: first + 1, column: at + 1 });
    columns.set(name, at);
  });
  return columns;
}

/** The names of so many columns that have no other. */
export function numbers(width: number): readonly string[] {
  return Array.from({ length: width }, (_, at) => String(at + 1));
}

function unquoted(row: number, column: number): never {
  return errors.fail("CSV_VALUE_UNWRITABLE", { row, column: column + 1, rule: "a table without quotes" });
}
