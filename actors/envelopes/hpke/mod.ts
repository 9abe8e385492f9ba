/**
 * The `hpke` envelope. Its layout, and why it is so: docs/envelope.md.
 *
 * @module
 */
import { defineEnvelope, type EnvelopeSpec } from "../../../runtime/contract/envelope.ts";
import { sha256Hex } from "./_bytes.ts";
import { errors } from "./errors.ts";
import { addressOf } from "./header.ts";
import { open } from "./open.ts";
import { judgeReceipt, RECEIPT_TYPE, signReceipt } from "./receipt.ts";
import { seal } from "./seal.ts";
import { config } from "./tools.ts";

/**
 * HPKE (RFC 9180) with ML-KEM-768 beside X25519 (X-Wing) or P-256, AES-256-GCM, a statement inside signed with Ed25519 or
 * ECDSA, a signed receipt back.
 */
const hpke: EnvelopeSpec<"hpke", typeof config, string> = defineEnvelope({
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
  async receipt(sealed, { payload, statement, signed }, outcome, tools) {
    const received = {
      statement,
      envelopeSha256: await sha256Hex(sealed),
      signedSha256: await sha256Hex(signed),
      payloadSha256: await sha256Hex(payload),
    };
    return { bytes: await signReceipt(received, outcome, tools), contentType: RECEIPT_TYPE };
  },
  judge: async (receipt, { statement, payload, to }, tools) =>
    await judgeReceipt(receipt, { statement, payloadSha256: await sha256Hex(payload), to }, tools),
});

export default hpke;
