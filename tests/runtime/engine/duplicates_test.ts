import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";

const FIVE_MINUTES_MS = 5 * 60_000;

async function labWith(rig: GatewayRig): Promise<FakePeer> {
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  return peer;
}

Deno.test("a message that comes again within five minutes gets the answer it got, and goes out once", async () => {
  await using rig = new GatewayRig();
  const peer = await labWith(rig);
  const first = await rig.hand().give(note({ id: "A" }));
  await rig.hand().give(note({ id: "B" }));
  await rig.clock.advance(FIVE_MINUTES_MS);
  const again = await rig.hand().give(note({ id: "A" }));
  assertEquals(said(again), said(first));
  await rig.hand().give(note({ id: "C" }));
  await peer.took(3);
  assertEquals(peer.taken, ["A", "B", "C"]);
  assertEquals(rig.all("messageRepeated").map(({ id }) => id), [rig.all("messageReceived")[0].id]);
});

Deno.test("a message that comes again later gets the answer it got while it is its sender's latest", async () => {
  await using rig = new GatewayRig();
  const peer = await labWith(rig);
  const first = await rig.hand().give(note({ id: "A", sender: "S1" }));
  await rig.hand().give(note({ id: "B", sender: "S2" }));
  await rig.clock.advance(FIVE_MINUTES_MS + 1);
  assertEquals(said(await rig.hand().give(note({ id: "A", sender: "S1" }))), said(first));
  await rig.hand().give(note({ id: "C", sender: "S1" }));
  await peer.took(3);
  assertEquals(peer.taken, ["A", "B", "C"]);
});

Deno.test("a message that comes again later, after others of its sender, is a new one and flagged", async () => {
  await using rig = new GatewayRig();
  const peer = await labWith(rig);
  const first = await rig.hand().give(note({ id: "A" }));
  await rig.hand().give(note({ id: "B" }));
  await rig.clock.advance(FIVE_MINUTES_MS + 1);
  const again = await rig.hand().give(note({ id: "A" }));
  assertMatch(said(again), /^A\|AA\|/);
  assertNotEquals(said(again), said(first));
  await peer.took(3);
  assertEquals(peer.taken, ["A", "B", "A"]);
  const [flagged, ...others] = rig.all("messageResembled");
  assertEquals([flagged.how, others.length], ["late", 0]);
  const { history } = (await rig.gateway.archive.show(flagged.id))!;
  assertEquals(history.map(({ event }) => event).includes("repeated late"), true);
});

Deno.test("a message that comes again while it is pending joins it: two answers, one delivery", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)], { acknowledge: "delivered" })]);
  const first = rig.hand().give(note({ id: "A" }));
  await peer.tried(1);
  const again = rig.hand().give(note({ id: "A" }));
  await rig.seen("messageRepeated");
  letGo();
  assertEquals(said(await again), said(await first));
  assertEquals(peer.taken, ["A"]);
});

Deno.test("a pending message is joined across a restart of the gateway", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  const channel = rig.channel("lab", [to("ehr", peer)], { acknowledge: "delivered" });
  await rig.open([channel]);
  void rig.hand().give(note({ id: "A" }));
  await peer.tried(1);
  rig.cutPower();
  await rig.open([channel]);
  const again = rig.hand().give(note({ id: "A" }));
  await rig.seen("messageRepeated");
  letGo();
  assertMatch(said(await again), /^A\|AA\|/);
});

Deno.test("a message that was answered negatively is worked on again when it comes again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  let broken = true;
  const channel = rig.channel("lab", [to("ehr", peer)], {
    acknowledge: "processed",
    steps: [step("mend", (message) => {
      if (broken) throw refusal;
      return message;
    })],
  });
  await rig.open([channel]);
  assertEquals(said(await rig.hand().give(note({ id: "A" }))), "A|AE|ACT_NOTE_REFUSED");
  broken = false;
  assertMatch(said(await rig.hand().give(note({ id: "A" }))), /^A\|AA\|/);
  await peer.took(1);
  assertEquals(peer.taken, ["A"]);
});

for (const purpose of ["query", "test"] as const) {
  Deno.test(`a ${purpose} is never answered from the store`, async () => {
    await using rig = new GatewayRig();
    const peer = await labWith(rig);
    await rig.hand().give(note({ id: "A", purpose }));
    await rig.hand().give(note({ id: "A", purpose }));
    await peer.took(2);
    assertEquals(peer.taken, ["A", "A"]);
  });
}

Deno.test("a message without an id is never a repetition", async () => {
  await using rig = new GatewayRig();
  const peer = await labWith(rig);
  await rig.hand().give(note({ id: "" }));
  await rig.hand().give(note({ id: "" }));
  await peer.took(2);
  assertEquals(rig.all("messageRepeated").length, 0);
});

Deno.test("other bytes under the same id are a new message, and counted", async () => {
  await using rig = new GatewayRig();
  const peer = await labWith(rig);
  await rig.hand().give(note({ id: "A", text: "first" }));
  await rig.hand().give(note({ id: "A", text: "second" }));
  await peer.took(2);
  const texts = peer.attempts.map(({ bytes }) => new TextDecoder().decode(bytes).split("|")[4]);
  assertEquals(texts, ["first", "second"]);
  assertEquals(rig.all("messageResembled").map(({ how }) => how), ["reused"]);
});

Deno.test("the same message in two channels is two messages", async () => {
  await using rig = new GatewayRig();
  const [ehr, billing] = [new FakePeer(), new FakePeer()];
  await rig.open([rig.channel("lab", [to("ehr", ehr)]), rig.channel("bills", [to("billing", billing)])]);
  await rig.hand("lab").give(note({ id: "A" }));
  await rig.hand("bills").give(note({ id: "A" }));
  await Promise.all([ehr.took(1), billing.took(1)]);
});

Deno.test("a channel told to deliver repetitions answers none of them from the store", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const duplicates = { answer: "never", windowMs: 0, reused: "deliver" } as const;
  await rig.open([rig.channel("lab", [to("ehr", peer)], { duplicates })]);
  for (let time = 0; time < 3; time++) await rig.hand().give(note({ id: "A" }));
  await peer.took(3);
});

Deno.test("a channel told to answer repetitions always does so, however late they come", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const duplicates = { answer: "always", windowMs: 0, reused: "deliver" } as const;
  await rig.open([rig.channel("lab", [to("ehr", peer)], { duplicates })]);
  const first = said(await rig.hand().give(note({ id: "A" })));
  await rig.hand().give(note({ id: "B" }));
  await peer.took(2);
  await rig.clock.advance(30 * 86_400_000);
  assertEquals(said(await rig.hand().give(note({ id: "A" }))), first);
  assertEquals(peer.taken, ["A", "B"]);
});

Deno.test("a channel told to reject a control id that was used for other bytes keeps and refuses them", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const duplicates = { answer: "recent", windowMs: 300_000, reused: "reject" } as const;
  await rig.open([rig.channel("lab", [to("ehr", peer)], { duplicates })]);
  await rig.hand().give(note({ id: "A", text: "one" }));
  assertEquals(said(await rig.hand().give(note({ id: "A", text: "two" }))), "A|AE|ENGINE_ID_REUSED");
  assertEquals((await rig.gateway.archive.list({ state: "quarantined" })).length, 1);
});
