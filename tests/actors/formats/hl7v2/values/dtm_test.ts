import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type DateType, Dtm, isDate, type Precision, Tm } from "../../../../../actors/formats/hl7v2/hl7.ts";
import { MitralError } from "../../../../../runtime/contract/error.ts";
import { casesOf, corpusTest } from "../_corpus.ts";

interface DateCase {
  readonly id: string;
  readonly type: string;
  readonly in: string;
  readonly valid: boolean;
  readonly iso?: string;
  readonly precision?: string;
  readonly fhirDate?: string;
  readonly fhir?: string;
}

/** The corpus names fractions of a second as precisions of their own. */
const FRACTIONS: Readonly<Record<number, string>> = {
  1: "second/10",
  2: "second/100",
  3: "ms",
  4: "second/10000",
};

corpusTest("dates pass datetime", () => {
  let checked = 0;
  for (const { id, type, in: text, ...expected } of casesOf<DateCase>("datetime")) {
    const name = `${id} ${text}`;
    const kind = type === "DTM->FHIR dateTime" ? "DTM" : type.slice(0, 3).replace("/", "");
    assertEquals(isDate(kind as DateType, text), expected.valid, name);
    const value = Dtm.parse(text);
    if (expected.iso !== undefined) assertEquals(value?.toIso(), expected.iso, name);
    if (expected.precision !== undefined) {
      assertEquals(FRACTIONS[value?.fraction?.length ?? 0] ?? value?.precision, expected.precision, name);
    }
    if (expected.fhirDate !== undefined) assertEquals(value?.toFhirDate(), expected.fhirDate, name);
    if (expected.fhir !== undefined) assertEquals(value?.toFhirDateTime(), expected.fhir, name);
    if (value !== undefined) assertEquals(value.text, text, name);
    checked++;
  }
  assert(checked >= 157);
});

Deno.test("nothing and an order to delete are contents of a date field, but no dates", () => {
  for (const text of ["", '""']) {
    for (const type of ["DTM", "TS", "DT", "TM"] as const) assert(isDate(type, text));
    assertEquals([Dtm.parse(text), Dtm.parseDate(text), Tm.parse(text)], [undefined, undefined, undefined]);
  }
});

Deno.test("a date says no more than its text", () => {
  const year = read("2017"), month = read("201703"), day = read("20170309");
  assertEquals([year.precision, year.month, year.toPlainYearMonth()], ["year", undefined, undefined]);
  assertEquals([`${month.toPlainYearMonth()}`, month.toPlainDate()], ["2017-03", undefined]);
  assertEquals([`${day.toPlainDate()}`, day.toPlainDateTime()], ["2017-03-09", undefined]);
});

Deno.test("an hour alone is no date and time to Temporal, and to FHIR its day", () => {
  const hour = read("2017030907+0545");
  assertEquals([hour.toPlainDateTime(), hour.toInstant(), hour.toIso()], [
    undefined,
    undefined,
    "2017-03-09T07+05:45",
  ]);
  assertEquals([hour.toFhirDateTime(), hour.toFhirInstant()], ["2017-03-09", undefined]);
  assertEquals(["2.3.1", "2.4", "2.5", "2.10", "2.8.2"].map((version) => hour.isAllowedIn(version)), [
    false,
    false,
    true,
    true,
    true,
  ]);
  assert(read("201703090705").isAllowedIn("2.1"));
});

Deno.test("a time with an offset is a moment, one without needs the sender's time zone", () => {
  assertEquals(`${read("20170309070548-0600").toInstant()}`, "2017-03-09T13:05:48Z");
  assertEquals(read("20170309070548").toInstant(), undefined);
  assertEquals(`${read("20170309070548").toInstant("America/Chicago")}`, "2017-03-09T13:05:48Z");
  // An offset beats the time zone.
  assertEquals(`${read("20170309070548+0000").toInstant("America/Chicago")}`, "2017-03-09T07:05:48Z");
  assertEquals(`${read("201703090705+0545").toZonedDateTime()}`, "2017-03-09T07:05:00+05:45[+05:45]");
  assertEquals(`${read("201703090705-0000").toZonedDateTime()}`, "2017-03-09T07:05:00+00:00[UTC]");
});

