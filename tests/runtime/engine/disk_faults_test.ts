/** The real store on a disk that breaks, hangs or loses its thread; the clock is the test's. */
import { assert, assertEquals } from "@std/assert";
import { limits } from "../../../runtime/engine/limits.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { masterKey } from "../../world/master_key.ts";
import { canMount, Mount } from "../../world/mounts.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

/** A gateway whose journal is in a folder. `killThreads` ends the threads of its store. */
async function onDisk(rig: GatewayRig, data: string, peer: FakePeer): Promise<{ killThreads(): void }> {
  const threads: (() => void)[] = [];
  const spawn = {
    ...denoWorld.spawn,
    thread(url: URL) {
      const thread = denoWorld.spawn.thread(url);
      threads.push(() => {
        thread.terminate();
        thread.died(new Error("out of memory"));
      });
      return thread;
    },
  };
  rig.freeBytes = () => denoWorld.disk.freeBytes(data);
  const open = sqliteStore(masterKey);
  rig.openStore = (world, folder) => open({ ...world, spawn }, folder);
  await rig.open([rig.channel("lab", [to("ehr", peer)])], { data });
  return { killThreads: () => threads.splice(0).forEach((kill) => kill()) };
}

/** Gives notes until one is not answered; the ids of those that were, and of the one that was not. */
async function giveUntilLost(rig: GatewayRig): Promise<{ acknowledged: string[]; lost: string }> {
  const acknowledged: string[] = [];
  for (let at = 0;; at++) {
    const id = `N${at}`;
    const { answer } = await rig.hand().give(note({ id, text: "x".repeat(1_000) }));
    if (!answer) return { acknowledged, lost: id };
    acknowledged.push(id);
  }
}

/** Has everything delivered that was acknowledged, and what was not, sent again. */
async function assertAllThere(rig: GatewayRig, peer: FakePeer, acknowledged: string[], lost: string) {
  assert((await rig.hand().give(note({ id: lost, text: "x".repeat(1_000) }))).answer);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(acknowledged.length + 1));
  await turns(20);
  assertEquals(peer.taken, [...acknowledged, lost]);
}

Deno.test("a store whose threads die is opened again, and all that was acknowledged is there", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    peer.conduct = () => peer.isDown();
    const { killThreads } = await onDisk(rig, data, peer);
    for (const id of ["A", "B"]) await rig.hand().give(note({ id }));
    killThreads();
    assertEquals((await rig.hand().give(note({ id: "C" }))).answer, null);
    await rig.clock.pass(rig.seen("journalReopened"));
    await assertAllThere(rig, peer, ["A", "B"], "C");
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test({
  name:
    "a disk that becomes read-only while the gateway runs: nothing acknowledged is lost, and it goes on by itself",
  ignore: !canMount,
  async fn() {
    await using mount = await Mount.ext4(64);
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    peer.conduct = () => peer.isDown();
    await onDisk(rig, mount.folder, peer);
    for (const id of ["A", "B"]) await rig.hand().give(note({ id }));
    // As the kernel does by itself when the disk gives errors: what is open cannot be written any more.
    await mount.remount("abort");
    assertEquals((await rig.hand().give(note({ id: "C" }))).answer, null);
    assertEquals((await rig.seen("journalFailed")).error.code, "JOURNAL_STORE_FAILED");
    await rig.clock.pass(rig.seen("journalReopenFailed", () => true, 3));
    assertEquals(rig.gateway.snapshot().journal.condition, "failed");
    // Mended: no file of it was left open.
    await mount.detach();
    await mount.attach();
    await rig.clock.pass(rig.seen("journalReopened"));
    await assertAllThere(rig, peer, ["A", "B"], "C");
    await rig.clock.pass(rig.gateway.close());
  },
});

Deno.test({
  name: "a disk that fills up: nothing acknowledged is lost, and the gateway goes on once there is room",
  ignore: !canMount,
  async fn() {
    await using mount = await Mount.tmpfs(64);
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    peer.conduct = () => peer.isDown();
    await onDisk(rig, mount.folder, peer);
    const makeRoom = await mount.fill(1 << 20);
    const { acknowledged, lost } = await giveUntilLost(rig);
    assert(acknowledged.length > 10, "the disk was full from the start");
    const refused = await rig.clock.pass(rig.seen("journalReopenFailed"));
    assertEquals(refused.error.code, "JOURNAL_DISK_FULL");
    await makeRoom();
    await rig.clock.pass(rig.seen("journalReopened"));
    await assertAllThere(rig, peer, acknowledged, lost);
    await rig.clock.pass(rig.gateway.close());
  },
});

Deno.test({
  name: "a disk that hangs: nothing is answered, it is told, and all goes on once the disk does",
  ignore: !canMount,
  async fn() {
    await using mount = await Mount.ext4(64);
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    await onDisk(rig, mount.folder, peer);
    await rig.hand().give(note({ id: "A" }));
    await rig.seen("messageDelivered");
    await turns(20);
    const thaw = await mount.freeze();
    let reply;
    try {
      reply = rig.hand().give(note({ id: "B" }));
      await turns(5);
      await rig.clock.advance(limits.diskStalledMs);
      await rig.seen("journalStalled");
      assert(!rig.gateway.snapshot().ready);
    } finally {
      await thaw();
    }
    assert((await reply).answer);
    await rig.seen("journalResumed");
    await peer.took(2);
    assertEquals([peer.taken, rig.all("journalFailed")], [["A", "B"], []]);
    await rig.clock.pass(rig.gateway.close());
  },
});
