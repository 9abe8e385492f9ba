import { assert, assertEquals } from "@std/assert";
import type { OnPlan, RemedyPlan } from "../../../runtime/engine/plan.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { type Note, note } from "./note_format.ts";

const quiet = (remedy: RemedyPlan["remedy"]): RemedyPlan => ({ remedy, alert: false });
const DEFAULTS: OnPlan = {
  rejected: { remedy: "quarantine", alert: true },
  postponed: { remedy: "retry", alert: true },
  unanswered: { remedy: "retry", alert: true },
  alertAfterMs: 300_000,
};

/** A channel to a peer that refuses the first note it gets, with AE. */
async function refusing(rig: GatewayRig, on: Partial<OnPlan> = {}): Promise<FakePeer> {
  const peer = new FakePeer();
  let refused = 0;
  peer.conduct = (parcel) => refused++ === 0 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer, { on: { ...DEFAULTS, ...on } })])]);
  return peer;
}

async function giveAll(rig: GatewayRig, ...notes: readonly Note[]): Promise<void> {
  for (const each of notes) await rig.hand().give(note(each));
}

const SAME = { keys: ["p"] };
const BASE = { keys: ["p"], sender: "BASE" };

Deno.test("what is refused for good is quarantined and told, and the queue goes on where nothing builds on it", async () => {
  await using rig = new GatewayRig();
  const peer = await refusing(rig);
  await giveAll(rig, { id: "A", ...SAME }, { id: "B", ...SAME });
  await peer.took(1);
  assertEquals(peer.taken, ["B"]);
  const { why, error } = await rig.seen("alertRaised");
  assertEquals([why, error.code], ["rejected", "NOTE_DELIVERY_REFUSED"]);
});

Deno.test("where later messages of a key build on what was refused they wait, and other keys do not", async () => {
  await using rig = new GatewayRig();
  const peer = await refusing(rig);
  await giveAll(rig, { id: "A", ...BASE }, { id: "B", ...SAME }, { id: "C", keys: ["q"] }, { id: "D" });
  await peer.took(2);
  await turns();
  assertEquals(peer.taken, ["C", "D"]);
});

Deno.test("messages that wait for a held key go on, in order, once it is replayed", async () => {
  await using rig = new GatewayRig();
  const peer = await refusing(rig);
  await giveAll(rig, { id: "A", ...BASE }, { id: "B", ...SAME }, { id: "C", ...SAME }, { id: "D" });
  await peer.took(1);
  const { id } = await rig.seen("messageQuarantined");
  assertEquals(await rig.gateway.replay(id), { destinations: ["ehr"] });
  await peer.took(4);
  assertEquals(peer.taken, ["D", "A", "B", "C"]);
});

Deno.test("messages that wait for a held key go on without it once it is released", async () => {
  await using rig = new GatewayRig();
  const peer = await refusing(rig, { rejected: quiet("holdKey") });
  await giveAll(rig, { id: "A", ...SAME }, { id: "B", ...SAME }, { id: "C" });
  await peer.took(1);
  const { id } = await rig.seen("messageQuarantined");
  assertEquals(await rig.gateway.release(id), { destinations: ["ehr"] });
  await peer.took(2);
  assertEquals(peer.taken, ["C", "B"]);
  assertEquals(await rig.gateway.release(id), { destinations: [] });
});

Deno.test("a held key is still held after a restart, and released by its replay then", async () => {
  await using rig = new GatewayRig();
  const peer = await refusing(rig);
  await giveAll(rig, { id: "A", ...BASE }, { id: "B", ...SAME }, { id: "C" });
  await peer.took(1);
  const { id } = await rig.seen("messageQuarantined");
  rig.cutPower();
  await rig.open([rig.channel("lab", [to("ehr", peer, { on: DEFAULTS })])]);
  await giveAll(rig, { id: "D" });
  await rig.seen("messageDelivered", (event) => event.id !== id, 1);
  await turns();
  assert(!peer.taken.includes("B"), "the key was forgotten");
  await rig.gateway.replay(id);
  while (!peer.taken.includes("B")) await turns(1);
  assert(peer.taken.indexOf("A") < peer.taken.indexOf("B"));
});

