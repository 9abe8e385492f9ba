/**
 * `mitral/hpke`: the `hpke` envelope, for gateways ({@linkcode default}, whole messages in memory) and on its own, for
 * payloads of any length ({@linkcode sealStream}, {@linkcode openStream}, with {@linkcode receiptFor} and
 * {@linkcode judgeReceiptFor}). Its layout, and why it is so: docs/envelope.md. Keys come from `mitral/trust`.
 *
 * @module
 */
import { defineEnvelope, type EnvelopeSpec } from "../../../runtime/contract/envelope.ts";
import type { Answer, Outcome } from "../../../runtime/contract/message.ts";
import { errors, words } from "./errors.ts";
import { addressOf } from "./header.ts";
import { open } from "./open.ts";
import {
  judgeReceipt,
  RECEIPT_TYPE,
  type Received,
  receivedOf,
  type Sent,
  sentOf,
  signReceipt,
} from "../_kit/receipt.ts";
import { seal } from "./seal.ts";
import { approvedKeys, config, type HpkeSpec, type HpkeTools, type StreamTools, toolsOf } from "./tools.ts";

export { type OpenedStream, openStream } from "./open_stream.ts";
export type { Received, Sent } from "../_kit/receipt.ts";
export { type SealedStream, sealStream } from "./seal_stream.ts";
export type { Profile } from "./suites.ts";
export type { HpkeSpec, StreamTools } from "./tools.ts";

/**
 * HPKE (RFC 9180) with ML-KEM-768 beside X25519 (X-Wing) or P-256, AES-256-GCM, a statement inside signed with Ed25519 or
 * ECDSA, a signed receipt back.
 */
const hpke: EnvelopeSpec<"hpke", HpkeSpec, string> = defineEnvelope({
  name: "hpke",
  about:
    "Seals for partners with HPKE (ML-KEM-768 beside X25519 or P-256) and AES-256-GCM, a statement inside signed with " +
    "Ed25519 or ECDSA.",
  contentType: "application/vnd.mitral.sealed",
  receiptType: RECEIPT_TYPE,
  config,
  errors,
  seal,
  address: addressOf,
  open,
  async receipt(sealed, opened, outcome, tools) {
    return await receipt(await receivedOf(sealed, opened), outcome, tools);
  },
  judge: async (receipt, sent, tools) => await judge(receipt, await sentOf(sent), tools),
});

/**
 * Our signed receipt for what {@linkcode openStream} gave. Make it only once the payload is kept. Fails by
 * HPKE_OUTCOME_UNSETTLED, HPKE_KEY_UNAPPROVED.
 */
export async function receiptFor(received: Received, outcome: Outcome, tools: StreamTools): Promise<Answer> {
  return await receipt(received, outcome, toolsOf(tools));
}

/**
 * What a partner's receipt says about what {@linkcode sealStream} sealed. Fails by HPKE_RECEIPT_INVALID,
 * HPKE_RECEIPT_SIGNER_UNKNOWN, HPKE_RECEIPT_UNAPPROVED, HPKE_RECEIPT_SIGNATURE_INVALID, HPKE_RECEIPT_MISMATCHED.
 */
export async function judgeReceiptFor(sent: Sent, receipt: Uint8Array, tools: StreamTools): Promise<Outcome> {
  return await judge(receipt, sent, toolsOf(tools));
}

async function receipt(received: Received, outcome: Outcome, tools: HpkeTools): Promise<Answer> {
  const { nowMs } = tools;
  const bytes = await signReceipt(received, outcome, { keys: approvedKeys(tools), nowMs }, words.fail);
  return { bytes, contentType: RECEIPT_TYPE };
}

async function judge(receipt: Uint8Array, sent: Sent, tools: HpkeTools): Promise<Outcome> {
  return await judgeReceipt(receipt, sent, approvedKeys(tools, "HPKE_RECEIPT_UNAPPROVED"), words);
}

export default hpke;
