import { type CheckpointSigner, readable, signaturesBy } from "./checkpoint.ts";
import { isNoteSignatureBy, noteKeyId, signatureLine } from "./signed_note.ts";

/** Length of the time before a signature, and of both. */
const TIME_BYTES = 8, SIGNATURE_BYTES = TIME_BYTES + 64;

/** Name a gateway signs others' checkpoints by: `GATEWAY/ROOTKEYID/witness`. `root`: id of its root key. */
export function witnessNameOf(
  { gateway, root }: { readonly gateway: string; readonly root: string },
): string {
  return `${gateway}/${root}/witness`;
}

/**
 * Says of a checkpoint's text that, as of this time, it is the largest tree of that ledger the witness has seen, and grew
 * out of all it has seen before (C2SP tlog-cosignature, v1): a line to add to the note.
 */
export function cosignatureLine(text: string, name: string, key: CheckpointSigner, atMs: number): string {
  const atSeconds = Math.floor(atMs / 1000);
  const signature = key.sign(signedBytes(text, atSeconds));
  const bytes = new Uint8Array(TIME_BYTES + signature.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(atSeconds));
  bytes.set(signature, TIME_BYTES);
  return signatureLine({ name, keyId: noteKeyId(name, key.publicBytes, "witness"), bytes });
}

/**
 * When that witness has last signed the checkpoint, in milliseconds (whole seconds) since 1970-01-01T00:00Z; `undefined`
 * where it has not, where a line that bears its name and id is not by it, and where the note is none.
 */
export function verifyCosignature(note: string, name: string, publicBytes: Uint8Array): number | undefined {
  const checkpoint = readable(note);
  if (!checkpoint) return undefined;
  let last: number | undefined;
  for (
    const { bytes } of signaturesBy(checkpoint.signatures, name, noteKeyId(name, publicBytes, "witness"))
  ) {
    const atMs = bytes.length === SIGNATURE_BYTES ? timeIn(bytes) : NaN;
    if (!Number.isSafeInteger(atMs)) return undefined;
    const signed = signedBytes(checkpoint.text, atMs / 1000);
    if (!isNoteSignatureBy(publicBytes, signed, bytes.subarray(TIME_BYTES))) return undefined;
    last = Math.max(atMs, last ?? atMs);
  }
  return last;
}

function timeIn(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, TIME_BYTES).getBigUint64(0)) * 1000;
}

function signedBytes(text: string, atSeconds: number): Uint8Array {
  return new TextEncoder().encode(`cosignature/v1\ntime ${atSeconds}\n${text}`);
}