Deno.test("a local time that a change of clocks skips or repeats is the one before the change", () => {
  assertEquals(`${read("202303120230").toInstant("America/Chicago")}`, "2023-03-12T08:30:00Z");
  assertEquals(`${read("202311050130").toInstant("America/Chicago")}`, "2023-11-05T06:30:00Z");
});

Deno.test("a time zone the platform does not know is an operator's error", () => {
  const error = assertThrows(() => read("201703090705").toInstant("Mars/Olympus"), MitralError);
  assertEquals([error.code, error.blame], ["HL7V2_TIME_ZONE_UNKNOWN", "operator"]);
});

Deno.test("a time goes to FHIR with the offset it has or its sender's zone gives it", () => {
  assertEquals(read("201703090705").toFhirDateTime(), undefined);
  assertEquals(read("201703090705").toFhirDateTime("America/Chicago"), "2017-03-09T07:05:00-06:00");
  assertEquals(read("201707090705").toFhirDateTime("America/Chicago"), "2017-07-09T07:05:00-05:00");
  assertEquals(read("20170309070548.2-0000").toFhirInstant(), "2017-03-09T07:05:48.2Z");
  assertEquals(read("201703090705-0600").toFhirInstant(), undefined);
  assertEquals(read("201703090705+1500").toFhirDateTime(), undefined);
  assertEquals(read("2017-0600").toFhirDateTime("America/Chicago"), "2017");
});

Deno.test("the old degree of precision makes a time coarser, never finer", () => {
  const precisions = ["Y", "L", "D", "H", "M", "S", "?", undefined].map((degree) =>
    Dtm.parse("20170309070548.2", degree)?.precision
  );
  assertEquals(precisions, ["year", "month", "day", "hour", "minute", "second", "second", "second"]);
  const day = Dtm.parse("20170309000000", "D");
  assertEquals([day?.toIso(), day?.text, day?.toPlainDateTime()], [
    "2017-03-09",
    "20170309000000",
    undefined,
  ]);
  assertEquals(Dtm.parse("201703", "S")?.precision, "month");
});

Deno.test("the two kinds of UTC are told apart, and are the same moment", () => {
  const civil = read("20170309070548+0000"), utc = read("20170309070548-0000");
  assertEquals([civil.equals(utc), civil.compare(utc)], [false, 0]);
  assertEquals([civil.offset, utc.offset, civil.toIso(), utc.toIso()], [
    "+0000",
    "-0000",
    "2017-03-09T07:05:48+00:00",
    "2017-03-09T07:05:48Z",
  ]);
});

Deno.test("dates are equal where they say the same with the same precision", () => {
  assert(read("20170309").equals(read("20170309")));
  assert(read("20170309").equals(Dtm.parse("20170309000000", "D")!));
  assert(!read("20170309").equals(read("2017030900")));
  assert(!read("20170309070548.2").equals(read("20170309070548.20")));
});

Deno.test("dates are in order where no part of one lies within the other", () => {
  const order = (a: string, b: string, timeZone?: string) => read(a).compare(read(b), timeZone);
  assertEquals(order("2016", "201701"), -1);
  assertEquals(order("20170309", "20170308235959.9999"), 1);
  assertEquals(order("2017", "2017"), 0);
  assertEquals(order("2017", "201703"), undefined);
  assertEquals(order("20170309070548.26", "20170309070548.260"), undefined);
  assertEquals(order("201703090705-0600", "201703091305+0000"), 0);
  assertEquals(order("201703090705-0600", "201703091305"), undefined);
  assertEquals(order("201703090705-0600", "201703090706", "America/Chicago"), -1);
});

