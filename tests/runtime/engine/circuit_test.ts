import { assert, assertEquals } from "@std/assert";
import { Circuit } from "../../../runtime/engine/circuit.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import type { DestinationPlan } from "../../../runtime/engine/plan.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const BY_KEY: Partial<DestinationPlan> = { order: { by: "key" } };

/** A channel to a peer that nobody answers at, with `count` notes of different keys under way. */
async function silent(
  rig: GatewayRig,
  count: number,
  settings: Partial<DestinationPlan> = {},
  lanes = count,
): Promise<FakePeer> {
  const peer = new FakePeer(lanes, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer, { ...BY_KEY, ...settings })])]);
  await give(rig, 0, count);
  return peer;
}

async function give(rig: GatewayRig, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at++) {
    await rig.hand().give(note({ id: `N${String(at).padStart(3, "0")}`, keys: [`k${at}`] }));
  }
}

const line = (rig: GatewayRig) => rig.gateway.snapshot().channels[0].destinations.ehr;

Deno.test("where nobody answers, one delivery at a time probes, and all others wait for it", async () => {
  await using rig = new GatewayRig();
  const peer = await silent(rig, 20);
  await rig.seen("circuitOpened");
  await turns();
  const before = peer.attempts.length;
  assert(before >= limits.circuitMissesMax && before <= 20);
  await give(rig, 20, 20);
  for (let probes = 1; probes <= 10; probes++) {
    await rig.clock.pass(peer.tried(before + probes));
    await turns();
    assertEquals(peer.attempts.length, before + probes);
  }
  assertEquals([rig.all("circuitOpened").length, peer.taken], [1, []]);
});

Deno.test("the first answer closes the circuit, and what waited goes out at once, in order", async () => {
  await using rig = new GatewayRig();
  const peer = await silent(rig, 8, {}, 1);
  const { error } = await rig.clock.pass(rig.seen("circuitOpened"));
  assertEquals(error.code, "PEER_PLACE_UNREACHABLE");
  assertEquals([line(rig).circuitOpen, line(rig).trouble], [true, "PEER_PLACE_UNREACHABLE"]);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(1));
  await rig.seen("circuitClosed");
  const atMs = rig.clock.elapsedMs();
  await peer.took(8);
  assertEquals(rig.clock.elapsedMs(), atMs);
  const [probe, ...others] = peer.taken;
  assertEquals(others, others.toSorted());
  assertEquals(new Set([probe, ...others]).size, 8);
  assertEquals([line(rig).circuitOpen, line(rig).trouble], [undefined, undefined]);
});

Deno.test("a refusal is an answer: it closes the circuit, and never opens one", async () => {
  await using rig = new GatewayRig();
  const peer = await silent(rig, 8);
  await rig.seen("circuitOpened");
  peer.conduct = (parcel) => peer.refuse(parcel, "AE");
  await rig.clock.pass(rig.seen("messageQuarantined", () => true, 8));
  assertEquals(rig.all("circuitClosed").length, 1);
  peer.conduct = (parcel) => peer.refuse(parcel, "AR");
  await give(rig, 8, 8);
  await rig.clock.pass(peer.tried(60));
  assertEquals(rig.all("circuitOpened").length, 1);
});

Deno.test("a delivery that its peer never answers does not keep the others from it for long", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(4, rig.clock);
  peer.conduct = (parcel) => parcel.bytes.includes(0x21) ? peer.isDown() : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer, BY_KEY)])]);
  await rig.hand().give(note({ id: "bad", keys: ["k"], text: "!" }));
  await rig.clock.pass(rig.seen("circuitOpened"));
  await give(rig, 0, 3);
  const misses = peer.attempts.length;
  await rig.clock.pass(peer.took(3));
  assertEquals(peer.attempts[misses].controlId, "N000");
  assertEquals(peer.taken, ["N000", "N001", "N002"]);
});

Deno.test("what waits for the circuit has made no attempt, and its attempts count from where they were", async () => {
  await using rig = new GatewayRig();
  const peer = await silent(rig, 5);
  await rig.seen("circuitOpened");
  await give(rig, 5, 5);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(10));
  const attempts = new Map<string, number[]>();
  for (const { controlId, attempt } of peer.attempts) {
    attempts.set(controlId, [...attempts.get(controlId) ?? [], attempt]);
  }
  for (const [id, made] of attempts) assertEquals(made, made.map((_, at) => at + 1), id);
  await rig.seen("messageDelivered", () => true, 10);
  const counted = (await rig.gateway.archive.list({})).flatMap(({ controlId, deliveries }) =>
    deliveries.map((delivery) => [controlId, delivery.attempts] as const)
  );
  for (const [id, count] of counted) assertEquals(count, attempts.get(id)!.length, id);
});

Deno.test("deliveries are given up after unansweredMs also where they wait for the circuit", async () => {
  await using rig = new GatewayRig();
  const retry = { firstMs: 100, longestMs: 3_600_000, refusedMs: 600_000, unansweredMs: 20_000 };
  const peer = await silent(rig, 50, { retry }, 5);
  await rig.seen("circuitOpened");
  const openedMs = rig.clock.elapsedMs();
  await rig.clock.pass(rig.seen("messageQuarantined", () => true, 50));
  assert(rig.clock.elapsedMs() - openedMs <= 2 * 20_000, `${rig.clock.elapsedMs() - openedMs} ms`);
  for (const { error } of rig.all("messageQuarantined")) {
    assertEquals(error.code, "ENGINE_DELIVERY_UNANSWERED");
  }
  assert(peer.attempts.length < 50, "each was tried by itself");
});

Deno.test("a line that is started again while nobody answers begins with a probe", async () => {
  await using rig = new GatewayRig();
  const peer = await silent(rig, 10);
  await rig.seen("circuitOpened");
  await rig.clock.pass(rig.gateway.stopChannel("lab"));
  const before = peer.attempts.length;
  await rig.gateway.startChannel("lab");
  await peer.tried(before + 1);
  await turns();
  assertEquals(peer.attempts.length, before + 1);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(10));
});

Deno.test("a probe waits as long as its peer asks for", () => {
  const clock = new FakeClock();
  const world = worldWith(clock, { random: new SeededRandom(1) });
  const circuit = new Circuit({ firstMs: 100, longestMs: 1_000, refusedMs: 0 }, world, () => {});
  for (let missed = 1; missed < limits.circuitMissesMax; missed++) {
    assertEquals([circuit.missed(missed, 1, 0), circuit.admits(99)], [false, true]);
  }
  assertEquals([circuit.missed(7, 1, 60_000), circuit.admits(99), circuit.waitMs], [true, false, 60_000]);
});

Deno.test("a delivery that was to probe and does not lets another do so at once", async () => {
  const clock = new FakeClock();
  let due = 0;
  const circuit = new Circuit(
    { firstMs: 100, longestMs: 1_000, refusedMs: 0 },
    worldWith(clock, { random: new SeededRandom(1) }),
    () => due++,
  );
  for (let missed = 1; missed <= limits.circuitMissesMax; missed++) circuit.missed(missed, 1, 0);
  await clock.advance(1_000);
  assertEquals([due, circuit.admits(1), circuit.admits(2)], [1, true, false]);
  circuit.passes(2);
  assertEquals([due, circuit.admits(2)], [1, false]);
  circuit.passes(1);
  assertEquals([due, circuit.admits(2), circuit.admits(1)], [2, true, false]);
});
