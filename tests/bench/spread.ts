/** Figures of several runs: what lies in the middle, and how far they are apart. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, lowest: sorted[0], highest: sorted[sorted.length - 1] };
}

/** `4321 (4100–4500)`. */
export function said({ median, lowest, highest }: Spread, digits = 0): string {
  return `${median.toFixed(digits)} (${lowest.toFixed(digits)}–${highest.toFixed(digits)})`;
}

/** Runs cases in turn, so that what the machine does besides meets them all alike. */
export async function inTurn<Figures extends Record<string, unknown>>(
  rounds: number,
  cases: { readonly [Case in keyof Figures]: () => Promise<Figures[Case]> },
): Promise<{ readonly [Case in keyof Figures]: Figures[Case][] }> {
  const names = Object.keys(cases) as (keyof Figures)[];
  const found = Object.fromEntries(names.map((name) => [name, []])) as unknown as {
    [Case in keyof Figures]: Figures[Case][];
  };
  for (let round = 0; round < rounds; round++) {
    // Every second round goes the other way: what grows in a round meets first and last alike.
    for (const name of round % 2 === 0 ? names : names.toReversed()) found[name].push(await cases[name]());
  }
  return found;
}
