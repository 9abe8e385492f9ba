import { assert, assertEquals } from "@std/assert";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { type Facts, MitralError } from "../../../runtime/contract/error.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const busy = (facts: Facts) =>
  new MitralError("PEER_PLACE_BUSY", { blame: "receiver", retry: "later", says: "Cannot reach peer" }, facts);

/** A peer that first says for how long it is busy, to as many as `times`. */
function busyPeer(rig: GatewayRig, facts: Facts, times: number, lanes = 1): FakePeer {
  const peer = new FakePeer(lanes, rig.clock);
  peer.conduct = (parcel: Parcel) => {
    if (peer.attempts.length <= times) throw busy(facts);
    return peer.take(parcel);
  };
  return peer;
}

Deno.test("a peer that asks to be left alone gets no attempt before, of any delivery", async () => {
  await using rig = new GatewayRig();
  const peer = busyPeer(rig, { retryAfterMs: 120_000 }, 1);
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.seen("deliveryFailed");
  const askedMs = rig.clock.elapsedMs();
  await rig.hand().give(note({ id: "B" }));
  await turns();
  assertEquals(peer.attempts.length, 1);
  await rig.clock.pass(peer.took(2));
  const times = peer.attempts.map(({ atMs }) => atMs - askedMs);
  assert(times.slice(1).every((ms) => ms >= 120_000), times.join());
  assert(times[1] < 121_000, times.join());
});

Deno.test("another peer of the channel is not left alone", async () => {
  await using rig = new GatewayRig();
  const [one, other] = [busyPeer(rig, { retryAfterMs: 120_000 }, 1), new FakePeer(1, rig.clock)];
  await rig.open([rig.channel("lab", [to("one", one), to("other", other)])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.seen("deliveryFailed");
  await rig.hand().give(note({ id: "B" }));
  await other.took(2);
  assertEquals([one.attempts.length, rig.clock.elapsedMs() < 120_000], [1, true]);
});

Deno.test("a peer is left alone for a day at most, and what is no time is none", async () => {
  for (
    const [retryAfterMs, leastMs, mostMs] of [[9e12, 86_400_000, 86_500_000], ["soon", 0, 1_000], [
      -5,
      0,
      1_000,
    ]] as const
  ) {
    await using rig = new GatewayRig();
    const peer = busyPeer(rig, { retryAfterMs }, 1);
    await rig.open([rig.channel("lab", [to("ehr", peer)])]);
    await rig.hand().give(note({ id: "A" }));
    await rig.clock.pass(peer.took(1));
    const [first, second] = peer.attempts;
    const waitedMs = second.atMs - first.atMs;
    assert(waitedMs >= leastMs && waitedMs <= mostMs, `${retryAfterMs}: ${waitedMs}`);
  }
});

Deno.test("a channel that is started again asks its peer at once, whatever that had asked for", async () => {
  await using rig = new GatewayRig();
  const peer = busyPeer(rig, { retryAfterMs: 3_600_000 }, 1);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.seen("deliveryFailed");
  const askedMs = rig.clock.elapsedMs();
  await rig.gateway.stopChannel("lab");
  await rig.gateway.startChannel("lab");
  await rig.clock.pass(peer.took(1));
  assert(rig.clock.elapsedMs() - askedMs < 3_600_000);
});
