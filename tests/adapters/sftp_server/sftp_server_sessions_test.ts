import { assertEquals, assertRejects } from "@std/assert";
import type { Buffer } from "node:buffer";
import { FakeClock } from "../../world/fake_clock.ts";
import { worldWith } from "../../world/tools.ts";
import { turns, unstuck } from "../../world/turns.ts";
import { faultyDisk } from "../file/faulty_disk.ts";
import { keys, partner } from "./sftp_peer.ts";
import { bytesOf, open, refusedWith, test } from "./sftp_scene.ts";

Deno.test("sftp_server counts nobody who has left before it knew the key", async () => {
  const folder = await Deno.makeTempDir();
  const keysFile = `${folder}/acme.keys`;
  await Deno.writeTextFile(keysFile, keys.acme.public);
  const clock = new FakeClock();
  const slow = Promise.withResolvers<void>(), asked = Promise.withResolvers<void>();
  let looked = 0;
  const disk = faultyDisk({
    async readText() {
      // First for the key that is offered, then for the proof of it.
      if (++looked !== 2) return;
      asked.resolve();
      await slow.promise;
    },
  });
  const partners = { acme: partner({ keysFile, connectionsMax: 1 }) };
  await using scene = await open({ partners }, `${folder}/staged`, {
    clock,
    world: worldWith(clock, { disk }),
  });
  await unstuck(async () => {
    const late = assertRejects(() => scene.connect());
    await asked.promise;
    await clock.advance(30_000);
    await scene.reports.seen("connectionClosed");
    await late;
    slow.resolve();
    await turns(20);
    (await scene.connect()).vanish();
  });
  await scene[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

test("keeps few pieces that belong further on, however small they are", async (scene) => {
  using peer = await scene.connect();
  const handle = await peer.open("/a.hl7", "w");
  const pieces = Array.from({ length: 4_200 }, (_, at) => peer.write(handle, bytesOf("x"), 2 + 2 * at));
  const ends = await Promise.allSettled(pieces);
  assertEquals(ends.filter(({ status }) => status === "fulfilled").length, 4_096);
  await refusedWith(peer.close(handle), "SFTP_SERVER_FILE_SCATTERED");
});

test("opens few folders at a time, and shows what is in them as it is asked for", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/a.part", "abc");
  const handles: Buffer[] = [];
  for (let number = 0; number < 16; number++) handles.push(await peer.openFolder("/"));
  await refusedWith(peer.openFolder("/"), "Too many handles");
  assertEquals(await peer.get("/a.part"), "abc");
  await peer.close(handles[0]);
  assertEquals(await peer.list("/"), ["a.part"]);
});

Deno.test("sftp_server lets nobody write a file anew before what was taken of it is removed", async () => {
  const folder = await Deno.makeTempDir();
  const clock = new FakeClock();
  const removing = Promise.withResolvers<void>(), removed = Promise.withResolvers<void>();
  const disk = faultyDisk({
    async remove() {
      removing.resolve();
      await removed.promise;
    },
  });
  await using scene = await open({}, folder, { clock, world: worldWith(clock, { disk }) });
  await unstuck(async () => {
    using peer = await scene.connect();
    using other = await scene.connect();
    const put = peer.put("/a.hl7", "one");
    await removing.promise;
    await refusedWith(other.put("/a.hl7", "two"), "SFTP_SERVER_FILE_BUSY");
    removed.resolve();
    await put;
    await other.put("/a.hl7", "two");
    assertEquals(scene.intake.texts, ["one", "two"]);
  });
  await scene[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

test("cuts off who reads none of its answers, and nobody who reads them late", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/a.part", new Uint8Array(1_000_000));
  const handle = await peer.open("/a.part", "r");
  const ask = () => Array.from({ length: 400 }, (_, at) => peer.read(handle, at % 30 * 32_000, 32_000));
  const letRead = peer.stopReading();
  const late = Promise.allSettled(ask());
  await scene.clock.armed(30_000);
  await scene.clock.advance(29_999);
  letRead();
  const ends = await late;
  assertEquals(ends.filter(({ status }) => status === "fulfilled").length, 400);
  peer.stopReading();
  const never = Promise.allSettled(ask());
  while (scene.reports.count("answerUnread") === 0) await scene.clock.advance(30_000);
  assertEquals((await scene.reports.seen("answerUnread")).facts?.code, "SFTP_SERVER_ANSWER_UNREAD");
  await scene.reports.seen("connectionClosed");
  peer.vanish();
  await never;
});
