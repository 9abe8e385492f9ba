/**
 * The `hpke` envelope. Its layout, and why it is so: docs/envelope.md.
 *
 * @module
 */
import { defineEnvelope, type EnvelopeSpec } from "../../../runtime/contract/envelope.ts";
import { errors, words } from "./errors.ts";
import { open } from "./open.ts";
import { judgeReceipt, signReceipt } from "../_kit/receipt.ts";
import { seal } from "./seal.ts";

const RECEIPT_TYPE = "application/vnd.mitral.receipt+jwt";

/** HPKE (RFC 9180) with X-Wing and AES-256-GCM, an Ed25519 statement inside, a signed receipt back. */
const hpke: EnvelopeSpec<"hpke", Record<never, never>, string> = defineEnvelope({
  name: "hpke",
  about:
    "Seals for partners with HPKE: X-Wing (ML-KEM-768 and X25519), AES-256-GCM, an Ed25519 statement inside.",
  contentType: "application/vnd.mitral.sealed",
  receiptType: RECEIPT_TYPE,
  config: {},
  errors,
  seal: (payload, statement, to, { keys, fail }) => seal(payload, statement, to, keys, fail),
  open: (sealed, { keys, nowMs, fail }) => open(sealed, keys, nowMs, fail),
  async receipt(sealed, opened, outcome, { keys, nowMs }) {
    return {
      bytes: await signReceipt(sealed, opened, outcome, keys, nowMs, words.fail),
      contentType: RECEIPT_TYPE,
    };
  },
  judge: (receipt, sent, { keys }) => judgeReceipt(receipt, sent, RECEIPT_TYPE, keys, words),
});

export default hpke;
