import { Buffer } from "node:buffer";
import { type Owner, SEALED, type Sealing } from "./sealing.ts";

/** An answer a peer was given. */
export interface KeptAnswer {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** Seals an answer for the message `seq`. */
export function sealAnswer(
  sealing: Sealing,
  seq: number,
  owner: Owner,
  { bytes, contentType }: KeptAnswer,
): Uint8Array {
  return sealing.seal(SEALED.answer, seq, owner, Buffer.concat([utf8.encode(`${contentType}\n`), bytes]));
}

/** `null` where it can no longer be read. */
export function openAnswer(sealing: Sealing, seq: number, sealed: Uint8Array): KeptAnswer | null {
  const plain = sealing.open(SEALED.answer, seq, sealed);
  if (!plain) return null;
  const end = plain.indexOf(LINE_END);
  return { contentType: text.decode(plain.subarray(0, end)), bytes: new Uint8Array(plain.subarray(end + 1)) };
}

const LINE_END = 0x0a;
const utf8 = new TextEncoder();
const text = new TextDecoder();
