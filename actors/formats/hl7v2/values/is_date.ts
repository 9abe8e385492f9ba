import { Dtm } from "./dtm.ts";
import { Tm } from "./tm.ts";

/** The data types of dates and times. */
export type DateType = "DTM" | "TS" | "DT" | "TM";

/**
 * True where a field of a type may hold the text: a date or time of that type, nothing, or `""`, HL7's order to delete.
 * A message keeps a text that is none; this is how it is noticed.
 */
export function isDate(type: DateType, text: string): boolean {
  if (text === "" || text === '""') return true;
  const value = type === "TM" ? Tm.parse(text) : type === "DT" ? Dtm.parseDate(text) : Dtm.parse(text);
  return value !== undefined;
}
