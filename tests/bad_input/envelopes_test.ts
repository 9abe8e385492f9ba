import { assert, assertEquals } from "@std/assert";
import hpke from "../../actors/envelopes/hpke/mod.ts";
import { gatewayOf as keysOf } from "../runtime/trust/gateways.ts";
import { seal, sealForOtherKey } from "./_envelopes.ts";
import { bytesOf, hl7 } from "./_messages.ts";
import { assertDeclared } from "./_reference.ts";
import { Folder, problemOf, Site } from "./_site.ts";

const HOUR_MS = 3_600_000;

/** The laboratory, `lab.example`, which takes sealed messages from `clinic` but not from its other partner, `billing`. */
async function openLab(): Promise<Site> {
  const folder = await Folder.make();
  await folder.write("keys.json", (await keysOf("lab")).privateFile);
  for (const name of ["clinic", "billing"]) {
    await folder.write(`${name}.json`, (await keysOf(name)).partnerFile);
  }
  const settings = {
    gateway: "lab.example",
    data: "./data",
    keys: "./keys.json",
    partners: { clinic: "./clinic.json", billing: "./billing.json" },
    channels: {
      inbox: {
        listen: { https: { port: 0 } },
        decrypt: { from: "clinic" },
        parse: "hl7v2",
        send: { out: { file: { path: "./out" } } },
      },
    },
  };
  return await Site.open(settings, folder);
}

const post = (site: Site, sealed: Uint8Array<ArrayBuffer>) => site.post(sealed, hpke.contentType);

/** Fails unless a good sealed message is receipted and delivered as the `count`th. */
async function assertGoesOn(site: Site, count = 1): Promise<void> {
  const payload = hl7("GOOD");
  const good = await seal({ id: "good", payload });
  const response = await post(site, good.bytes);
  assertEquals([response.status, response.headers.get("content-type")], [200, hpke.receiptType]);
  assertEquals((await good.judge(await response.bytes())).kind, "accepted");
  await site.assertDelivered(bytesOf(payload), count);
}

interface Bad {
  readonly sentence: string;
  make(): Promise<Uint8Array>;
  readonly status: number;
  readonly code: string;
}

const bad: readonly Bad[] = [
  {
    sentence: "sealed for somebody else is refused",
    make: async () => (await seal({ to: "stranger" })).bytes,
    status: 422,
    code: "HPKE_RECIPIENT_MISSING",
  },
  {
    sentence: "sealed for another key of ours is kept for when the key is found",
    make: async () => (await sealForOtherKey()).bytes,
    status: 500,
    code: "HPKE_KEY_UNKNOWN",
  },
  {
    sentence: "cut short is refused",
    make: async () => (await seal()).bytes.slice(0, -40),
    status: 422,
    code: "HPKE_BODY_ALTERED",
  },
  {
    sentence: "cut short within its header is refused",
    make: async () => (await seal()).bytes.slice(0, 100),
    status: 422,
    code: "HPKE_ENVELOPE_TRUNCATED",
  },
  {
    sentence: "altered in its last byte is refused",
    make: async () => altered((await seal()).bytes, -1),
    status: 422,
    code: "HPKE_BODY_ALTERED",
  },
  {
    sentence: "of another version is refused as unsupported",
    make: async () => altered((await seal()).bytes, 4),
    status: 415,
    code: "HPKE_VERSION_UNSUPPORTED",
  },
  {
    sentence: "that has expired is refused",
    make: async () => (await seal({ issuedAtMs: Date.now() - 2 * HOUR_MS })).bytes,
    status: 422,
    code: "HPKE_ENVELOPE_EXPIRED",
  },
  {
    sentence: "from the future is refused",
    make: async () => (await seal({ issuedAtMs: Date.now() + 2 * HOUR_MS })).bytes,
    status: 422,
    code: "HPKE_ENVELOPE_POSTDATED",
  },
  {
    sentence: "from a stranger is refused",
    make: async () => (await seal({ by: "stranger" })).bytes,
    status: 422,
    code: "HPKE_SIGNER_UNKNOWN",
  },
  {
    sentence: "from a partner the channel does not take is refused",
    make: async () => (await seal({ by: "billing" })).bytes,
    status: 422,
    code: "ENGINE_PARTNER_UNEXPECTED",
  },
  {
    sentence: "is expected, and a message in clear is refused",
    make: () => Promise.resolve(bytesOf("not sealed at all")),
    status: 422,
    code: "HPKE_ENVELOPE_INVALID",
  },
];

for (const { sentence, make, status, code } of bad) {
  Deno.test(`an envelope ${sentence}`, async () => {
    await using site = await openLab();
    const bytes = new Uint8Array(await make());
    const problem = await problemOf(await post(site, bytes));
    assertEquals([problem.status, problem.code], [status, code]);
    await site.assertKept(bytes, code);
    await assertGoesOn(site);
  });
}

Deno.test("an envelope that comes twice gets its receipt twice and is delivered once", async () => {
  await using site = await openLab();
  const { bytes, judge } = await seal();
  for (const _ of ["first", "again"]) {
    const response = await post(site, bytes);
    assertEquals(response.status, 200);
    assertEquals((await judge(await response.bytes())).kind, "accepted");
  }
  await site.seen("messageRepeated");
  await site.assertDelivered(bytesOf(hl7("BAD")));
  await assertGoesOn(site, 2);
});

Deno.test("a message sealed anew under its id is taken once, and gets a receipt for each envelope", async () => {
  await using site = await openLab();
  const [first, again] = [await seal(), await seal()];
  for (const { bytes, judge } of [first, again]) {
    const receipt = await (await post(site, bytes)).bytes();
    assertEquals((await judge(receipt)).kind, "accepted");
  }
  await site.assertDelivered(bytesOf(hl7("BAD")));
  assertEquals(site.gateway.snapshot().channels[0].counts.received, 1);
  await assertGoesOn(site, 2);
});

Deno.test("another payload under an id that was used gets a receipt that refuses it, and is kept", async () => {
  await using site = await openLab();
  const first = await seal();
  await (await post(site, first.bytes)).body?.cancel();
  await site.assertDelivered(bytesOf(hl7("BAD")));

  const forged = hl7("FORGED");
  const second = await seal({ payload: forged });
  const response = await post(site, second.bytes);
  assertEquals(response.status, 200);
  const outcome = await second.judge(await response.bytes());
  assert(outcome.kind === "rejected");
  assertEquals(outcome.error.facts.reason, "ENGINE_ID_REUSED");
  await assertDeclared({ code: outcome.error.code, says: outcome.error.message });
  await site.assertKept(bytesOf(forged), "ENGINE_ID_REUSED");
  assertEquals(site.gateway.snapshot().channels[0].counts.quarantined, 1);
  await assertGoesOn(site, 2);
});

Deno.test("a sealed message that cannot be read gets a receipt that refuses it, and is kept opened", async () => {
  await using site = await openLab();
  const { bytes, judge } = await seal({ payload: "no HL7" });
  const response = await post(site, bytes);
  assertEquals([response.status, response.headers.get("content-type")], [200, hpke.receiptType]);
  const outcome = await judge(await response.bytes());
  assert(outcome.kind === "rejected");
  assertEquals(outcome.error.facts.reason, "HL7V2_HEADER_MISSING");
  await site.assertKept(bytesOf("no HL7"), "HL7V2_HEADER_MISSING");
  await assertGoesOn(site);
});

/** A copy with one byte changed. */
function altered(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.with(at, bytes.at(at)! ^ 1);
}
