import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { settles } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";

Deno.test("a drain stops the listeners first, then the work, then the deliveries, then the journal", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letPeerGo = peer.hold();
  const work = Promise.withResolvers<void>();
  const slow = step("slow", async (message) => {
    await work.promise;
    return message;
  });
  const channel = rig.channel("lab", [to("ehr", peer)], { steps: [slow], acknowledge: "processed" });
  await rig.open([channel]);
  const order: string[] = [];
  rig.hand().onStop = () => void order.push("listener told to stop");
  const reply = rig.hand().give(note({ id: "A" })).then((reply) => {
    order.push("peer answered");
    return reply;
  });
  rig.gateway.observe(({ name }) => {
    if (name === "messageProcessed") order.push("work committed");
    if (name === "messageDelivered") order.push("delivery settled");
    if (name === "gatewayStopped") order.push("closed");
  });
  const closed = rig.gateway.close();
  assert(!rig.hand().intake!.isOpen);
  assert(!await settles(closed));
  work.resolve();
  assertEquals(said(await reply).slice(0, 5), "A|AA|");
  await peer.tried(1);
  assert(!await settles(closed));
  letPeerGo();
  await closed;
  assertEquals(order, [
    "listener told to stop",
    "work committed",
    "peer answered",
    "delivery settled",
    "closed",
  ]);
  assertEquals(rig.gateway.snapshot().journal.condition, "closed");
  assertEquals(rig.store.count("SELECT count(*) FROM delivery WHERE state = 1"), 1);
});

Deno.test("a drain lets the work line commit what it has begun, acknowledged long ago or not", async () => {
  await using rig = new GatewayRig();
  const work = Promise.withResolvers<void>();
  let begun = 0;
  const slow = step("slow", async (message) => {
    begun++;
    await work.promise;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { steps: [slow] })]);
  await rig.hand().give(note({ id: "A" }));
  const closed = rig.gateway.close();
  assert(!await settles(closed));
  assertEquals(begun, 1);
  work.resolve();
  await closed;
  assertEquals(rig.all("messageProcessed").length, 1);
  assertEquals(rig.gateway.snapshot().channels[0].work.queued, 0);
});

Deno.test("a drain takes nothing more from the queues", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  for (const id of ["A", "B", "C"]) await rig.hand().give(note({ id }));
  await peer.tried(1);
  const closed = rig.gateway.close();
  assert(!await settles(closed));
  letGo();
  await closed;
  assertEquals(peer.taken, ["A"]);
  assertEquals((await rig.seen("gatewayStopped")).pending, 2);
});

Deno.test("a drain gives up after drainMsMax: the attempt is dropped and made again after the next start", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.hold();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel], { drainMsMax: 7000 });
  await rig.hand().give(note({ id: "A" }));
  await peer.tried(1);
  const closed = rig.gateway.close();
  await rig.clock.armed(7000);
  await rig.clock.advance(6999);
  assert(!await settles(closed));
  await rig.clock.advance(1);
  await closed;
  assertEquals(peer.busy, 0);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.open([channel]);
  await peer.took(1);
  assertEquals(peer.attempts.map(({ controlId }) => controlId), ["A", "A"]);
  assertEquals(peer.attempts[1].bytes, peer.attempts[0].bytes);
});

Deno.test("a drain does not wait for deliveries that wait for another attempt", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.seen("deliveryFailed");
  await rig.gateway.close();
  assertEquals((await rig.seen("gatewayStopped")).pending, 1);
});

Deno.test("a gateway can be closed twice, and closes once", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  await Promise.all([rig.gateway.close(), rig.gateway.close()]);
  assertEquals(rig.all("gatewayStopped").length, 1);
});

Deno.test("a gateway closed at any moment of its work delivers the rest after it is opened again, each once", async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = new SeededRandom(seed);
    await using rig = new GatewayRig(seed);
    const peers = [new FakePeer(1), new FakePeer(3)];
    for (const peer of peers) {
      peer.conduct = async (parcel) => {
        for (let left = random.below(20); left > 0; left--) await Promise.resolve();
        return random.chance(0.1) ? peer.isDown() : await peer.take(parcel);
      };
    }
    const channel = rig.channel("lab", [
      to("ehr", peers[0]),
      to("other", peers[1], { order: { by: "key" } }),
    ]);
    const acknowledged: string[] = [];
    let number = 0;
    for (let round = 0; round < 4; round++) {
      await rig.open([channel]);
      const closeAt = random.below(30);
      for (let at = 0; at < 30; at++) {
        if (at === closeAt) void rig.clock.pass(rig.gateway.close());
        if (!rig.hand().intake?.isOpen) break;
        const id = `N${number++}`;
        const reply = await rig.hand().give(note({ id, keys: [`k${number % 3}`] }));
        if (reply.outcome.kind === "accepted") acknowledged.push(id);
      }
      await rig.clock.pass(rig.gateway.close());
    }
    await rig.open([channel]);
    for (const peer of peers) {
      await rig.clock.pass(peer.took(acknowledged.length));
      assertEquals(peer.taken.toSorted(), acknowledged.toSorted(), `seed ${seed}`);
    }
    assertEquals(peers[0].taken, acknowledged);
  }
});

Deno.test("what was injected is answered before a drain goes on, as what came by the listener is", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { acknowledge: "processed" })]);
  const letGo = rig.store.hold(({ op }) => op === "append");
  const reply = rig.gateway.inject("lab", note({ id: "A" }));
  await rig.store.asked(({ op }) => op === "append");
  const closed = rig.gateway.close();
  assert(!await settles(closed));
  letGo();
  assertEquals(said(await reply).slice(0, 5), "A|AA|");
  await closed;
});

Deno.test("a gateway that closes while a channel is reloaded or started leaves nothing running", async () => {
  for (const moments of [0, 5, 10, 20, 40]) {
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    const channel = rig.channel("lab", [to("ehr", peer)]);
    await rig.open([channel, rig.channel("other", [to("ehr", peer)])]);
    await rig.gateway.stopChannel("other");
    const changes = Promise.allSettled([
      rig.gateway.reloadChannel(channel),
      rig.gateway.startChannel("other"),
    ]);
    for (let moment = 0; moment < moments; moment++) await Promise.resolve();
    await rig.gateway.close();
    await changes;
    const late = await assertRejects(() => rig.gateway.startChannel("lab"), MitralError);
    assertEquals(late.code, "GATEWAY_CLOSED");
    const left = [rig.hand("lab").intake, rig.hand("other").intake];
    assertEquals([left, peer.opened - peer.closed], [[undefined, undefined], 0], `after ${moments} moments`);
  }
});
