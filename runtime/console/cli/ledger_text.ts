import type { GatewayStatus } from "../control/protocol.ts";
import { agoText, countText, durationText } from "./figures.ts";
import type { Paint } from "./paint.ts";
import { plain } from "./plain.ts";

/** Who signs the ledger and who has seen it, and each alarm that nobody has settled. */
export function ledgerLines({ ledger, statistics: { atMs } }: GatewayStatus, paint: Paint): string[] {
  const { isSigned, head, witnesses, alarms, collector } = ledger;
  const seen = witnesses.map(({ partner, signed, trouble }) => {
    const when = signed
      ? `seen by ${plain(partner)} ${agoText(atMs - signed.atMs)}`
      : `not yet seen by ${plain(partner)}`;
    return trouble === undefined ? when : paint.warn(`${when} (${trouble})`);
  });
  const signed = !isSigned
    ? "not signed: there is no ledger key; `mitral keys init` makes one, `mitral keys seal` adds it to older keys"
    : head
    ? `${countText(head.size)} ${head.size === 1 ? "entry" : "entries"} signed ${agoText(atMs - head.atMs)}`
    : "nothing signed since the start";
  return [
    `ledger: ${[signed, ...seen].join(", ")}`,
    ...(collector ? [collectorLine(collector, atMs, paint)] : []),
    ...alarms.map(({ id, code, says, atMs: sinceMs, partner }) => {
      const whom = partner === undefined ? "" : `, ${plain(partner)}`;
      const since = durationText(Math.max(0, atMs - sinceMs));
      return `${paint.bad(`ledger alarm ${id}: ${code}${whom}, for ${since}`)}\n  ${plain(says)}`;
    }),
    ...(alarms.length > 0 ? ["  settle one, once it is looked into: mitral audit settle NUMBER"] : []),
  ];
}

/** How far the audit collector is. */
function collectorLine(
  { by, next, waitingSinceMs, trouble }: NonNullable<GatewayStatus["ledger"]["collector"]>,
  atMs: number,
  paint: Paint,
): string {
  const sent = `audit collector (${by}): ${next ? `${countText(next.number)} sent` : "nothing sent yet"}`;
  if (trouble === undefined) return sent;
  const waits = waitingSinceMs === undefined
    ? ""
    : `, the next waits for ${durationText(Math.max(0, atMs - waitingSinceMs))}`;
  return paint.warn(`${sent}${waits} (${trouble})`);
}
