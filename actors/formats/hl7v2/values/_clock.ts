import { errors } from "../errors.ts";

/** How far a date or a time goes. Fractions of a second are seconds with `fraction`. */
export type Precision = "year" | "month" | "day" | "hour" | "minute" | "second";

/** What {@linkcode Dtm.from} and {@linkcode Tm.from} write of a value. */
export interface PrecisionOptions {
  /** The last part that is written; what is finer is cut off, not rounded. All there is, down to seconds, if left out. */
  readonly precision?: Precision;
  /** Digits of the second's fraction, with the precision `second`: 0, the default, to 4. */
  readonly fractionDigits?: 0 | 1 | 2 | 3 | 4;
}

/** From coarse to fine. */
export const PRECISIONS: readonly Precision[] = ["year", "month", "day", "hour", "minute", "second"];

/** `HH[MM[SS[.S[S[S[S]]]]]]` (HL7 v2.9.1 chapter 2A, TM). */
export const TIME = "(\\d\\d)(?:(\\d\\d)(?:(\\d\\d)(?:\\.(\\d{1,4}))?)?)?";
/** `+/-ZZZZ`: hours and minutes ahead of or behind UTC. */
export const OFFSET = "([+-]\\d{4})?";

/** True where no part is beyond what a clock shows; a part that is not said is fine. */
export function isTime(hour: number | undefined, minute: number | undefined, second: number | undefined) {
  return (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60;
}

/** True where the offset, or none, is one a clock can have. */
export function isOffset(offset: string | undefined): boolean {
  return offset === undefined || (Number(offset.slice(1, 3)) < 24 && Number(offset.slice(3)) < 60);
}

/** An offset as ISO 8601 has it; `-0000`, which is UTC at a place that is not said, is `Z` (RFC 9557 section 2.1). */
export function isoOffset(offset: string | undefined): string {
  if (offset === undefined) return "";
  return offset === "-0000" ? "Z" : `${offset.slice(0, 3)}:${offset.slice(3)}`;
}

/** Hours, minutes, seconds and fraction as ISO 8601 has them, as far as they are said. */
export function isoTime(
  { hour, minute, second, fraction }: {
    readonly hour: number | undefined;
    readonly minute: number | undefined;
    readonly second: number | undefined;
    readonly fraction: string | undefined;
  },
): string {
  const said = [hour, minute, second].filter((part) => part !== undefined).map(two).join(":");
  return fraction === undefined ? said : `${said}.${fraction}`;
}

/** A number of two digits. */
export function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** A number, where there is one. */
export function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

/** The digits of a date or a time down to a precision: `all` is `HHMMSS.SSSSSSSSS`, after `YYYYMMDD` for a date. */
export function cut(
  all: string,
  finest: Precision,
  { precision = finest, fractionDigits = 0 }: PrecisionOptions,
  parts: readonly Precision[],
): string {
  const last = parts.indexOf(precision);
  if (last < 0 || last > parts.indexOf(finest) || (fractionDigits > 0 && precision !== "second")) {
    errors.fail("HL7V2_PRECISION_MISSING", { precision, finest });
  }
  const length = (parts[0] === "year" ? 4 : 2) + 2 * last;
  return all.slice(0, length + (fractionDigits > 0 ? 1 + fractionDigits : 0));
}
