import { choice, type Config, integer, map, text, toggle } from "../../../runtime/contract/spec.ts";
import { Dialect } from "./_dialect.ts";
import { TYPE_PATTERN } from "./_types.ts";

/** Settings of the format. */
export const config = {
  each: choice(
    "What of a table that was received is a message: the whole, or each row, with the header where there is one.",
    ["whole", "row"],
    { default: "whole" },
  ),
  delimiter: text("What stands between two fields: comma, semicolon, tab, pipe, or one ASCII character.", {
    default: ",",
    example: "semicolon",
    pattern: {
      matches: "comma|semicolon|tab|pipe|[^\\r\\n\"'\\x00\\x7f-\\uffff]",
      says: "is comma, semicolon, tab, pipe or one ASCII character that is no quote",
    },
  }),
  quote: choice("What surrounds a field that holds a delimiter or a line break.", ['"', "'", "none"], {
    default: '"',
  }),
  header: toggle("Whether the first row names the columns. Where it does not, their names are 1, 2 and on.", {
    default: true,
  }),
  ragged: choice("What becomes of a row with more or fewer fields than there are columns.", [
    "refuse",
    "allow",
  ], {
    default: "refuse",
  }),
  columns: map(
    "Columns there have to be, with the type of their values; a field may always be empty.",
    "column",
    text(
      "text, integer, decimal, decimal comma, boolean, date (as in 2026-01-05), or date with a pattern, as in date dd.MM.yyyy.",
      { pattern: TYPE_PATTERN, example: "date MM/dd/yyyy" },
    ),
    { default: {}, example: { MRN: "text", Born: "date MM/dd/yyyy" } },
  ),
  rowsMax: integer("How many rows a table may have, the header not counted.", {
    default: 1_000_000,
    min: 1,
  }),
  columnsMax: integer("How many columns a table may have.", { default: 16_384, min: 1 }),
  charset: text("Charset of tables that neither their content type nor a byte order mark says one of.", {
    default: "utf-8",
    example: "windows-1252",
  }),
} as const;

/** What the format was told. */
export type CsvConfig = Config<typeof config>;

const DELIMITERS: Readonly<Record<string, string>> = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" };

/** The signs of the tables a config is for. */
export function dialectOf({ delimiter, quote, columnsMax }: CsvConfig): Dialect {
  return new Dialect(DELIMITERS[delimiter] ?? delimiter, quote === "none" ? "" : quote, columnsMax);
}
