import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Delivery } from "../../../runtime/contract/adapter.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { readable } from "../journal/readable.ts";
import { settles } from "../../world/turns.ts";

import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { batchOf, note } from "./note_format.ts";

const MONTH_MS = 20 * 86_400_000;

async function labWith(rig: GatewayRig, settings: Parameters<GatewayRig["channel"]>[2] = {}) {
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)], settings);
  await rig.open([channel]);
  const give = (id: string, more: Partial<Delivery>) =>
    rig.hand().give(note({ id }), undefined, "here", more);
  return { peer, channel, give };
}

Deno.test("a delivery that comes again under its key gets the answer it got, however long ago, and goes out once", async () => {
  await using rig = new GatewayRig();
  const { peer, give } = await labWith(rig);
  const first = await give("A", { key: "k1" });
  await give("B", { key: "k2" });
  await rig.clock.advance(MONTH_MS);
  const again = await give("A", { key: "k1" });
  assertEquals([said(again), again.id], [said(first), first.id]);
  await give("C", {});
  await peer.took(3);
  assertEquals(peer.taken, ["A", "B", "C"]);
});

Deno.test("a key is known after a restart", async () => {
  await using rig = new GatewayRig();
  const { channel, give } = await labWith(rig);
  const first = await give("A", { key: "k1" });
  rig.cutPower();
  await rig.open([channel]);
  const again = await give("A", { key: "k1" });
  assertEquals([said(again), again.id], [said(first), first.id]);
});

Deno.test("a delivery that comes again under its key while it is pending joins it: two answers, one delivery", async () => {
  await using rig = new GatewayRig();
  const { peer, give } = await labWith(rig, { acknowledge: "delivered" });
  const letGo = peer.hold();
  const first = give("A", { key: "k1" });
  await peer.tried(1);
  const again = give("A", { key: "k1" });
  await rig.seen("messageRepeated");
  letGo();
  assertEquals(said(await again), said(await first));
  assertEquals(peer.taken, ["A"]);
});

Deno.test("other bytes under a used key are rejected, and kept in quarantine", async () => {
  await using rig = new GatewayRig();
  const { peer, give } = await labWith(rig);
  await give("A", { key: "k1" });
  const { outcome, id } = await give("B", { key: "k1" });
  assertEquals(outcome.kind === "rejected" && outcome.error.code, "ENGINE_KEY_REUSED");
  assertEquals((await rig.gateway.archive.show(id!))!.state, "quarantined");
  await give("C", {});
  await peer.took(2);
  assertEquals(peer.taken, ["A", "C"]);
});

Deno.test("a key takes the place of the control id: the same bytes under another key are another message", async () => {
  await using rig = new GatewayRig();
  const { peer, give } = await labWith(rig);
  const first = await give("A", { key: "k1" });
  const second = await give("A", { key: "k2" });
  assertNotEquals(second.id, first.id);
  await peer.took(2);
  assertEquals(peer.taken, ["A", "A"]);
});

Deno.test("a key recognises what a format knows no id of", async () => {
  await using rig = new GatewayRig();
  const { give } = await labWith(rig);
  const first = await give("", { key: "k1" });
  assertEquals((await give("", { key: "k1" })).id, first.id);
});

Deno.test("what was answered negatively under its key is worked on again", async () => {
  await using rig = new GatewayRig();
  let broken = true;
  const { peer, give } = await labWith(rig, {
    acknowledge: "processed",
    steps: [step("mend", (message) => {
      if (broken) throw refusal;
      return message;
    })],
  });
  assertEquals((await give("A", { key: "k1" })).outcome.kind, "rejected");
  broken = false;
  assertMatch(said(await give("A", { key: "k1" })), /^A\|AA\|/);
  await peer.took(1);
});

Deno.test("a batch under a key is taken once, each of its messages", async () => {
  await using rig = new GatewayRig();
  const { peer } = await labWith(rig);
  const give = (bytes: Uint8Array) => rig.hand().give(bytes, undefined, "here", { key: "k1" });
  await give(batchOf({ id: "A" }, { id: "B" }));
  await give(batchOf({ id: "A" }, { id: "B" }));
  const { outcome } = await give(batchOf({ id: "A" }, { id: "X" }));
  assertEquals(outcome.kind === "rejected" && outcome.error.code, "ENGINE_BATCH_REFUSED");
  await give(note({ id: "C" }));
  await peer.took(2);
  assertEquals(peer.taken, ["A", "B"]);
});

