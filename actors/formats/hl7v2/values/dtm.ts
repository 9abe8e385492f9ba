import { errors } from "../errors.ts";
import {
  cut,
  isOffset,
  isoOffset,
  isoTime,
  isTime,
  numberOf,
  OFFSET,
  type Precision,
  type PrecisionOptions,
  PRECISIONS,
  TIME,
  two,
} from "./_clock.ts";

export type { Precision, PrecisionOptions } from "./_clock.ts";

/** What a {@linkcode Dtm} can be made from. */
export type DtmSource =
  | Temporal.PlainYearMonth
  | Temporal.PlainDate
  | Temporal.PlainDateTime
  | Temporal.ZonedDateTime
  | Temporal.Instant;

const SHAPE = new RegExp(`^(\\d{4})(?:(\\d\\d)(?:(\\d\\d)(?:${TIME})?)?)?${OFFSET}$`);

/** TS.2, the degree of precision (HL7 table 0529), which versions before 2.5 had beside the time. */
const DEGREES: Readonly<Record<string, Precision>> = {
  Y: "year",
  L: "month",
  D: "day",
  H: "hour",
  M: "minute",
  S: "second",
};

/**
 * A date, or a date and time, of any precision: the data types DTM, TS and DT (HL7 v2.9.1 chapter 2A,
 * `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`). It says what its text says and no more: parts that are left out are
 * `undefined`, and a conversion that would have to make them up gives `undefined`.
 *
 * Without an offset a time is local to its sender; what needs a moment then needs the sender's time zone. A local time
 * that a change of clocks skips is taken as if the clock had not been changed yet, and one that happens twice as the
 * first of the two.
 *
 * @example
 * ```ts
 * import { Dtm } from "mitral/hl7";
 *
 * const born = Dtm.parse("201703");
 * born?.precision; // "month"
 * born?.toPlainYearMonth()?.toString(); // "2017-03"
 * born?.toPlainDate(); // undefined
 * Dtm.parse("20170309070548-0600")?.toInstant()?.toString(); // "2017-03-09T13:05:48Z"
 * ```
 */
export class Dtm {
  /** As it was written. */
  readonly text: string;
  /** The last part it says. */
  readonly precision: Precision;
  /** 0 to 9999. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number | undefined;
  /** 1 to 31. */
  readonly day: number | undefined;
  /** 0 to 23. */
  readonly hour: number | undefined;
  /** 0 to 59. */
  readonly minute: number | undefined;
  /** 0 to 59. */
  readonly second: number | undefined;
  /** The digits behind the point of the second, one to four; `260` and `26` are different precisions. */
  readonly fraction: string | undefined;
  /** As it was written: since v2.9 `+0000` is the time of a place at UTC, `-0000` UTC at a place that is not said. */
  readonly offset: string | undefined;

  private constructor(text: string, parts: readonly (string | undefined)[], precision: Precision) {
    const last = PRECISIONS.indexOf(precision);
    const [year, month, day, hour, minute, second] = parts.map((part, at) =>
      at > last ? undefined : numberOf(part)
    );
    this.text = text;
    this.precision = precision;
    this.year = year as number;
    this.month = month;
    this.day = day;
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.fraction = precision === "second" ? parts[6] : undefined;
    this.offset = parts[7];
  }

  /**
   * Reads a DTM or TS; `undefined` where the text is no date, as the empty text and `""` are none. `degree` is TS.2, the
   * degree of precision of versions before 2.5 (`Y L D H M S`, table 0529): it can make the value coarser than its text,
   * not finer; another code is passed over.
   */
  static parse(text: string, degree?: string): Dtm | undefined {
    const parts = SHAPE.exec(text)?.slice(1);
    if (parts === undefined || !isDate(parts) || !isOffset(parts[7])) return undefined;
    if (!isTime(numberOf(parts[3]), numberOf(parts[4]), numberOf(parts[5]))) return undefined;
    const said = parts.slice(0, 6).findLastIndex((part) => part !== undefined);
    const wanted = PRECISIONS.indexOf(DEGREES[degree ?? "S"] ?? "second");
    return new Dtm(text, parts, PRECISIONS[Math.min(said, wanted)]);
  }

  /** Reads a DT: a date without time and offset (`YYYY[MM[DD]]`); `undefined` where the text is none. */
  static parseDate(text: string): Dtm | undefined {
    return text.length <= 8 && /^\d*$/.test(text) ? Dtm.parse(text) : undefined;
  }

