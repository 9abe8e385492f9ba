import { assert, assertEquals } from "@std/assert";
import type { DestinationPlan } from "../../../../runtime/engine/plan.ts";
import { limits } from "../../../../runtime/engine/limits.ts";
import { turns } from "../../../world/turns.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, step, to } from "../gateway_rig.ts";
import { note } from "../note_format.ts";
import { unanswered, WayPeer } from "./path_peers.ts";

interface Site extends AsyncDisposable {
  readonly rig: GatewayRig;
  readonly first: WayPeer;
  readonly second: WayPeer;
}

/** A destination with two paths, each with so many lanes. */
async function site(settings: Partial<DestinationPlan> = {}, lanes = 1, isProbed = true): Promise<Site> {
  const rig = new GatewayRig();
  const first = new WayPeer(lanes, rig.clock), second = new WayPeer(lanes, rig.clock);
  const send = { paths: [first.send(isProbed), second.send(isProbed)] };
  const others = new FakePeer();
  await rig.open([
    rig.channel("lab", [
      to("ehr", first, { send, ...settings }),
      to("archive", others, { steps: [step("drop", () => null)] }),
    ]),
  ]);
  return { rig, first, second, [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() };
}

async function give(rig: GatewayRig, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at++) {
    await rig.hand().give(note({ id: `N${String(at).padStart(2, "0")}`, keys: [`k${at}`] }));
  }
}

const line = (rig: GatewayRig) => rig.gateway.snapshot().channels[0].destinations.ehr;

Deno.test("with one path down no delivery waits: each goes by the other at once, in order, and is marked as repeated", async () => {
  await using at = await site();
  const { rig, first, second } = at;
  first.cut();
  await give(rig, 0, 5);
  await second.took(5);
  assertEquals(rig.clock.elapsedMs(), 0);
  assertEquals(second.attempts.map(({ controlId, attempt }) => `${controlId} ${attempt}`), [
    "N00 2",
    "N01 1",
    "N02 1",
    "N03 1",
    "N04 1",
  ]);
  await rig.seen("messageDelivered", () => true, 5);
  assertEquals(
    rig.events.filter(({ name }) => name.startsWith("path") || name === "deliveryFailed").map(({ name }) =>
      name
    ),
    ["pathFailed", "pathChosen", "deliveryFailed"],
  );
  assertEquals(rig.all("deliveryFailed")[0].againInMs, 0);
  assertEquals(line(rig).paths?.map(({ name, condition, isChosen }) => [name, condition, isChosen]), [
    ["peer-1", "suspect", false],
    ["peer-2", "healthy", true],
  ]);
});

Deno.test("many attempts that fail by one path at once do not open the circuit while another is healthy", async () => {
  await using at = await site({ order: { by: "key" } }, 16);
  const { rig, first, second } = at;
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  first.conduct = () => promise;
  await give(rig, 0, 16);
  await first.tried(16);
  reject(unanswered);
  await second.took(15);
  // The first to fail had no other path yet: it waits as after any attempt.
  await rig.clock.pass(second.took(16));
  assertEquals(rig.all("circuitOpened"), []);
});

Deno.test("where every path is down the circuit opens, each probe tries all of them, and one that is well again closes it", async () => {
  await using at = await site();
  const { rig, first, second } = at;
  first.cut();
  second.cut();
  await give(rig, 0, 3);
  await rig.clock.pass(rig.seen("circuitOpened"));
  await rig.clock.pass(first.tried(12));
  assert(Math.abs(first.attempts.length - second.attempts.length) <= 1);
  second.mend();
  await rig.clock.pass(second.took(3));
  assertEquals(rig.all("circuitClosed").length, 1);
  assertEquals(second.taken, ["N00", "N01", "N02"]);
});

Deno.test("a path that is found well while all are down does not wait for the circuit", async () => {
  const retry = { firstMs: 3_600_000, longestMs: 3_600_000, refusedMs: 0 };
  await using at = await site({ retry });
  const { rig, first, second } = at;
  first.cut();
  second.cut();
  await give(rig, 0, 2);
  await rig.seen("deliveryFailed", () => true, 2);
  second.mend();
  await rig.clock.advance(limits.pathLookMs);
  await second.took(2);
  assert(rig.clock.elapsedMs() < retry.firstMs / 2);
});

Deno.test("deliveries return to the preferred path once it was well for a while, and nothing is sent twice for that", async () => {
  await using at = await site();
  const { rig, first, second } = at;
  first.cut();
  await give(rig, 0, 1);
  await second.took(1);
  first.mend();
  let given = 1;
  while (rig.all("pathRestored").length === 0) {
    await rig.clock.advance(1_000);
    await give(rig, given++, 1);
    await turns();
  }
  await give(rig, given++, 1);
  await rig.seen("messageDelivered", () => true, given);
  assertEquals([...first.taken, ...second.taken].length, given);
  assertEquals(first.taken.at(-1), `N${given - 1}`);
  const [{ forMs }] = rig.all("pathRestored");
  assert(forMs >= limits.pathSteadyMs, `${forMs}`);
});

