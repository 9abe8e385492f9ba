/** A gateway takes nothing new where it could not keep it: little disk, a full journal, a commit that does not end. */
import { assert, assertEquals } from "@std/assert";
import https from "../../../adapters/https/listener.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import { configOf } from "../../world/tools.ts";
import { settles, turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const diskFreeMin = 1e9;
const watched = { journal: { diskFreeMin } };

/** Posts a note to a channel that listens by HTTP. */
async function post(rig: GatewayRig, id: string): Promise<Response> {
  const body = note({ id }).slice();
  const request = new Request("http://gateway/", {
    method: "POST",
    body,
    headers: { "content-type": "text/x-note" },
  });
  return await rig.gateway.handle("web", request);
}

function web(rig: GatewayRig, peer: FakePeer) {
  return rig.channel("web", [to("ehr", peer)], {
    listen: { spec: https as never, config: configOf(https.config, { mount: true, retryAfterMs: 7_000 }) },
  });
}

Deno.test("below diskFreeMin every listener stops, and somewhat above it takes messages again; both are told", async () => {
  await using rig = new GatewayRig();
  const channels = ["lab", "bills"].map((name) => rig.channel(name, [to("ehr", new FakePeer())]));
  await rig.open(channels, watched);
  assert(rig.gateway.snapshot().ready);
  rig.freeBytes = diskFreeMin - 1;
  await rig.clock.advance(limits.diskLookMs);
  assertEquals((await rig.seen("diskLow")).freeBytes, diskFreeMin - 1);
  assertEquals(rig.all("intakeClosed").map(({ reason }) => reason), ["disk is low", "disk is low"]);
  assertEquals(["lab", "bills"].map((name) => rig.hand(name).intake!.isOpen), [false, false]);
  const { ready, journal } = rig.gateway.snapshot();
  assertEquals([ready, journal.condition, journal.disk], [false, "open", {
    freeBytes: diskFreeMin - 1,
    isLow: true,
  }]);
  rig.freeBytes = diskFreeMin * limits.diskReopenShare - 1;
  await rig.clock.advance(limits.diskLookMs);
  assert(!rig.hand().intake!.isOpen, "it opens and closes at one mark");
  rig.freeBytes = diskFreeMin * limits.diskReopenShare;
  await rig.clock.advance(limits.diskLookMs);
  assertEquals(rig.all("diskFine").length, 1);
  assert(rig.gateway.snapshot().ready);
});

Deno.test("a gateway that opens on a disk with little left takes nothing, and sends what it has", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel], watched);
  for (const id of ["A", "B"]) await rig.hand().give(note({ id }));
  await rig.clock.pass(rig.gateway.close());
  rig.freeBytes = 0;
  await rig.open([channel], watched);
  assert(!rig.hand().intake!.isOpen);
  letGo();
  await rig.clock.pass(peer.took(2));
  const reply = await rig.gateway.inject("lab", note({ id: "C" }));
  assertEquals(reply.outcome.kind === "failed" && reply.outcome.error.code, "ENGINE_INTAKE_CLOSED");
});

Deno.test("a channel that is added while the disk is low takes nothing either", async () => {
  await using rig = new GatewayRig();
  rig.freeBytes = 0;
  await rig.open([], watched);
  await rig.gateway.reloadChannel(rig.channel("lab", [to("ehr", new FakePeer())]));
  assert(!rig.hand().intake!.isOpen);
});

Deno.test("a disk that tells nothing changes nothing, is told of once, and where there is no mark nobody asks", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])], watched);
  rig.freeBytes = Object.assign(new Error("no"), { code: "EIO" });
  await rig.clock.advance(limits.diskLookMs * 5);
  assertEquals(rig.all("diskUnknown").map(({ reason }) => reason), ["EIO"]);
  assert(rig.gateway.snapshot().ready);
  await rig.clock.pass(rig.gateway.close());
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  assertEquals(rig.gateway.snapshot().journal.disk, undefined);
  assert(rig.gateway.snapshot().ready);
});

