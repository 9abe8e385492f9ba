import { generateKeySync } from "node:crypto";
import type { OpaqueKey, PublicKey } from "../../../runtime/contract/envelope.ts";
import { utf8 } from "../_kit/bytes.ts";
import { canonical } from "../_kit/json.ts";
import type { PublicPart } from "../_kit/public_part.ts";
import type { Wrap } from "./header.ts";
import { suiteFor } from "./suites.ts";

const INFO = utf8("SEAL/1 cek");
const [KEY_BYTES, SALT_BYTES] = [32, 24];

/** A content key and the salt of the body it seals. */
export interface ContentKey {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly salt: Uint8Array<ArrayBuffer>;
}

/** A new content key and a new salt. */
export function drawContentKey(): ContentKey {
  // A key for HMAC is the platform's own strong randomness; one of the right length gives both.
  const drawn = generateKeySync("hmac", { length: (KEY_BYTES + SALT_BYTES) * 8 }).export();
  const bytes = new Uint8Array(drawn);
  return { key: bytes.slice(0, KEY_BYTES), salt: bytes.slice(KEY_BYTES) };
}

/**
 * Wraps the content key for one addressee, by the suite its key is for: HPKE base mode (RFC 9180 section 6.1). Bound to
 * the public part, so a wrap fits no other header.
 */
export async function wrapContentKey(contentKey: Uint8Array, to: PublicKey, pub: PublicPart): Promise<Wrap> {
  const suite = suiteFor(to.algorithm);
  const { encapsulatedSecret, ciphertext } = await suite.hpke.Seal(to.key, contentKey, bindingOf(pub));
  return { gw: to.gateway, kid: to.keyId, suite, encapsulated: encapsulatedSecret, wrapped: ciphertext };
}

/** Unwraps it; `undefined` where key, wrap and public part do not belong together. */
export async function unwrapContentKey(
  { suite, encapsulated, wrapped }: Wrap,
  key: OpaqueKey,
  pub: PublicPart,
): Promise<Uint8Array | undefined> {
  try {
    return await suite.hpke.Open(key, encapsulated, wrapped, bindingOf(pub));
  } catch {
    return undefined;
  }
}

function bindingOf(pub: PublicPart): { readonly info: Uint8Array; readonly aad: Uint8Array } {
  return { info: INFO, aad: utf8(canonical(pub)) };
}
