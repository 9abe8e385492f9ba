/** Numbers and times as people read them. */

const byteUnits = ["B", "kB", "MB", "GB", "TB"];

/** `12.4 kB`: powers of 1,000, as the settings read them. */
export function bytesText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.95 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${byteUnits[unit]}`;
}

/** `850 ms`, `12 s`, `3 min`, `2 h`, `5 d`: the largest unit that fits, rounded down. */
export function durationText(ms: number): string {
  const units: readonly [string, number][] = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], [
    "s",
    1000,
  ]];
  const [name, size] = units.find(([, size]) => ms >= size) ?? ["ms", 1];
  return `${Math.floor(ms / size)} ${name}`;
}

/** `0.05 ms`, `322 ms`, `12.4 s`: what a program takes, or a partner. */
export function latencyText(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 10 ? Math.round(ms) : Number(ms.toFixed(2))} ms`;
}

/** `2026-01-02 03:04:05Z`. UTC, so that two people at two ends read the same. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace(/\.\d+/, "");
}

/** `2026-01-02 03:04:05.678Z`: where several things happen in a second. */
export function momentText(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ");
}

/** `1,234` */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 channel`, `2 channels`. */
export function plural(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `just now`, `4 min ago`. */
export function agoText(ms: number): string {
  return ms < 1_000 ? "just now" : `${durationText(ms)} ago`;
}
