import { assert, assertEquals } from "@std/assert";
import jwe from "../../../../actors/envelopes/jwe/mod.ts";
import { errors } from "../../../../actors/envelopes/jwe/errors.ts";
import { readParts } from "../../../../actors/envelopes/jwe/layout.ts";
import { attach } from "../../../../actors/envelopes/jwe/nested.ts";
import { sealSigned } from "../../../../actors/envelopes/jwe/seal.ts";
import { errorTable } from "../../../../runtime/contract/error.ts";
import { testEnvelope } from "../../../contract/envelope_kit.ts";
const { fail } = errorTable("jwe", errors);

testEnvelope("jwe", {
  spec: jwe,
  config: {},
  suites: [
    { signs: "Ed25519", seals: "X25519" },
    { signs: "ES256", seals: "P-256" },
  ],
  codes: {
    notForUs: "JWE_RECIPIENT_MISSING",
    keyUnknown: "JWE_KEY_UNKNOWN",
    signerUnknown: "JWE_SIGNER_UNKNOWN",
    signatureInvalid: "JWE_SIGNATURE_INVALID",
    statementMismatched: "JWE_STATEMENT_MISMATCHED",
    expired: "JWE_ENVELOPE_EXPIRED",
    postdated: "JWE_ENVELOPE_POSTDATED",
    receiptSignerUnknown: "JWE_RECEIPT_SIGNER_UNKNOWN",
    receiptSignatureInvalid: "JWE_RECEIPT_SIGNATURE_INVALID",
    receiptMismatched: "JWE_RECEIPT_MISMATCHED",
    messageRejected: "JWE_MESSAGE_REJECTED",
  },
  forward({ signed, payload, statement }, sealed, to) {
    const { label } = readParts(sealed, fail);
    const pub = {
      v: 1 as const,
      id: statement.id,
      from: label.from,
      ch: label.ch,
      ep: statement.epoch,
      seq: statement.sequence,
      iat: statement.issuedAtMs,
      exp: statement.expiresAtMs,
      cty: statement.contentType,
      to: [{ gw: to.gateway, kid: to.keyId }],
    };
    return sealSigned(attach(signed, payload), pub, [to]);
  },
});
