import { CANARY } from "./payloads.ts";

/** `size` bytes without pattern, with the canary in them wherever it fits: the same ones every time. */
export function payloadOf(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = 0x2545f491 ^ size;
  for (let at = 0; at < size; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  if (size >= CANARY.length) bytes.set(bytesOf(CANARY), size - CANARY.length);
  return bytes;
}

/** A copy with one bit of the byte at `at` turned. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  copy[at] ^= 1 << at % 8;
  return copy;
}

/** All parts, one after another. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** True where both hold the same bytes. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** Text as UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes as text, a character each. */
export function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** Bytes as text, and whatever base64url in them stands for. */
export function decoded(bytes: Uint8Array): string {
  const text = latin1(bytes);
  return text +
    (text.match(/[\w-]{8,}/g) ?? []).map((run) => atob(run.replace(/-/g, "+").replace(/_/g, "/"))).join();
}
