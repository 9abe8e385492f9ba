/** Times of day, as a timetable has them, and when they come. */

/** A time of day as people write it: `02:15`, 24 hours. */
export const TIME_OF_DAY = {
  matches: "([01][0-9]|2[0-3]):[0-5][0-9]",
  says: "is a time of day with 24 hours, such as 02:15",
} as const;

/** True for a zone the platform knows by its IANA name: `America/Chicago`, `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first moment after `afterMs` at which a clock in the zone shows one of the times. Where the clock is put forward
 * and never shows it, the moment as much later as the clock jumped; where it is put back and shows it twice, the first of
 * the two (as RFC 5545 section 3.3.5 reads such times). Milliseconds since 1970-01-01T00:00Z.
 */
export function nextAt(times: readonly string[], timeZone: string, afterMs: number): number {
  return momentsAround(times, timeZone, afterMs).find((atMs) => atMs > afterMs)!;
}

/** The last such moment at or before `beforeMs`. */
export function lastAt(times: readonly string[], timeZone: string, beforeMs: number): number {
  return momentsAround(times, timeZone, beforeMs).findLast((atMs) => atMs <= beforeMs)!;
}

/** The moments of the days around one, in order. */
function momentsAround(times: readonly string[], timeZone: string, aroundMs: number): number[] {
  const today = Temporal.Instant.fromEpochMilliseconds(aroundMs).toZonedDateTimeISO(timeZone).toPlainDate();
  return [-2, -1, 0, 1, 2].flatMap((days) => {
    const day = today.add({ days });
    return times.map((time) => day.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds);
  }).sort((a, b) => a - b);
}
