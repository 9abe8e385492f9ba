import { canonical, mismatch, readObject } from "./_json.ts";
import { readJwsHeader, signJws, verifyJws } from "./_jws.ts";
import type { PublicPart } from "./header.ts";
import { allows, isSigning } from "./suites.ts";
import { type HpkeTools, ourSigningKey } from "./tools.ts";

const TYPE = "seal-msg+jws";
const HASH = /^[0-9a-f]{64}$/;

/** What a statement says of the payload: its length in bytes and its SHA-256 in hexadecimal. */
export interface PayloadFacts {
  readonly size: number;
  readonly sha256: string;
}

/**
 * Signs what the sender states: the public part, its addressees included, and the payload's size and hash. Fails by
 * HPKE_KEY_UNAPPROVED.
 */
export async function signStatement(pub: PublicPart, facts: PayloadFacts, tools: HpkeTools): Promise<string> {
  return await signJws(TYPE, canonical({ ...pub, ...facts }), ourSigningKey(tools));
}

/**
 * Checks that the gateway in the header signed this header, and returns what it signed of the payload. The addressees
 * are among what was signed: who opens a message cannot seal the statement anew for somebody else. Fails by
 * HPKE_SIGNATURE_INVALID, HPKE_VERSION_UNSUPPORTED, HPKE_SIGNER_UNKNOWN, HPKE_ALGORITHM_UNAPPROVED,
 * HPKE_STATEMENT_MISMATCHED.
 */
export async function verifyStatement(
  jws: string,
  pub: PublicPart,
  { keys, config: { profile }, fail }: HpkeTools,
): Promise<PayloadFacts> {
  const { alg, kid } = readJwsHeader(TYPE, jws) ?? fail("HPKE_SIGNATURE_INVALID");
  if (!isSigning(alg)) fail("HPKE_VERSION_UNSUPPORTED", { field: "signature" });
  const key = keys.verificationKey(pub.from, kid) ?? fail("HPKE_SIGNER_UNKNOWN");
  if (!allows(profile, key.algorithm)) {
    fail("HPKE_ALGORITHM_UNAPPROVED", { profile, algorithm: key.algorithm });
  }
  const signed = await verifyJws(jws, key) ?? fail("HPKE_SIGNATURE_INVALID");
  const { size, sha256, ...stated } = readObject(signed) ?? {};
  const different = mismatch(stated, { ...pub });
  if (different !== undefined) fail("HPKE_STATEMENT_MISMATCHED", { field: different });
  if (!Number.isSafeInteger(size)) fail("HPKE_STATEMENT_MISMATCHED", { field: "size" });
  if (typeof sha256 !== "string" || !HASH.test(sha256)) {
    return fail("HPKE_STATEMENT_MISMATCHED", { field: "sha256" });
  }
  const facts = { size: size as number, sha256 };
  // To the byte: no field more, no other spelling.
  if (signed !== canonical({ ...pub, ...facts })) fail("HPKE_STATEMENT_MISMATCHED", { field: "names" });
  return facts;
}

/** Checks that the payload is the one that was signed. Fails by HPKE_STATEMENT_MISMATCHED. */
export function checkPayload(found: PayloadFacts, signed: PayloadFacts, { fail }: HpkeTools): void {
  if (found.size !== signed.size) fail("HPKE_STATEMENT_MISMATCHED", { field: "size" });
  if (found.sha256 !== signed.sha256) fail("HPKE_STATEMENT_MISMATCHED", { field: "sha256" });
}
