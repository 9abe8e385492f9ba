import { assert, assertEquals } from "@std/assert";
import { CHUNKS_AT, SEALED_CHUNK_BYTES } from "../../../../actors/envelopes/hpke/body_cipher.ts";
import type { PublicPart } from "../../../../actors/envelopes/_kit/public_part.ts";
import { readParts } from "../../../../actors/envelopes/hpke/header.ts";
import hpke from "../../../../actors/envelopes/hpke/mod.ts";
import { sealSigned } from "../../../../actors/envelopes/hpke/seal.ts";
import { signStatement } from "../../../../actors/envelopes/_kit/statement.ts";
import {
  bindEnvelope,
  type Keyring,
  type PublicKey,
  type Statement,
} from "../../../../runtime/contract/envelope.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { testEnvelope } from "../../../contract/envelope_kit.ts";
import { testKeyring } from "../../../runtime/trust/gateways.ts";

const unexpected = (code: string): never => {
  throw new Error(`Cannot take the test's own envelope apart: ${code}`);
};

testEnvelope("hpke", {
  spec: hpke,
  config: {},
  suites: [
    { signs: "Ed25519", seals: "MLKEM768-X25519" },
    { signs: "ES256", seals: "MLKEM768-P256" },
  ],
  codes: {
    notForUs: "HPKE_RECIPIENT_MISSING",
    keyUnknown: "HPKE_KEY_UNKNOWN",
    signerUnknown: "HPKE_SIGNER_UNKNOWN",
    signatureInvalid: "HPKE_SIGNATURE_INVALID",
    statementMismatched: "HPKE_STATEMENT_MISMATCHED",
    expired: "HPKE_ENVELOPE_EXPIRED",
    postdated: "HPKE_ENVELOPE_POSTDATED",
    receiptSignerUnknown: "HPKE_RECEIPT_SIGNER_UNKNOWN",
    receiptSignatureInvalid: "HPKE_RECEIPT_SIGNATURE_INVALID",
    receiptMismatched: "HPKE_RECEIPT_MISMATCHED",
    messageRejected: "HPKE_MESSAGE_REJECTED",
  },
  forward(opened, sealed, to) {
    const { pub } = readParts(sealed, unexpected);
    const forwarded = { ...pub, to: [{ gw: to.gateway, kid: to.keyId }] };
    return sealSigned(new TextDecoder().decode(opened.signed), forwarded, opened.payload, [to]);
  },
  chunks(sealed) {
    const { body } = readParts(sealed, unexpected);
    return { at: sealed.length - body.length + CHUNKS_AT, bytes: SEALED_CHUNK_BYTES };
  },
});

const NOW_MS = Date.UTC(2026, 5, 1);
const payload = new TextEncoder().encode("MSH|^~\\&|A|B");
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

/** The statement of a public part and a payload, signed. */
async function signed(pub: PublicPart, payload: Uint8Array<ArrayBuffer>, keys: Keyring): Promise<string> {
  const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", payload)).toHex();
  return await signStatement(pub, { size: payload.length, sha256 }, keys);
}

/** A hospital that does as the test says, and a lab that opens. */
async function pair() {
  const hospital = await testKeyring("hospital", ["lab"]);
  const lab = bindEnvelope(hpke, { profile: "any" }, await testKeyring("lab", ["hospital"]), {
    nowMs: () => NOW_MS,
  });
  const to: PublicKey = hospital.encryptionKey("lab", ["MLKEM768-X25519"]);
  const pub: PublicPart = {
    v: 1,
    id: "m1",
    from: "hospital.example",
    ch: "lab-results",
    ep: 1,
    seq: 7,
    iat: NOW_MS,
    exp: NOW_MS + 1_000,
    cty: "text/plain",
    to: [{ gw: to.gateway, kid: to.keyId }],
  };
  return { hospital, lab, to, pub };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(() => undefined, (error: unknown) => error);
  assert(thrown instanceof MitralError, `expected a MitralError, got ${thrown}`);
  const { field } = thrown.facts;
  return field === undefined ? thrown.code : `${thrown.code} ${field}`;
}

Deno.test("hpke refuses a header that says other than the signed statement, and names the field", async () => {
  const { hospital, lab, to, pub } = await pair();
  const jws = await signed(pub, payload, hospital);
  const others: readonly Partial<PublicPart>[] = [
    { id: "m2" },
    { ch: "orders" },
    { ep: 2 },
    { seq: 8 },
    { iat: NOW_MS - 1 },
    { exp: NOW_MS + 2_000 },
    { cty: "text/html" },
  ];
  for (const other of others) {
    const sealed = await sealSigned(jws, { ...pub, ...other }, payload, [to]);
    assertEquals(await codeOf(lab.open(sealed)), `HPKE_STATEMENT_MISMATCHED ${Object.keys(other)[0]}`);
  }
});

Deno.test("hpke refuses a payload that is not the one signed", async () => {
  const { hospital, lab, to, pub } = await pair();
  const jws = await signed(pub, payload, hospital);
  const longer = await sealSigned(jws, pub, new Uint8Array([...payload, 13]), [to]);
  assertEquals(await codeOf(lab.open(longer)), "HPKE_STATEMENT_MISMATCHED size");
  const other = await sealSigned(jws, pub, payload.map((byte) => byte ^ 1), [to]);
  assertEquals(await codeOf(lab.open(other)), "HPKE_STATEMENT_MISMATCHED sha256");
});

