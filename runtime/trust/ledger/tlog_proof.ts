import { type ReadCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import { ledgerErrors } from "./ledger_errors.ts";
import { fromDecimal, fromNoteBase64, NOTE_CHARS_MAX } from "./signed_note.ts";
import { HASH_BYTES, leafHash, PROOF_HASHES_MAX, verifyInclusion } from "./tree.ts";

/** What shows that an entry is in a ledger (C2SP tlog-proof), for a file `NAME.tlog-proof`. */
export interface TlogProof {
  /** Number of the entry. */
  readonly number: number;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint, with the lines of its witnesses. */
  readonly note: string;
  /** Nothing vouches for it. */
  readonly extra?: Uint8Array;
}

const TITLE = "c2sp.org/tlog-proof@v1";

/** Most bytes of `extra` that are read. */
const EXTRA_BYTES_MAX = 65_536;
const PROOF_CHARS_MAX = NOTE_CHARS_MAX + 2 * EXTRA_BYTES_MAX;

/** Writes a proof. */
export function writeProof({ number, hashes, note, extra }: TlogProof): string {
  const lines = [TITLE, ...extra ? [`extra ${extra.toBase64()}`] : [], `index ${number}`];
  return [...lines, ...hashes.map((hash) => hash.toBase64()), "", note].join("\n");
}

/** Reads a proof, but not its checkpoint; throws `LEDGER_PROOF_INVALID`. */
export function readProof(proof: string): TlogProof {
  const end = proof.length > PROOF_CHARS_MAX ? -1 : proof.indexOf("\n\n");
  if (end < 0) return refuse("the checkpoint");
  const [title, ...lines] = proof.slice(0, end).split("\n");
  if (title !== TITLE) return refuse("its first line");
  const extra = lines[0]?.startsWith("extra ")
    ? fromNoteBase64(lines.shift()!.slice(6)) ?? refuse("extra")
    : undefined;
  const number = fromDecimal(/^index (.*)$/.exec(lines.shift() ?? "")?.[1] ?? "");
  if (number === undefined) return refuse("index");
  if (lines.length > PROOF_HASHES_MAX) return refuse("its list of hashes");
  const hashes = lines.map((line) => {
    const hash = fromNoteBase64(line);
    return hash?.length === HASH_BYTES ? hash : refuse("a hash");
  });
  return { number, hashes, note: proof.slice(end + 2), ...extra && { extra } };
}

/**
 * The checkpoint a proof stands on, where one of the keys (Ed25519, 32 bytes each) has signed it and the entry of these
 * bytes is in its tree; else `undefined`. Throws `LEDGER_PROOF_INVALID` where it is no proof. Witnesses are not looked at.
 */
export function verifyProof(
  proof: string,
  entry: Uint8Array,
  ...keys: readonly Uint8Array[]
): ReadCheckpoint | undefined {
  const { number, hashes, note } = readProof(proof);
  const checkpoint = verifyCheckpoint(note, ...keys);
  if (!checkpoint) return undefined;
  const { size, root } = checkpoint;
  return verifyInclusion({ leaf: leafHash(entry), number, size, proof: hashes, root })
    ? checkpoint
    : undefined;
}

function refuse(part: string): never {
  return ledgerErrors.fail("LEDGER_PROOF_INVALID", { part });
}