  /**
   * Writes a Temporal value. What has a time and an offset or a time zone gets the offset; what is cut to a date does
   * not, since a date is the same day everywhere. An instant is written in UTC, as `+0000`, which all versions know.
   *
   * Errors: HL7V2_PRECISION_MISSING where the value does not go as far as `precision`, HL7V2_YEAR_UNWRITABLE.
   */
  static from(value: DtmSource, options: PrecisionOptions = {}): Dtm {
    const { local, finest, offset } = digitsOf(value);
    if (!/^\d{4}-/.test(local)) errors.fail("HL7V2_YEAR_UNWRITABLE");
    const text = cut(local.replaceAll(/[-T:]/g, ""), finest, options, PRECISIONS);
    return Dtm.parse(text.length > 8 ? text + offset : text) as Dtm;
  }

  /**
   * False where the message's version does not know the precision: before 2.5, hours need minutes. `version` is MSH-12,
   * such as `2.3.1`.
   */
  isAllowedIn(version: string): boolean {
    const minor = Number(/^2\.(\d+)/.exec(version)?.[1] ?? 5);
    return this.precision !== "hour" || minor >= 5;
  }

  /** The month; `undefined` where only the year is said. */
  toPlainYearMonth(): Temporal.PlainYearMonth | undefined {
    return this.month === undefined ? undefined : new Temporal.PlainYearMonth(this.year, this.month);
  }

  /** The day, as it is written and whatever the offset; `undefined` where the day is not said. */
  toPlainDate(): Temporal.PlainDate | undefined {
    return this.day === undefined ? undefined : new Temporal.PlainDate(this.year, this.month!, this.day);
  }

  /** Date and time as written, whatever the offset; `undefined` unless at least the minute is said. */
  toPlainDateTime(): Temporal.PlainDateTime | undefined {
    return this.minute === undefined ? undefined : this.#earliest();
  }

  /**
   * The moment with its time zone: the offset's own where there is one, else `timeZone`, the sender's, as IANA names it.
   * `undefined` unless at least the minute is said, and without both. Errors: HL7V2_TIME_ZONE_UNKNOWN.
   */
  toZonedDateTime(timeZone?: string): Temporal.ZonedDateTime | undefined {
    const zone = this.#zone(timeZone);
    return this.minute === undefined || zone === undefined ? undefined : place(this.#earliest(), zone);
  }

  /** The moment; otherwise as {@linkcode Dtm.toZonedDateTime}. Errors: HL7V2_TIME_ZONE_UNKNOWN. */
  toInstant(timeZone?: string): Temporal.Instant | undefined {
    return this.toZonedDateTime(timeZone)?.toInstant();
  }

  /**
   * ISO 8601 with the same precision: `2017-03`, `2017-03-09T07:05-03:30`. A date has no offset there; it is left out.
   * `-0000` is `Z`.
   */
  toIso(): string {
    return this.hour === undefined
      ? this.#isoDate()
      : `${this.#isoDate()}T${isoTime(this)}${isoOffset(this.offset)}`;
  }

  /** FHIR `date`: year, month or day. */
  toFhirDate(): string {
    return this.#isoDate();
  }

  /**
   * FHIR `dateTime`. FHIR has no hours without minutes: such a value is its day. It wants seconds and an offset with a
   * time: seconds that are not said are `00`, as FHIR allows; where neither an offset nor `timeZone`, the sender's, is
   * there, `undefined`. Errors: HL7V2_TIME_ZONE_UNKNOWN.
   */
  toFhirDateTime(timeZone?: string): string | undefined {
    if (this.minute === undefined) return this.#isoDate();
    const offset = this.offset === undefined
      ? this.toZonedDateTime(timeZone)?.offset.slice(0, 6)
      : isoOffset(this.offset);
    if (offset === undefined || (offset !== "Z" && offset.slice(1) > "14:00")) return undefined;
    return `${this.#isoDate()}T${isoTime({ ...this, second: this.second ?? 0 })}${offset}`;
  }

  /** FHIR `instant`: as `dateTime`, and `undefined` unless seconds are said. Errors: HL7V2_TIME_ZONE_UNKNOWN. */
  toFhirInstant(timeZone?: string): string | undefined {
    return this.second === undefined ? undefined : this.toFhirDateTime(timeZone);
  }

  /** True where both say the same, with the same precision and the same offset; `+0000` and `-0000` are not the same. */
  equals(other: Dtm): boolean {
    return this.precision === other.precision && this.fraction === other.fraction &&
      this.offset === other.offset && this.#earliest().equals(other.#earliest());
  }

  /**
   * -1 where all of this lies before all of the other, 1 where it lies behind, 0 where both are the same stretch of time;
   * `undefined` where that cannot be said: `2017` and `201703`, or a time with an offset and one without, unless
   * `timeZone` says where the latter is from. Two without an offset are taken to be from the same place.
   *
   * Errors: HL7V2_TIME_ZONE_UNKNOWN.
   */
  compare(other: Dtm, timeZone?: string): -1 | 0 | 1 | undefined {
    const isLocal = timeZone === undefined && this.offset === undefined && other.offset === undefined;
    const mine = this.#span(isLocal ? "UTC" : timeZone), others = other.#span(isLocal ? "UTC" : timeZone);
    if (mine === undefined || others === undefined) return undefined;
    if (mine.start === others.start && mine.end === others.end) return 0;
    return mine.end <= others.start ? -1 : others.end <= mine.start ? 1 : undefined;
  }

  /** As it was written. */
  toString(): string {
    return this.text;
  }

  /** As it was written. */
  toJSON(): string {
    return this.text;
  }

  #isoDate(): string {
    const month = this.month === undefined ? "" : `-${two(this.month)}`;
    const day = this.day === undefined ? "" : `-${two(this.day)}`;
    return String(this.year).padStart(4, "0") + month + day;
  }

