import { assert, assertEquals } from "@std/assert";
import type { PublicPart } from "../../../../actors/envelopes/_kit/public_part.ts";
import { errors } from "../../../../actors/envelopes/jwe/errors.ts";
import { readParts } from "../../../../actors/envelopes/jwe/layout.ts";
import jwe from "../../../../actors/envelopes/jwe/mod.ts";
import { attach, signPayload } from "../../../../actors/envelopes/jwe/nested.ts";
import { sealSigned } from "../../../../actors/envelopes/jwe/seal.ts";
import { bindEnvelope, type Statement } from "../../../../runtime/contract/envelope.ts";
import { errorTable, MitralError } from "../../../../runtime/contract/error.ts";
import { bytesOf } from "../../../contract/_bytes.ts";
import { keyringFor } from "../../../contract/_envelope_keys.ts";
import { type EnvelopeSuite, testEnvelope } from "../../../contract/envelope_kit.ts";

const { fail } = errorTable("jwe", errors);
const SUITES: readonly EnvelopeSuite[] = [
  { signs: "Ed25519", seals: "X25519" },
  { signs: "ES256", seals: "P-256" },
];

/** The public part of a statement. */
function publicPart(statement: Statement, to: PublicPart["to"]): PublicPart {
  const { id, from, channel, epoch, sequence, issuedAtMs, expiresAtMs, contentType } = statement;
  const said = { v: 1 as const, id, from, ch: channel, ep: epoch, seq: sequence };
  return { ...said, iat: issuedAtMs, exp: expiresAtMs, cty: contentType, to };
}

testEnvelope("jwe", {
  spec: jwe,
  config: {},
  suites: SUITES,
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
  forward({ signed, payload, statement }, _sealed, to) {
    const pub = publicPart(statement, [{ gw: to.gateway, kid: to.keyId }]);
    return sealSigned(attach(signed, payload), pub, [to]);
  },
});

const NOW_MS = Date.UTC(2026, 5, 1);
const statement: Statement = {
  id: "m1",
  from: "hospital.example",
  channel: "lab-results",
  epoch: 1,
  sequence: 7,
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 1_000,
  contentType: "text/plain",
};

async function pair() {
  const suite = () => SUITES[0];
  const [hospital, lab] = [
    await keyringFor("hospital", ["lab"], suite),
    await keyringFor("lab", ["hospital"], suite),
  ];
  const bind = (keys: typeof hospital) => bindEnvelope(jwe, {}, keys, { nowMs: () => NOW_MS });
  return { hospital, lab, sender: bind(hospital), receiver: bind(lab) };
}

async function errorOf(promise: Promise<unknown>): Promise<MitralError> {
  const thrown = await promise.then(() => undefined, (error: unknown) => error);
  assert(thrown instanceof MitralError, `expected a MitralError, got ${thrown}`);
  return thrown;
}

Deno.test("jwe is compact for one partner and general JSON for several", async () => {
  const { hospital, sender } = await pair();
  const [one] = [new TextDecoder().decode((await sender.seal(bytesOf("A"), statement, ["lab"])).bytes)];
  assertEquals(one.split(".").length, 5);
  const first = hospital.encryptionKey("lab", ["X25519"]);
  const pub = publicPart(statement, [{ gw: "lab.example", kid: "a" }, { gw: "lab.example", kid: "b" }]);
  const two = await sealSigned("", pub, [{ ...first, keyId: "a" }, { ...first, keyId: "b" }]);
  assertEquals(Object.keys(JSON.parse(new TextDecoder().decode(two))).sort(), [
    "ciphertext",
    "iv",
    "protected",
    "recipients",
    "tag",
  ]);
});

Deno.test("jwe shows carriers no id, number or date", async () => {
  const { sender } = await pair();
  const [head] = new TextDecoder().decode((await sender.seal(bytesOf("A"), statement, ["lab"])).bytes).split(
    ".",
  );
  const shown = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(head, { alphabet: "base64url" })));
  assertEquals(Object.keys(shown.seal), ["v", "from", "ch", "to"]);
});

Deno.test("jwe keeps as evidence what verifies with the message beside it, and has no second copy of it", async () => {
  const { sender, receiver, lab } = await pair();
  const payload = new Uint8Array(100_000).fill(65);
  const { signed } = await receiver.open((await sender.seal(payload, statement, ["lab"])).bytes);
  assert(signed.length < 1_000, `${signed.length} bytes of evidence`);
  const [head, content, signature] = attach(signed, payload).split(".");
  const { kid } = JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(head, { alphabet: "base64url" })),
  );
  const verified = await crypto.subtle.verify(
    "Ed25519",
    lab.verificationKey("hospital.example", kid)!.key,
    Uint8Array.fromBase64(signature, { alphabet: "base64url" }),
    bytesOf(`${head}.${content}`),
  );
  assert(verified, "the evidence does not verify");
});

Deno.test("jwe refuses a header over its bound before it reads it", async () => {
  const { sender, receiver } = await pair();
  const [, ...rest] = new TextDecoder().decode((await sender.seal(bytesOf("A"), statement, ["lab"])).bytes)
    .split(
      ".",
    );
  const error = await errorOf(receiver.open(bytesOf(["A".repeat(200_000), ...rest].join("."))));
  assertEquals([error.code, error.facts.field], ["JWE_HEADER_INVALID", "protected"]);
});

Deno.test("jwe refuses JSON as deep as it is long, and text of nothing but quotes and backslashes", async () => {
  const { receiver } = await pair();
  for (
    const text of [
      `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      `{"${'\\"'.repeat(100_000)}`,
      `{"a":"${'\\\\\\"'.repeat(50_000)}"}`,
    ]
  ) {
    assertEquals((await errorOf(receiver.open(bytesOf(text)))).code, "JWE_ENVELOPE_INVALID");
  }
});

Deno.test("jwe seals the longest statement for the most recipients within its own bounds", async () => {
  const { hospital, receiver } = await pair();
  const to = hospital.encryptionKey("lab", ["X25519"]);
  const wide = "\u6f22".repeat(200);
  const most = Array.from({ length: 63 }, (_, at) => ({
    ...to,
    gateway: wide,
    keyId: `${at}`.padEnd(16, "x"),
  }));
  const recipients = [...most, to];
  const addressees = recipients.map(({ gateway, keyId }) => ({ gw: gateway, kid: keyId }));
  const pub = publicPart({ ...statement, id: wide, channel: wide, contentType: wide }, addressees);
  const jws = await signPayload(pub, bytesOf("A"), hospital);
  const sealed = await sealSigned(jws, pub, recipients);
  assertEquals(readParts(sealed, fail).label.to.length, 64);
  assertEquals((await receiver.open(sealed)).payload, bytesOf("A"));
});
