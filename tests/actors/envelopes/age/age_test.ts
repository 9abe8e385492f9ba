import {
  armor,
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateIdentity,
  identityToRecipient,
} from "age-encryption";
import { assert, assertEquals } from "@std/assert";
import { concat } from "../../../../actors/envelopes/_kit/bytes.ts";
import { encrypt } from "../../../../actors/envelopes/age/cipher.ts";
import { errors } from "../../../../actors/envelopes/age/errors.ts";
import age from "../../../../actors/envelopes/age/mod.ts";
import { bindEnvelope, type Keyring, type Statement } from "../../../../runtime/contract/envelope.ts";
import { errorTable, MitralError } from "../../../../runtime/contract/error.ts";
import { type ConfigInput, secretOf } from "../../../../runtime/contract/spec.ts";
import { bytesOf } from "../../../contract/_bytes.ts";
import { keyringFor } from "../../../contract/_envelope_keys.ts";
import { testEnvelope } from "../../../contract/envelope_kit.ts";
import { configOf } from "../../../world/tools.ts";

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

const NOW_MS = Date.UTC(2026, 5, 1);
const statement: Statement = {
  id: "m1",
  from: "hospital.example",
  channel: "charges",
  epoch: 1,
  sequence: 7,
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 1_000,
  contentType: "text/plain",
};
const MESSAGE = bytesOf("MSH|^~\\&|A|B\r");

/** What nobody asks where nothing is signed. */
const noKeys = new Proxy({}, {
  get: (_, name) => {
    throw new TypeError(`the keyring was asked for ${String(name)}`);
  },
}) as Keyring;

function bind(settings: ConfigInput<typeof age.config>, keys: Keyring = noKeys) {
  return bindEnvelope(age, configOf(age.config, settings), keys, { nowMs: () => NOW_MS });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(() => undefined, (error: unknown) => error);
  assert(thrown instanceof MitralError, `expected a MitralError, got ${thrown}`);
  return thrown.code;
}

async function pair() {
  const suite = () => ({ signs: "Ed25519", seals: "X25519" }) as const;
  return {
    hospital: bind(config, await keyringFor("hospital", ["lab"], suite)),
    lab: bind(config, await keyringFor("lab", ["hospital"], suite)),
  };
}

Deno.test("age without a signature holds the message and nothing else, and asks no keyring", async () => {
  const unsigned = bind({ ...config, signed: false });
  assertEquals(unsigned.isUnsigned, true);
  const { bytes: sealed } = await unsigned.seal(MESSAGE, statement, []);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identities[0]);
  assertEquals(await decrypter.decrypt(sealed), MESSAGE);
  const { payload, signed } = await unsigned.open(sealed);
  assertEquals([payload, signed.length], [MESSAGE, 0]);
});

Deno.test("age without a signature makes no receipt and judges none", async () => {
  const unsigned = bind({ ...config, signed: false });
  const opened = await unsigned.open((await unsigned.seal(MESSAGE, statement, [])).bytes);
  assertEquals(
    await codeOf(unsigned.receipt(MESSAGE, opened, { kind: "accepted" })),
    "AGE_STATEMENT_MISSING",
  );
  const sent = { statement, payload: MESSAGE, to: "lab" };
  assertEquals(await codeOf(unsigned.judge(MESSAGE, sent)), "AGE_STATEMENT_MISSING");
});

Deno.test("age refuses what is not signed, unless it is told otherwise", async () => {
  const { hospital, lab } = await pair();
  assertEquals(hospital.isUnsigned, false);
  for (
    const inside of [MESSAGE, bytesOf(""), bytesOf("\n"), bytesOf("a.b.c\n"), bytesOf("A".repeat(200_000))]
  ) {
    const { bytes: sealed } = await bind({ ...config, signed: false }).seal(inside, statement, []);
    assertEquals(await codeOf(lab.open(sealed)), "AGE_STATEMENT_MISSING");
  }
});