Deno.test("a barrier does not wait for what waits for a held key, and waits for all else", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(4);
  let refused = 0;
  peer.conduct = (parcel) => refused++ === 0 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  const on = { ...DEFAULTS, rejected: quiet("holdKey") };
  await rig.open([rig.channel("lab", [to("ehr", peer, { on, order: { by: "key" } })])]);
  await giveAll(rig, { id: "A", ...SAME });
  await rig.seen("messageQuarantined");
  const letGo = peer.hold();
  await giveAll(rig, { id: "B", ...SAME }, { id: "C" }, { id: "barrier", keys: [] }, { id: "D" });
  await peer.tried(2);
  await turns();
  assertEquals(peer.attempts.map(({ controlId }) => controlId), ["A", "C"]);
  letGo();
  await peer.took(3);
  assertEquals(peer.taken, ["C", "barrier", "D"]);
});

Deno.test("continue lets the queue go on even where later messages build on what was refused", async () => {
  await using rig = new GatewayRig();
  const peer = await refusing(rig, { rejected: quiet("continue") });
  await giveAll(rig, { id: "A", ...BASE }, { id: "B", ...SAME });
  await peer.took(1);
  assertEquals(peer.taken, ["B"]);
  assertEquals(rig.all("alertRaised"), []);
});

Deno.test("nothing goes out behind a refusal before that is kept: a crash would send what was refused behind it", async () => {
  await using rig = new GatewayRig();
  const peer = await refusing(rig, { rejected: quiet("continue") });
  const letGo = rig.store.hold(({ op }) => op === "settle");
  await giveAll(rig, { id: "A", ...SAME }, { id: "B", ...SAME });
  await rig.store.asked(({ op }) => op === "settle");
  await turns(20);
  assertEquals(peer.attempts.map(({ controlId }) => controlId), ["A"]);
  letGo();
  await peer.took(1);
  assertEquals(peer.taken, ["B"]);
});

Deno.test("block stops the destination with the delivery first in its queue, until it is started again", async () => {
  await using rig = new GatewayRig();
  const peer = await refusing(rig, { rejected: quiet("block") });
  await giveAll(rig, { id: "A" }, { id: "B" });
  const { error } = await rig.seen("lineHalted");
  assertEquals([error.code, error.facts.reason], ["ENGINE_DELIVERY_BLOCKED", "NOTE_DELIVERY_REFUSED"]);
  const { destinations } = rig.gateway.snapshot().channels[0];
  assertEquals([destinations.ehr.condition, destinations.ehr.queued], ["halted", 2]);
  await rig.gateway.startChannel("lab");
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(peer.taken, ["A", "B"]);
  assertEquals(rig.all("messageQuarantined"), []);
});

Deno.test("block lets attempts under way end: what the peer has taken is not sent again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(2);
  const on = { ...DEFAULTS, rejected: quiet("block") };
  await rig.open([rig.channel("lab", [to("ehr", peer, { on, order: { by: "key" } })])]);
  const letGo = peer.hold();
  await giveAll(rig, { id: "A" });
  await peer.tried(1);
  peer.conduct = (parcel) => peer.refuse(parcel, "AE");
  await giveAll(rig, { id: "B" }, { id: "C" });
  await peer.tried(2);
  await turns();
  letGo();
  await rig.seen("lineHalted");
  assertEquals([peer.taken, peer.attempts.length], [["A"], 2]);
  await rig.gateway.startChannel("lab");
  await peer.took(3);
  assertEquals(peer.taken.toSorted(), ["A", "B", "C"]);
});

Deno.test("retry tries what is refused for good again, for ever", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length <= 20 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  const on = { ...DEFAULTS, rejected: { remedy: "retry", alert: true } } as const;
  await rig.open([rig.channel("lab", [to("ehr", peer, { on })])]);
  await giveAll(rig, { id: "A" });
  await rig.clock.pass(peer.took(1));
  assertEquals(peer.attempts.length, 21);
  assertEquals(rig.all("alertRaised").map(({ why }) => why), ["rejected"]);
});

