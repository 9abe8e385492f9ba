import { createHash, createPublicKey, verify } from "node:crypto";
import { toBase64Url } from "../_key_encoding.ts";
import { ledgerErrors } from "./ledger_errors.ts";

/** Signed notes (C2SP signed-note), as far as checkpoints need them. */

/** What a key signs in a note; it is part of the key's id, so that no signature passes for one of the other kind. */
export type NoteKeyUse = "log" | "witness";

/** Signature types of C2SP signed-note. */
const TYPES: Readonly<Record<NoteKeyUse, number>> = { log: 1, witness: 4 };

/** Longest note that is read: as many lines of witnesses as are read, with the longest names. */
export const NOTE_CHARS_MAX = 262_144;

/** Most signatures of a note that is read; C2SP wants at least 16. */
export const NOTE_SIGNATURES_MAX = 512;

/** Longest name of a key, or origin of a ledger. */
export const NOTE_NAME_MAX = 255;

/** A signature below a note. */
export interface NoteSignature {
  /** Name of the key. */
  readonly name: string;
  /** Id of the key: 4 bytes, in hex. */
  readonly keyId: string;
  /** What the key made. */
  readonly bytes: Uint8Array;
}

/** A note, read. Nothing in it is true before a signature is verified. */
export interface SignedNote {
  /** What is signed, with its last line feed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const SPACES = /[\s+\p{White_Space}]/u;
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

/** Id of a key under a name: 4 bytes, in hex. */
export function noteKeyId(name: string, publicBytes: Uint8Array, use: NoteKeyUse): string {
  const hash = createHash("sha256").update(`${name}\n`).update(Uint8Array.of(TYPES[use])).update(publicBytes);
  return hash.digest("hex").slice(0, 8);
}

/** A key as other programs are told it (C2SP signed-note, verifier keys): `NAME+KEYID+BASE64`. */
export function verifierKey(name: string, publicBytes: Uint8Array, use: NoteKeyUse): string {
  const typed = Uint8Array.of(TYPES[use], ...publicBytes);
  return `${name}+${noteKeyId(name, publicBytes, use)}+${typed.toBase64()}`;
}

/** The line below a note that says who has signed it, with its line feed. */
export function signatureLine({ name, keyId, bytes }: NoteSignature): string {
  return `\u2014 ${name} ${Uint8Array.of(...Uint8Array.fromHex(keyId), ...bytes).toBase64()}\n`;
}

/** Reads a note; throws `LEDGER_NOTE_INVALID`. */
export function readNote(note: string): SignedNote {
  if (note.length > NOTE_CHARS_MAX) return refuse("its length");
  if (!note.isWellFormed() || CONTROLS.test(note)) return refuse("its plain text");
  const end = note.lastIndexOf("\n\n");
  const lines = note.slice(end + 2).split("\n");
  if (end < 0 || lines.pop() !== "") return refuse("its last line feed");
  if (lines.length === 0 || lines.length > NOTE_SIGNATURES_MAX) return refuse("its list of signatures");
  return { text: note.slice(0, end + 1), signatures: lines.map(signatureIn) };
}

/** True where that is the name of a key, or an origin. */
export function isNoteName(name: string): boolean {
  return name.length > 0 && name.length <= NOTE_NAME_MAX && !SPACES.test(name);
}

/** Bytes of base64 (RFC 4648 section 4), where it is spelt in the one way there is; else `undefined`. */
export function fromNoteBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text);
    return bytes.toBase64() === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** A count as notes write it, up to 2^53 - 1; else `undefined`. */
export function fromDecimal(text: string): number | undefined {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** True where the key (Ed25519, 32 bytes) made this signature of these bytes; false too where it is none. */
export function isNoteSignatureBy(
  publicBytes: Uint8Array,
  signed: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: toBase64Url(publicBytes) };
    return verify(null, signed, createPublicKey({ key: jwk, format: "jwk" }), signature);
  } catch {
    return false;
  }
}

function signatureIn(line: string): NoteSignature {
  const [dash, name, base64, ...more] = line.split(" ");
  const bytes = base64 === undefined ? undefined : fromNoteBase64(base64);
  if (dash !== "\u2014" || !name || !isNoteName(name) || !bytes || bytes.length <= 4 || more.length > 0) {
    return refuse("a signature");
  }
  return { name, keyId: bytes.subarray(0, 4).toHex(), bytes: bytes.subarray(4) };
}

function refuse(part: string): never {
  return ledgerErrors.fail("LEDGER_NOTE_INVALID", { part });
}
