import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { OnPlan } from "../../../runtime/engine/plan.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const by = { person: "ann", reason: "the EHR cannot take it" };

async function giveAll(rig: GatewayRig, ...ids: readonly string[]): Promise<string[]> {
  const known = rig.all("messageReceived").length;
  for (const id of ids) await rig.hand().give(note({ id, keys: ["p"] }));
  return rig.all("messageReceived").slice(known).map(({ id }) => id);
}

Deno.test("the head of a queue that waits for another attempt is skipped into quarantine, and the next goes out", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const [a] = await giveAll(rig, "A", "B");
  await rig.seen("deliveryFailed");
  peer.conduct = (parcel) => peer.take(parcel);
  assertEquals(await rig.gateway.skip("lab", "ehr", by), { id: a, end: "skipped" });
  await peer.took(1);
  assertEquals(peer.taken, ["B"]);
  const { error, id } = await rig.seen("messageQuarantined");
  assertEquals([error.code, id], ["ENGINE_DELIVERY_SKIPPED", a]);
  const kept = (await rig.gateway.archive.show(a))!;
  assertEquals(kept.deliveries.map(({ state, trouble }) => [state, trouble?.code]), [
    ["quarantined", "ENGINE_DELIVERY_SKIPPED"],
  ]);
  assertEquals(
    kept.history.filter(({ person }) => person).map(({ event, person, reason }) => [event, person, reason]),
    [["skipped", "ann", "the EHR cannot take it"]],
  );
  await rig.clock.advance(60_000);
  assertEquals(peer.attempts.filter(({ controlId }) => controlId === "A").length, 1);
});

Deno.test("a line that a delivery blocks goes on once that is skipped", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const block = { remedy: "block", alert: false } as const;
  const on: OnPlan = { rejected: block, postponed: block, unanswered: block, alertAfterMs: 1 };
  peer.conduct = (parcel) => parcel.bytes.includes(0x21) ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer, { on })])]);
  await rig.hand().give(note({ id: "A", text: "!" }));
  await giveAll(rig, "B", "C");
  await rig.seen("lineHalted");
  assertEquals((await rig.gateway.skip("lab", "ehr", by)).end, "skipped");
  await peer.took(2);
  assertEquals(peer.taken, ["B", "C"]);
  assertEquals(rig.gateway.snapshot().channels[0].destinations.ehr.condition, "running");
});

Deno.test("a paused queue is skipped from the front, one by one, and stays paused", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.gateway.pause("lab", "ehr", by);
  const [a, b] = await giveAll(rig, "A", "B", "C");
  assertEquals((await rig.gateway.skip("lab", "ehr", by)).id, a);
  assertEquals((await rig.gateway.skip("lab", "ehr", by)).id, b);
  await turns(5);
  assertEquals(peer.attempts, []);
  await rig.gateway.resume("lab", "ehr", by);
  await peer.took(1);
  assertEquals(peer.taken, ["C"]);
});

Deno.test("what is being sent is skipped after its attempt has failed, and never tried again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  const answered = Promise.withResolvers<never>();
  peer.conduct = () => answered.promise;
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const [a] = await giveAll(rig, "A", "B");
  await peer.tried(1);
  const skipping = rig.gateway.skip("lab", "ehr", by);
  await turns(5);
  assertEquals(rig.all("messageQuarantined"), []);
  peer.conduct = (parcel) => peer.take(parcel);
  try {
    peer.isDown();
  } catch (cause) {
    answered.reject(cause);
  }
  assertEquals(await skipping, { id: a, end: "skipped" });
  await peer.took(1);
  assertEquals(peer.attempts.map(({ controlId }) => controlId), ["A", "B"]);
});

Deno.test("what is being sent and gets through is not skipped, and that is said", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const [a] = await giveAll(rig, "A", "B");
  await peer.tried(1);
  const skipping = rig.gateway.skip("lab", "ehr", by);
  await turns(5);
  letGo();
  assertEquals(await skipping, { id: a, end: "delivered" });
  await peer.took(2);
  assertEquals([peer.taken, rig.all("messageQuarantined")], [["A", "B"], []]);
});

Deno.test("a skipped delivery holds no keys, and can be replayed", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })])]);
  await rig.hand().give(note({ id: "A", keys: ["p"], sender: "BASE" }));
  await rig.seen("deliveryFailed");
  const [b] = await giveAll(rig, "B");
  const { id: a } = await rig.gateway.skip("lab", "ehr", by);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(1));
  await rig.seen("messageDelivered", ({ id }) => id === b);
  await rig.gateway.replay(a, { force: true });
  await peer.took(2);
  assertEquals(peer.taken, ["B", "A"]);
});

Deno.test("where nothing is queued there is nothing to skip", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const refused = await assertRejects(() => rig.gateway.skip("lab", "ehr", by), MitralError);
  assertEquals(refused.code, "GATEWAY_QUEUE_EMPTY");
});

Deno.test("a skip that is not durable yet when the power goes has not happened", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  await rig.gateway.pause("lab", "ehr", by);
  await giveAll(rig, "A");
  await rig.seen("messageProcessed");
  rig.store.hold(({ op }) => op === "settle");
  void rig.gateway.skip("lab", "ehr", by);
  await rig.store.asked(({ op }) => op === "settle");
  rig.cutPower();
  await rig.open([channel]);
  await rig.gateway.resume("lab", "ehr", by);
  await peer.took(1);
  assertEquals(peer.taken, ["A"]);
});
