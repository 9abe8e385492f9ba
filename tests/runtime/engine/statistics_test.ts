import { assertEquals } from "@std/assert";
import { limits } from "../../../runtime/engine/limits.ts";
import { Statistics } from "../../../runtime/engine/gateway_statistics.ts";
import type { ChannelStatistics } from "../../../runtime/engine/statistics.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { worldWith } from "../../world/tools.ts";
import { appendOf, journalOn, trouble } from "../journal/entries.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

/** What waits in the channel of a rig. */
async function lab(rig: GatewayRig): Promise<ChannelStatistics> {
  const { channels: [channel] } = await rig.gateway.statistics();
  return channel;
}

const NONE = { messages: 0 };

Deno.test("statistics tell how much waits for a destination, and since when", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => new Promise(() => {});
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  assertEquals(await lab(rig), {
    name: "lab",
    work: { queued: NONE, quarantined: NONE },
    destinations: { ehr: { queued: NONE, quarantined: NONE, holding: 0 } },
  });
  const oldestAtMs = rig.clock.nowMs();
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.advance(60_000);
  await rig.hand().give(note({ id: "B" }));
  await rig.seen("messageProcessed", () => true, 2);
  assertEquals((await lab(rig)).destinations.ehr.queued, { messages: 2, oldestAtMs });
  const { atMs } = await rig.gateway.statistics();
  assertEquals(atMs - oldestAtMs, 60_000);
});

Deno.test("statistics tell what is in quarantine, and what of it holds up others, until it is replayed", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.refuse(parcel, "AE");
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const oldestAtMs = rig.clock.nowMs();
  await rig.hand().give(note({ id: "A", keys: ["p"], sender: "BASE" }));
  await rig.seen("messageQuarantined");
  await rig.clock.advance(1_000);
  await rig.hand().give(note({ id: "B", keys: ["q"] }));
  const { id } = await rig.seen("messageQuarantined", () => true, 2);
  await rig.hand().give(note({ id: "C", keys: ["p"] }));
  await rig.seen("messageProcessed", () => true, 3);
  assertEquals((await lab(rig)).destinations.ehr, {
    queued: { messages: 1, oldestAtMs: rig.clock.nowMs() },
    quarantined: { messages: 2, oldestAtMs },
    holding: 1,
  });
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.gateway.replay(id);
  await rig.seen("messageDelivered");
  assertEquals((await lab(rig)).destinations.ehr.quarantined, { messages: 1, oldestAtMs });
});

Deno.test("statistics tell since when a sender waits for its answer", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const taken = Promise.withResolvers<void>();
  peer.conduct = async (parcel) => {
    await taken.promise;
    return peer.take(parcel);
  };
  await rig.open([rig.channel("lab", [to("ehr", peer)], { acknowledge: "delivered" })]);
  const unansweredSinceMs = rig.clock.nowMs();
  const reply = rig.hand().give(note({ id: "A" }));
  await rig.seen("messageProcessed");
  await rig.clock.advance(5_000);
  assertEquals((await lab(rig)).unansweredSinceMs, unansweredSinceMs);
  taken.resolve();
  await reply;
  assertEquals((await lab(rig)).unansweredSinceMs, undefined);
});

Deno.test("statistics count commits, and tell how full the journal is", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.seen("messageDelivered");
  const { commits, pending } = await rig.gateway.statistics();
  assertEquals([commits.commits, commits.operations], [
    rig.all("journalCommitted").length,
    rig.all("journalCommitted").reduce((sum, { operations }) => sum + operations, 0),
  ]);
  assertEquals(commits.lastAtMs, rig.clock.nowMs());
  assertEquals(pending, { bytes: 0, bytesMax: 64 << 20 });
});

Deno.test("statistics leave out what a journal does not tell in time, or can tell no more", async () => {
  await using rig = new GatewayRig();
  const gateway = await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const bare = [{ name: "lab", work: { queued: NONE }, destinations: { ehr: { queued: NONE } } }];
  const speak = rig.store.silence();
  const late = gateway.statistics();
  await rig.clock.advance(limits.statisticsMsMax);
  assertEquals((await late).channels, bare);
  speak();
  await rig.clock.pass(gateway.close());
  assertEquals((await gateway.statistics()).channels, bare);
});

Deno.test("statistics that several ask for at once are read once", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const looks = () => rig.store.questions.filter(({ ask }) => ask === "oldest").length;
  const [one, other] = await Promise.all([rig.gateway.statistics(), rig.gateway.statistics()]);
  assertEquals([one === other, looks()], [true, 1]);
  await rig.gateway.statistics();
  assertEquals(looks(), 2);
});

/** Statistics of a journal of which the test sees the questions, on a disk of the test's. */
async function statisticsOf(store: MemoryStore, folder: string) {
  const journal = await journalOn(store);
  const work = { condition: "running", restarts: 0, stages: [], queued: 0 } as const;
  const channel = {
    name: "lab",
    condition: "running",
    address: "",
    isOpen: true,
    work,
    destinations: {},
    counts: { received: 0, repeated: 0, filtered: 0, delivered: 0, failed: 0, quarantined: 0 },
  } as const;
  const world = worldWith(new FakeClock(), {
    disk: { ...denoWorld.disk, freeBytes: async () => 4_000_000 },
  });
  const plan = { data: folder, journal: { pendingBytesMax: 1_000 } };
  const statistics = new Statistics({ keeper: { journal }, world, plan });
  const read = () =>
    statistics.read({
      name: "here",
      startedAtMs: 0,
      ready: true,
      sendersHeld: false,
      ledger: { isSigned: false, witnesses: [], alarms: [] },
      journal: { condition: "open", pending: 0, pendingBytes: 0 },
      channels: [channel],
    });
  return { journal, read };
}

Deno.test("statistics count a large quarantine exactly, a slice at a time", async () => {
  using store = new MemoryStore();
  const { journal, read } = await statisticsOf(store, "/nowhere");
  const count = 2 * limits.countSliceMax + 3;
  await Promise.all(Array.from({ length: count }, () => journal.write(appendOf({ trouble }))));
  const { channels: [{ work }] } = await read();
  assertEquals(work.quarantined?.messages, count);
  assertEquals(store.questions.filter(({ ask }) => ask === "count").length, 3);
});

Deno.test("statistics tell the size of the journal's files, and what is free beside them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using store = new MemoryStore();
    const { read } = await statisticsOf(store, folder);
    assertEquals((await read()).storage, { freeBytes: 4_000_000 });
    await Deno.writeFile(`${folder}/journal.db`, new Uint8Array(300));
    await Deno.writeFile(`${folder}/journal.db-wal`, new Uint8Array(20));
    await Deno.mkdir(`${folder}/bodies/ab`, { recursive: true });
    await Deno.writeFile(`${folder}/bodies/ab/abc`, new Uint8Array(5_000));
    const expected = { databaseBytes: 300, logBytes: 20, bodiesBytes: 5_000, freeBytes: 4_000_000 };
    assertEquals((await statisticsOf(store, folder).then(({ read }) => read())).storage, expected);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
