import type { Keyring } from "../../../runtime/contract/envelope.ts";
import { sha256Hex } from "./_bytes.ts";
import { canonical, mismatch, readObject } from "./_json.ts";
import { signerOf, signJws, verifyJws } from "./_jws.ts";
import type { HpkeFail } from "./errors.ts";
import type { PublicPart } from "./header.ts";

const TYPE = "seal-msg+jws";

/** Signs what the sender states: the public part, its addressees included, and the payload's size and hash. */
export async function signStatement(pub: PublicPart, payload: Uint8Array, keys: Keyring): Promise<string> {
  return await signJws(TYPE, canonical(await claimsOf(pub, payload)), keys.signingKey());
}

/**
 * Checks that the gateway in the header signed this header and this payload. The addressees are among what was signed:
 * who opens a message cannot seal the statement anew for somebody else. Fails by HPKE_SIGNATURE_INVALID,
 * HPKE_SIGNER_UNKNOWN, HPKE_STATEMENT_MISMATCHED.
 */
export async function verifyStatement(
  jws: string,
  pub: PublicPart,
  payload: Uint8Array,
  keys: Keyring,
  fail: HpkeFail,
): Promise<void> {
  const keyId = signerOf(TYPE, jws) ?? fail("HPKE_SIGNATURE_INVALID");
  const key = keys.verificationKey(pub.from, keyId) ?? fail("HPKE_SIGNER_UNKNOWN");
  const signed = await verifyJws(jws, key.key) ?? fail("HPKE_SIGNATURE_INVALID");
  const expected = await claimsOf(pub, payload);
  if (signed === canonical(expected)) return;
  fail("HPKE_STATEMENT_MISMATCHED", { field: mismatch(readObject(signed) ?? {}, expected) ?? "names" });
}

async function claimsOf(pub: PublicPart, payload: Uint8Array) {
  return { ...pub, size: payload.length, sha256: await sha256Hex(payload) };
}
