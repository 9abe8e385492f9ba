import { tableDefinition } from "../definitions/definitions.ts";
import { Dtm } from "../values/dtm.ts";
import { isNumber } from "../values/is_number.ts";
import { Tm } from "../values/tm.ts";

/** Types whose value is text as somebody typed it: spaces around it are part of it. */
const TEXT: ReadonlySet<string> = new Set(["FT", "TX", "varies", ""]);

/** Whether a value is one of a type, as far as the type says: numbers, dates, times. */
const GRAMMAR: Readonly<Record<string, (value: string, version: string) => boolean>> = {
  NM: isNumber,
  SI: (value) => /^\d+$/.test(value),
  DT: (value) => Dtm.parseDate(value) !== undefined,
  TM: (value) => Tm.parse(value) !== undefined,
  DTM: isTime,
  TS: isTime,
};

/** What stands around the table's own codes: local types and events begin with Z. */
const LOCAL: ReadonlySet<string> = new Set(["0003", "0076", "0125", "0354"]);
/** Checked by rules of their own: character sets, versions. */
const CHECKED_ELSEWHERE: ReadonlySet<string> = new Set(["0104", "0211"]);

/** What can be wrong with a decoded value, by its type and the table of its codes. */
export type ValueRule = "white_space" | "value_malformed" | "value_not_in_table";

/** The rule a value that is there breaks; `undefined` where it breaks none. */
export function ruleBroken(
  value: string,
  { type, table }: { readonly type: string; readonly table?: string },
  version: string,
): ValueRule | undefined {
  const trimmed = value.trim();
  if (trimmed !== value && !TEXT.has(type)) return "white_space";
  if (Object.hasOwn(GRAMMAR, type) && !GRAMMAR[type](value, version)) return "value_malformed";
  // A table is binding only for ID: the others take codes of a site, or say whose code it is.
  return type === "ID" && table !== undefined && !isInTable(value, table) ? "value_not_in_table" : undefined;
}

function isTime(value: string, version: string): boolean {
  return Dtm.parse(value)?.isAllowedIn(version) ?? false;
}

function isInTable(value: string, table: string): boolean {
  if (CHECKED_ELSEWHERE.has(table) || (LOCAL.has(table) && value.startsWith("Z"))) return true;
  const definition = tableDefinition(table);
  return !definition?.isClosed || definition.values.has(value);
}
