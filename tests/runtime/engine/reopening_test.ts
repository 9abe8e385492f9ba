/** A store that gives an error is opened again by the gateway itself, and nothing that was acknowledged is missing. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { errors } from "../../../runtime/journal/schema.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import { settles, turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const broken = new Error("disk I/O error");

/** Has the store fail with the next message, which is not answered. */
async function breakStore(rig: GatewayRig, id = "lost"): Promise<void> {
  rig.store.failure = broken;
  assertEquals((await rig.hand().give(note({ id }))).answer, null);
  await rig.seen("journalFailed");
}

/** Waits until the journal is open again. */
async function reopened(rig: GatewayRig, count = 1): Promise<void> {
  rig.store.failure = undefined;
  rig.store.flaw = undefined;
  await rig.clock.pass(rig.seen("journalReopened", () => true, count));
}

Deno.test("a store that failed is opened again: what was acknowledged goes on, and what was not comes again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  for (const id of ["A", "B"]) await rig.hand().give(note({ id }));
  await breakStore(rig, "C");
  assertEquals(rig.gateway.snapshot().journal.condition, "failed");
  assertEquals(rig.gateway.snapshot().journal.trouble, "JOURNAL_STORE_FAILED");
  await reopened(rig);
  const { ready, journal } = rig.gateway.snapshot();
  assertEquals([ready, journal.condition, journal.trouble, journal.pending], [true, "open", undefined, 2]);
  peer.conduct = (parcel) => peer.take(parcel);
  assert((await rig.hand().give(note({ id: "C" }))).answer);
  await rig.clock.pass(peer.took(3));
  assertEquals(peer.taken, ["A", "B", "C"]);
  await turns(10);
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
});

Deno.test("what a failed commit has made durable all the same is processed once, and its repetition answered", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  rig.store.failsAfterwards = true;
  await breakStore(rig, "A");
  rig.store.failsAfterwards = false;
  await reopened(rig);
  await rig.clock.pass(peer.took(1));
  assertEquals((await rig.hand().give(note({ id: "A" }))).outcome.kind, "accepted");
  await rig.seen("messageRepeated");
  await turns(10);
  assertEquals(peer.taken, ["A"]);
});

Deno.test("an attempt that was under way when the store failed is made again, and counts once", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  await peer.tried(1);
  await breakStore(rig);
  await reopened(rig);
  await peer.tried(2);
  letGo();
  await rig.seen("messageDelivered");
  const { journal, channels } = rig.gateway.snapshot();
  assertEquals([journal.pending, journal.pendingBytes, channels[0].counts.delivered], [0, 0, 1]);
  assertEquals(peer.attempts.length, 2);
});

Deno.test("whoever waits for an answer hears at once that there is none, and not after answerMsMax", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.hold();
  const channel = rig.channel("lab", [to("ehr", peer)], { acknowledge: "delivered", answerMsMax: 30_000 });
  await rig.open([channel]);
  const reply = rig.hand().give(note({ id: "A" }));
  await peer.tried(1);
  await breakStore(rig);
  const { outcome, answer } = await reply;
  assertEquals([outcome.kind, answer, rig.clock.elapsedMs()], ["failed", null, 0]);
});

Deno.test("tries to open the store again are further and further apart, up to a minute, and each failure is told", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  await breakStore(rig);
  rig.store.flaw = errors.error("JOURNAL_STORE_FAILED", { reason: "disk I/O error" });
  await rig.clock.pass(rig.seen("journalReopenFailed", () => true, 12));
  const atMs = rig.all("journalReopenFailed").map((event) => event.atMs);
  const waits = atMs.slice(1).map((each, at) => each - atMs[at]);
  assert(waits.every((wait) => wait >= limits.reopenMs / 2 && wait <= limits.reopenMsMax), `${waits}`);
  assert(waits.slice(-3).every((wait) => wait >= limits.reopenMsMax / 2), `${waits}`);
  assertEquals(rig.gateway.snapshot().journal.condition, "failed");
  assert(!rig.hand().intake!.isOpen);
  await reopened(rig);
  assert(rig.gateway.snapshot().ready);
});

Deno.test("a store that fails again right after it was opened is not opened more and more often", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  for (let time = 1; time <= 8; time++) {
    await breakStore(rig, `lost${time}`);
    await reopened(rig, time);
  }
  const [failed, open] = [rig.all("journalFailed"), rig.all("journalReopened")];
  const waits = failed.map(({ atMs }, at) => open[at].atMs - atMs);
  assert(waits.at(-1)! >= limits.reopenMsMax / 2, `${waits}`);
});