Deno.test("a path that never answers one delivery is not taken for dead while it answers others", async () => {
  await using at = await site({ order: { by: "key" } }, 2);
  const { rig, first, second } = at;
  let bad = 0;
  first.conduct = (parcel) => {
    if (!parcel.bytes.includes(0x21)) return first.take(parcel);
    bad++;
    throw unanswered;
  };
  await rig.hand().give(note({ id: "bad", keys: ["bad"], text: "!" }));
  for (let given = 0; bad < 8; given++) {
    await give(rig, given, 1);
    await first.took(given + 1);
    await rig.clock.advance(60);
  }
  assertEquals([second.attempts, rig.all("pathFailed")], [[], []]);
});

Deno.test("a delivery is not given up by unansweredMs while another path has not been asked", async () => {
  const retry = { firstMs: 100, longestMs: 100, refusedMs: 0, unansweredMs: 10 };
  await using at = await site({ retry });
  const { rig, first, second } = at;
  first.conduct = async () => {
    await rig.clock.sleep(5_000);
    throw unanswered;
  };
  await give(rig, 0, 1);
  await rig.clock.pass(second.took(1));
  assertEquals(rig.all("messageQuarantined"), []);
});

Deno.test("a pause, a stop and a diversion are as with one way: attempts end before, and no path is left open", async () => {
  await using at = await site();
  const { rig, first, second } = at;
  first.cut();
  await give(rig, 0, 1);
  await second.took(1);
  await rig.gateway.pause("lab", "ehr");
  await give(rig, 1, 2);
  await turns(3);
  assertEquals(second.taken.length, 1);
  await rig.gateway.resume("lab", "ehr");
  await second.took(3);
  await rig.seen("messageDelivered", ({ destination }) => destination === "ehr", 3);
  const release = second.hold();
  await give(rig, 3, 1);
  await second.tried(4);
  const diverted = rig.gateway.divert("lab", "ehr", "archive");
  await turns(3);
  assertEquals(line(rig).paths?.length, 2);
  release();
  await rig.clock.pass(diverted);
  assertEquals([second.taken.length, line(rig).paths], [4, undefined]);
  assertEquals([first.opened - first.closed, second.opened - second.closed], [0, 0]);
  await rig.clock.pass(rig.gateway.divert("lab", "ehr", null));
  first.mend();
  await give(rig, 4, 1);
  await first.took(1);
  await rig.clock.pass(rig.gateway.stopChannel("lab"));
  assertEquals([first.opened - first.closed, second.opened - second.closed], [0, 0]);
  assertEquals(line(rig).paths, undefined);
});

Deno.test("a destination may be diverted to one with several paths, and goes by the best of them", async () => {
  await using rig = new GatewayRig();
  const first = new WayPeer(), second = new WayPeer(), own = new FakePeer();
  const send = { paths: [first.send(), second.send()] };
  await rig.open([
    rig.channel("lab", [to("ehr", own), to("twin", first, { send, steps: [step("drop", () => null)] })]),
  ]);
  first.cut();
  await rig.clock.pass(rig.gateway.divert("lab", "ehr", "twin"));
  await give(rig, 0, 2);
  await second.took(2);
  assertEquals([second.taken, own.attempts], [["N00", "N01"], []]);
});

Deno.test("a sender that cannot be opened now keeps its deliveries waiting, and its line running, until it can", async () => {
  await using rig = new GatewayRig();
  const peer = new WayPeer(1, rig.clock);
  const { spec, config } = peer.send();
  let isShut = true;
  const open: typeof spec.open = (tools) => isShut ? Promise.reject(unanswered) : spec.open(tools);
  await rig.open([rig.channel("lab", [to("ehr", peer, { send: { spec: { ...spec, open }, config } })])]);
  const { error } = await rig.seen("transportReported");
  assertEquals([error, line(rig).trouble], [unanswered, unanswered.code]);
  await give(rig, 0, 3);
  await rig.clock.pass(rig.seen("circuitOpened"));
  assertEquals([line(rig).condition, line(rig).restarts, line(rig).trouble], ["running", 0, unanswered.code]);
  isShut = false;
  await rig.clock.pass(peer.took(3));
  assertEquals([peer.taken, rig.all("stageCrashed"), peer.opened], [["N00", "N01", "N02"], [], 1]);
});
