import type { Keyring } from "../../../runtime/contract/envelope.ts";
import type { Fail } from "../../../runtime/contract/error.ts";
import { fromBase64Url, sha256Hex, textOf } from "./bytes.ts";
import { canonical, mismatch, readCanonicalObject, readObject } from "./json.ts";
import { signerOf, signJws, verifyJws } from "./jws.ts";
import type { SignedCode } from "./faults.ts";
import { type PublicPart, readAddressees, wrongField } from "./public_part.ts";

const TYPE = "seal-msg+jws";

/** Signs what the sender states: the public part, its addressees included, and the payload's size and hash. */
export async function signStatement(pub: PublicPart, payload: Uint8Array, keys: Keyring): Promise<string> {
  return await signJws(TYPE, canonical(await claimsOf(pub, payload)), keys.signingKey());
}

/**
 * Checks that the gateway in the header signed this header and this payload. The addressees are among what was signed:
 * who opens a message cannot seal the statement anew for somebody else. Fails by SIGNATURE_INVALID,
 * SIGNER_UNKNOWN, STATEMENT_MISMATCHED.
 */
export async function verifyStatement(
  jws: string,
  pub: PublicPart,
  payload: Uint8Array,
  keys: Keyring,
  fail: Fail<SignedCode>,
): Promise<void> {
  const keyId = signerOf(TYPE, jws) ?? fail("SIGNATURE_INVALID");
  const key = keys.verificationKey(pub.from, keyId) ?? fail("SIGNER_UNKNOWN");
  const signed = textOf(await verifyJws(jws, key) ?? fail("SIGNATURE_INVALID")) ?? "";
  const expected = await claimsOf(pub, payload);
  if (signed === canonical(expected)) return;
  fail("STATEMENT_MISMATCHED", { field: mismatch(readObject(signed) ?? {}, expected) ?? "names" });
}

async function claimsOf(pub: PublicPart, payload: Uint8Array) {
  return { ...pub, size: payload.length, sha256: await sha256Hex(payload) };
}

/** What a statement says before anybody has checked its signature; `undefined` where it is none. */
export function publicPartIn(jws: string): PublicPart | undefined {
  if (signerOf(TYPE, jws) === undefined) return undefined;
  const claims = readCanonicalObject(textOf(fromBase64Url(jws.split(".")[1]) ?? new Uint8Array()) ?? "");
  if (!claims) return undefined;
  const { to, size: _size, sha256: _sha256, ...rest } = claims;
  return readAddressees(to) && wrongField(rest) === undefined ? { ...rest, to } as PublicPart : undefined;
}
