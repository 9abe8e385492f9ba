import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";

/** Two channels, the first of which hands to the second. */
function linked(rig: GatewayRig, peer: FakePeer, acknowledge: "received" | "delivered" = "received") {
  const next = { ...to("next", peer), send: { channel: "second" } };
  const mark = step("mark", (message) => message.derive({ body: message.body.saying("handed on") }));
  return [
    rig.channel("first", [next], { acknowledge, steps: [mark] }),
    rig.channel("second", [to("ehr", peer)]),
  ];
}

Deno.test("a channel hands its messages to another, which works on them as its own", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open(linked(rig, peer));
  await rig.hand("first").give(note({ id: "A" }));
  await peer.took(1);
  assertEquals(new TextDecoder().decode(peer.attempts[0].bytes), "A|A|S|message|handed on");
  const [first] = rig.all("messageReceived");
  const second = await rig.seen("messageReceived", ({ channel }) => channel === "second");
  const told = await rig.gateway.archive.show(first.id);
  assertEquals(told?.handedOnTo, [{ id: second.id, channel: "second" }]);
  const there = await rig.gateway.archive.show(second.id);
  assertEquals([there?.origin, there?.controlId], [{ adapter: "channel", peer: "first" }, "A"]);
});

Deno.test("handing on is part of the commit that ends the work: nothing is lost and nothing twice", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channels = linked(rig, peer);
  await rig.open(channels);
  rig.store.hold(({ op }) => op === "process");
  await rig.hand("first").give(note({ id: "A" }));
  await rig.store.asked(({ op }) => op === "process");
  rig.cutPower();
  await rig.open(channels);
  await rig.seen("messageDelivered");
  rig.cutPower();
  await rig.open(channels);
  await rig.hand("first").give(note({ id: "B" }));
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(peer.taken, ["A", "B"]);
});

Deno.test("what was handed on waits where the other channel is stopped, and goes on when it is started", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open(linked(rig, peer));
  await rig.gateway.stopChannel("second");
  await rig.hand("first").give(note({ id: "A" }));
  await rig.seen("messageHandedOn");
  assertEquals(peer.attempts, []);
  await rig.gateway.startChannel("second");
  await peer.took(1);
});

Deno.test("handed on counts as delivered for whoever waits for that", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.hold();
  await rig.open(linked(rig, peer, "delivered"));
  assertMatch(said(await rig.hand("first").give(note({ id: "A" }))), /^A\|AA\|/);
});

Deno.test("where the other channel is removed before the commit, the message waits for it, and no other branch does", async () => {
  await using rig = new GatewayRig();
  const [peer, beside] = [new FakePeer(), new FakePeer()];
  const [first, second] = linked(rig, peer);
  const work = Promise.withResolvers<void>();
  const slow = step("slow", async (message) => {
    await work.promise;
    return message;
  });
  await rig.open([{
    ...first,
    destinations: [...first.destinations, to("beside", beside, { steps: [slow] })],
  }, second]);
  await rig.hand("first").give(note({ id: "A" }));
  await turns();
  await rig.gateway.removeChannel("second");
  work.resolve();
  await rig.seen("messageHandedOn");
  await turns();
  assertEquals([beside.taken, rig.all("messageQuarantined")], [["A"], []]);
  await rig.gateway.reloadChannel(second);
  await rig.seen("messageDelivered", () => true, 2);
  const { pending, pendingBytes } = rig.gateway.snapshot().journal;
  assertEquals([peer.taken, pending, pendingBytes], [["A"], 0, 0]);
});

Deno.test("what was handed on is not replayed where it came from: nobody would send it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open(linked(rig, peer));
  await rig.hand("first").give(note({ id: "A" }));
  const { id } = await rig.seen("messageHandedOn");
  await rig.seen("messageDelivered");
  const refused = await assertRejects(() => rig.gateway.replay(id, { destination: "next" }), MitralError);
  assertEquals(refused.code, "GATEWAY_REPLAY_EMPTY");
  assertEquals(rig.store.count("SELECT count(*) FROM delivery WHERE state = 0"), 0);
});
