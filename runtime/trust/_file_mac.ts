import { boundBytes } from "./_handed_file.ts";
import type { MasterKey } from "./master_key.ts";

/** Length of the code. */
export const MAC_BYTES = 32;

const DOMAIN = "mitral-private-keys/2 file";
const HMAC = { name: "HMAC", hash: "SHA-256", length: 256 };

/** What binds all that a private file says: HMAC-SHA-256 of its canonical JSON, under a key of the master key for this alone. */
export async function macOf(
  masterKey: MasterKey,
  said: Readonly<Record<string, unknown>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = await keyOf(masterKey, "sign");
  return new Uint8Array(await crypto.subtle.sign(HMAC, key, boundBytes(DOMAIN, said)));
}

/** True where the file says what it said when it was written. */
export async function isMacOf(
  masterKey: MasterKey,
  mac: Uint8Array<ArrayBuffer>,
  said: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  return await crypto.subtle.verify(HMAC, await keyOf(masterKey, "verify"), mac, boundBytes(DOMAIN, said));
}

async function keyOf({ bytes }: MasterKey, use: "sign" | "verify"): Promise<CryptoKey> {
  const master = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode(DOMAIN);
  const from = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return await crypto.subtle.deriveKey(from, master, HMAC, false, [use]);
}