Deno.test("no key is like that of a message of a batch", async () => {
  await using rig = new GatewayRig();
  const { peer, give } = await labWith(rig);
  await rig.hand().give(batchOf({ id: "A" }, { id: "B" }), undefined, "here", { key: "k" });
  for (const member of [0, 1, 2]) {
    assertEquals((await give(`C${member}`, { key: `k.${member}` })).outcome.kind, "accepted");
  }
  await peer.took(5);
  assertEquals(peer.taken, ["A", "B", "C0", "C1", "C2"]);
});

Deno.test("whom a delivery is from is kept with its message, and shown", async () => {
  await using rig = new GatewayRig();
  const { give } = await labWith(rig);
  const { id } = await give("A", { partner: "acme" });
  assertEquals((await rig.gateway.archive.show(id!))!.origin, {
    adapter: "hand",
    peer: "here",
    partner: "acme",
  });
});

Deno.test("neither a key nor whom it is from can be read in the data folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using rig = new GatewayRig(1, undefined, new MemoryStore(folder));
    const { give } = await labWith(rig);
    await give("A", { partner: "acme-klinik", key: "acme-klinik\nSchlüssel-1" });
    assertEquals(
      (await rig.hand().intake!.state((await give("A", { key: "acme-klinik\nSchlüssel-1" })).id!))!.partner,
      "acme-klinik",
    );
    assertEquals(readable(folder, ["acme-klinik", "Schlüssel-1"]), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a delivery that is asked about later is answered once it is durable, whatever the channel waits for", async () => {
  await using rig = new GatewayRig();
  const { peer, give } = await labWith(rig, { acknowledge: "delivered" });
  const letGo = peer.hold();
  const first = await give("A", { isAskedAbout: true });
  assertEquals(first.outcome.kind, "accepted");
  const waiting = give("B", {});
  assertEquals(await settles(waiting), false);
  assertEquals((await give("A", { isAskedAbout: true })).id, first.id);
  letGo();
  await waiting;
  assertEquals(peer.taken, ["A", "B"]);
});

Deno.test("an intake tells how far a message has come", async () => {
  await using rig = new GatewayRig();
  const { peer, give } = await labWith(rig);
  const letGo = peer.hold();
  const { id } = await give("A", { partner: "acme" });
  await peer.tried(1);
  const [{ receivedAtMs }] = await rig.gateway.archive.list({});
  const state = () => rig.hand().intake!.state(id!);
  assertEquals(await state(), { id: id!, state: "processed", receivedAtMs, partner: "acme" });
  letGo();
  await rig.seen("messageDelivered");
  assertEquals((await state())!.state, "delivered");
});

Deno.test("an intake tells of messages of its channel alone, by their whole ids", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)]), rig.channel("ward", [to("ehr", peer)])]);
  const { id } = await rig.hand("lab").give(note({ id: "A" }));
  assertEquals(await rig.hand("ward").intake!.state(id!), undefined);
  assertEquals(await rig.hand("lab").intake!.state(id!.slice(0, -1)), undefined);
});

Deno.test("an intake tells what is filtered, and what is in quarantine", async () => {
  await using rig = new GatewayRig();
  const { give } = await labWith(rig, {
    acknowledge: "processed",
    steps: [step("sift", (message) => {
      if (message.body.get("id") === "BAD") throw refusal;
      return null;
    })],
  });
  const states = [];
  for (const id of ["A", "BAD"]) {
    const reply = await give(id, {});
    states.push((await rig.hand().intake!.state(reply.id!))!.state);
  }
  assertEquals(states, ["filtered", "quarantined"]);
});

Deno.test("a delivery whose id counts beside its key is known by either", async () => {
  await using rig = new GatewayRig();
  const { peer, give } = await labWith(rig, {
    duplicates: { answer: "recent", windowMs: 300_000, reused: "reject" },
  });
  const first = await give("A", { key: "k1", isKnownById: true });
  const again = await give("A", { key: "k2", isKnownById: true });
  assertEquals([said(again), again.id], [said(first), first.id]);
  await give("B", { key: "k3", isKnownById: true });
  const other = await rig.hand().give(note({ id: "B", text: "other" }), undefined, "here", {
    key: "k4",
    isKnownById: true,
  });
  assertEquals(other.outcome.kind === "rejected" && other.outcome.error.code, "ENGINE_ID_REUSED");
  await rig.clock.advance(MONTH_MS);
  assertEquals((await give("A", { key: "k1", isKnownById: true })).id, first.id);
  assertNotEquals((await give("A", { key: "k5", isKnownById: true })).id, first.id);
  await peer.took(3);
  assertEquals(peer.taken, ["A", "B", "A"]);
});
