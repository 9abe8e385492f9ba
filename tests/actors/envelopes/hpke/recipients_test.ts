import { assert, assertEquals } from "@std/assert";
import { concat } from "../../../../actors/envelopes/_kit/bytes.ts";
import { signJws } from "../../../../actors/envelopes/_kit/jws.ts";
import type { PublicPart } from "../../../../actors/envelopes/_kit/public_part.ts";
import { encodeHeader, frameHeader, readParts, type Wrap } from "../../../../actors/envelopes/hpke/header.ts";
import hpke from "../../../../actors/envelopes/hpke/mod.ts";
import type { Profile } from "../../../../actors/envelopes/hpke/suites.ts";
import { bindEnvelope, type Keyring, type Statement } from "../../../../runtime/contract/envelope.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { type EnvelopeSuite, keyringFor } from "../../../contract/_envelope_keys.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const RECIPIENTS = ["lab", "registry", "clinic"];
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
const ANY: EnvelopeSuite = { signs: "Ed25519", seals: "MLKEM768-X25519" };
const NIST: EnvelopeSuite = { signs: "ES256", seals: "MLKEM768-P256" };

const bind = (keys: Keyring, profile: Profile = "any") =>
  bindEnvelope(hpke, { profile }, keys, { nowMs: () => NOW_MS });
const partsOf = (sealed: Uint8Array) =>
  readParts(sealed, (code) => {
    throw new Error(`Cannot read the test's own envelope: ${code}`);
  });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const thrown = await promise.then(() => undefined, (error: unknown) => error);
  assert(thrown instanceof MitralError, `expected a MitralError, got ${thrown}`);
  const { field, algorithm } = thrown.facts;
  return [thrown.code, field ?? algorithm ?? []].flat().join(" ");
}

async function sealedForAll() {
  const keys = await keyringFor("hospital", RECIPIENTS, () => ANY);
  return partsOf((await bind(keys).seal(payload, statement, RECIPIENTS)).bytes);
}

/** What each recipient makes of the envelope with another list of wraps. */
async function refusals(change: (wraps: readonly Wrap[]) => readonly Wrap[]) {
  const { pub, wraps, body } = await sealedForAll();
  const changed = concat(frameHeader(encodeHeader(pub, change(wraps))), body);
  return await Promise.all(RECIPIENTS.map(async (recipient) => {
    const receiver = bind(await keyringFor(recipient, ["hospital"], () => ANY));
    return await codeOf(receiver.open(changed));
  }));
}

Deno.test("hpke shows every recipient who the others are, in the order they were named", async () => {
  const { pub } = await sealedForAll();
  assertEquals(pub.to.map(({ gw }) => gw), RECIPIENTS.map((recipient) => `${recipient}.example`));
});

Deno.test("hpke opens for nobody once a recipient is stripped, doubled or moved", async () => {
  const [altered, missing] = ["HPKE_WRAP_ALTERED", "HPKE_RECIPIENT_MISSING"];
  assertEquals(await refusals(([lab, registry]) => [lab, registry]), [altered, altered, missing]);
  assertEquals(await refusals(([lab]) => [lab]), [altered, missing, missing]);
  assertEquals(
    await refusals(([lab, registry, clinic]) => [registry, lab, clinic]),
    [altered, altered, altered],
  );
  const added = await refusals((wraps) => [...wraps, { ...wraps[0], gw: "stranger.example" }]);
  assertEquals(added, [altered, altered, altered]);
});

Deno.test("hpke opens for nobody once wrapped keys are swapped, whoever's they are", async () => {
  const swapped = await refusals(([lab, registry, clinic]) => [
    { ...lab, encapsulated: registry.encapsulated, wrapped: registry.wrapped },
    { ...registry, encapsulated: lab.encapsulated, wrapped: lab.wrapped },
    clinic,
  ]);
  // The clinic's own is as it was, but the body is bound to all of the header.
  assertEquals(swapped, ["HPKE_WRAP_ALTERED", "HPKE_WRAP_ALTERED", "HPKE_BODY_ALTERED"]);
});

