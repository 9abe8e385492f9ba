/** Writes times as the machine's own clock shows them, to the minute: `2026-01-05 12:03`. */
export function timeWriter(timeZone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone });
  return (atMs) => format.format(atMs);
}
