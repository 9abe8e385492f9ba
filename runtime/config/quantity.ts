/** Units of a size, in bytes. */
export const BYTE_UNITS = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const;

/** Units of a time, in milliseconds. */
export const TIME_UNITS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 } as const;

/** A whole number as people write one: no leading zero (which some read as octal), no exponent, no separators. */
export function readInteger(text: string): number | undefined {
  if (!/^-?(0|[1-9][0-9]*)$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value + 0 : undefined;
}

/** A number with a unit, as a whole number of the smallest unit; a number alone is in the smallest unit already. */
export function readQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const parts = /^(0|[1-9][0-9]*)(\.[0-9]+)? *([A-Za-z]*)$/.exec(text);
  if (!parts) return undefined;
  const [, whole, fraction = "", unit] = parts;
  if (unit === "" && fraction !== "") return undefined;
  const factor = unit === "" ? 1 : Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) return undefined;
  // Hundredths of a gigabyte are still whole bytes; a binary fraction times a factor may miss one by rounding.
  const value = Number(whole + fraction) * factor;
  const rounded = Math.round(value);
  if (Math.abs(value - rounded) > 1e-12 * Math.max(1, value) || !Number.isSafeInteger(rounded)) {
    return undefined;
  }
  return rounded;
}

/** A value in the largest unit that gives a whole number, as the reference prints it: `10 MiB`, `5 min`. */
export function printQuantity(value: number, units: Readonly<Record<string, number>>): string {
  const largest = Object.entries(units)
    .filter(([, factor]) => value !== 0 && value % factor === 0)
    .sort(([, a], [, b]) => b - a)[0];
  return largest ? `${value / largest[1]} ${largest[0]}` : String(value);
}
