import { assertEquals } from "@std/assert";
import type { Delivery } from "../../../runtime/contract/adapter.ts";
import { bindEnvelope } from "../../../runtime/contract/envelope.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { Gate } from "../../../runtime/engine/gate.ts";
import { Assembler } from "../../../runtime/engine/assembler.ts";
import type { Accepted } from "../../../runtime/engine/arrival.ts";
import { IntakeMemory } from "../../../runtime/engine/intake_memory.ts";
import { ChannelIntake } from "../../../runtime/engine/intake.ts";
import { SecondAnswers } from "../../../runtime/engine/second_answers.ts";
import { Waiters } from "../../../runtime/engine/waiters.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { FakeEnvelope } from "./fake_envelope.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { batchOf, idIn, note, noteFormat } from "./note_format.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function sealedIntake(rig: GatewayRig) {
  const plan = {
    ...rig.channel("lab", [to("ehr", new FakePeer())]),
    decrypt: { spec: undefined as never, config: {}, from: ["the-north"] },
  };
  const journal = await Journal.open(rig.world, "/data", {
    begun: () => () => {},
    committed() {},
    weighed() {},
    failed() {},
  }, rig.store.openStore);
  const accepted: Accepted[] = [];
  let ids = 0;
  const envelope = new FakeEnvelope();
  const format = bindFormat(noteFormat, {});
  const common = {
    plan,
    format,
    journal,
    world: rig.world,
    newId: () => `id${++ids}`,
    accepted: (message: Accepted) => void accepted.push(message),
    report() {},
  };
  const intake = new ChannelIntake({
    ...common,
    assembler: new Assembler({ ...common, found: 0, isAnsweredLater: () => false }),
    envelope: bindEnvelope(envelope.spec, {}, undefined as never, rig.clock),
    gate: new Gate(() => {}),
    memory: new IntakeMemory(),
    waiters: new Waiters(),
    secondAnswers: new SecondAnswers({ ...common, handedOn() {} }),
    partnerOf: (gateway) => gateway === "north" ? "the-north" : gateway === "south" ? "the-south" : undefined,
  });
  return {
    accepted,
    journal,
    envelope,
    wrap: (id: string, payload: Uint8Array, from?: string) => envelope.wrap(id, payload, from),
    plan,
    give: (bytes: Uint8Array, more: Partial<Delivery> = {}) =>
      intake.receive({ ...more, bytes, peer: "there" }),
  };
}

/** What was signed with each message there is. */
async function evidenceIn({ archive }: Journal): Promise<readonly string[]> {
  const records = await archive.list({});
  return await Promise.all(
    records.map(async ({ id }) => decoder.decode((await archive.show(id))!.evidence)),
  );
}

Deno.test("a sealed message is kept as its payload, with what its sender signed", async () => {
  await using rig = new GatewayRig();
  const { journal, give, wrap, accepted } = await sealedIntake(rig);
  assertEquals(said(await give(wrap("m1", note({ id: "A" })))), "m1 accepted receipt 1");
  assertEquals(accepted.map(({ bytes }) => decoder.decode(bytes)), ["A|A|S|message|"]);
  assertEquals(accepted[0].origin.partner, "the-north");
  assertEquals(await evidenceIn(journal), ["north said m1"]);
});

Deno.test("a sealed message that comes again is known, and gets a receipt by the key of now", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, accepted } = await sealedIntake(rig);
  await give(wrap("m1", note({ id: "A" })));
  await rig.store.asked(({ op }) => op === "answered");
  await rig.clock.advance(24 * 3_600_000);
  assertEquals(said(await give(wrap("m1", note({ id: "A" })))), "m1 accepted receipt 2");
  assertEquals(accepted.length, 1);
});