Deno.test("hpke refuses a partner's signature over something that is no such statement", async () => {
  const { hospital, lab, to, pub } = await pair();
  const sign = async (text: string, header: Record<string, unknown>) => {
    const { keyId, key } = hospital.signingKey();
    const part = (value: string) =>
      new TextEncoder().encode(value).toBase64({ alphabet: "base64url", omitPadding: true });
    const start = `${part(JSON.stringify({ alg: "EdDSA", kid: keyId, typ: "seal-msg+jws", ...header }))}.${
      part(text)
    }`;
    const signature = await crypto.subtle.sign("Ed25519", key, new TextEncoder().encode(start));
    return `${start}.${new Uint8Array(signature).toBase64({ alphabet: "base64url", omitPadding: true })}`;
  };
  const open = async (text: string, header: Record<string, unknown> = {}) =>
    await codeOf(lab.open(await sealSigned(await sign(text, header), pub, payload, [to])));

  for (const text of ["", "{}", "null", "not JSON", '{"ch":"\\ud800"}']) {
    assertEquals(await open(text), "HPKE_STATEMENT_MISMATCHED ch");
  }
  assertEquals(await open("{}", { typ: "seal-rcpt+jws" }), "HPKE_SIGNATURE_INVALID");
  assertEquals(await open("{}", { alg: "none" }), "HPKE_VERSION_UNSUPPORTED signature");
  assertEquals(await open("{}", { alg: "ML-DSA-65" }), "HPKE_VERSION_UNSUPPORTED signature");
  assertEquals(await open("{}", { alg: "ES256" }), "HPKE_SIGNATURE_INVALID");
  assertEquals(await open("{}", { crit: ["b64"], b64: false }), "HPKE_SIGNATURE_INVALID");
  assertEquals(await open("{}", { kid: 7 }), "HPKE_SIGNATURE_INVALID");
  assertEquals(await open("{}", { kid: "0000000000000000" }), "HPKE_SIGNER_UNKNOWN");
  const extra = (await signed({ ...pub, extra: 1 } as PublicPart, payload, hospital)).split(".")[1];
  const claims = new TextDecoder().decode(Uint8Array.fromBase64(extra, { alphabet: "base64url" }));
  assertEquals(await open(claims), "HPKE_STATEMENT_MISMATCHED names");
  assertEquals(await codeOf(lab.open(await sealSigned("", pub, payload, [to]))), "HPKE_SIGNATURE_INVALID");
});

Deno.test("hpke will not seal a statement that would not open, and names the field", async () => {
  const { hospital } = await pair();
  const sender = bindEnvelope(hpke, { profile: "any" }, hospital, { nowMs: () => NOW_MS });
  const wrong: readonly [string, Partial<Statement>][] = [
    ["id", { id: "" }],
    ["id", { id: "a\nb" }],
    ["id", { id: "\ud800" }],
    ["ch", { channel: "x".repeat(201) }],
    ["ep", { epoch: -1 }],
    ["seq", { sequence: 2 ** 53 }],
    ["seq", { sequence: 1.5 }],
    ["iat", { issuedAtMs: NaN }],
    ["exp", { expiresAtMs: NOW_MS }],
    ["cty", { contentType: "" }],
    ["from", { from: "lab.example" }],
  ];
  for (const [field, change] of wrong) {
    const code = await codeOf(sender.seal(payload, { ...statement, ...change }, ["lab"]));
    assertEquals(code, `HPKE_STATEMENT_INVALID ${field}`);
  }
});

Deno.test("hpke fails by the keyring's code for a partner nobody knows", async () => {
  const { hospital } = await pair();
  const sender = bindEnvelope(hpke, { profile: "any" }, hospital, { nowMs: () => NOW_MS });
  assertEquals(await codeOf(sender.seal(payload, statement, ["lab.example"])), "KEYRING_PARTNER_UNKNOWN");
});

Deno.test("hpke seals the longest statement for the most recipients within its own bounds", async () => {
  const { hospital, lab, to } = await pair();
  const wide = "\u6f22".repeat(200);
  const most = Array.from(
    { length: 63 },
    (_, at) => ({ ...to, gateway: wide, keyId: `${at}${wide}`.slice(0, 200) }),
  );
  const longest = { id: wide, from: statement.from, ch: wide, ep: 0, seq: 2 ** 53 - 1, cty: wide };
  const recipients = [...most, to];
  const addressees = recipients.map(({ gateway, keyId }) => ({ gw: gateway, kid: keyId }));
  const pub: PublicPart = { ...longest, v: 1, iat: NOW_MS, exp: NOW_MS + 1, to: addressees };
  const sealed = await sealSigned(await signed(pub, payload, hospital), pub, payload, recipients);
  assertEquals((await lab.open(sealed)).payload.length, payload.length);
});

Deno.test("hpke takes a receipt of an earlier epoch: what it is for was sent again by a gateway that was restored", async () => {
  const { hospital, lab } = await pair();
  const ours = bindEnvelope(hpke, { profile: "any" }, hospital, { nowMs: () => NOW_MS });
  const { bytes: sealed } = await ours.seal(payload, statement, ["lab"]);
  const receipt = await lab.receipt(sealed, await lab.open(sealed), { kind: "accepted" });
  const again = { payload, to: "lab", statement: { ...statement, epoch: statement.epoch + 1 } };
  assertEquals((await ours.judge(receipt.bytes, again)).kind, "accepted");
});
