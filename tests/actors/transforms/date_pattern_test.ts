import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compileDatePattern } from "../../../actors/transforms/_date_pattern.ts";

function refuse(at: number, expected: string): never {
  throw new Error(`${at}: ${expected}`);
}

/** A date by a pattern, or why it cannot be written. */
function dated(text: string, pattern: string, timeZone = "America/Chicago"): string {
  const result = compileDatePattern(pattern, timeZone, refuse)(text);
  return typeof result === "string" ? result : result.written;
}

Deno.test("a date pattern reads HL7 time stamps of any precision", () => {
  const pattern = "yyyy[-MM[-dd[THH[:mm[:ss[.SSS]]]]]]";
  const cases = {
    "2024": "2024",
    "202401": "2024-01",
    "20240105": "2024-01-05",
    "2024010512": "2024-01-05T12",
    "202401051230": "2024-01-05T12:30",
    "20240105123015": "2024-01-05T12:30:15",
    "20240105123015.1": "2024-01-05T12:30:15.100",
    "20240105123015.1239": "2024-01-05T12:30:15.123",
    "202401051230-0500": "2024-01-05T11:30",
    "20240105+0100": "2024-01-05",
  };
  for (const [text, written] of Object.entries(cases)) assertEquals(dated(text, pattern), written, text);
});

Deno.test("a date pattern reads ISO 8601", () => {
  const pattern = "yyyyMM[dd[HH[mm[ss[.SSS]]]]][XX]";
  const cases = {
    "2024-01": "202401",
    "2024-01-05": "20240105",
    "2024-01-05T12:30": "202401051230-0600",
    "2024-01-05 12:30:15": "20240105123015-0600",
    "2024-01-05T18:30:15.5Z": "20240105123015.500-0600",
    "2024-01-05T18:30:15,25+00": "20240105123015.250-0600",
    "2024-07-05T18:30:15+0100": "20240705123015-0500",
    "2024-01-05T00:30-06:00": "202401050030-0600",
  };
  for (const [text, written] of Object.entries(cases)) assertEquals(dated(text, pattern), written, text);
});

Deno.test("a date pattern writes every time in the time zone, across days and summer time", () => {
  assertEquals(dated("20240101003000+0000", "yyyyMMddHHmmXX"), "202312311830-0600");
  assertEquals(dated("20240705120000", "yyyy-MM-ddTHH:mm:ssXXX"), "2024-07-05T12:00:00-05:00");
  assertEquals(
    dated("20240705120000", "yyyy-MM-ddTHH:mm:ssXXX", "Asia/Kolkata"),
    "2024-07-05T12:00:00+05:30",
  );
  assertEquals(dated("202407051200Z".replace("Z", "+0000"), "HH:mmXXX", "UTC"), "12:00+00:00");
  assertEquals(dated("20241103013000", "HHmmXX"), "0130-0500");
});

Deno.test("a date pattern writes no more than a date says", () => {
  for (
    const [text, pattern] of [
      ["2024", "yyyyMM"],
      ["20240105", "yyyyMMddHH"],
      ["20240105", "yyyyMMddXX"],
      ["202401051230", "yyyyMMddHHmmss"],
      ["20240105123015", "ss.SSS"],
    ]
  ) assertEquals(dated(text, pattern), "imprecise", text);
  assertEquals(dated("20240105", "yyyyMMdd[HHmm][XX]"), "20240105");
});

Deno.test("a date pattern finds what is no date", () => {
  const wrong = ["", "x", "24", "20241", "20240230", "20241301", "2024010525", "202401051260", "2024-1-5"];
  for (const text of [...wrong, "20240105 12", "2024-01-05T12:30+25:00", "01/05/2024", " 2024"]) {
    assertEquals(dated(text, "yyyy"), "invalid", text);
  }
});

Deno.test("a date pattern has text of its own between quotes", () => {
  assertEquals(dated("20240105", "'day' dd 'of' MM, ''yyyy''"), "day 05 of 01, '2024'");
  assertEquals(dated("20240105", "'o''clock' yyyy"), "o'clock 2024");
});

Deno.test("a time that is written with its offset is read as the same time", () => {
  const zone = fc.constantFrom("UTC", "America/Chicago", "Asia/Kolkata", "Australia/Lord_Howe");
  const moment = fc.date({ min: new Date("1971-01-01"), max: new Date("2099-12-31"), noInvalidDate: true });
  fc.assert(fc.property(moment, zone, zone, (date, one, other) => {
    const there = dated(date.toISOString(), "yyyyMMddHHmmss.SSSXX", one);
    assertEquals(
      dated(there, "yyyy-MM-ddTHH:mm:ss.SSSXXX", "UTC"),
      date.toISOString().replace("Z", "+00:00"),
    );
    const elsewhere = dated(there, "yyyy-MM-ddTHH:mm:ss.SSSXXX", other);
    assertEquals(new Date(elsewhere).getTime(), date.getTime());
  }));
});

Deno.test("a date pattern takes any text for a date or for none", () => {
  const digits = fc.stringMatching(/^[\d:TZ.+-]{0,24}$/);
  fc.assert(
    fc.property(fc.oneof(digits, fc.string()), (text) => {
      assert(typeof dated(text, "yyyy[MM[dd[HH[mm[ss[.SSS]]]]]][XX]") === "string");
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a date is read by a pattern of its own", () => {
  assertEquals(dated("02/03/1970", "yyyyMMdd from MM/dd/yyyy"), "19700203");
  assertEquals(dated("02.03.1970", "yyyy-MM-dd from dd.MM.yyyy"), "1970-03-02");
  assertEquals(dated("3 o'clock", "yyyy from yyyy"), "invalid");
  assertEquals(dated("19700203", "yyyyMMdd from MM/dd/yyyy"), "invalid");
  assertEquals(dated("13/03/1970", "yyyyMMdd from MM/dd/yyyy"), "invalid");
  assertEquals(dated("02/03/1970", "yyyyMMddHH from MM/dd/yyyy[ HH:mm]"), "imprecise");
  assertEquals(dated("02/03/1970 07:05", "yyyyMMddHHmm from MM/dd/yyyy[ HH:mm]"), "197002030705");
  assertEquals(dated("1970", "yyyy' from 'yyyy from yyyy"), "1970 from 1970");
});
