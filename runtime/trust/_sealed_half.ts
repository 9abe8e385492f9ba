import type { MasterKey } from "./master_key.ts";

/** What a key is to a gateway. */
export type KeyKind = "root" | "signing" | "encryption" | "relay" | "ledger" | "wireguard";

/** Where a private half belongs. Sealed there, it opens nowhere else. */
export interface Place {
  readonly gateway: string;
  readonly kind: KeyKind;
  readonly keyId: string;
}

/** Length of a sealed private half: 32 bytes and the tag. */
export const SEALED_HALF_BYTES = 48;

const DOMAIN = "mitral-private-keys/2";
const AES_GCM = "AES-GCM";
/** One key of its own for each private half, by its place: it never seals anything else, so one nonce will do. */
const NONCE = new Uint8Array(12);

/** Seals a private half under the master key. */
export async function sealHalf(
  masterKey: MasterKey,
  place: Place,
  privateBytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { key, params } = await prepare(masterKey, place, "encrypt");
  return new Uint8Array(await crypto.subtle.encrypt(params, key, privateBytes));
}

/** Opens what {@linkcode sealHalf} made; rejects where it was altered, is another's, or the master key is another. */
export async function openHalf(
  masterKey: MasterKey,
  place: Place,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { key, params } = await prepare(masterKey, place, "decrypt");
  return new Uint8Array(await crypto.subtle.decrypt(params, key, sealed));
}

async function prepare({ bytes }: MasterKey, { gateway, kind, keyId }: Place, use: "encrypt" | "decrypt") {
  // None of the three can have a line break in it.
  const place = new TextEncoder().encode([DOMAIN, gateway, kind, keyId].join("\n"));
  const master = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: place },
    master,
    { name: AES_GCM, length: 256 },
    false,
    [use],
  );
  return { key, params: { name: AES_GCM, iv: NONCE, additionalData: place } };
}
