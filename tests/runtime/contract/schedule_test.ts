import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { isTimeZone, lastAt, nextAt, TIME_OF_DAY } from "../../../runtime/contract/schedule.ts";

const DAY_MS = 86_400_000;

const ms = (instant: string) => Date.parse(instant);
const iso = (atMs: number) => new Date(atMs).toISOString().replace(".000Z", "Z");

/** The moments after one another at which the times come. */
function following(times: readonly string[], zone: string, after: string, count: number): string[] {
  const moments: string[] = [];
  for (let atMs = ms(after); moments.length < count;) {
    atMs = nextAt(times, zone, atMs);
    moments.push(iso(atMs));
  }
  return moments;
}

Deno.test("a time of day comes once a day, whatever the offset", () => {
  assertEquals(following(["02:15"], "UTC", "2026-01-05T02:15:00Z", 2), [
    "2026-01-06T02:15:00Z",
    "2026-01-07T02:15:00Z",
  ]);
  assertEquals(following(["02:15"], "Asia/Kolkata", "2026-01-05T00:00:00Z", 2), [
    "2026-01-05T20:45:00Z",
    "2026-01-06T20:45:00Z",
  ]);
  assertEquals(following(["00:00"], "Pacific/Kiritimati", "2026-01-05T00:00:00Z", 1), [
    "2026-01-05T10:00:00Z",
  ]);
  assertEquals(following(["23:59"], "Pacific/Pago_Pago", "2026-01-05T00:00:00Z", 1), [
    "2026-01-05T10:59:00Z",
  ]);
});

Deno.test("several times a day come in order, however they are written", () => {
  assertEquals(following(["14:00", "02:00", "02:00", "20:30"], "UTC", "2026-01-05T12:00:00Z", 4), [
    "2026-01-05T14:00:00Z",
    "2026-01-05T20:30:00Z",
    "2026-01-06T02:00:00Z",
    "2026-01-06T14:00:00Z",
  ]);
});

Deno.test("the moment itself is the last, and not the next", () => {
  const at = ms("2026-01-05T02:15:00Z");
  assertEquals(nextAt(["02:15"], "UTC", at), at + DAY_MS);
  assertEquals(nextAt(["02:15"], "UTC", at - 1), at);
  assertEquals(lastAt(["02:15"], "UTC", at), at);
  assertEquals(lastAt(["02:15"], "UTC", at - 1), at - DAY_MS);
});

Deno.test("a time the clock jumps over comes as much later as it jumped", () => {
  // Chicago goes from 02:00 to 03:00 on 8 March 2026, Berlin on 29 March.
  assertEquals(following(["02:15"], "America/Chicago", "2026-03-07T12:00:00Z", 2), [
    "2026-03-08T08:15:00Z",
    "2026-03-09T07:15:00Z",
  ]);
  assertEquals(following(["02:15"], "Europe/Berlin", "2026-03-28T12:00:00Z", 2), [
    "2026-03-29T01:15:00Z",
    "2026-03-30T00:15:00Z",
  ]);
  // Lord Howe Island goes from 02:00 to 02:30 on 4 October 2026.
  assertEquals(following(["02:15"], "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2), [
    "2026-10-03T15:45:00Z",
    "2026-10-04T15:15:00Z",
  ]);
});

Deno.test("two times that a jump makes one moment come once", () => {
  assertEquals(following(["02:15", "03:15"], "America/Chicago", "2026-03-08T00:00:00Z", 2), [
    "2026-03-08T08:15:00Z",
    "2026-03-09T07:15:00Z",
  ]);
});

Deno.test("a time the clock shows twice comes the first time only", () => {
  // Chicago goes from 02:00 back to 01:00 on 1 November 2026, Berlin from 03:00 to 02:00 on 25 October.
  assertEquals(following(["01:30"], "America/Chicago", "2026-10-31T12:00:00Z", 2), [
    "2026-11-01T06:30:00Z",
    "2026-11-02T07:30:00Z",
  ]);
  assertEquals(following(["02:30"], "Europe/Berlin", "2026-10-24T12:00:00Z", 2), [
    "2026-10-25T00:30:00Z",
    "2026-10-26T01:30:00Z",
  ]);
  // Lord Howe Island goes from 02:00 back to 01:30 on 5 April 2026.
  assertEquals(following(["01:45"], "Australia/Lord_Howe", "2026-04-04T00:00:00Z", 2), [
    "2026-04-04T14:45:00Z",
    "2026-04-05T15:15:00Z",
  ]);
  assertEquals(iso(lastAt(["01:30"], "America/Chicago", ms("2026-11-01T07:45:00Z"))), "2026-11-01T06:30:00Z");
});

Deno.test("times go on over the end of a month, a year and a leap year's February", () => {
  assertEquals(following(["00:30"], "America/Chicago", "2026-12-31T12:00:00Z", 2), [
    "2027-01-01T06:30:00Z",
    "2027-01-02T06:30:00Z",
  ]);
  assertEquals(iso(lastAt(["23:30"], "Europe/Berlin", ms("2026-12-31T23:00:00Z"))), "2026-12-31T22:30:00Z");
  assertEquals(following(["12:00"], "UTC", "2028-02-28T12:00:00Z", 2), [
    "2028-02-29T12:00:00Z",
    "2028-03-01T12:00:00Z",
  ]);
});

Deno.test("times come on either side of a day that a zone leaves out", () => {
  // Samoa went from 29 to 31 December 2011.
  assertEquals(following(["12:00"], "Pacific/Apia", "2011-12-29T00:00:00Z", 3), [
    "2011-12-29T22:00:00Z",
    "2011-12-30T22:00:00Z",
    "2011-12-31T22:00:00Z",
  ]);
});

Deno.test("the next moment is later, none lies between, and it is its own last", () => {
  const time = fc.tuple(fc.nat({ max: 23 }), fc.nat({ max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
  const zone = fc.constantFrom(
    "UTC",
    "America/Chicago",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "Pacific/Kiritimati",
  );
  const moment = fc.integer({ min: ms("2000-01-01T00:00Z"), max: ms("2040-01-01T00:00Z") });
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 4 }), zone, moment, (times, zone, atMs) => {
      const next = nextAt(times, zone, atMs);
      const last = lastAt(times, zone, atMs);
      assert(last <= atMs && atMs < next, `${iso(last)}, ${iso(atMs)}, ${iso(next)}`);
      assert(next - last <= 2 * DAY_MS, "a day was left out");
      assertEquals(lastAt(times, zone, next), next);
      assertEquals(lastAt(times, zone, next - 1), last);
      assertEquals(nextAt(times, zone, last), next);
    }),
    { numRuns: 500 },
  );
});

Deno.test("times of day and zones are known by how they are written", () => {
  const pattern = new RegExp(`^(?:${TIME_OF_DAY.matches})$`);
  for (const time of ["00:00", "02:15", "19:59", "23:59"]) assert(pattern.test(time), time);
  for (const time of ["24:00", "2:15", "02:60", "02:15:00", "0215", "02.15", "2 am"]) {
    assert(!pattern.test(time), time);
  }
  for (const zone of ["UTC", "America/Chicago", "Australia/Lord_Howe"]) assert(isTimeZone(zone), zone);
  for (const zone of ["", "Chicago", "America/Springfield", "../UTC"]) assert(!isTimeZone(zone), zone);
});
