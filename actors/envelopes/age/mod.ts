/**
 * The `age` envelope. Its layout, and what is lost where nothing is signed: docs/envelope_age.md.
 *
 * @module
 */
import { defineEnvelope, type EnvelopeSpec, type Opened } from "../../../runtime/contract/envelope.ts";
import { judgeReceipt, RECEIPT_TYPE, receivedOf, sentOf, signReceipt } from "../_kit/receipt.ts";
import { decrypt, encrypt } from "./cipher.ts";
import { type AgeCode, errors, words } from "./errors.ts";
import { settings, unfitSettings } from "./settings.ts";
import { addStatement, takeStatement } from "./signed.ts";

/** age (age-encryption.org/v1): for files, and for partners who have its tool and nothing else. */
const age: EnvelopeSpec<"age", typeof settings, AgeCode> = defineEnvelope({
  name: "age",
  about:
    "Encrypts with age, for files and for partners who have nothing but its tool; with a signed statement inside, or without.",
  contentType: "application/vnd.mitral.sealed.age",
  receiptType: RECEIPT_TYPE,
  config: settings,
  errors,
  isUnsigned: ({ signed }) => !signed,
  checkUse: unfitSettings,
  async seal(payload, statement, to, { config, keys, fail }) {
    if (!config.signed) return { bytes: await encrypt(payload, config, fail) };
    const { inside, signed } = await addStatement(payload, statement, to, keys, fail);
    return { bytes: await encrypt(inside, config, fail), signed };
  },
  async open(sealed, { config, keys, nowMs, fail }) {
    const inside = await decrypt(sealed, config, fail);
    return config.signed ? await takeStatement(inside, keys, nowMs, fail) : unsigned(inside);
  },
  async receipt(sealed, opened, outcome, { config, keys, nowMs, fail }) {
    if (!config.signed) fail("AGE_STATEMENT_MISSING");
    return {
      bytes: await signReceipt(await receivedOf(sealed, opened), outcome, { keys, nowMs }, words.fail),
      contentType: RECEIPT_TYPE,
    };
  },
  async judge(receipt, sent, { config, keys, fail }) {
    if (!config.signed) fail("AGE_STATEMENT_MISSING");
    return await judgeReceipt(receipt, await sentOf(sent), keys, words);
  },
});

/** A message nobody vouches for: all there is to say of it. */
function unsigned(payload: Uint8Array): Opened {
  return {
    payload,
    signed: new Uint8Array(),
    statement: {
      id: "",
      from: "",
      channel: "",
      epoch: 0,
      sequence: 0,
      issuedAtMs: 0,
      expiresAtMs: 0,
      contentType: "application/octet-stream",
    },
  };
}

export default age;