Deno.test("a damaged journal is left alone, and everything says so", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  await breakStore(rig);
  rig.store.failure = undefined;
  rig.store.flaw = errors.error("JOURNAL_DAMAGED");
  const told = await rig.clock.pass(rig.seen("journalReopenFailed"));
  assertEquals(told.error.code, "JOURNAL_DAMAGED");
  const opened = rig.store.opened;
  await rig.clock.advance(600_000);
  const { journal, ready, channels } = rig.gateway.snapshot();
  assertEquals([journal.condition, journal.trouble, ready], ["damaged", "JOURNAL_DAMAGED", false]);
  assertEquals([rig.store.opened, channels[0].condition, rig.hand().intake!.isOpen], [
    opened,
    "halted",
    false,
  ]);
  for (const act of [() => rig.gateway.startChannel("lab"), () => rig.gateway.reloadChannel(channel)]) {
    assertEquals((await assertRejects(act, MitralError)).code, "JOURNAL_DAMAGED");
  }
});

Deno.test("a channel that somebody stopped stays stopped, and starts on the new journal", async () => {
  await using rig = new GatewayRig();
  const [ehr, bills] = [new FakePeer(), new FakePeer()];
  await rig.open([rig.channel("lab", [to("ehr", ehr)]), rig.channel("bills", [to("billing", bills)])]);
  await rig.gateway.stopChannel("bills");
  await breakStore(rig);
  await reopened(rig);
  assertEquals(rig.gateway.snapshot().channels.map((each) => each.condition), ["running", "stopped"]);
  await rig.gateway.startChannel("bills");
  await rig.hand("bills").give(note({ id: "A" }));
  await bills.took(1);
});

Deno.test("a channel stopped while the store is failed stays stopped", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  await breakStore(rig);
  await rig.gateway.stopChannel("lab");
  await reopened(rig);
  assertEquals(rig.gateway.snapshot().channels[0].condition, "stopped");
});

Deno.test("a channel whose listener does not get its port again is tried until it does, and holds up no other", async () => {
  await using rig = new GatewayRig();
  const [ehr, bills] = [new FakePeer(), new FakePeer()];
  await rig.open([rig.channel("lab", [to("ehr", ehr)]), rig.channel("bills", [to("billing", bills)])]);
  await breakStore(rig);
  rig.hand("lab").fault = new MitralError("HAND_PORT_BUSY", {
    blame: "operator",
    retry: "later",
    says: "Busy",
  });
  await reopened(rig);
  assertEquals((await rig.seen("channelFailed")).error.code, "HAND_PORT_BUSY");
  await rig.hand("bills").give(note({ id: "B" }));
  await bills.took(1);
  rig.hand("lab").fault = undefined;
  await rig.clock.pass(rig.seen("channelStarted", ({ channel }) => channel === "lab", 2));
  await rig.hand("lab").give(note({ id: "A" }));
  await ehr.took(1);
});

Deno.test("a gateway that is closed while its store is failed does not open it again", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  await breakStore(rig);
  const opened = rig.store.opened;
  await rig.clock.pass(rig.gateway.close());
  await rig.clock.advance(600_000);
  assertEquals([rig.store.opened, rig.gateway.snapshot().journal.condition], [opened, "failed"]);
});

Deno.test("what is done to a channel while the journal is being opened again waits for that", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  const stop = Promise.withResolvers<void>();
  rig.hand().stopping = stop.promise;
  await breakStore(rig);
  rig.store.failure = undefined;
  const reopening = rig.seen("journalReopened");
  await rig.clock.advance(limits.reopenMs);
  const reloaded = rig.gateway.reloadChannel(channel);
  assert(!await settles(reloaded));
  stop.resolve();
  await reopening;
  await reloaded;
  await rig.hand().give(note({ id: "A" }));
  await peer.took(1);
});

Deno.test("a message that is still being worked on when the store fails is worked on again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const stuck = Promise.withResolvers<void>(), begun = Promise.withResolvers<void>();
  let lives = 0;
  const slow = step("slow", async (message) => {
    begun.resolve();
    if (++lives === 1) await stuck.promise;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [slow] })]);
  assert((await rig.hand().give(note({ id: "A" }))).answer);
  await begun.promise;
  await breakStore(rig);
  await reopened(rig);
  await peer.took(1);
  // The first life comes back, to a line that is gone.
  stuck.resolve();
  await turns(10);
  assertEquals([peer.taken, rig.gateway.snapshot().journal.pendingBytes], [["A"], 0]);
});

Deno.test("a destination whose pause may or may not be durable is as the journal says once that is open again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  rig.store.failure = broken;
  rig.store.failsAfterwards = true;
  await assertRejects(() => rig.gateway.pause("lab", "ehr", { person: "ann" }), MitralError);
  rig.store.failsAfterwards = false;
  await reopened(rig);
  await rig.hand().give(note({ id: "A" }));
  await turns(20);
  assertEquals(peer.attempts, []);
  await rig.gateway.resume("lab", "ehr", { person: "ann" });
  await rig.clock.pass(peer.took(1));
});