Deno.test("what Temporal has is written without precision it was not asked for", () => {
  const zoned = Temporal.ZonedDateTime.from("2017-03-09T07:05:48.260391[America/Chicago]");
  assertEquals(Dtm.from(zoned).text, "20170309070548-0600");
  assertEquals(Dtm.from(zoned, { fractionDigits: 4 }).text, "20170309070548.2603-0600");
  assertEquals(Dtm.from(zoned, { precision: "hour" }).text, "2017030907-0600");
  assertEquals(Dtm.from(zoned, { precision: "day" }).text, "20170309");
  assertEquals(Dtm.from(zoned.toInstant()).text, "20170309130548+0000");
  assertEquals(Dtm.from(zoned.toPlainDateTime(), { precision: "minute" }).text, "201703090705");
  assertEquals(Dtm.from(zoned.toPlainDate()).text, "20170309");
  assertEquals(Dtm.from(zoned.toPlainDate(), { precision: "year" }).text, "2017");
  assertEquals(Dtm.from(new Temporal.PlainYearMonth(2017, 3)).text, "201703");
  // Local mean time, twelve seconds off any offset HL7 can write.
  const old = Temporal.ZonedDateTime.from("1880-01-01T00:00[Europe/Amsterdam]");
  assertEquals(Dtm.from(old).toInstant()?.equals(old.toInstant()), true);
});

Deno.test("a precision the value does not have is not made up", () => {
  for (
    const [value, options] of [
      [new Temporal.PlainYearMonth(2017, 3), { precision: "day" }],
      [new Temporal.PlainDate(2017, 3, 9), { precision: "second" }],
      [new Temporal.PlainDate(2017, 3, 9), { fractionDigits: 3 }],
    ] as const
  ) {
    const error = assertThrows(() => Dtm.from(value, options), MitralError);
    assertEquals(error.code, "HL7V2_PRECISION_MISSING");
  }
  const error = assertThrows(() => Dtm.from(new Temporal.PlainDate(12_017, 3, 9)), MitralError);
  assertEquals(error.code, "HL7V2_YEAR_UNWRITABLE");
});

Deno.test("every date and time survives Temporal and back at every precision", () => {
  const precisions: readonly Precision[] = ["hour", "minute", "second"];
  fc.assert(fc.property(
    fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }),
    fc.integer({ min: 0, max: 9999 }),
    fc.constantFrom(...precisions),
    fc.integer({ min: -14 * 60, max: 14 * 60 }),
    (second, fraction, precision, offset) => {
      const zone = `${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
      const instant = Temporal.Instant.fromEpochMilliseconds(second * 1000).add({
        microseconds: 100 * fraction,
      });
      const value = instant.toZonedDateTimeISO(zone);
      fc.pre(value.year >= 0 && value.year <= 9999);
      const options = precision === "second" ? { precision, fractionDigits: 4 as const } : { precision };
      const written = Dtm.from(value, options);
      assertEquals(written.precision, precision);
      assertEquals(read(written.text).equals(written), true);
      if (precision === "second") assertEquals(written.toInstant()?.equals(instant), true);
      const local = written.toPlainDateTime();
      if (local) assertEquals(Dtm.from(local, options).text, written.text.slice(0, -5));
    },
  ));
});

Deno.test("a time of day of any precision goes to Temporal and back", () => {
  const time = Tm.parse("070548.26-0330");
  assertEquals([`${time?.toPlainTime()}`, time?.toIso(), time?.toFhirTime()], [
    "07:05:48.26",
    "07:05:48.26-03:30",
    "07:05:48.26",
  ]);
  assertEquals([Tm.parse("07")?.toPlainTime(), Tm.parse("07")?.toFhirTime()], [undefined, undefined]);
  assertEquals([`${Tm.parse("0705")?.toPlainTime()}`, Tm.parse("0705")?.toFhirTime()], [
    "07:05:00",
    "07:05:00",
  ]);
  assertEquals(Tm.from(new Temporal.PlainTime(7, 5, 48, 260), { fractionDigits: 2 }).text, "070548.26");
  assertEquals(Tm.from(new Temporal.PlainTime(7, 5, 48), { precision: "minute" }).text, "0705");
  const error = assertThrows(() => Tm.from(new Temporal.PlainTime(7), { precision: "day" }), MitralError);
  assertEquals(error.code, "HL7V2_PRECISION_MISSING");
});

function read(text: string): Dtm {
  const value = Dtm.parse(text);
  assert(value !== undefined, text);
  return value;
}

function two(number: number): string {
  return String(Math.floor(number)).padStart(2, "0");
}