Deno.test("a sealed batch is received message by message, each once, and has one receipt", async () => {
  await using rig = new GatewayRig();
  const { journal, give, wrap, accepted } = await sealedIntake(rig);
  const batch = batchOf({ id: "A" }, { id: "B" }, { id: "B" });
  assertEquals(said(await give(wrap("m1", batch))), "m1 accepted receipt 1");
  assertEquals(accepted.map(({ bytes }) => idIn(bytes)), ["A", "B", "B"]);
  assertEquals(await evidenceIn(journal), ["north said m1", "north said m1", "north said m1"]);
  assertEquals(said(await give(wrap("m1", batch))), "m1 accepted receipt 2");
  assertEquals(accepted.length, 3);
});

Deno.test("a sealed batch of which a message is refused has a receipt that says so", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, accepted } = await sealedIntake(rig);
  await give(wrap("m1", batchOf({ id: "A" }, { id: "B" })));
  const reply = await give(wrap("m1", batchOf({ id: "A" }, { id: "C" })));
  assertEquals("error" in reply.outcome && reply.outcome.error.code, "ENGINE_BATCH_REFUSED");
  assertEquals(said(reply), "m1 rejected receipt 2");
  assertEquals(accepted.map(({ bytes }) => idIn(bytes)), ["A", "B"]);
});

Deno.test("a sealed message with another payload under a used id is refused and kept in quarantine", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, accepted, journal } = await sealedIntake(rig);
  await give(wrap("m1", note({ id: "A" })));
  const reply = await give(wrap("m1", note({ id: "B" })));
  assertEquals("error" in reply.outcome && reply.outcome.error.code, "ENGINE_ID_REUSED");
  assertEquals(said(reply), "m1 rejected receipt 2");
  assertEquals(accepted.length, 1);
  const [kept] = await journal.archive.list({ state: "quarantined" });
  assertEquals([kept.controlId, kept.trouble?.code], ["B", "ENGINE_ID_REUSED"]);
});

Deno.test("a sealed message that was refused may come corrected under its id, or as it was, and is tried anew", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, accepted, journal } = await sealedIntake(rig);
  const refused = encoder.encode("=?");
  assertEquals(said(await give(wrap("m1", refused))), "m1 rejected receipt 1");
  assertEquals(said(await give(wrap("m1", refused))), "m1 rejected receipt 2");
  assertEquals((await journal.archive.list({ state: "quarantined" })).length, 2);
  assertEquals(said(await give(wrap("m1", note({ id: "A" })))), "m1 accepted receipt 3");
  assertEquals(accepted.map(({ bytes }) => idIn(bytes)), ["A"]);
  const reply = await give(wrap("m1", note({ id: "B" })));
  assertEquals("error" in reply.outcome && reply.outcome.error.code, "ENGINE_ID_REUSED");
});

Deno.test("an older attempt of a sealed message that was refused has that answer, though it would be taken now", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, accepted, journal } = await sealedIntake(rig);
  const older = wrap("m1", encoder.encode("=?")), newer = wrap("m1", encoder.encode("=?"));
  assertEquals(said(await give(newer)), "m1 rejected receipt 1");
  await rig.store.asked(({ op }) => op === "answered");
  for (const again of [older, newer]) assertEquals(said(await give(again)), "m1 rejected receipt 1");
  assertEquals((await journal.archive.list({ state: "quarantined" })).length, 1);
  await give(wrap("m1", note({ id: "A" })));
  assertEquals(said(await give(older)), "m1 rejected receipt 1");
  assertEquals(accepted.length, 1);
  assertEquals(await exchangedIn(journal), [{ way: "received", accepted: [[1, 1]], rejected: [] }]);
});

Deno.test("a sealed message that was taken stays taken, though it would be refused now", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, accepted, journal, plan } = await sealedIntake(rig);
  await give(wrap("m1", note({ id: "A" })));
  Object.assign(plan, { messageBytesMax: 1 });
  const again = { bytes: wrap("m1", note({ id: "A" })), isFromAnybody: true } as const;
  assertEquals(said(await give(again.bytes, again)), "m1 accepted receipt 2");
  assertEquals([accepted.length, await exchangedIn(journal)], [1, [
    { way: "received", accepted: [[1, 1]], rejected: [] },
  ]]);
});

