import { LongList } from "../../../runtime/contract/long_list.ts";
import type { PathBody } from "../../../runtime/contract/message.ts";
import { type Charset, charsetOf } from "./_charset.ts";
import { type CsvConfig, dialectOf } from "./_spec.ts";
import { joinTables } from "./_join.ts";
import { columnsOf, numbers, Table } from "./_table.ts";
import { type IsOfType, isOfType } from "./_types.ts";
import { errors } from "./errors.ts";
import { ALL, type CsvPath, pathOf, readPath } from "./path.ts";

/** Media types of tables; the first is what new ones are. */
export const CSV_TYPES = ["text/csv", "application/csv", "text/tab-separated-values"] as const;

const TABS = CSV_TYPES[2];

/** What stays the same when a table is changed. */
interface Frame {
  readonly contentType: string;
  readonly charset: Charset;
  readonly config: CsvConfig;
  readonly types: ReadonlyMap<string, IsOfType>;
}

/**
 * A table of rows and columns as text (RFC 4180): values by path, every character that was not changed as it came in,
 * quotes, line breaks and blank lines included.
 *
 * Paths are `NAME` for a column of the first row, `[2].NAME` for one of row 2, `[2]` for the text of row 2, and in
 * `getAll`, `places` and `without` also `[*].NAME` and `[*]` for every row. Rows count from 1, the header is none, and
 * blank lines are none. An empty field is absent.
 */
export class CsvBody implements PathBody {
  readonly #frame: Frame;
  readonly #table: Table;

  private constructor(frame: Frame, table: Table) {
    this.#frame = frame;
    this.#table = table;
  }

  /**
   * Reads a table. The array is not kept.
   *
   * Errors: CSV_CHARSET_UNKNOWN, CSV_BYTES_INVALID, CSV_DELIMITER_MISMATCHED, CSV_COLUMN_LACKING, CSV_VALUE_MISTYPED
   * and those of {@linkcode Table.read}.
   */
  static parse(bytes: Uint8Array, config: CsvConfig, contentType = ""): CsvBody {
    const frame = frameOf(bytes, config, contentType);
    const dialect = dialectOf(config);
    if (frame.contentType.startsWith(TABS) && dialect.delimiter !== "\t") {
      errors.fail("CSV_DELIMITER_MISMATCHED");
    }
    const body = new CsvBody(frame, Table.read(frame.charset.decode(bytes), dialect, config));
    body.#checkTypes();
    return body;
  }

  /** A table without rows. Errors: CSV_CHARSET_UNKNOWN, CSV_COLUMN_REPEATED, CSV_VALUE_UNWRITABLE. */
  static create(names: readonly string[], config: CsvConfig): CsvBody {
    const frame = frameOf(new Uint8Array(), config, "");
    const parts = {
      lead: "",
      header: "",
      columns: columnsOf([]),
      rows: LongList.of<string>([]),
      newline: "\r\n",
    };
    const table = new Table(parts, dialectOf(config), config.header);
    // Before any is added, since one that is there already would not be.
    columnsOf(names);
    return (config.header ? names : numbers(names.length)).reduce(
      (body, name) => body.#withColumn(name),
      new CsvBody(frame, table),
    );
  }

