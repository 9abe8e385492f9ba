import { add, nothing, type Tally } from "./judge.ts";

/** Tallies by `LEVEL RESOLUTION`. */
export type Tallies = ReadonlyMap<string, Tally>;

/** Share of values that have to be accepted without a person. What a set has no image of has no bar. */
const ACCEPTED_MIN: Readonly<Record<string, number>> = {
  "clean fine": 0.9,
  "typical fine": 0.85,
  "typical std": 0.6,
};
const WRONG_MAX = 0.003;

/** What falls short, in words; nothing where all is well. */
export function shortfalls(tallies: Tallies): string[] {
  const all = sum(tallies), short: string[] = [];
  for (const [row, least] of Object.entries(ACCEPTED_MIN)) {
    const tally = tallies.get(row);
    if (!tally || tally.values === 0) continue;
    const share = tally.accepted / tally.values;
    if (share < least) short.push(`${row}: ${percent(share)} accepted, and ${percent(least)} has to be`);
  }
  const wrong = all.accepted === 0 ? 0 : all.acceptedWrong / all.accepted;
  if (wrong > WRONG_MAX) {
    short.push(`${percent(wrong, 2)} of accepted values are wrong; at most ${percent(WRONG_MAX)}`);
  }
  if (all.wrongPatients > 0) {
    short.push(`${all.wrongPatients} documents were given to a wrong patient; none may be`);
  }
  if (all.forced > 0) {
    short.push(`${all.forced} documents became an invoice or a laboratory report that are neither`);
  }
  return short;
}

export function sum(tallies: Tallies): Tally {
  const all = nothing();
  for (const tally of tallies.values()) add(all, tally);
  return all;
}

const percent = (share: number, digits = 1) => `${(share * 100).toFixed(digits)} %`;

const ORDER = ["clean fine", "clean std", "typical fine", "typical std", "bad fine", "bad std"];

/** The table that people read. */
export function table(tallies: Tallies): string {
  const rank = (row: string) => (ORDER.indexOf(row) + ORDER.length + 1) % (ORDER.length + 1);
  const rows = [...tallies].toSorted(([one], [other]) => rank(one) - rank(other) || one.localeCompare(other));
  const cells = [...rows, ["all", sum(tallies)] as const].map(([row, tally]) => {
    const of = (part: number, whole: number) =>
      whole === 0 ? "-" : `${part}/${whole} (${percent(part / whole)})`;
    return [
      row,
      String(tally.documents),
      of(tally.right, tally.values),
      of(tally.accepted, tally.values),
      of(tally.acceptedWrong, tally.accepted),
      String(tally.confirmed),
      String(tally.wrongPatients),
      `${tally.classified}/${tally.documents}`,
      String(tally.forced),
    ];
  });
  const head = [
    "",
    "documents",
    "values read right",
    "accepted without a person",
    "wrong among accepted",
    "patients confirmed",
    "wrong patients",
    "classified",
    "forced",
  ];
  const widths = head.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, at) => at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at])).join("  ");
  return [line(head), ...cells.map(line)].join("\n");
}
