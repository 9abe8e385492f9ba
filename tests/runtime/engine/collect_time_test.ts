import { assertEquals } from "@std/assert";
import { collecting, gather, idsIn, stateOf } from "./batches.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const HOUR = 3_600_000, MINUTE = 60_000;
const CHICAGO = { at: ["02:15"], timeZone: "America/Chicago" };

Deno.test("collect sends what has gathered at each of its times of day, and nothing where nothing has", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { at: ["02:15", "14:00"] })])]);
  await gather(rig, "A", "B");
  await rig.clock.advance(2 * HOUR - 1);
  assertEquals(peer.attempts.length, 0);
  await rig.clock.advance(1);
  assertEquals(idsIn(peer), ["A B"]);
  await gather(rig, "C");
  await rig.clock.advance(48 * HOUR);
  assertEquals(idsIn(peer), ["A B", "C"]);
  assertEquals(rig.all("batchClosed").map(({ why, atMs }) => [why, new Date(atMs).toISOString()]), [
    ["time", "2026-01-05T14:00:00.000Z"],
    ["time", "2026-01-06T02:15:00.000Z"],
  ]);
});

Deno.test("what is more than one batch may hold at a time of day is sent as several", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const size = note({ id: "A" }).length;
  await rig.open([rig.channel("lab", [collecting("files", peer, {})])]);
  await gather(rig, "A", "B", "C", "D", "E");
  rig.cutPower();
  await rig.clock.advance(3 * HOUR);
  await rig.open([rig.channel("lab", [collecting("files", peer, { at: ["14:00"], bytesMax: 2 * size })])]);
  await peer.took(3);
  assertEquals(idsIn(peer), ["A B", "C D", "E"]);
  assertEquals(rig.all("batchClosed").map(({ why }) => why), ["time", "time", "time"]);
});

Deno.test("a time of day that the clock skips comes as much later as it was put forward", async () => {
  await using rig = new GatewayRig(1, Date.UTC(2026, 2, 8, 7));
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, CHICAGO)])]);
  await gather(rig, "A");
  await rig.clock.advance(75 * MINUTE - 1);
  assertEquals(peer.attempts.length, 0);
  await rig.clock.advance(1);
  assertEquals(idsIn(peer), ["A"]);
  await gather(rig, "B");
  await rig.clock.advance(23 * HOUR - 1);
  assertEquals(peer.attempts.length, 1);
  await rig.clock.advance(1);
  assertEquals(idsIn(peer), ["A", "B"]);
});

Deno.test("a time of day that the clock shows twice comes once", async () => {
  await using rig = new GatewayRig(1, Date.UTC(2026, 10, 1, 6));
  const peer = new FakePeer();
  const collect = { ...CHICAGO, at: ["01:30"], empty: "send" as const };
  await rig.open([rig.channel("lab", [collecting("files", peer, collect)])]);
  await gather(rig, "A");
  await rig.clock.advance(30 * MINUTE);
  await rig.clock.advance(24 * HOUR);
  assertEquals(idsIn(peer), ["A"]);
  await rig.clock.advance(HOUR);
  assertEquals(idsIn(peer), ["A", ""]);
});

Deno.test("a time of day that passed while the gateway was down is made up for at its start", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [collecting("files", peer, { at: ["14:00"] })]);
  await rig.open([channel]);
  await gather(rig, "A", "B");
  rig.cutPower();
  await rig.clock.advance(3 * HOUR);
  await rig.open([channel]);
  await peer.took(1);
  assertEquals(idsIn(peer), ["A B"]);
  await gather(rig, "C");
  rig.cutPower();
  await rig.clock.advance(HOUR);
  await rig.open([channel]);
  await rig.clock.advance(HOUR);
  assertEquals([peer.attempts.length, stateOf(rig).gathering], [1, 1]);
});

Deno.test("a time of day that passed while the channel was stopped is made up for when it is started", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { at: ["14:00"] })])]);
  await gather(rig, "A");
  await rig.gateway.stopChannel("lab");
  await rig.clock.advance(3 * HOUR);
  assertEquals(peer.attempts.length, 0);
  await rig.gateway.startChannel("lab");
  await peer.took(1);
  assertEquals(idsIn(peer), ["A"]);
});

Deno.test("a clock that is put forward past a time of day is noticed within the hour", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { at: ["02:15"] })])]);
  await gather(rig, "A");
  const { nowMs } = rig.clock;
  rig.clock.nowMs = () => nowMs.call(rig.clock) + 15 * HOUR;
  await rig.clock.advance(HOUR);
  assertEquals(idsIn(peer), ["A"]);
});

Deno.test("an empty batch is sent at a time of day where that is asked for, and never for any other reason", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const collect = { at: ["14:00"], as: "notes", empty: "send" as const, countMax: 2 };
  const channel = rig.channel("lab", [collecting("files", peer, collect)]);
  await rig.open([channel]);
  await gather(rig, "A", "B");
  await peer.took(1);
  assertEquals(await rig.gateway.closeBatch("lab"), [{ destination: "files", messages: 0 }]);
  await rig.clock.advance(2 * HOUR);
  assertEquals(rig.all("batchClosed").map(({ messages, why }) => [messages, why]), [[2, "count"], [
    0,
    "time",
  ]]);
  assertEquals(new TextDecoder().decode(peer.attempts[1].bytes).split("|").at(-1), "");
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
  rig.cutPower();
  await rig.clock.advance(24 * HOUR);
  await rig.open([channel]);
  await rig.clock.advance(HOUR);
  assertEquals(peer.attempts.length, 2);
});
