/** What is refused at a door, and what becomes of it. */
import type { MitralError } from "../../../../runtime/contract/error.ts";
import { assert, assertEquals } from "@std/assert";
import hpke from "../../../../actors/envelopes/hpke/mod.ts";
import { bindEnvelope, type Statement } from "../../../../runtime/contract/envelope.ts";
import { receiptFacts } from "../../../../runtime/engine/exchange/receipt_facts.ts";
import { keyringOf } from "../../../../runtime/trust/keyring.ts";
import { parsePartnerFile } from "../../../../runtime/trust/partner_file.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { unstuck } from "../../../world/turns.ts";
import { sendsTo, Site, takesFrom } from "./exchange_rig.ts";

const QUICK = { retry: { firstMs: 1, longestMs: 10 } };

/** What `from` would seal for `to`. */
async function sealed(from: Site, to: Site, change: Partial<Statement> = {}, text = `{"n":1}`) {
  const { clock } = denoWorld;
  const partners = { them: await parsePartnerFile(await to.file(), "a file") };
  const keys = keyringOf({ gateway: from.name, clock, identity: from.identity, partners });
  const statement: Statement = {
    id: "one",
    from: from.name,
    channel: "orders",
    epoch: 1,
    sequence: 1,
    issuedAtMs: clock.nowMs(),
    expiresAtMs: clock.nowMs() + 60_000,
    contentType: "application/json",
    ...change,
  };
  return (await bindEnvelope(hpke, { profile: "any" }, keys, clock).seal(
    new TextEncoder().encode(text),
    statement,
    ["them"],
  )).bytes;
}

/** Posts bytes to a door, as anybody may. */
async function post(to: Site, bytes: Uint8Array<ArrayBuffer>, type = hpke.contentType) {
  const response = await fetch(String(to.links[0].settings.url), {
    method: "POST",
    headers: { "content-type": type },
    body: bytes,
  });
  return { status: response.status, text: await response.text() };
}

