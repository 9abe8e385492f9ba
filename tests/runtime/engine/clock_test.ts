/** Somebody sets the machine's clock, by hours, forward and back, while a gateway runs. */
import { assert, assertEquals } from "@std/assert";
import { limits } from "../../../runtime/engine/limits.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { collecting, gather, idsIn } from "./batches.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const HOUR = 3_600_000, MINUTE = 60_000;

/** When attempts were made and alerts raised, by a clock that nobody sets, over ten minutes without a peer. */
async function tenMinutes(set: (rig: GatewayRig, minute: number) => void) {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)])], { journal: { diskFreeMin: 1e9 } });
  await rig.hand().give(note({ id: "A" }));
  const alerts: number[] = [];
  rig.gateway.observe(({ name }) => name === "alertRaised" && alerts.push(rig.clock.elapsedMs()));
  for (let minute = 0; minute < 10; minute++) {
    set(rig, minute);
    await rig.clock.advance(MINUTE);
  }
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(1));
  const delivered = await rig.seen("messageDelivered");
  assert(delivered.tookMs >= 0, `${delivered.tookMs}`);
  return { attempts: peer.attempts.map(({ atMs }) => atMs), alerts };
}

Deno.test("attempts and alerts come when they would have come, however the clock is set meanwhile", async () => {
  const undisturbed = await tenMinutes(() => {});
  assert(undisturbed.attempts.length > 10 && undisturbed.alerts.length === 1);
  const random = new SeededRandom(3);
  const set = (rig: GatewayRig) => rig.clock.set((random.below(48) - 24) * HOUR);
  assertEquals(await tenMinutes(set), undisturbed);
});

Deno.test("ids stay unique, and in the order of the messages, when the clock is set back and forth", async () => {
  await using rig = new GatewayRig();
  const random = new SeededRandom(5);
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  for (let at = 0; at < 200; at++) {
    if (random.chance(0.2)) rig.clock.set((random.below(20) - 10) * HOUR);
    await rig.hand().give(note({ id: `N${at}` }));
  }
  const ids = rig.all("messageReceived").map(({ id }) => id);
  assertEquals(ids, [...new Set(ids)].sort());
});

Deno.test("a repetition is known as one though the clock was set back, and a waiting peer is answered in time", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)], { acknowledge: "delivered", answerMsMax: 30_000 });
  await rig.open([channel]);
  await rig.hand().give(note({ id: "A" }));
  for (const hours of [-5, 3, -48]) {
    rig.clock.set(hours * HOUR);
    assertEquals((await rig.hand().give(note({ id: "A" }))).outcome.kind, "accepted");
  }
  assertEquals([rig.all("messageRepeated").length, peer.taken], [3, ["A"]]);
  peer.hold();
  const reply = rig.hand().give(note({ id: "B" }));
  await peer.tried(2);
  rig.clock.set(-7 * HOUR);
  await rig.clock.advance(29_999);
  rig.clock.set(9 * HOUR);
  await rig.clock.advance(1);
  const { outcome } = await reply;
  assertEquals(outcome.kind === "failed" && outcome.error.code, "ENGINE_ANSWER_LATE");
});

Deno.test("what gathers for a time of day is sent once the clock shows it, however it came to, and once each day", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { at: ["14:00"] })])]);
  await gather(rig, "A");
  // From 12:00 to 17:00: it is noticed within an hour.
  rig.clock.set(5 * HOUR);
  await rig.clock.advance(limits.collectLookMs);
  assertEquals(idsIn(peer), ["A"]);
  await gather(rig, "B");
  // Back to 13:00: whether this is the same 14:00 again nobody can tell, and the next day's is another.
  rig.clock.set(-5 * HOUR);
  await rig.clock.advance(26 * HOUR);
  assertEquals(idsIn(peer), ["A", "B"]);
  await gather(rig, "C");
  await rig.clock.advance(22 * HOUR);
  assertEquals(idsIn(peer), ["A", "B"]);
  await rig.clock.advance(2 * HOUR);
  assertEquals(idsIn(peer), ["A", "B", "C"]);
});

Deno.test("a store that failed is opened again after the wait that was meant, though the clock was set", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  rig.store.failure = new Error("disk I/O error");
  await rig.hand().give(note({ id: "A" }));
  rig.store.failure = undefined;
  rig.clock.set(-12 * HOUR);
  const startedMs = rig.clock.elapsedMs();
  await rig.clock.pass(rig.seen("journalReopened"));
  assert(rig.clock.elapsedMs() - startedMs <= limits.reopenMs);
  assert(rig.gateway.snapshot().ready);
});