for (
  const [why, fill] of [
    ["the disk is low", async (rig: GatewayRig) => {
      rig.freeBytes = 0;
      await rig.clock.advance(limits.diskLookMs);
    }],
    ["the journal is full", async (rig: GatewayRig) => {
      await rig.gateway.inject("web", note({ id: "L", text: "x".repeat(2_000) }));
    }],
    ["the store has failed", async (rig: GatewayRig) => {
      rig.store.failure = new Error("disk I/O error");
      await rig.gateway.inject("web", note({ id: "F" }));
    }],
    ["a commit does not end", async (rig: GatewayRig) => {
      rig.store.hold();
      void rig.gateway.inject("web", note({ id: "S" }));
      await turns(5);
      await rig.clock.advance(limits.diskStalledMs);
    }],
  ] as const
) {
  Deno.test(`HTTP is answered 503 with Retry-After while ${why}`, async () => {
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    peer.conduct = () => peer.isDown();
    await rig.open([web(rig, peer)], { journal: { pendingBytesMax: 1_000, diskFreeMin } });
    assertEquals((await post(rig, "A")).status, 200);
    await fill(rig);
    const refused = await post(rig, "B");
    assertEquals([refused.status, refused.headers.get("retry-after")], [503, "7"]);
    assertEquals((await refused.json()).code, "HTTPS_INTAKE_CLOSED");
    assert(!rig.gateway.snapshot().ready);
  });
}

Deno.test("a commit that does not come to its end is told, closes the way in, and both are over as it ends", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const letGo = rig.store.hold();
  const reply = rig.hand().give(note({ id: "A" }));
  await rig.store.asked(({ op }) => op === "append");
  await rig.clock.advance(limits.diskStalledMs - 1);
  assertEquals(rig.all("journalStalled").length, 0);
  await rig.clock.advance(1);
  assertEquals((await rig.seen("journalStalled")).forMs, limits.diskStalledMs);
  assertEquals((await rig.seen("intakeClosed")).reason, "journal is stalled");
  assertEquals([rig.gateway.snapshot().ready, rig.gateway.snapshot().journal.isStalled], [false, true]);
  await rig.clock.advance(3_600_000);
  assert(!await settles(reply), "it was answered, and is not durable");
  letGo();
  assertEquals((await reply).outcome.kind, "accepted");
  assertEquals((await rig.seen("journalResumed")).forMs, limits.diskStalledMs + 3_600_000);
  assert(rig.gateway.snapshot().ready);
  await peer.took(1);
});

Deno.test("commits that end in time are never told of, however many there are", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  for (let at = 0; at < 10; at++) {
    const letGo = rig.store.hold();
    const reply = rig.hand().give(note({ id: `${at}` }));
    await rig.store.asked(({ op }) => op === "append", at + 1);
    await rig.clock.advance(limits.diskStalledMs - 1);
    letGo();
    await reply;
    await turns(5);
  }
  assertEquals(rig.all("journalStalled"), []);
});

Deno.test("a store that failed is not opened before there is room on the disk, and looks for it at once", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])], watched);
  rig.freeBytes = limits.reopenFreeBytes - 1;
  rig.store.failure = new Error("database or disk is full");
  await rig.hand().give(note({ id: "A" }));
  const told = await rig.clock.pass(rig.seen("journalReopenFailed"));
  assertEquals([told.error.code, told.error.facts.freeBytes], [
    "JOURNAL_DISK_FULL",
    limits.reopenFreeBytes - 1,
  ]);
  assertEquals(rig.all("diskLow").length, 1);
  rig.store.failure = undefined;
  rig.freeBytes = limits.reopenFreeBytes;
  await rig.clock.pass(rig.seen("journalReopened"));
  assert(!rig.hand().intake!.isOpen, "the disk is still low");
  rig.freeBytes = 2 * diskFreeMin;
  await rig.clock.pass(rig.hand().intake!.opened(new AbortController().signal));
  await rig.hand().give(note({ id: "A" }));
  await peer.took(1);
});