  /** The rows of all tables under one header, in order. At least one table. */
  static join(bodies: readonly CsvBody[]): CsvBody {
    const [{ charset, config }, ...others] = bodies.map((body) => body.#frame);
    const isOne = others.every((other) => other.charset.name === charset.name);
    const frame = isOne ? bodies[0].#frame : frameOf(new Uint8Array(), { ...config, charset: "utf-8" }, "");
    return new CsvBody(frame, joinTables(bodies.map((body) => body.#table)));
  }

  get contentType(): string {
    return this.#frame.contentType;
  }

  /** The value at a path; `undefined` where it is absent or empty. Errors: CSV_PATH_INVALID. */
  get(path: string): string | undefined {
    const { row, name } = single(path);
    return name === undefined ? this.#table.rowText(row) : this.#value(this.#table.values(row), name);
  }

  /** Every value the path can mean, in order; what is empty is left out. Errors: CSV_PATH_INVALID. */
  getAll(path: string): readonly string[] {
    return [...this.#each(readPath(path))].map(([, value]) => value);
  }

  /**
   * A copy with a value at a path. The row right behind the last one is made, and so is a column that does not exist:
   * behind the others, in all rows.
   *
   * Errors: CSV_PATH_INVALID, CSV_ROW_MISSING, CSV_COLUMN_MISSING, CSV_ROWS_EXCEEDED, CSV_COLUMNS_EXCEEDED,
   * CSV_VALUE_MISTYPED, CSV_VALUE_UNWRITABLE.
   */
  with(path: string, value: string): CsvBody {
    const { row, name } = single(path);
    const { columns, rows } = this.#table.parts;
    const { types, config: { rowsMax } } = this.#frame;
    if (name === undefined) return errors.fail("CSV_PATH_INVALID", { path });
    if (row > rows.length + 1) errors.fail("CSV_ROW_MISSING", { path });
    if (row > rowsMax) errors.fail("CSV_ROWS_EXCEEDED", { rowsMax });
    const column = columns.get(name) ?? columns.size;
    if (column === columns.size && !this.#table.hasHeader && name !== String(column + 1)) {
      errors.fail("CSV_COLUMN_MISSING", { path });
    }
    this.#checkWritable(value, row, column);
    const body = column === columns.size ? this.#withColumn(name) : this;
    if (value !== "" && types.get(name)?.(value) === false) body.#mistyped(row, name);
    return body.#with(body.#table.withValue(row, column, value));
  }

  /** A copy with the fields at a path empty, or without the rows. Errors: CSV_PATH_INVALID, CSV_VALUE_UNWRITABLE. */
  without(path: string): CsvBody {
    const { row = 1, name } = readPath(path);
    if (name === undefined) {
      const { rows } = this.#table.parts;
      if (row !== ALL && row > rows.length) return this;
      const kept = row === ALL ? LongList.of<string>([]) : rows.spliced(row - 1, 1);
      return this.#with(this.#table.with({ rows: kept }));
    }
    const column = this.#table.parts.columns.get(name);
    if (column === undefined) return this;
    return this.#with(this.#table.withoutValue(row === ALL ? undefined : row, column));
  }

  /** The exact path of each row, or of each field that is not empty, the path can mean. Errors: CSV_PATH_INVALID. */
  places(path: string): readonly string[] {
    return [...this.#each(readPath(path))].map(([place]) => place);
  }

  /** At a row, a column without a row is that of this row, and `@` is the row. Errors: CSV_PATH_INVALID. */
  resolve(path: string, place: string): string {
    const { row, name } = readPath(path);
    return row === undefined ? pathOf(single(place).row, name) : path;
  }

  /** A table for each row the path can mean, with the header and that row. Errors: CSV_PATH_INVALID. */
  split(path: string): readonly CsvBody[] {
    const { row = ALL, name } = readPath(path);
    if (name !== undefined) errors.fail("CSV_PATH_INVALID", { path });
    const { rows } = this.#table.parts;
    return (row === ALL ? [...rows] : [...rows].slice(row - 1, row)).map((one) =>
      this.#with(this.#table.with({ rows: LongList.of([one]) }))
    );
  }

  /** Every field that is not empty, row by row. */
  *leaves(): Iterable<readonly [path: string, value: string]> {
    for (let row = 1; row <= this.#table.parts.rows.length; row++) {
      const values = this.#table.values(row);
      for (const [name, column] of this.#table.parts.columns) {
        if (values[column]) yield [pathOf(row, name), values[column]];
      }
    }
  }

  toBytes(): Uint8Array {
    return this.#frame.charset.encode(this.#table.text);
  }

  #with(table: Table): CsvBody {
    return new CsvBody(this.#frame, table);
  }

  #withColumn(name: string): CsvBody {
    this.#checkWritable(name, 0, this.#table.parts.columns.size);
    return this.#with(this.#table.withColumn(name));
  }

  /** Whatever is there of what a path means, with its exact path. */
  *#each({ row = ALL, name }: CsvPath): Iterable<readonly [place: string, value: string]> {
    const { length } = this.#table.parts.rows;
    const [first, last] = row === ALL ? [1, length] : [row, Math.min(row, length)];
    for (let at = first; at <= last; at++) {
      const value = name === undefined ? this.#table.rowText(at) : this.#value(this.#table.values(at), name);
      if (value !== undefined) yield [pathOf(at, name), value];
    }
  }

  #value(values: readonly string[], name: string): string | undefined {
    const column = this.#table.parts.columns.get(name);
    return column === undefined ? undefined : values[column] || undefined;
  }

  #checkWritable(value: string, row: number, column: number): void {
    const { charset } = this.#frame;
    const rule = value.includes("\0") ? "CSV" : charset.carries(value) ? undefined : charset.name;
    if (rule !== undefined) errors.fail("CSV_VALUE_UNWRITABLE", { row, column: column + 1, rule });
  }

  #checkTypes(): void {
    const { columns, rows } = this.#table.parts;
    const { types } = this.#frame;
    if (types.size === 0 || columns.size === 0) return;
    for (const column of types.keys()) {
      if (!columns.has(column)) errors.fail("CSV_COLUMN_LACKING", { column });
    }
    for (let row = 1; row <= rows.length; row++) {
      const values = this.#table.values(row);
      for (const [name, isRight] of types) {
        const value = this.#value(values, name);
        if (value !== undefined && !isRight(value)) this.#mistyped(row, name);
      }
    }
  }

  #mistyped(row: number, name: string): never {
    const column = this.#table.parts.columns.get(name)! + 1;
    return errors.fail("CSV_VALUE_MISTYPED", { row, column, type: this.#frame.config.columns[name] });
  }
}

function frameOf(bytes: Uint8Array, config: CsvConfig, contentType: string): Frame {
  const label = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? config.charset;
  const essence = contentType.split(";", 1)[0].trim().toLowerCase();
  const charset = charsetOf(bytes, label);
  return {
    contentType: `${CSV_TYPES.find((type) => type === essence) ?? CSV_TYPES[0]}; charset=${charset.name}`,
    charset,
    config,
    types: new Map(Object.entries(config.columns).map(([name, type]) => [name, isOfType(type)])),
  };
}

/** One row, and possibly one field of it. */
function single(path: string): { readonly row: number; readonly name: string | undefined } {
  const { row = 1, name } = readPath(path);
  return row === ALL ? errors.fail("CSV_PATH_INVALID", { path }) : { row, name };
}