Deno.test("age puts the statement on a line before the message", async () => {
  const { hospital } = await pair();
  const inside =
    (await bind({ ...config, signed: false }).open((await hospital.seal(MESSAGE, statement, ["lab"])).bytes))
      .payload;
  const end = inside.indexOf(10);
  assertEquals(inside.slice(end + 1), MESSAGE);
  const claims = JSON.parse(
    new TextDecoder().decode(
      Uint8Array.fromBase64(new TextDecoder().decode(inside.slice(0, end)).split(".")[1], {
        alphabet: "base64url",
      }),
    ),
  );
  assertEquals([claims.id, claims.size, claims.to], ["m1", MESSAGE.length, [{
    gw: "lab.example",
    kid: "age",
  }]]);
});

Deno.test("age refuses another message under a statement, and names the field", async () => {
  const { hospital, lab } = await pair();
  const unsigned = bind({ ...config, signed: false });
  const inside = (await unsigned.open((await hospital.seal(MESSAGE, statement, ["lab"])).bytes)).payload;
  const { bytes: swapped } = await unsigned.seal(inside.with(-1, 10), statement, []);
  assertEquals(await codeOf(lab.open(swapped)), "AGE_STATEMENT_MISMATCHED");
});

Deno.test("age opens what is armored", async () => {
  const { bytes: sealed } = await bind({ ...config, signed: false }).seal(MESSAGE, statement, []);
  const armored = bytesOf(`\n${armor.encode(sealed)}`);
  assertEquals((await bind({ ...config, signed: false }).open(armored)).payload, MESSAGE);
});

Deno.test("age seals for each recipient alone, hybrid ones too", async () => {
  for (const [at, recipient] of recipients.entries()) {
    const { bytes: sealed } = await bind({ recipients: [recipient], signed: false }).seal(
      MESSAGE,
      statement,
      [],
    );
    const opening = (identity: string) => bind({ identity: secretOf(identity), signed: false }).open(sealed);
    assertEquals((await opening(identities[at])).payload, MESSAGE);
    assertEquals(await codeOf(opening(identities[1 - at])), "AGE_IDENTITY_MISMATCHED");
  }
});

Deno.test("age reads its file of recipients for each message", async () => {
  let text = `# the clearing house\n\n${recipients[0]}\r\n`;
  const unsigned = bind({ recipientsFile: secretOf("", async () => text), signed: false });
  const opened = async (at: number) => {
    const { bytes: sealed } = await unsigned.seal(MESSAGE, statement, []);
    return (await bind({ identity: secretOf(identities[at]), signed: false }).open(sealed)).payload;
  };
  assertEquals(await opened(0), MESSAGE);
  text = recipients[1];
  assertEquals(await opened(1), MESSAGE);
  text = "# nobody\n";
  assertEquals(await codeOf(opened(0)), "AGE_KEY_INVALID");
  const gone = bind({
    recipientsFile: secretOf("", () => Promise.reject(new Error("ENOENT"))),
    signed: false,
  });
  assertEquals(await codeOf(gone.seal(MESSAGE, statement, [])), "AGE_RECIPIENTS_UNREADABLE");
});

Deno.test("age names keys that are none, and what is not encrypted with it", async () => {
  const seal = (settings: ConfigInput<typeof age.config>) =>
    codeOf(bind({ ...settings, signed: false }).seal(MESSAGE, statement, []));
  assertEquals(await seal({}), "AGE_KEY_INVALID");
  assertEquals(await seal({ recipients: ["age1nonsense"] }), "AGE_KEY_INVALID");
  const { bytes: sealed } = await bind({ ...config, signed: false }).seal(MESSAGE, statement, []);
  const open = (identity: string | undefined, bytes: Uint8Array) =>
    codeOf(bind({ ...(identity ? { identity: secretOf(identity) } : {}), signed: false }).open(bytes));
  assertEquals(await open(undefined, sealed), "AGE_KEY_INVALID");
  assertEquals(await open("AGE-SECRET-KEY-1NONSENSE", sealed), "AGE_KEY_INVALID");
  assertEquals(await open("# none", sealed), "AGE_KEY_INVALID");
  assertEquals(await open(identities[0], MESSAGE), "AGE_ENVELOPE_INVALID");
  assertEquals(await open(identities[0], sealed.slice(0, -1)), "AGE_CONTENT_DAMAGED");
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(2);
  encrypter.setPassphrase("a password is no key");
  assertEquals(await open(identities[0], await encrypter.encrypt(MESSAGE)), "AGE_IDENTITY_MISMATCHED");
});