Deno.test("what is refused for now is tried for refusedMs, and then counts as refused for good", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.refuse(parcel, "AR");
  const rejected = { remedy: "holdKey", alert: true } as const;
  const on = { ...DEFAULTS, rejected, postponed: quiet("retry") };
  await rig.open([rig.channel("lab", [to("ehr", peer, { on })])]);
  await giveAll(rig, { id: "A", ...SAME }, { id: "B", ...SAME });
  const startMs = rig.clock.nowMs();
  const { error } = await rig.clock.pass(rig.seen("messageQuarantined"));
  assertEquals(error.code, "ENGINE_DELIVERY_EXHAUSTED");
  assert(rig.clock.nowMs() - startMs >= 600_000);
  await rig.clock.advance(60_000);
  assert(peer.attempts.every(({ controlId }) => controlId === "A"), "the key was not held");
  assertEquals(rig.all("alertRaised").map(({ why }) => why), ["rejected"]);
});

Deno.test("a clock that is set does not end the time for which a refusal is tried again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.refuse(parcel, "AR");
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await giveAll(rig, { id: "A" });
  await rig.seen("deliveryFailed");
  const nowMs = rig.clock.nowMs.bind(rig.clock);
  rig.clock.nowMs = () => nowMs() + 3_600_000;
  await rig.clock.advance(60_000);
  assert(peer.attempts.length > 1);
  assertEquals(rig.all("messageQuarantined"), []);
});

Deno.test("what is refused for now is not tried again where that is told to be final", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.refuse(parcel, "AR");
  const on = { ...DEFAULTS, postponed: { remedy: "continue", alert: true } } as const;
  await rig.open([rig.channel("lab", [to("ehr", peer, { on })])]);
  await giveAll(rig, { id: "A" });
  await rig.seen("messageQuarantined");
  assertEquals(peer.attempts.length, 1);
  assertEquals(rig.all("alertRaised").map(({ why }) => why), ["postponed"]);
});

Deno.test("an attempt that fails while its channel stops tells nobody afterwards", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const gone = Promise.withResolvers<void>();
  peer.conduct = async () => {
    await gone.promise;
    return peer.isDown();
  };
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await giveAll(rig, { id: "A" });
  await peer.tried(1);
  const stopped = rig.gateway.stopChannel("lab");
  await turns(3);
  gone.resolve();
  await stopped;
  assertEquals(rig.all("deliveryFailed").length, 1);
  await rig.clock.advance(DEFAULTS.alertAfterMs);
  assertEquals(rig.all("alertRaised"), []);
});

Deno.test("a peer that does not answer is tried for ever, and somebody is told once, after five minutes", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer, { on: DEFAULTS })])]);
  await giveAll(rig, { id: "A" });
  await rig.seen("deliveryFailed");
  await rig.clock.advance(299_999);
  assertEquals(rig.all("alertRaised"), []);
  await rig.clock.advance(3_600_000);
  assertEquals(rig.all("alertRaised").map(({ why, destination }) => [why, destination]), [[
    "unanswered",
    "ehr",
  ]]);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(1));
  await rig.seen("messageDelivered");
  peer.conduct = () => peer.isDown();
  await giveAll(rig, { id: "B" });
  await rig.seen("deliveryFailed", ({ id }) => id !== rig.all("deliveryFailed")[0].id);
  await rig.clock.advance(300_000);
  assertEquals(rig.all("alertRaised").length, 2);
});

Deno.test("a peer that does not answer for unansweredMs has the delivery quarantined, by its own code", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => peer.isDown();
  const retry = { firstMs: 100, longestMs: 10_000, refusedMs: 600_000, unansweredMs: 3_600_000 };
  await rig.open([rig.channel("lab", [to("ehr", peer, { retry })])]);
  await giveAll(rig, { id: "A" });
  const startMs = rig.clock.nowMs();
  const { error } = await rig.clock.pass(rig.seen("messageQuarantined"));
  assertEquals([error.code, error.facts.unansweredMs], ["ENGINE_DELIVERY_UNANSWERED", 3_600_000]);
  assert(rig.clock.nowMs() - startMs >= 3_600_000);
});
