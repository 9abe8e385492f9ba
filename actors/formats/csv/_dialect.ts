import { errors } from "./errors.ts";

/** Where a row ends, and its fields. */
export interface RowSpan {
  /** Behind each field, in order. The delimiter between two is one character. */
  readonly fieldEnds: readonly number[];
  /** Behind the row's line break and the blank lines that follow it. */
  readonly end: number;
}

/** A row taken apart. */
export interface Row {
  /** Each as it stands in the text, quotes and all. */
  readonly fields: readonly string[];
  /** Its line break and the blank lines that follow it; empty at the end of a text. */
  readonly end: string;
}

/** How tables are written (RFC 4180 section 2, with signs of one's choice). */
export class Dialect {
  /** `quote` is empty where nothing is quoted. */
  constructor(readonly delimiter: string, readonly quote: string, readonly columnsMax: number) {}

  /**
   * Reads the row that begins at `from`.
   *
   * Errors: CSV_QUOTE_UNCLOSED, CSV_QUOTE_TRAILED, CSV_QUOTE_STRAY, CSV_COLUMNS_EXCEEDED.
   */
  readRow(text: string, from: number, row: number): RowSpan {
    const fieldEnds: number[] = [];
    for (let at = from;; at++) {
      this.checkWidth(fieldEnds.length + 1);
      at = this.#fieldEnd(text, at, { row, column: fieldEnds.length + 1 });
      fieldEnds.push(at);
      if (text[at] === this.delimiter) continue;
      let end = at;
      while (isLineBreak(text[end])) end++;
      return { fieldEnds, end };
    }
  }

  /** Takes apart a row that was read before. */
  split(row: string): Row {
    const { fieldEnds } = this.readRow(row, 0, 0);
    let start = 0;
    const fields = fieldEnds.map((end) => {
      const field = row.slice(start, end);
      start = end + 1;
      return field;
    });
    return { fields, end: row.slice(fieldEnds[fieldEnds.length - 1]) };
  }

  /** Puts a row together. `undefined` where its one field is empty and cannot be quoted: that is a blank line. */
  join({ fields, end }: Row): string | undefined {
    const text = fields.join(this.delimiter) || this.quote + this.quote;
    return text === "" ? undefined : text + end;
  }

  /** The value of a field. */
  read(field: string): string {
    const { quote } = this;
    return this.#isQuoted(field) ? field.slice(1, -1).replaceAll(quote + quote, quote) : field;
  }

  /** The field of a value, with quotes where it needs them; `undefined` where it does and there are none. */
  write(value: string): string | undefined {
    const { delimiter, quote } = this;
    const isPlain = !value.includes(delimiter) && !(quote && value.includes(quote)) && !/[\r\n]/.test(value);
    if (isPlain) return value;
    return quote === "" ? undefined : quote + value.replaceAll(quote, quote + quote) + quote;
  }

  /** Errors: CSV_COLUMNS_EXCEEDED. */
  checkWidth(columns: number): void {
    const { columnsMax } = this;
    if (columns > columnsMax) errors.fail("CSV_COLUMNS_EXCEEDED", { columnsMax });
  }

  #isQuoted(field: string): boolean {
    return this.quote !== "" && field[0] === this.quote;
  }

  #fieldEnd(text: string, from: number, place: { row: number; column: number }): number {
    const { delimiter, quote } = this;
    const isEnd = (at: number) => at === text.length || text[at] === delimiter || isLineBreak(text[at]);
    if (quote !== "" && text[from] === quote) {
      let at = from + 1;
      for (;; at++) {
        at = text.indexOf(quote, at) + 1;
        if (at === 0) errors.fail("CSV_QUOTE_UNCLOSED", place);
        if (text[at] !== quote) break;
      }
      return isEnd(at) ? at : errors.fail("CSV_QUOTE_TRAILED", place);
    }
    let at = from;
    for (; !isEnd(at); at++) {
      if (text[at] === quote) errors.fail("CSV_QUOTE_STRAY", place);
    }
    return at;
  }
}

/** True for each character of a line break, CR LF, LF or CR. */
export function isLineBreak(character: string | undefined): boolean {
  return character === "\n" || character === "\r";
}