Deno.test("hpke takes no wrapped key from another envelope, nor a body", async () => {
  const [one, other] = [await sealedForAll(), await sealedForAll()];
  const lab = bind(await keyringFor("lab", ["hospital"], () => ANY));
  const framed = (pub: PublicPart, wraps: readonly Wrap[], body: Uint8Array) =>
    lab.open(concat(frameHeader(encodeHeader(pub, wraps)), body));
  await framed(one.pub, one.wraps, one.body);
  assertEquals(await codeOf(framed(one.pub, other.wraps, one.body)), "HPKE_BODY_ALTERED");
  assertEquals(await codeOf(framed(one.pub, one.wraps, other.body)), "HPKE_BODY_ALTERED");
});

Deno.test("hpke refuses a key of one suite under the name of the other", async () => {
  const { bytes: sealed } = await bind(await keyringFor("hospital", ["lab"], () => ANY)).seal(
    payload,
    statement,
    [
      "lab",
    ],
  );
  const keys = await keyringFor("lab", ["hospital"], () => ANY);
  const other: Keyring = {
    ...keys,
    decryptionKey(keyId) {
      const key = keys.decryptionKey(keyId);
      return key && { ...key, algorithm: "MLKEM768-P256" };
    },
  };
  assertEquals(await codeOf(bind(other).open(sealed)), "HPKE_WRAP_ALTERED");
});

Deno.test("hpke under the profile nist seals and opens by NIST's algorithms, receipts included", async () => {
  const hospital = bind(await keyringFor("hospital", RECIPIENTS, () => NIST), "nist");
  const lab = bind(await keyringFor("lab", ["hospital"], () => NIST), "nist");
  const { bytes: sealed } = await hospital.seal(payload, statement, RECIPIENTS);
  const opened = await lab.open(sealed);
  const { bytes } = await lab.receipt(sealed, opened, { kind: "accepted" });
  assertEquals((await hospital.judge(bytes, { statement, payload, to: "lab" })).kind, "accepted");
});

Deno.test("hpke under the profile nist refuses every other algorithm, in either direction", async () => {
  const suiteOf = (signs: EnvelopeSuite["signs"], labSeals: EnvelopeSuite["seals"]) => (name: string) =>
    name === "hospital" ? { signs, seals: NIST.seals } : { signs: NIST.signs, seals: labSeals };
  const sealed = async (suites: (name: string) => EnvelopeSuite, to: readonly string[]) =>
    (await bind(await keyringFor("hospital", to, suites)).seal(payload, statement, to)).bytes;
  const refusal = async (suites: (name: string) => EnvelopeSuite, to: readonly string[]) =>
    await codeOf(bind(await keyringFor("lab", ["hospital"], suites), "nist").open(await sealed(suites, to)));

  const signedOtherwise = suiteOf("Ed25519", "MLKEM768-P256");
  assertEquals(await refusal(signedOtherwise, ["lab"]), "HPKE_ALGORITHM_UNAPPROVED Ed25519");
  const sealedOtherwise = suiteOf("ES256", "MLKEM768-X25519");
  assertEquals(await refusal(sealedOtherwise, ["lab"]), "HPKE_ALGORITHM_UNAPPROVED MLKEM768-X25519");
  const forAnother = (name: string) => name === "registry" ? ANY : NIST;
  assertEquals(await refusal(forAnother, ["lab", "registry"]), "HPKE_ALGORITHM_UNAPPROVED MLKEM768-X25519");

  const ours = bind(await keyringFor("hospital", ["lab"], signedOtherwise), "nist");
  assertEquals(await codeOf(ours.seal(payload, statement, ["lab"])), "HPKE_KEY_UNAPPROVED Ed25519");
  const lab = await keyringFor(
    "lab",
    ["hospital"],
    (name) => name === "lab" ? { ...NIST, signs: "Ed25519" } : NIST,
  );
  const taken = await sealed(() => NIST, ["lab"]);
  assertEquals(await codeOf(bind(lab, "nist").open(taken)), "HPKE_KEY_UNAPPROVED Ed25519");
});

