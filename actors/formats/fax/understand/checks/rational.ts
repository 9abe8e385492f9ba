/** An exact number: `over` divided by `under`, which is above nothing. Money is never a binary fraction here. */
export interface Rational {
  readonly over: bigint;
  readonly under: bigint;
}

/** A decimal number as it is written: `-12.50`; undefined where the text is none. */
export function rational(text: string): Rational | undefined {
  const parts = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/.exec(text);
  if (!parts) return undefined;
  const decimals = parts[3] ?? "";
  const over = BigInt(parts[2] + decimals);
  return { over: parts[1] === "-" ? -over : over, under: 10n ** BigInt(decimals.length) };
}

export const plus = (a: Rational, b: Rational): Rational => ({
  over: a.over * b.under + b.over * a.under,
  under: a.under * b.under,
});

export const minus = (a: Rational, b: Rational): Rational => plus(a, { over: -b.over, under: b.under });

export const times = (a: Rational, b: Rational): Rational => ({
  over: a.over * b.over,
  under: a.under * b.under,
});

/** Undefined where nothing is what it is divided by. */
export function divided(a: Rational, b: Rational): Rational | undefined {
  if (b.over === 0n) return undefined;
  const over = a.over * b.under;
  const under = a.under * b.over;
  return under < 0n ? { over: -over, under: -under } : { over, under };
}

/** Below 0, 0 or above 0, as `a` is less than, equal to or more than `b`. */
export function compared(a: Rational, b: Rational): number {
  const apart = a.over * b.under - b.over * a.under;
  return apart < 0n ? -1 : apart > 0n ? 1 : 0;
}

/** To whole hundredths, halves away from nothing. */
export function rounded(a: Rational): Rational {
  const isNegative = a.over < 0n;
  const over = isNegative ? -a.over : a.over;
  const hundredths = (over * 200n + a.under) / (a.under * 2n);
  return { over: isNegative ? -hundredths : hundredths, under: 100n };
}

/** With so many decimals; undefined where it has more. */
export function written(a: Rational, decimals: number): string | undefined {
  const scale = 10n ** BigInt(decimals);
  const scaled = a.over * scale;
  if (scaled % a.under !== 0n) return undefined;
  const units = scaled / a.under;
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  const sign = units < 0n ? "-" : "";
  return decimals === 0
    ? `${sign}${digits}`
    : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
