import { decodeEntry } from "../../trust/ledger/entry_bytes.ts";
import { readOrigin } from "../../trust/ledger/checkpoint.ts";
import { fromDecimal } from "../../trust/ledger/signed_note.ts";
import {
  isSame,
  leafHash,
  type TreeHead,
  verifyConsistency,
  verifyInclusion,
} from "../../trust/ledger/tree.ts";
import type { ShownCheckpoint } from "./told.ts";

/** The last head of a ledger that a witness has signed. */
export interface WitnessedHead extends TreeHead {
  readonly epoch: number;
  /** When its gateway told it, by that gateway's clock. */
  readonly toldAtMs: number;
}

/** A head as its gateway shows it: its signature was verified. */
export interface ShownHead extends TreeHead {
  readonly epoch: number;
  readonly shown: ShownCheckpoint;
}

/** Of a later epoch. */
export interface Restored {
  readonly kind: "restored";
  /** So many of the entries that were signed went on, as its first entry says; left out where that says nothing. */
  readonly kept?: number;
  /** True where that needs no believing. */
  readonly isShown?: boolean;
}

/** What a witness thinks of a head. */
export type Judgement =
  /** It grew out of what was signed before, or is the same. */
  | { readonly kind: "good" }
  | Restored
  /** It may be good: it is to show that it grew out of what was signed. Also one that was told earlier and comes late. */
  | { readonly kind: "unshown" }
  /** Fewer entries than were signed, or an epoch that is over. */
  | { readonly kind: "rolledBack" }
  /** Not what was signed and more. */
  | { readonly kind: "split" };

/**
 * Judges a head by the last of the same ledger that was signed; `undefined` where none was. Of an earlier time is what comes
 * late on its way, or twice: that is held against nobody.
 */
export function judge(known: WitnessedHead | undefined, { epoch, size, root, shown }: ShownHead): Judgement {
  if (!known) return { kind: "good" };
  if (epoch > known.epoch) return { kind: "restored", ...keptOf(known, { size, root }, shown) };
  if (epoch < known.epoch || size < known.size) {
    return { kind: shown.atMs < known.toldAtMs ? "unshown" : "rolledBack" };
  }
  if (size > known.size && shown.from !== known.size) return { kind: "unshown" };
  const isGrown = size === known.size
    ? isSame(root, known.root)
    : verifyConsistency({ from: known, to: { size, root }, proof: shown.proof });
  return { kind: isGrown ? "good" : "split" };
}

/** How many entries of the epoch before went on, by the first entry of the new one. */
function keptOf(
  known: WitnessedHead,
  { size, root }: TreeHead,
  { began }: ShownCheckpoint,
): Pick<Restored, "kept" | "isShown"> {
  if (!began) return {};
  const { entry, proof } = began;
  if (!verifyInclusion({ leaf: leafHash(entry), number: 0, size, proof, root })) return {};
  const before = headIn(entry);
  if (before?.epoch !== known.epoch) return {};
  // Of as many entries it can only have been this root. Of more, or fewer, it can say what it likes.
  const isShown = before.size === known.size;
  if (isShown && before.root !== known.root.toBase64()) return {};
  return { kept: Math.min(before.size, known.size), isShown };
}

function headIn(entry: Uint8Array) {
  try {
    const { kind, before = "" } = decodeEntry(entry);
    const [origin, count = "", root] = before.split(" ");
    const size = fromDecimal(count);
    return kind === "began" && root !== undefined && size !== undefined
      ? { epoch: readOrigin(origin)?.epoch, size, root }
      : undefined;
  } catch {
    return undefined;
  }
}
