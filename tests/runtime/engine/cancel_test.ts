import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { OnPlan } from "../../../runtime/engine/plan.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";

const by = { person: "ann", reason: "sent by mistake" };

const HOLDS: OnPlan = {
  rejected: { remedy: "holdKey", alert: false },
  postponed: { remedy: "retry", alert: false },
  unanswered: { remedy: "retry", alert: false },
  alertAfterMs: 300_000,
};

async function give(rig: GatewayRig, id: string, keys: readonly string[] = ["p"]): Promise<string> {
  await rig.hand().give(note({ id, keys }));
  return rig.all("messageReceived").at(-1)!.id;
}

const stateOf = async (rig: GatewayRig, id: string) => {
  const { state, deliveries } = (await rig.gateway.archive.show(id))!;
  return [state, ...deliveries.map((delivery) => delivery.state)];
};

Deno.test("a queued delivery that is cancelled is never sent, whatever it waits for, and its keys are free", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })])]);
  const [a, b, c] = [await give(rig, "A"), await give(rig, "B"), await give(rig, "C")];
  await rig.seen("deliveryFailed");
  await rig.seen("messageProcessed", () => true, 3);
  const { pendingBytes } = rig.gateway.snapshot().journal;
  assertEquals(await rig.gateway.cancel(a, { by }), { destinations: ["ehr"] });
  assertEquals(await rig.gateway.cancel(b, { destination: "ehr", by }), { destinations: ["ehr"] });
  assert(rig.gateway.snapshot().journal.pendingBytes < pendingBytes);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(1));
  await rig.seen("messageDelivered", ({ id }) => id === c);
  await rig.clock.advance(60_000);
  assertEquals([peer.taken, await stateOf(rig, a), await stateOf(rig, b)], [
    ["C"],
    ["processed", "cancelled"],
    ["processed", "cancelled"],
  ]);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
  assertEquals(rig.all("messageCancelled").map(({ id, destination }) => [id, destination]), [
    [a, "ehr"],
    [b, "ehr"],
  ]);
  rig.cutPower();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await turns(5);
  assertEquals(peer.taken, ["C"]);
});

Deno.test("a delivery in quarantine that is cancelled holds its keys no longer, and is not replayed", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer, { on: HOLDS, order: { by: "key" } })])]);
  const a = await give(rig, "A");
  await rig.seen("messageQuarantined");
  await give(rig, "B");
  await turns(5);
  assertEquals(peer.taken, []);
  await rig.gateway.cancel(a, { by });
  await peer.took(1);
  assertEquals([peer.taken, await stateOf(rig, a)], [["B"], ["processed", "cancelled"]]);
  for (const options of [{}, { destination: "ehr", force: true }]) {
    const refused = await assertRejects(() => rig.gateway.replay(a, options), MitralError);
    assertEquals(refused.code, "GATEWAY_REPLAY_EMPTY");
  }
});

Deno.test("of a replay and a cancellation at the same moment one is done, and the other is told", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  const refuse = step("refuse", (message) => {
    if (message.body.get("id") === "B" && rig.all("messageReplayed").length < 2) throw refusal;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [refuse] })]);
  for (const id of ["A", "B"]) {
    const message = await give(rig, id);
    await rig.seen("messageQuarantined", (event) => event.id === message);
    const [replayed, cancelled] = await Promise.allSettled([
      rig.gateway.replay(message, { force: true }),
      rig.gateway.cancel(message, { by }),
    ]);
    await turns(20);
    assertEquals([replayed.status, peer.taken.includes(id)], ["fulfilled", true]);
    assertEquals(cancelled.status === "rejected" && cancelled.reason.code, "GATEWAY_CANCEL_EMPTY");
    assertEquals(await stateOf(rig, message), ["processed", "delivered"]);
  }
  assertEquals(rig.all("messageCancelled"), []);
});

Deno.test("a message in quarantine that was queued for nobody is cancelled itself", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const refuse = step("refuse", (message) => {
    if (message.body.get("id") === "A") throw refusal;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [refuse] })]);
  const a = await give(rig, "A");
  await rig.seen("messageQuarantined");
  assertEquals(await rig.gateway.cancel(a, { by }), { destinations: [] });
  assertEquals(await stateOf(rig, a), ["cancelled"]);
  const refused = await assertRejects(() => rig.gateway.cancel(a, { by }), MitralError);
  assertEquals(refused.code, "GATEWAY_CANCEL_EMPTY");
});

Deno.test("what is being sent cannot be cancelled, and what was delivered neither", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const a = await give(rig, "A");
  await peer.tried(1);
  const refused = async () => (await assertRejects(() => rig.gateway.cancel(a, { by }), MitralError)).code;
  assertEquals(await refused(), "GATEWAY_CANCEL_SENDING");
  letGo();
  await rig.seen("messageDelivered");
  assertEquals([await refused(), await stateOf(rig, a)], ["GATEWAY_CANCEL_EMPTY", [
    "processed",
    "delivered",
  ]]);
});

Deno.test("whoever waits for all destinations hears that one was refused, once the cancelled one was the last", async () => {
  await using rig = new GatewayRig();
  const [ehr, bills] = [new FakePeer(), new FakePeer(1, rig.clock)];
  bills.conduct = () => bills.isDown();
  await rig.open([
    rig.channel("lab", [to("ehr", ehr), to("bills", bills)], { acknowledge: "delivered" }),
  ]);
  const reply = rig.hand().give(note({ id: "A", keys: ["p"] }));
  await rig.seen("deliveryFailed");
  await rig.seen("messageDelivered");
  await rig.gateway.cancel(rig.all("messageReceived")[0].id, { destination: "bills", by });
  assertEquals(said(await reply), "A|AE|ENGINE_DELIVERY_INCOMPLETE");
});

Deno.test("whoever waits for a destination's answer hears that it was refused", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)], { acknowledge: { from: "ehr" } })]);
  const reply = rig.hand().give(note({ id: "A" }));
  await rig.seen("deliveryFailed");
  await rig.gateway.cancel(rig.all("messageReceived")[0].id, { by });
  assertEquals(said(await reply), "A|AE|ENGINE_DELIVERY_CANCELLED");
});

Deno.test("what a channel that is gone has left queued can be cancelled", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const a = await give(rig, "A");
  await rig.seen("deliveryFailed");
  await rig.clock.pass(rig.gateway.removeChannel("lab"));
  assertEquals(await rig.gateway.cancel(a, { by }), { destinations: ["ehr"] });
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
});

Deno.test("outcomes tell of what was cancelled", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const outcomes = rig.gateway.outcomes().getReader();
  const a = await give(rig, "A");
  await rig.seen("deliveryFailed");
  await rig.gateway.cancel(a);
  const { value } = await outcomes.read();
  assertEquals([value?.id, value?.kind, value && "destination" in value && value.destination], [
    a,
    "cancelled",
    "ehr",
  ]);
  assertEquals((await rig.gateway.archive.acts({}))[0].person, "program");
  await outcomes.cancel();
});
