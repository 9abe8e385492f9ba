import { assert, assertEquals } from "@std/assert";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { bindEnvelope, type ConfigInput, type Keyring, secretOf, type Statement } from "mitral";
import age from "../../actors/envelopes/age/mod.ts";
import { gatewayOf as keysOf, testKeyring } from "../runtime/trust/gateways.ts";
import { configOf } from "../world/tools.ts";
import { bytesOf, hl7 } from "./_messages.ts";
import { Folder, problemOf, type Settings, Site } from "./_site.ts";

const identity = await generateIdentity();
const recipients = [await identityToRecipient(identity)];

/** The laboratory, which takes what is encrypted with age over HTTP; it knows `clinic`, and signs only where `signed`. */
async function openLab(signed: boolean): Promise<Site> {
  const folder = await Folder.make();
  await folder.write("keys.json", (await keysOf("lab")).privateFile);
  await folder.write("clinic.json", (await keysOf("clinic")).partnerFile);
  const envelope = { age: { identity: secretOf(identity), signed } };
  const settings: Settings = {
    gateway: "lab.example",
    data: "./data",
    ...(signed ? { keys: "./keys.json", partners: { clinic: "./clinic.json" } } : {}),
    channels: {
      inbox: {
        listen: { https: { port: 0 } },
        decrypt: signed ? { from: "clinic", envelope } : { envelope },
        parse: "hl7v2",
        send: { out: { file: { path: "./out" } } },
      },
    },
  };
  return await Site.open(settings, folder);
}

const statement: Statement = {
  id: "1",
  from: "clinic.example",
  channel: "results",
  epoch: 1,
  sequence: 1,
  issuedAtMs: Date.now(),
  expiresAtMs: Date.now() + 3_600_000,
  contentType: "x-application/hl7-v2+er7",
};

/** The clinic, which signs or does not. */
async function clinic(signed: boolean) {
  const settings: ConfigInput<typeof age.config> = { recipients, signed };
  const keys: Keyring = await testKeyring("clinic", ["lab"]);
  const envelope = bindEnvelope(age, configOf(age.config, settings), keys, { nowMs: () => Date.now() });
  return {
    envelope,
    seal: async (payload: string) =>
      new Uint8Array((await envelope.seal(bytesOf(payload), statement, signed ? ["lab"] : [])).bytes),
  };
}

Deno.test("a signed message of age is taken, and its receipt says so", async () => {
  await using site = await openLab(true);
  const { envelope, seal } = await clinic(true);
  const response = await site.post(await seal(hl7("A")), age.contentType);
  assertEquals([response.status, response.headers.get("content-type")], [200, age.receiptType]);
  const sent = { statement, payload: bytesOf(hl7("A")), to: "lab" };
  assertEquals((await envelope.judge(await response.bytes(), sent)).kind, "accepted");
  await site.assertDelivered(bytesOf(hl7("A")));
  const [kept] = await site.gateway.archive.list({});
  assertEquals(kept.origin.partner, "clinic");
});

Deno.test("a message of age without a signature is refused where one is asked for, and kept", async () => {
  await using site = await openLab(true);
  const bytes = await (await clinic(false)).seal(hl7("A"));
  const problem = await problemOf(await site.post(bytes, age.contentType));
  assertEquals([problem.status, problem.code], [422, "AGE_STATEMENT_MISSING"]);
  await site.assertKept(bytes, "AGE_STATEMENT_MISSING");
});

Deno.test("where nothing is signed, a message of age is answered as one in clear, and known by its own id", async () => {
  await using site = await openLab(false);
  const { seal } = await clinic(false);
  for (const _ of ["first", "again"]) {
    const response = await site.post(await seal(hl7("A")), age.contentType);
    const answer = await response.text();
    assertEquals(response.status, 200);
    assert(answer.includes("MSA|AA|"), "the answer is no acknowledgement of HL7");
  }
  await site.seen("messageRepeated");
  await site.assertDelivered(bytesOf(hl7("A")));
  const [kept] = await site.gateway.archive.list({});
  assertEquals([kept.origin.partner, kept.contentType], [undefined, "x-application/hl7-v2+er7"]);
});

Deno.test("where nothing is signed, what is inside and cannot be read is refused and kept opened", async () => {
  await using site = await openLab(false);
  const response = await site.post(await (await clinic(false)).seal("no HL7"), age.contentType);
  const problem = await problemOf(response);
  assertEquals(problem.code, "HL7V2_HEADER_MISSING");
  await site.assertKept(bytesOf("no HL7"), "HL7V2_HEADER_MISSING");
});
