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
} from "./_clock.ts";

const SHAPE = new RegExp(`^${TIME}${OFFSET}$`);
const PARTS = PRECISIONS.slice(PRECISIONS.indexOf("hour"));

/**
 * A time of day of any precision, without a date: the data type TM (HL7 v2.9.1 chapter 2A,
 * `HH[MM[SS[.S[S[S[S]]]]]][+/-ZZZZ]`). Otherwise as {@linkcode Dtm}.
 */
export class Tm {
  /** As it was written. */
  readonly text: string;
  /** The last part it says: `hour`, `minute` or `second`. */
  readonly precision: Precision;
  /** 0 to 23. */
  readonly hour: number;
  /** 0 to 59. */
  readonly minute: number | undefined;
  /** 0 to 59. */
  readonly second: number | undefined;
  /** The digits behind the point of the second, one to four. */
  readonly fraction: string | undefined;
  /** As it was written. */
  readonly offset: string | undefined;

  private constructor(text: string, [hour, minute, second, fraction, offset]: (string | undefined)[]) {
    this.text = text;
    this.precision = second !== undefined ? "second" : minute !== undefined ? "minute" : "hour";
    this.hour = Number(hour);
    this.minute = numberOf(minute);
    this.second = numberOf(second);
    this.fraction = fraction;
    this.offset = offset;
  }

  /** Reads a TM; `undefined` where the text is no time, as the empty text and `""` are none. */
  static parse(text: string): Tm | undefined {
    const parts = SHAPE.exec(text)?.slice(1);
    if (parts === undefined || !isOffset(parts[4])) return undefined;
    return isTime(numberOf(parts[0]), numberOf(parts[1]), numberOf(parts[2]))
      ? new Tm(text, parts)
      : undefined;
  }

  /** Writes a time of day. Errors: HL7V2_PRECISION_MISSING for a precision coarser than `hour`. */
  static from(value: Temporal.PlainTime, options: PrecisionOptions = {}): Tm {
    const digits = value.toString({ fractionalSecondDigits: 9 }).replaceAll(":", "");
    return Tm.parse(cut(digits, "second", options, PARTS)) as Tm;
  }

  /** The time as written, whatever the offset; `undefined` unless at least the minute is said. */
  toPlainTime(): Temporal.PlainTime | undefined {
    return this.minute === undefined ? undefined : Temporal.PlainTime.from(isoTime(this));
  }

  /** ISO 8601 with the same precision: `07:05-03:30`; `-0000` is `Z`. */
  toIso(): string {
    return isoTime(this) + isoOffset(this.offset);
  }

  /** FHIR `time`, which has no offset and wants seconds: those not said are `00`; `undefined` for an hour alone. */
  toFhirTime(): string | undefined {
    return this.minute === undefined ? undefined : isoTime({ ...this, second: this.second ?? 0 });
  }

  /** True where both say the same, with the same precision and the same offset. */
  equals(other: Tm): boolean {
    return this.text === other.text;
  }

  /** As it was written. */
  toString(): string {
    return this.text;
  }

  /** As it was written. */
  toJSON(): string {
    return this.text;
  }
}