Deno.test("hpke under the profile nist asks for no key but one of its own", async () => {
  const keys = await keyringFor("hospital", ["lab"], () => NIST);
  const asked: (readonly string[])[] = [];
  const watched: Keyring = {
    ...keys,
    encryptionKey(partner, algorithms) {
      asked.push(algorithms);
      return keys.encryptionKey(partner, algorithms);
    },
  };
  (await bind(watched, "nist").seal(payload, statement, ["lab"])).bytes;
  (await bind(watched).seal(payload, statement, ["lab"])).bytes;
  assertEquals(asked, [["MLKEM768-P256"], ["MLKEM768-X25519", "MLKEM768-P256"]]);
});

Deno.test("hpke under the profile nist takes no receipt signed by another algorithm", async () => {
  const suiteOf = (name: string): EnvelopeSuite => name === "lab" ? { ...NIST, signs: "Ed25519" } : NIST;
  const keys = await keyringFor("hospital", ["lab"], suiteOf);
  const lab = bind(await keyringFor("lab", ["hospital"], suiteOf));
  const { bytes: sealed } = await bind(keys).seal(payload, statement, ["lab"]);
  const { bytes } = await lab.receipt(sealed, await lab.open(sealed), { kind: "accepted" });
  const sent = { statement, payload, to: "lab" };
  assertEquals((await bind(keys).judge(bytes, sent)).kind, "accepted");
  assertEquals(await codeOf(bind(keys, "nist").judge(bytes, sent)), "HPKE_RECEIPT_UNAPPROVED Ed25519");
});

Deno.test("hpke takes no receipt by an algorithm it does not know", async () => {
  const keys = await keyringFor("hospital", ["lab"], () => ANY);
  const lab = bind(await keyringFor("lab", ["hospital"], () => ANY));
  const { bytes: sealed } = await bind(keys).seal(payload, statement, ["lab"]);
  const { bytes } = await lab.receipt(sealed, await lab.open(sealed), { kind: "accepted" });
  const [start, ...rest] = new TextDecoder().decode(bytes).split(".");
  const header = JSON.parse(atob(start));
  const named = async (alg: string) => {
    const other = btoa(JSON.stringify({ ...header, alg })).replaceAll("=", "");
    const receipt = new TextEncoder().encode([other, ...rest].join("."));
    return await codeOf(bind(keys).judge(receipt, { statement, payload, to: "lab" }));
  };
  assertEquals(await named("ML-DSA-65"), "HPKE_RECEIPT_INVALID alg");
  assertEquals(await named("none"), "HPKE_RECEIPT_INVALID alg");
  assertEquals(await named("ES256"), "HPKE_RECEIPT_SIGNATURE_INVALID");
});

Deno.test("hpke takes no receipt that says one thing to one reader and another to the next", async () => {
  const keys = await keyringFor("hospital", ["lab"], () => ANY);
  const labKeys = await keyringFor("lab", ["hospital"], () => ANY);
  const { bytes: sealed } = await bind(keys).seal(payload, statement, ["lab"]);
  const { bytes } = await bind(labKeys).receipt(sealed, await bind(labKeys).open(sealed), {
    kind: "accepted",
  });
  const claims = atob(
    new TextDecoder().decode(bytes).split(".")[1].replaceAll("-", "+").replaceAll("_", "/"),
  );
  const judged = async (text: string) => {
    const receipt = new TextEncoder().encode(await signJws("seal-rcpt+jws", text, labKeys.signingKey()));
    return await bind(keys).judge(receipt, { statement, payload, to: "lab" });
  };
  assertEquals((await judged(claims)).kind, "accepted");
  const twice = claims.replace("{", '{"st":"rejected",');
  assertEquals(await codeOf(judged(twice)), "HPKE_RECEIPT_INVALID names");
});