Deno.test("a sealed message from a partner this channel does not take is refused", async () => {
  await using rig = new GatewayRig();
  const { give, wrap } = await sealedIntake(rig);
  await give(wrap("m1", note({ id: "A" })));
  const reply = await give(wrap("m1", note({ id: "A" }), "south"));
  assertEquals("error" in reply.outcome && reply.outcome.error.code, "ENGINE_PARTNER_UNEXPECTED");
});

Deno.test("a sealed message from a stranger is refused and kept as it came", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, accepted, journal } = await sealedIntake(rig);
  const sealed = wrap("m1", note({ id: "A" }), "nobody");
  const reply = await give(sealed);
  assertEquals("error" in reply.outcome && reply.outcome.error.code, "ENGINE_PARTNER_UNEXPECTED");
  const [{ id }] = await journal.archive.list({});
  assertEquals((await journal.archive.show(id))?.received, sealed);
  assertEquals(accepted.length, 0);
});

Deno.test("what will not open is kept sealed in quarantine and refused", async () => {
  await using rig = new GatewayRig();
  const { give, journal } = await sealedIntake(rig);
  const reply = await give(encoder.encode("broken"));
  assertEquals("error" in reply.outcome && reply.outcome.error.code, "WRAP_SEAL_BROKEN");
  const [{ id, trouble }] = await journal.archive.list({ state: "quarantined" });
  assertEquals(trouble?.code, "WRAP_SEAL_BROKEN");
  assertEquals(decoder.decode((await journal.archive.show(id))?.received), "broken");
});

/** What is written down of the exchange with the north: sequences by what their receipts said. */
async function exchangedIn(journal: Journal) {
  const found = await journal.ask({ ask: "exchanged", gateway: "north" });
  return found.map(({ way, accepted, rejected }) => ({ way, accepted, rejected }));
}

Deno.test("what a receipt says of a message that came sealed is written down before the receipt is given", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, journal } = await sealedIntake(rig);
  assertEquals(said(await give(wrap("m1", note({ id: "A" })))), "m1 accepted receipt 1");
  assertEquals(await exchangedIn(journal), [{ way: "received", accepted: [[1, 1]], rejected: [] }]);
});

Deno.test("another payload under a used id changes nothing in what is written down of the first", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, journal } = await sealedIntake(rig);
  await give(wrap("m1", note({ id: "A" })));
  await give(wrap("m1", note({ id: "B" })));
  assertEquals(await exchangedIn(journal), [{ way: "received", accepted: [[1, 1]], rejected: [] }]);
});

Deno.test("a sealed batch is written down once, as its receipt has it", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, journal } = await sealedIntake(rig);
  await give(wrap("m1", batchOf({ id: "A" }, { id: "B" })));
  assertEquals(await exchangedIn(journal), [{ way: "received", accepted: [[1, 1]], rejected: [] }]);
  await give(wrap("m1", batchOf({ id: "A" }, { id: "C" })));
  assertEquals(await exchangedIn(journal), [{ way: "received", accepted: [], rejected: [[1, 1]] }]);
});

Deno.test("what gateways tell each other is no channel's, whichever listener somebody has carried it to", async () => {
  await using rig = new GatewayRig();
  const { give, wrap, envelope, accepted } = await sealedIntake(rig);
  envelope.feed = "mitral.control";
  const { outcome, answer } = await give(wrap("m1", note({ id: "A" })));
  assertEquals(outcome.kind === "rejected" && outcome.error.code, "ENGINE_FEED_RESERVED");
  assertEquals(answer?.contentType === "application/x-wrap-receipt", false);
  assertEquals(accepted, []);
});
