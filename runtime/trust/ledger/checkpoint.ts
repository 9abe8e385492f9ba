import { MitralError } from "../../contract/error.ts";
import { ledgerErrors } from "./ledger_errors.ts";
import {
  fromDecimal,
  fromNoteBase64,
  isNoteName,
  isNoteSignatureBy,
  noteKeyId,
  type NoteSignature,
  readNote,
  signatureLine,
} from "./signed_note.ts";
import { HASH_BYTES, type TreeHead } from "./tree.ts";

/** Which ledger, how large it is, and its root (C2SP tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** As {@linkcode originOf} writes it. */
  readonly origin: string;
}

/** A checkpoint, read. Nothing in it is true before a signature is verified. */
export interface ReadCheckpoint extends Checkpoint {
  /** What is signed, with its last line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** What signs checkpoints: Ed25519. */
export interface CheckpointSigner {
  /** 32 bytes. */
  readonly publicBytes: Uint8Array;
  /** 64 bytes (RFC 8032). */
  sign(bytes: Uint8Array): Uint8Array;
}

/** Which gateway's ledger, by the id of the root key it is known by; each restore from a backup begins another epoch. */
export interface LedgerName {
  readonly gateway: string;
  /** Id of its root key: 16 hexadecimal digits. */
  readonly root: string;
  readonly epoch: number;
}

/** Name of a ledger: `GATEWAY/ROOTKEYID/EPOCH`. */
export function originOf({ gateway, root, epoch }: LedgerName): string {
  return `${gateway}/${root}/${epoch}`;
}

/** Reads what {@linkcode originOf} writes; `undefined` for every other text. */
export function readOrigin(origin: string): LedgerName | undefined {
  const [gateway, root, number, ...more] = origin.split("/");
  const epoch = fromDecimal(number ?? "");
  if (!gateway || !isNoteName(origin) || !/^[0-9a-f]{16}$/.test(root ?? "") || more.length > 0) {
    return undefined;
  }
  return epoch === undefined ? undefined : { gateway, root: root!, epoch };
}

/** What is signed of a checkpoint: three lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toBase64()}\n`;
}

/** Signs a checkpoint as the ledger's own gateway. */
export function signCheckpoint(checkpoint: Checkpoint, key: CheckpointSigner): string {
  const { origin } = checkpoint, text = checkpointText(checkpoint);
  const keyId = noteKeyId(origin, key.publicBytes, "log");
  const bytes = key.sign(new TextEncoder().encode(text));
  return `${text}\n${signatureLine({ name: origin, keyId, bytes })}`;
}

/** Reads a checkpoint of three lines, no more; throws `LEDGER_NOTE_INVALID`. */
export function readCheckpoint(note: string): ReadCheckpoint {
  const { text, signatures } = readNote(note);
  const [origin = "", count = "", base64 = "", end, ...more] = text.split("\n");
  const size = fromDecimal(count), root = fromNoteBase64(base64);
  if (!isNoteName(origin)) return refuse("the origin");
  if (size === undefined) return refuse("the size");
  if (root?.length !== HASH_BYTES) return refuse("the root");
  if (end !== "" || more.length > 0) return refuse("the end of three lines");
  return { origin, size, root, text, signatures };
}

/**
 * The checkpoint, where one of the keys (Ed25519, 32 bytes each) has signed it for its ledger; `undefined` where none has,
 * where a signature that bears the name and id of one is not by it, and where the note is none.
 */
export function verifyCheckpoint(note: string, ...keys: readonly Uint8Array[]): ReadCheckpoint | undefined {
  const checkpoint = readable(note);
  if (!checkpoint) return undefined;
  const { origin, text, signatures } = checkpoint;
  const signed = new TextEncoder().encode(text);
  const found = keys.flatMap((key) =>
    signaturesBy(signatures, origin, noteKeyId(origin, key, "log"))
      .map(({ bytes }) => isNoteSignatureBy(key, signed, bytes))
  );
  return found.length > 0 && found.every(Boolean) ? checkpoint : undefined;
}

/** The checkpoint, whoever has signed it; `undefined` where the note is none. */
export function readable(note: string): ReadCheckpoint | undefined {
  try {
    return readCheckpoint(note);
  } catch (error) {
    if (error instanceof MitralError) return undefined;
    throw error;
  }
}

/** Signatures that say to be by a key. */
export function signaturesBy(
  signatures: readonly NoteSignature[],
  name: string,
  keyId: string,
): readonly NoteSignature[] {
  return signatures.filter((each) => each.name === name && each.keyId === keyId);
}

function refuse(part: string): never {
  return ledgerErrors.fail("LEDGER_NOTE_INVALID", { part });
}
