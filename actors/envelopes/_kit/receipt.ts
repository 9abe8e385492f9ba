import type { EnvelopeSpec, Keyring, Opened, Statement } from "../../../runtime/contract/envelope.ts";
import type { Fail } from "../../../runtime/contract/error.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import { sha256Hex, textOf, utf8 } from "./bytes.ts";
import type { SignedCode } from "./faults.ts";
import { canonical, isUnambiguous, mismatch, readObject, type Unchecked } from "./json.ts";
import { isSigning, readJwsHeader, signJws, verifyJws } from "./jws.ts";
import { RECEIPT_BYTES_MAX } from "./limits.ts";
import type { Words } from "../../../runtime/contract/words.ts";

/** Media type of a receipt. */
export const RECEIPT_TYPE = "application/vnd.mitral.receipt+jwt";

const TYPE = "seal-rcpt+jws";
/** A declared code is a name of our own; nothing else of an error goes to the partner. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const HASH = /^[0-9a-f]{64}$/;

/** What a receipt is about: hashes are SHA-256, in hexadecimal. */
export interface Received {
  /** What the sender said. */
  readonly statement: Statement;
  /** Of the whole envelope. */
  readonly envelopeSha256: string;
  /** Of the signed statement. */
  readonly signedSha256: string;
  /** Of the payload. */
  readonly payloadSha256: string;
}

/** The same, of what was opened whole. */
export async function receivedOf(
  sealed: Uint8Array,
  { payload, statement, signed }: Opened,
): Promise<Received> {
  return {
    statement,
    envelopeSha256: await sha256Hex(sealed),
    signedSha256: await sha256Hex(signed),
    payloadSha256: await sha256Hex(payload),
  };
}

/** Signs that we took, or refused, what was opened. Fails by OUTCOME_UNSETTLED. */
export async function signReceipt(
  { statement, envelopeSha256, signedSha256, payloadSha256 }: Received,
  outcome: Outcome,
  { keys, nowMs }: { readonly keys: Pick<Keyring, "gateway" | "signingKey">; readonly nowMs: number },
  fail: Fail<SignedCode>,
): Promise<Uint8Array> {
  // Left out on purpose is taken: the sender has nothing left to do.
  const verdict = outcome.kind === "rejected"
    ? { st: "rejected", ...(CODE.test(outcome.error.code) ? { code: outcome.error.code } : {}) }
    : outcome.kind === "failed"
    ? fail("OUTCOME_UNSETTLED")
    : { st: "accepted" };
  const claims = {
    ...boundTo(statement, payloadSha256, { by: keys.gateway }),
    env: envelopeSha256,
    stmt: signedSha256,
    ...verdict,
    rat: nowMs,
  };
  return utf8(await signJws(TYPE, canonical(claims), keys.signingKey()));
}

/** What a receipt is judged by. */
export interface Sent {
  /** What was said of it. */
  readonly statement: Statement;
  /** SHA-256 of the payload, in hexadecimal. */
  readonly payloadSha256: string;
  /** The partner whose receipt it must be, by our own name for it. */
  readonly to: string;
}

/** The same, of what was sealed whole. */
export async function sentOf(
  { statement, payload, to }: Parameters<EnvelopeSpec["judge"]>[1],
): Promise<Sent> {
  return { statement, payloadSha256: await sha256Hex(payload), to };
}

/**
 * What a receipt says about the message sent. A message sent again is sealed anew, so the receipt may be for an earlier
 * attempt: it is matched on what stays the same. Fails by RECEIPT_INVALID, RECEIPT_SIGNER_UNKNOWN,
 * RECEIPT_SIGNATURE_INVALID, RECEIPT_MISMATCHED.
 */
export async function judgeReceipt(
  receipt: Uint8Array,
  sent: Sent,
  keys: Pick<Keyring, "gatewayOf" | "verificationKey">,
  { fail, error }: Words<SignedCode>,
): Promise<Outcome> {
  if (receipt.length > RECEIPT_BYTES_MAX) fail("RECEIPT_INVALID", { field: "length" });
  const jws = textOf(receipt) ?? "";
  const { alg, kid } = readJwsHeader(TYPE, jws) ?? fail("RECEIPT_INVALID", { field: "JWS" });
  if (!isSigning(alg)) fail("RECEIPT_INVALID", { field: "alg" });
  const gateway = keys.gatewayOf(sent.to);
  const key = keys.verificationKey(gateway, kid) ?? fail("RECEIPT_SIGNER_UNKNOWN", { gateway });
  const signed = await verifyJws(jws, key) ?? fail("RECEIPT_SIGNATURE_INVALID", { gateway });
  const text = textOf(signed) ?? "";
  const claims = readObject(text) ?? fail("RECEIPT_INVALID", { field: "JSON" });
  // It is evidence: it must say the same to everybody who reads it.
  if (!isUnambiguous(text, claims)) fail("RECEIPT_INVALID", { field: "names" });
  const { ep, ...bound } = boundTo(sent.statement, sent.payloadSha256, { by: gateway });
  const different = mismatch(claims, bound) ?? (isUpTo(claims.ep, ep) ? undefined : "ep");
  if (different !== undefined) fail("RECEIPT_MISMATCHED", { field: different });
  const wrong = wrongField(claims);
  if (wrong !== undefined) fail("RECEIPT_INVALID", { field: wrong });

  const answer = { bytes: receipt, contentType: RECEIPT_TYPE };
  if (claims.st === "accepted") return { kind: "accepted", answer };
  const facts = { gateway, reason: typeof claims.code === "string" ? claims.code : "no code" };
  return { kind: "rejected", error: error("MESSAGE_REJECTED", facts), answer };
}

/** What ties a receipt to a message: the same for every attempt to deliver it. */
function boundTo(statement: Statement, sha256: string, { by }: { readonly by: string }) {
  const { from, id, channel, epoch, sequence } = statement;
  return { v: 1, by, from, id, ch: channel, ep: epoch, seq: sequence, sha256 };
}

/** A sender that was restored says a later epoch of what was received, and receipted, in an earlier one. */
function isUpTo(epoch: unknown, sent: number): boolean {
  return Number.isSafeInteger(epoch) && (epoch as number) >= 0 && (epoch as number) <= sent;
}

function wrongField({ env, stmt, st, code, rat }: Unchecked): string | undefined {
  if (typeof env !== "string" || !HASH.test(env)) return "env";
  if (typeof stmt !== "string" || !HASH.test(stmt)) return "stmt";
  if (st !== "accepted" && st !== "rejected") return "st";
  if (code !== undefined && (st === "accepted" || typeof code !== "string" || !CODE.test(code))) {
    return "code";
  }
  return Number.isSafeInteger(rat) ? undefined : "rat";
}
