import { assertEquals, assertRejects } from "@std/assert";
import { gunzipSync } from "node:zlib";
import sender from "../../../adapters/file/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { openSender, type SenderRig, worldWith } from "../../world/tools.ts";
import { type Faults, faultyDisk, platformError } from "./faulty_disk.ts";
import { Folder } from "./folder.ts";

const never = new AbortController().signal;

function parcel(id: string, content = id, replays?: number): Parcel {
  return {
    id,
    bytes: new TextEncoder().encode(content),
    contentType: "text/plain",
    attempt: 1,
    ...(replays === undefined ? {} : { replays }),
    sequence: 1,
    atMs: 0,
    value: () => "",
    judge: () => ({ kind: "accepted" }),
  };
}

async function opened(folder: Folder, config: object = {}, faults: Faults = {}): Promise<SenderRig> {
  const clock = new FakeClock();
  return await openSender(sender, { path: folder.path, as: "all.txt", append: true, ...config }, {
    clock,
    world: worldWith(clock, { disk: faultyDisk(faults) }),
  });
}

Deno.test("file adds messages to one file, each with its separator", async () => {
  await using folder = await Folder.make();
  await using rig = await opened(folder, { separator: "\r\n" });
  for (const id of ["one", "two"]) await rig.sender.send(parcel(id), never);
  assertEquals(await folder.text("all.txt"), "one\r\ntwo\r\n");
  assertEquals((await folder.files()).filter((name) => !name.startsWith(".")), ["all.txt"]);
});

Deno.test("file adds a message once, though it crashed before its outcome was kept", async () => {
  await using folder = await Folder.make();
  for (const id of ["one", "two", "two"]) {
    await using rig = await opened(folder);
    await rig.sender.send(parcel(id), never);
  }
  assertEquals(await folder.text("all.txt"), "one\ntwo\n");
});

Deno.test("file adds another message of the same content, and one that a person sends again", async () => {
  await using folder = await Folder.make();
  await using rig = await opened(folder);
  for (const each of [parcel("one", "x"), parcel("two", "x"), parcel("two", "x", 1)]) {
    await rig.sender.send(each, never);
  }
  assertEquals(await folder.text("all.txt"), "x\nx\nx\n");
});

Deno.test("file completes what a crash has cut short", async () => {
  await using folder = await Folder.make();
  let cut = true;
  const faults: Faults = {
    async append() {
      if (!cut) return;
      await denoWorld.disk.append(folder.at("all.txt"), new TextEncoder().encode("wh"));
      throw platformError("EIO");
    },
  };
  const error = await assertRejects(async () => {
    await using rig = await opened(folder, {}, faults);
    await rig.sender.send(parcel("whole"), never);
  }, MitralError);
  assertEquals(error.code, "FILE_WRITE_FAILED");
  cut = false;
  await using rig = await opened(folder, {}, faults);
  await rig.sender.send(parcel("whole"), never);
  assertEquals(await folder.text("all.txt"), "whole\n");
});

Deno.test("file begins on a line of its own behind what nobody completes any more", async () => {
  await using folder = await Folder.make();
  let cut = true;
  const faults: Faults = {
    async append() {
      if (!cut) return;
      cut = false;
      await denoWorld.disk.append(folder.at("all.txt"), new TextEncoder().encode("wh"));
      throw platformError("EIO");
    },
  };
  await using rig = await opened(folder, {}, faults);
  await assertRejects(() => rig.sender.send(parcel("whole"), never));
  for (const id of ["next", "next"]) await rig.sender.send(parcel(id), never);
  assertEquals(await folder.text("all.txt"), "wh\nnext\n");
});

Deno.test("file adds a message once whose attempt failed when it was added, though others went before the next", async () => {
  await using folder = await Folder.make();
  let isLost = true;
  const faults: Faults = {
    async append() {
      if (!isLost) return;
      isLost = false;
      await denoWorld.disk.append(folder.at("all.txt"), new TextEncoder().encode("one\n"));
      throw platformError("EIO");
    },
  };
  {
    await using rig = await opened(folder, {}, faults);
    await assertRejects(() => rig.sender.send(parcel("one"), never));
    for (const id of ["two", "three"]) await rig.sender.send(parcel(id), never);
  }
  await using again = await opened(folder);
  for (const id of ["one", "three"]) await again.sender.send(parcel(id), never);
  assertEquals(await folder.text("all.txt"), "one\ntwo\nthree\n");
});

Deno.test("file takes no equal message of another, in a file that was begun anew, for the one it had added", async () => {
  await using folder = await Folder.make();
  await using rig = await opened(folder);
  await rig.sender.send(parcel("one", "x"), never);
  await Deno.remove(folder.at("all.txt"));
  for (const id of ["two", "one"]) await rig.sender.send(parcel(id, "x"), never);
  assertEquals(await folder.text("all.txt"), "x\nx\n");
});

Deno.test("file begins a new file where the last was taken away", async () => {
  await using folder = await Folder.make();
  await using rig = await opened(folder);
  await rig.sender.send(parcel("one"), never);
  await Deno.remove(folder.at("all.txt"));
  await rig.sender.send(parcel("two"), never);
  assertEquals(await folder.text("all.txt"), "two\n");
});

Deno.test("file adds after whatever others have added, and does not take theirs for its own", async () => {
  await using folder = await Folder.make();
  await using rig = await opened(folder);
  await rig.sender.send(parcel("one"), never);
  await folder.write("all.txt", "theirs, longer\n");
  await rig.sender.send(parcel("one"), never);
  assertEquals(await folder.text("all.txt"), "theirs, longer\none\n");
});

Deno.test("file reads nothing into a note that is damaged", async () => {
  await using folder = await Folder.make();
  await folder.write(".all_txt.last", '[{"of":"one 0","name":"all.txt","at":-');
  await using rig = await opened(folder);
  await rig.sender.send(parcel("one"), never);
  assertEquals(await folder.text("all.txt"), "one\n");
});

Deno.test("file packs each message it adds, so that all of them unpack as one", async () => {
  await using folder = await Folder.make();
  await using rig = await opened(folder, { gzip: true });
  for (const id of ["one", "two"]) await rig.sender.send(parcel(id), never);
  const packed = await Deno.readFile(folder.at("all.txt.gz"));
  assertEquals(new TextDecoder().decode(gunzipSync(packed)), "one\ntwo\n");
});
