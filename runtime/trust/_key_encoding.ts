/** How keys are written: base64url without padding for their bytes, the start of a SHA-256 for their ids. */

/** Writes bytes as base64url without padding (RFC 4648 section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Reads what {@linkcode toBase64Url} writes and nothing else; `undefined` for every other text. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    // Decoders forgive blanks and stray bits in the last letter; one spelling for each key keeps signatures honest.
    return toBase64Url(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of a public key's bytes, as 64 hexadecimal digits. */
export async function digestOf(publicBytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", publicBytes)).toHex();
}

/** Id of a key: the first 16 hexadecimal digits of the SHA-256 of its public bytes. */
export async function keyIdOf(publicBytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return (await digestOf(publicBytes)).slice(0, 16);
}

/** Both halves of a key, as bytes. */
export interface PairBytes {
  readonly privateBytes: Uint8Array<ArrayBuffer>;
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}
