/** Tables that say what a code is in another code system: CSV with a header, or YAML. */

/** The cells wanted of a row, by the code they are for. */
export type CodeTable = ReadonlyMap<string, readonly string[]>;

/** Says what about a table is wrong, without its content. */
export class TableError extends Error {}

/**
 * Reads a table of CSV (RFC 4180): the first line names the columns; empty lines and lines that begin with `#` do not
 * count.
 *
 * @param from the column of the codes, the first where left out
 * @param wanted the columns of what is written, in order; where one is left out, the second
 * @throws TableError
 */
export function readCsvTable(
  text: string,
  from: string | undefined,
  wanted: readonly (string | undefined)[],
): CodeTable {
  const [header, ...rows] = readRows(text);
  if (header === undefined) throw new TableError("it is empty");
  const columnOf = (name: string | undefined, otherwise: number) => {
    const at = name === undefined ? otherwise : header.cells.indexOf(name);
    if (at < 0 || at >= header.cells.length) throw new TableError(`no column ${name ?? otherwise + 1}`);
    return at;
  };
  const code = columnOf(from, 0);
  const columns = wanted.map((name) => columnOf(name, 1));
  const table = new Map<string, readonly string[]>();
  for (const { line, cells } of rows) {
    if (cells.length !== header.cells.length) {
      throw new TableError(`line ${line} has ${cells.length} cells, the header ${header.cells.length}`);
    }
    if (table.has(cells[code])) throw new TableError(`line ${line} has a code that was there before`);
    table.set(cells[code], columns.map((at) => cells[at]));
  }
  return table;
}

/**
 * Reads a table of YAML: what each code is written as. Codes keep their spelling: `0042` is not `42`.
 *
 * @param parse a YAML parser that makes strings of all scalars
 * @throws TableError
 */
export function readYamlTable(text: string, parse: (text: string) => unknown): CodeTable {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch {
    throw new TableError("it is no YAML with each code once");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new TableError("it is no map of codes");
  }
  return new Map(
    Object.entries(parsed).map(([code, value], at) => {
      if (typeof value !== "string") throw new TableError(`entry ${at + 1} is no text`);
      return [code, [value]] as const;
    }),
  );
}

interface Row {
  /** From 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const CELL = /[ \t]*"((?:[^"]|"")*)"[ \t]*(,|\r\n|\n|\r|$)|([^,"\r\n]*)(,|\r\n|\n|\r|$)/y;

function readRows(text: string): readonly Row[] {
  const rows: Row[] = [];
  let cells: string[] = [], line = 1, begun = 1;
  CELL.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  for (let at = CELL.lastIndex; at < text.length; at = CELL.lastIndex) {
    if (cells.length === 0 && text[at] === "#") {
      CELL.lastIndex = endOfLine(text, at);
      begun = ++line;
      continue;
    }
    const found = CELL.exec(text);
    if (!found) {
      throw new TableError(`line ${line} has a quotation mark that is not closed, or within a cell`);
    }
    const [whole, quoted, afterQuoted, plain, afterPlain] = found;
    cells.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    const separator = afterQuoted ?? afterPlain;
    // A comma at the very end of the text has an empty cell behind it.
    if (separator === "," && CELL.lastIndex === text.length) cells.push("");
    else if (separator === ",") continue;
    if (cells.length > 1 || cells[0] !== "") rows.push({ line: begun, cells });
    cells = [];
    begun = line;
  }
  return rows;
}

function endOfLine(text: string, from: number): number {
  const end = /\r\n|\n|\r|$/g;
  end.lastIndex = from;
  end.exec(text);
  return end.lastIndex;
}