async function lab(): Promise<{ clinic: Site; lab: Site } & AsyncDisposable> {
  const [clinic, lab] = [await Site.open("clinic"), await Site.open("lab")];
  await clinic.introduceTo(lab);
  await lab.introduceTo(clinic);
  await lab.start({ "from-clinic": takesFrom("clinic") }, { partners: ["clinic"] });
  return {
    clinic,
    lab,
    async [Symbol.asyncDispose]() {
      await clinic[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}

/** Nothing is kept, nobody is given a receipt, and the reason is told by code. */
async function assertRefused(site: Site, bytes: Uint8Array, code: string): Promise<void> {
  const { status, text } = await post(site, new Uint8Array(bytes));
  assertEquals(status, 503);
  assert(text.includes(code), text);
  assertEquals(site.all("exchangeRefused").at(-1)?.error.code, code);
  assertEquals(await site.gateway.archive.list({}), []);
}

Deno.test("a stranger's message is refused, and nothing of it is kept", () =>
  unstuck(async () => {
    await using sites = await lab();
    await using stranger = await Site.open("stranger");
    await assertRefused(sites.lab, await sealed(stranger, sites.lab), "EXCHANGE_SENDER_UNKNOWN");
  }));

Deno.test("a stranger who calls himself by a partner's name is refused, and nothing of it is kept", () =>
  unstuck(async () => {
    await using sites = await lab();
    await using stranger = await Site.open("clinic");
    await assertRefused(sites.lab, await sealed(stranger, sites.lab), "HPKE_SIGNER_UNKNOWN");
  }));

Deno.test("a message that was sealed for somebody else is refused", () =>
  unstuck(async () => {
    await using sites = await lab();
    await using other = await Site.open("other");
    await assertRefused(sites.lab, await sealed(sites.clinic, other), "HPKE_RECIPIENT_MISSING");
  }));

Deno.test("a message under a feed that nobody takes is refused", () =>
  unstuck(async () => {
    await using sites = await lab();
    const [plan] = sites.lab.plan.channels;
    const listen = { ...plan.listen, config: { partner: "clinic", feed: "results" } };
    await sites.lab.gateway.reloadChannel({ ...plan, listen });
    await assertRefused(sites.lab, await sealed(sites.clinic, sites.lab), "EXCHANGE_FEED_UNKNOWN");
  }));

Deno.test("an envelope whose statement was swapped for another's is refused", () =>
  unstuck(async () => {
    await using sites = await lab();
    const [one, other] = [
      await sealed(sites.clinic, sites.lab),
      await sealed(sites.clinic, sites.lab, { id: "two", sequence: 2 }),
    ];
    // The header of one, and what was sealed under the other.
    const end = (bytes: Uint8Array) => 10 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(6);
    const mixed = new Uint8Array([...one.subarray(0, end(one)), ...other.subarray(end(other))]);
    await assertRefused(sites.lab, mixed, "HPKE_BODY_ALTERED");
  }));

Deno.test("what stands on an envelope cannot be changed on the way", () =>
  unstuck(async () => {
    await using sites = await lab();
    const text = new TextDecoder("latin1").decode(await sealed(sites.clinic, sites.lab));
    const changed = Uint8Array.from(text.replace(`"ch":"orders"`, `"ch":"others"`), (c) => c.charCodeAt(0));
    await assertRefused(sites.lab, changed, "HPKE_WRAP_ALTERED");
  }));

Deno.test("what has expired is refused", () =>
  unstuck(async () => {
    await using sites = await lab();
    const issuedAtMs = Date.now() - 3_600_000;
    const late = { issuedAtMs, expiresAtMs: issuedAtMs + 1_000 };
    await assertRefused(sites.lab, await sealed(sites.clinic, sites.lab, late), "HPKE_ENVELOPE_EXPIRED");
  }));

Deno.test("what is no envelope is refused before anybody looks for whom it is", () =>
  unstuck(async () => {
    await using sites = await lab();
    await assertRefused(sites.lab, new Uint8Array(100), "EXCHANGE_ADDRESS_UNREADABLE");
    assertEquals((await post(sites.lab, new Uint8Array(1), "text/plain")).status, 415);
  }));

Deno.test("an envelope that is replayed gets the receipt that was given, and is one message", () =>
  unstuck(async () => {
    await using sites = await lab();
    const bytes = new Uint8Array(await sealed(sites.clinic, sites.lab));
    const first = await post(sites.lab, bytes);
    await sites.lab.seen("messageReceived");
    const second = await post(sites.lab, bytes);
    await sites.lab.seen("messageRepeated");
    assertEquals([first.status, second.status], [200, 200]);
    assertEquals((await sites.lab.gateway.archive.list({})).length, 1);
    const other = new Uint8Array(await sealed(sites.clinic, sites.lab, {}, `{"n":2}`));
    assertEquals((await post(sites.lab, other)).status, 200);
    const { error } = await sites.lab.seen("messageQuarantined");
    assertEquals(error.code, "ENGINE_ID_REUSED");
  }));

Deno.test("a message that is too large is rejected by a receipt, once it is known whom it is from", () =>
  unstuck(async () => {
    await using clinic = await Site.open("clinic");
    await using lab = await Site.open("lab");
    await clinic.introduceTo(lab);
    await lab.introduceTo(clinic);
    const small = { listen: { from: "clinic", messageBytesMax: 10 } };
    await lab.start({ "from-clinic": takesFrom("clinic", small) }, { partners: ["clinic"] });
    await clinic.start({ orders: sendsTo("lab") }, { partners: ["lab"] });
    await clinic.gateway.inject("orders", `{"text":"longer than that"}`);
    const { error } = await clinic.seen("messageQuarantined");
    assertEquals([error.code, error.facts.reason], ["HPKE_MESSAGE_REJECTED", "ENGINE_MESSAGE_TOO_LARGE"]);
  }));

Deno.test("a suspended partner is refused both ways, and what waits goes on once it is resumed", () =>
  unstuck(async () => {
    const clock = new FakeClock();
    await using clinic = await Site.open("clinic", clock);
    await using lab = await Site.open("lab", clock);
    await clinic.enrol(lab);
    await lab.enrol(clinic);
    const channels = (partner: string) => ({ out: sendsTo(partner, QUICK), in: takesFrom(partner) });
    await lab.start(channels("clinic"), { partners: "folder", clock });
    await clinic.start(channels("lab"), { partners: "folder", clock });
    await clinic.gateway.inject("out", `{"n":1}`);
    await clock.pass(clinic.seen("messageDelivered", ({ channel }) => channel === "out"), 10_000);

    await clinic.enrol(lab, "suspended");
    await clock.pass(lab.seen("partnerUpdated", ({ state }) => state === "suspended"), 10_000);
    await clinic.gateway.inject("out", `{"n":2}`);
    const isStranger = ({ error }: { error: MitralError }) => error.code === "EXCHANGE_SENDER_UNKNOWN";
    await clock.pass(lab.seen("exchangeRefused", isStranger), 10_000);
    await lab.gateway.inject("out", `{"n":3}`);
    const failed = await clock.pass(lab.seen("deliveryFailed"), 10_000);
    assertEquals(failed.error.code, "KEYRING_PARTNER_ABSENT");
    assertEquals(await lab.received("in"), [`{"n":1}`]);

    await clinic.enrol(lab);
    await clock.pass(clinic.seen("messageDelivered", ({ channel }) => channel === "out", 2), 10_000);
    await clock.pass(lab.seen("messageDelivered", ({ channel }) => channel === "out"), 10_000);
    assertEquals(await lab.received("in"), [`{"n":1}`, `{"n":2}`]);
    assertEquals(await clinic.received("in"), [`{"n":3}`]);
  }));

Deno.test("nothing is sealed for a key that has ended, and the message waits for the next", () =>
  unstuck(async () => {
    await using clinic = await Site.open("clinic");
    await using lab = await Site.open("lab");
    await clinic.introduceTo(lab);
    const [key] = lab.identity.encryption;
    const old = { ...lab.identity, encryption: [{ ...key, untilMs: Date.now() - 1 }] as const };
    await lab.introduceTo(clinic, await lab.file(lab.links, old));
    await lab.start({ "from-clinic": takesFrom("clinic") }, { partners: ["clinic"] });
    await clinic.start({ orders: sendsTo("lab", QUICK) }, { partners: ["lab"] });
    await clinic.gateway.inject("orders", `{"n":1}`);
    const { error } = await clinic.seen("deliveryFailed");
    assertEquals(error.code, "KEYRING_KEY_MISSING");
    assertEquals(clinic.gateway.snapshot().channels[0].destinations.out.queued, 1);
  }));

Deno.test("what a partner's gateway tells is refused where it is too large, and has a receipt where it makes no sense", () =>
  unstuck(async () => {
    await using both = await lab();
    const { clinic, lab: here } = both;
    const told = async (text: string) =>
      await post(here, new Uint8Array(await sealed(clinic, here, { channel: "mitral.control" }, text)));
    const { status } = await told(JSON.stringify({ type: "ping", more: "x".repeat(5_000_000) }));
    const { error } = await here.seen("exchangeRefused");
    assertEquals([status >= 400, error.code], [true, "EXCHANGE_CONTROL_LARGE"]);
    for (const file of ["%%", 7, undefined]) {
      const { text } = await told(JSON.stringify({ type: "bundle", file }));
      const receipt = receiptFacts(new TextEncoder().encode(text));
      assertEquals([receipt?.verdict, receipt?.code], ["rejected", "EXCHANGE_CONTROL_INVALID"]);
    }
    // Each file that is taken is kept: nobody fills the disk with them.
    for (let count = 3; count < 12; count++) await told(JSON.stringify({ type: "bundle", file: "%%" }));
    const { text } = await told(JSON.stringify({ type: "bundle", file: "%%" }));
    assertEquals(receiptFacts(new TextEncoder().encode(text)), undefined);
  }));
