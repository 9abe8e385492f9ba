import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from "hpke";
import type { OpaqueKey, PublicKey } from "../../../runtime/contract/envelope.ts";
import { utf8 } from "../_kit/bytes.ts";
import { canonical } from "../_kit/json.ts";
import type { PublicPart } from "../_kit/public_part.ts";
import type { Wrap } from "./header.ts";

const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const INFO = utf8("SEAL/1 cek");
const [KEY_BYTES, SALT_BYTES] = [32, 24];

/** A new content key and a new salt. */
export async function drawContentKey(): Promise<
  { key: Uint8Array<ArrayBuffer>; salt: Uint8Array<ArrayBuffer> }
> {
  // A WebCrypto key is the platform's own strong randomness; one of the right length gives both.
  const algorithm = { name: "HMAC", hash: "SHA-256", length: (KEY_BYTES + SALT_BYTES) * 8 };
  const drawn = await crypto.subtle.generateKey(algorithm, true, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.exportKey("raw", drawn));
  return { key: bytes.slice(0, KEY_BYTES), salt: bytes.slice(KEY_BYTES) };
}

/**
 * Wraps the content key for one addressee: HPKE base mode (RFC 9180 section 6.1) with X-Wing, HKDF-SHA256 and
 * AES-256-GCM. Bound to the public part, so a wrap fits no other header.
 */
export async function wrapContentKey(contentKey: Uint8Array, to: PublicKey, pub: PublicPart): Promise<Wrap> {
  const { encapsulatedSecret, ciphertext } = await suite.Seal(to.key, contentKey, {
    info: INFO,
    aad: aadOf(pub),
  });
  return { gw: to.gateway, kid: to.keyId, encapsulated: encapsulatedSecret, wrapped: ciphertext };
}

/** Unwraps it; `undefined` where key, wrap and public part do not belong together. */
export async function unwrapContentKey(
  { encapsulated, wrapped }: Wrap,
  key: OpaqueKey,
  pub: PublicPart,
): Promise<Uint8Array | undefined> {
  try {
    return await suite.Open(key, encapsulated, wrapped, { info: INFO, aad: aadOf(pub) });
  } catch {
    return undefined;
  }
}

function aadOf(pub: PublicPart): Uint8Array {
  return utf8(canonical(pub));
}
