import type { CheckpointRecord, NumberedEntry } from "../../journal/ledger/operations.ts";
import type { EpochEntries, LedgerReader } from "./entries.ts";
import { errors } from "./errors.ts";

/** Entries of an epoch, and the signed head that covers them. */
export interface Covered extends EpochEntries {
  readonly head: CheckpointRecord;
  /** Entries that came too late for it. */
  readonly left: number;
}

/** Signed heads that are looked at: one is kept for each day and witness. */
const HEADS_MAX = 100_000;

/**
 * The smallest head that covers the entries and that `witness` has signed or, where it never did, anybody. Where there is
 * none, partners are asked now, and `asking` is called before; where none answers, the head that covers most. Errors:
 * EVIDENCE_HEAD_MISSING.
 */
export async function headFor(
  ledger: LedgerReader,
  { epoch, entries }: EpochEntries,
  witness: string | undefined,
  asking: () => void,
): Promise<Covered> {
  const heads = (sizeMin: number) => ledger.ask({ ask: "checkpoints", epoch, sizeMin, limit: HEADS_MAX });
  const [first, last] = [entries[0]!.number, entries.at(-1)!.number];
  const whole = (head: CheckpointRecord): Covered => ({ epoch, entries, head, left: 0 });
  const witnessed = smallest(await heads(last + 1), witness);
  if (witnessed) return whole(witnessed);
  asking();
  await ledger.witnessNow();
  const now = smallest(await heads(last + 1), witness);
  if (now) return whole(now);
  const all = await heads(first + 1);
  const most = all.find(({ witnesses }) => witnesses.length > 0);
  const head = most ?? all.findLast(({ size }) => size > last) ?? all[0] ??
    errors.fail("EVIDENCE_HEAD_MISSING");
  const covered: readonly NumberedEntry[] = entries.filter(({ number }) => number < head.size);
  return { epoch, entries: covered, head, left: entries.length - covered.length };
}

/** Of heads, the largest first, the smallest that a witness has signed. */
function smallest(
  heads: readonly CheckpointRecord[],
  witness: string | undefined,
): CheckpointRecord | undefined {
  const wanted = witness === undefined
    ? undefined
    : heads.findLast(({ witnesses }) => witnesses.includes(witness));
  return wanted ?? heads.findLast(({ witnesses }) => witnesses.length > 0);
}
