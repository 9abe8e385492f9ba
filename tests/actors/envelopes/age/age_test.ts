import { generateHybridIdentity, generateIdentity, identityToRecipient } from "age-encryption";
import age from "../../../../actors/envelopes/age/mod.ts";
import { encrypt } from "../../../../actors/envelopes/age/cipher.ts";
import { concat } from "../../../../actors/envelopes/_kit/bytes.ts";
import { bytesOf } from "../../../contract/_bytes.ts";
import { secretOf } from "../../../../runtime/contract/spec.ts";
import { testEnvelope } from "../../../contract/envelope_kit.ts";
import { errors } from "../../../../actors/envelopes/age/errors.ts";
import { errorTable } from "../../../../runtime/contract/error.ts";

const { fail } = errorTable("age", errors);
const identities = [await generateIdentity(), await generateHybridIdentity()];
const recipients = await Promise.all(identities.map(identityToRecipient));
const config = { recipients, identity: secretOf(identities.join("\n")) };

testEnvelope("age", {
  spec: age,
  config,
  suites: [{ signs: "Ed25519", seals: "X25519" }, { signs: "ES256", seals: "P-256" }],
  codes: {
    notForUs: "AGE_RECIPIENT_MISSING",
    signerUnknown: "AGE_SIGNER_UNKNOWN",
    signatureInvalid: "AGE_SIGNATURE_INVALID",
    statementMismatched: "AGE_RECIPIENT_MISSING",
    expired: "AGE_ENVELOPE_EXPIRED",
    postdated: "AGE_ENVELOPE_POSTDATED",
    receiptSignerUnknown: "AGE_RECEIPT_SIGNER_UNKNOWN",
    receiptSignatureInvalid: "AGE_RECEIPT_SIGNATURE_INVALID",
    receiptMismatched: "AGE_RECEIPT_MISMATCHED",
    messageRejected: "AGE_MESSAGE_REJECTED",
  },
  forward: ({ signed, payload }) =>
    encrypt(
      concat(signed, bytesOf("\n"), payload),
      { ...config, recipientsFile: undefined, signed: true },
      fail,
    ),
});
