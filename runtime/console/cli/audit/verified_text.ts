import type { LedgerKeys, LedgerVerified } from "../../../journal/upkeep/verify_ledger.ts";
import { countText, plural, timeText } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { table } from "../table.ts";

/** What a look through a ledger found, for people. */
export function verifiedText(
  { epochs, findings, messages, deliveries, opened }: LedgerVerified,
  keys: LedgerKeys | undefined,
  paint: Paint,
): string {
  const found = findings.list.map(({ code, subject }) => [code, subject]);
  const more = findings.count - found.length;
  const lines = [
    ...(found.length > 0 ? [table(["finding", "what"], found, paint).trimEnd()] : []),
    ...(more > 0 ? [`and ${countText(more)} more`] : []),
    table(
      [">epoch", ">entries", ">signed heads", "witnessed"],
      epochs.map(({ epoch, size, checkpoints, witnessed }) => [
        String(epoch),
        countText(size),
        countText(checkpoints),
        witnessed.map(({ name, size, atMs }) =>
          `up to ${countText(size)} by ${name.split("/")[0]} at ${timeText(atMs)}`
        ).join(", ") || "by nobody",
      ]),
      paint,
    ).trimEnd(),
  ];
  const unchecked = epochs.reduce((sum, epoch) => sum + epoch.unchecked, 0);
  const ends = deliveries === 1 ? "end of a delivery" : "ends of deliveries";
  const compared = `compared with ${plural(messages, "message")} and ${countText(deliveries)} ${ends}`;
  lines.push(
    `${compared}: ${
      findings.count === 0 ? paint.good("nothing is wrong") : paint.bad(plural(findings.count, "finding"))
    }`,
  );
  if (!keys) lines.push("without --file no signature was checked, and nobody's witness counts");
  else if (keys.own.length === 0) {
    lines.push("no ledger key of this gateway is known: its own signatures were not checked");
  } else if (unchecked > 0) {
    lines.push(`${plural(unchecked, "signature")} of witnesses whose keys are not known`);
  }
  if (!opened) lines.push("without the master key, what messages say was not compared");
  return lines.join("\n");
}
