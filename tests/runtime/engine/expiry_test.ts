import { assertEquals } from "@std/assert";
import type { DestinationPlan, OnPlan } from "../../../runtime/engine/plan.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const retry = { firstMs: 100, longestMs: 10_000, refusedMs: 600_000, expiresMs: 60_000 };

/** A channel to a peer that is down, whose deliveries expire after a minute. */
async function expiring(rig: GatewayRig, settings: Partial<DestinationPlan> = {}): Promise<FakePeer> {
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer, { retry, ...settings })])]);
  return peer;
}

function on(remedy: OnPlan["rejected"]["remedy"]): OnPlan {
  return {
    rejected: { remedy, alert: false },
    postponed: { remedy: "retry", alert: false },
    unanswered: { remedy: "retry", alert: false },
    alertAfterMs: 300_000,
  };
}

Deno.test("a delivery that is older than expiresMs is not attempted any more, but in quarantine by its own code", async () => {
  await using rig = new GatewayRig();
  const peer = await expiring(rig);
  await rig.hand().give(note({ id: "A" }));
  const { error } = await rig.clock.pass(rig.seen("messageQuarantined"));
  assertEquals([error.code, error.facts.expiresMs], ["ENGINE_DELIVERY_EXPIRED", 60_000]);
  assertEquals(peer.attempts.every(({ atMs }) => atMs < 60_000), true);
  assertEquals((await rig.seen("alertRaised")).error.code, "ENGINE_DELIVERY_EXPIRED");
});

Deno.test("what has expired while it waited in the queue is not attempted at all, and what is young goes out", async () => {
  await using rig = new GatewayRig();
  const peer = await expiring(rig);
  for (const id of ["A", "B", "C"]) await rig.hand().give(note({ id }));
  await rig.clock.advance(30_000);
  await rig.hand().give(note({ id: "D" }));
  await rig.clock.advance(31_000);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(1));
  assertEquals(peer.taken, ["D"]);
  assertEquals(rig.all("messageQuarantined").length, 3);
  assertEquals(new Set(peer.attempts.map(({ controlId }) => controlId)), new Set(["A", "D"]));
});

Deno.test("what expired while the gateway was down is in quarantine after its start", async () => {
  await using rig = new GatewayRig();
  const peer = await expiring(rig);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(rig.gateway.close());
  await rig.clock.advance(60_000);
  const before = peer.attempts.length;
  await rig.open([rig.channel("lab", [to("ehr", peer, { retry })])]);
  assertEquals((await rig.seen("messageQuarantined")).error.code, "ENGINE_DELIVERY_EXPIRED");
  assertEquals(peer.attempts.length, before);
});

Deno.test("what has expired holds its keys as on.rejected says", async () => {
  for (const remedy of ["quarantine", "holdKey", "continue", "block"] as const) {
    await using rig = new GatewayRig();
    const peer = await expiring(rig, { on: on(remedy), order: { by: "key" } });
    await rig.hand().give(note({ id: "A", keys: ["p"] }));
    await rig.clock.pass(rig.seen("messageQuarantined"));
    peer.conduct = (parcel) => peer.take(parcel);
    await rig.hand().give(note({ id: "B", keys: ["p"] }));
    await rig.hand().give(note({ id: "C", keys: ["q"] }));
    while (!peer.taken.includes("C")) await rig.clock.pass(turns());
    await turns();
    assertEquals(peer.taken.includes("B"), remedy !== "holdKey", remedy);
  }
});

Deno.test("what has expired goes out all the same once a person has put it back", async () => {
  await using rig = new GatewayRig();
  const peer = await expiring(rig);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(rig.seen("messageQuarantined"));
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.gateway.replay(rig.all("messageReceived")[0].id);
  await Promise.race([peer.took(1), rig.seen("messageQuarantined", () => true, 2)]);
  assertEquals(peer.taken, ["A"]);
});
