import type { Keyring } from "../../../runtime/contract/envelope.ts";
import type { Fail } from "../../../runtime/contract/error.ts";
import { fromBase64Url, sha256Hex, textOf } from "./bytes.ts";
import type { SignedCode } from "./faults.ts";
import { canonical, mismatch, readCanonicalObject, readObject } from "./json.ts";
import { isSigning, readJwsHeader, signJws, verifyJws } from "./jws.ts";
import { type PublicPart, readAddressees, wrongField } from "./public_part.ts";

const TYPE = "seal-msg+jws";
const HASH = /^[0-9a-f]{64}$/;

/** What a statement says of the payload: its length in bytes and its SHA-256 in hexadecimal. */
export interface PayloadFacts {
  readonly size: number;
  readonly sha256: string;
}

/** What there is to say of a payload. */
export async function factsOf(payload: Uint8Array): Promise<PayloadFacts> {
  return { size: payload.length, sha256: await sha256Hex(payload) };
}

/** Signs what the sender states: the public part, its addressees included, and the payload's size and hash. */
export async function signStatement(
  pub: PublicPart,
  facts: PayloadFacts,
  keys: Pick<Keyring, "signingKey">,
): Promise<string> {
  return await signJws(TYPE, canonical({ ...pub, ...facts }), keys.signingKey());
}

/**
 * Checks that the gateway in the public part signed it, and returns what it signed of the payload. The addressees are
 * among what was signed: who opens a message cannot seal the statement anew for somebody else. Fails by
 * SIGNATURE_INVALID, VERSION_UNSUPPORTED, SIGNER_UNKNOWN, STATEMENT_MISMATCHED.
 */
export async function verifyStatement(
  jws: string,
  pub: PublicPart,
  keys: Pick<Keyring, "verificationKey">,
  fail: Fail<SignedCode>,
): Promise<PayloadFacts> {
  const { alg, kid } = readJwsHeader(TYPE, jws) ?? fail("SIGNATURE_INVALID");
  if (!isSigning(alg)) fail("VERSION_UNSUPPORTED", { field: "signature" });
  const key = keys.verificationKey(pub.from, kid) ?? fail("SIGNER_UNKNOWN");
  const signed = textOf(await verifyJws(jws, key) ?? fail("SIGNATURE_INVALID")) ?? "";
  const { size, sha256, ...stated } = readObject(signed) ?? {};
  const different = mismatch(stated, { ...pub });
  if (different !== undefined) fail("STATEMENT_MISMATCHED", { field: different });
  if (!Number.isSafeInteger(size)) fail("STATEMENT_MISMATCHED", { field: "size" });
  if (typeof sha256 !== "string" || !HASH.test(sha256)) {
    return fail("STATEMENT_MISMATCHED", { field: "sha256" });
  }
  const facts = { size: size as number, sha256 };
  // To the byte: no field more, no other spelling.
  if (signed !== canonical({ ...pub, ...facts })) fail("STATEMENT_MISMATCHED", { field: "names" });
  return facts;
}

/** Checks that the payload is the one that was signed. Fails by STATEMENT_MISMATCHED. */
export function checkPayload(found: PayloadFacts, signed: PayloadFacts, fail: Fail<SignedCode>): void {
  if (found.size !== signed.size) fail("STATEMENT_MISMATCHED", { field: "size" });
  if (found.sha256 !== signed.sha256) fail("STATEMENT_MISMATCHED", { field: "sha256" });
}

/** What a statement says before anybody has checked its signature; `undefined` where it is none. */
export function publicPartIn(jws: string): PublicPart | undefined {
  if (!readJwsHeader(TYPE, jws)) return undefined;
  const claims = readCanonicalObject(textOf(fromBase64Url(jws.split(".")[1]) ?? new Uint8Array()) ?? "");
  if (!claims) return undefined;
  const { to, size: _size, sha256: _sha256, ...rest } = claims;
  return readAddressees(to) && wrongField(rest) === undefined ? { ...rest, to } as PublicPart : undefined;
}