  #zone(timeZone: string | undefined): string | undefined {
    if (this.offset === undefined) return timeZone;
    return this.offset === "-0000" ? "UTC" : isoOffset(this.offset);
  }

  #earliest(): Temporal.PlainDateTime {
    const fraction = Number((this.fraction ?? "").padEnd(9, "0"));
    return new Temporal.PlainDateTime(
      this.year,
      this.month ?? 1,
      this.day ?? 1,
      this.hour ?? 0,
      this.minute ?? 0,
      this.second ?? 0,
      Math.floor(fraction / 1e6),
      Math.floor(fraction / 1e3) % 1e3,
    );
  }

  /** From its first nanosecond to the first behind it. */
  #span(timeZone: string | undefined): { readonly start: bigint; readonly end: bigint } | undefined {
    const zone = this.#zone(timeZone);
    if (zone === undefined) return undefined;
    const start = this.#earliest();
    const end = start.add(
      this.fraction === undefined
        ? { [`${this.precision}s`]: 1 }
        : { nanoseconds: 10 ** (9 - this.fraction.length) },
    );
    return { start: place(start, zone).epochNanoseconds, end: place(end, zone).epochNanoseconds };
  }
}

function isDate([year, month, day]: readonly (string | undefined)[]): boolean {
  if (month === undefined) return true;
  if (month < "01" || month > "12") return false;
  return day === undefined || day > "00" &&
      Number(day) <= new Temporal.PlainYearMonth(Number(year), Number(month)).daysInMonth;
}

function place(local: Temporal.PlainDateTime, timeZone: string): Temporal.ZonedDateTime {
  try {
    return local.toZonedDateTime(timeZone, { disambiguation: "compatible" });
  } catch (cause) {
    return errors.fail("HL7V2_TIME_ZONE_UNKNOWN", { timeZone }, cause);
  }
}

const MINUTE_NS = 60e9;

/** Date and time as ISO 8601 has them, with nine digits of the second where there is a time. */
function digitsOf(value: DtmSource): { local: string; finest: Precision; offset: string } {
  if (value instanceof Temporal.PlainYearMonth) {
    return { local: value.toString().slice(0, 7), finest: "month", offset: "" };
  }
  if (value instanceof Temporal.PlainDate) {
    return { local: value.toString({ calendarName: "never" }), finest: "day", offset: "" };
  }
  if (value instanceof Temporal.PlainDateTime) {
    const local = value.toString({ calendarName: "never", fractionalSecondDigits: 9 });
    return { local, finest: "second", offset: "" };
  }
  // Local mean times of long ago have offsets with seconds, which HL7 cannot write.
  const minutes = value instanceof Temporal.Instant ? 0 : Math.trunc(value.offsetNanoseconds / MINUTE_NS);
  const away = Math.abs(minutes);
  const offset = `${minutes < 0 ? "-" : "+"}${two(Math.floor(away / 60))}${two(away % 60)}`;
  const instant = value instanceof Temporal.Instant ? value : value.toInstant();
  const there = instant.toZonedDateTimeISO(isoOffset(offset)).toPlainDateTime();
  return { ...digitsOf(there), offset };
}
