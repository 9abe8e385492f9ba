/**
 * The `jwe` envelope. Its layout, and why it is so: docs/envelope_jwe.md.
 *
 * @module
 */
import { type Address, defineEnvelope, type EnvelopeSpec } from "../../../runtime/contract/envelope.ts";
import { errorTable } from "../../../runtime/contract/error.ts";
import { judgeReceipt, RECEIPT_TYPE, receivedOf, sentOf, signReceipt } from "../_kit/receipt.ts";
import { errors, words } from "./errors.ts";
import { readParts } from "./layout.ts";
import { open } from "./open.ts";
import { seal } from "./seal.ts";

const { fail } = errorTable("jwe", errors);

/** JWE (RFC 7516) with a JWS (RFC 7515) inside, and a signed receipt back: for partners with other stacks. */
const jwe: EnvelopeSpec<"jwe", Record<never, never>, string> = defineEnvelope({
  name: "jwe",
  about:
    "Seals for partners with other stacks: JWE (ECDH-ES with X25519 or P-256, A256GCM) with a JWS inside.",
  contentType: "application/vnd.mitral.sealed.jose",
  receiptType: RECEIPT_TYPE,
  config: {},
  errors,
  seal: (payload, statement, to, { keys, fail }) => seal(payload, statement, to, keys, fail),
  address: addressOf,
  open: (sealed, { keys, nowMs, fail }) => open(sealed, keys, nowMs, fail),
  async receipt(sealed, opened, outcome, { keys, nowMs }) {
    return {
      bytes: await signReceipt(await receivedOf(sealed, opened), outcome, { keys, nowMs }, words.fail),
      contentType: RECEIPT_TYPE,
    };
  },
  judge: async (receipt, sent, { keys }) => await judgeReceipt(receipt, await sentOf(sent), keys, words),
});

function addressOf(sealed: Uint8Array): Address | undefined {
  try {
    const { from, ch } = readParts(sealed, fail).label;
    return { from, channel: ch };
  } catch {
    return undefined;
  }
}

export default jwe;
