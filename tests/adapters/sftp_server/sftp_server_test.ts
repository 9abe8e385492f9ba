import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { MitralError } from "../../../runtime/contract/error.ts";
import { failedInSilence, FakeIntake, refused } from "../../world/fake_intake.ts";
import { turns, unstuck } from "../../world/turns.ts";
import { keys } from "./sftp_peer.ts";
import { ageKeys, sealer } from "../kit_files/_keys.ts";
import { zipSync } from "fflate";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { bytesOf, type Given, half, open, refusedWith, test } from "./sftp_scene.ts";

const trouble = new MitralError("TEST_MESSAGE_BAD", {
  blame: "sender",
  retry: "never",
  says: "Cannot take message: the test says so",
});

test("says who pushed a message, from where, and gives the same push the same key", async (scene) => {
  using acme = await scene.connect();
  using lab = await scene.connect({ username: "lab", privateKey: keys.lab.private });
  await acme.put("/a.hl7", "one");
  await acme.put("/a.hl7", "one");
  await acme.put("/a.hl7", "two");
  await lab.put("/a.hl7", "one");
  const { received } = scene.intake;
  assertEquals(received.map(({ partner }) => partner), ["acme", "acme", "acme", "lab"]);
  assert(received.every(({ peer }) => /^127\.0\.0\.1:\d+$/.test(peer)));
  assertEquals(received[0].key, received[1].key);
  assertEquals(new Set(received.map(({ key }) => key)).size, 3);
});

test("shows a file that was taken for a while, without its content", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/a.hl7", "content");
  assertEquals((await peer.stat("/a.hl7")).size, 7);
  await peer.setTimes("/a.hl7", 1_700_000_000);
  assertEquals((await peer.stat("/a.hl7")).mtime, 1_700_000_000);
  assertEquals(await peer.list("/"), ["a.hl7"]);
  await refusedWith(peer.get("/a.hl7"), "No such file");
  assertEquals(scene.staged(), []);
  await scene.clock.advance(600_000);
  assertEquals(await peer.list("/"), []);
  await refusedWith(peer.stat("/a.hl7"), "No such file");
  // The connection has been idle for as long.
}, { idleMsMax: 3_600_000 });

test("takes a file once whose partner did not hear of it and wants to go on with it", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/a.hl7", "all of it");
  const handle = await peer.open("/a.hl7", "r+");
  await peer.close(handle);
  const other = await peer.open("/a.hl7", "a");
  await refusedWith(peer.write(other, bytesOf(" and more"), 9), "Not allowed");
  await peer.close(other);
  assertEquals((await peer.stat("/a.hl7")).size, 9);
  assertEquals(scene.intake.texts, ["all of it"]);
});

test("makes no message of an upload that is cut off, and lets the partner go on with it", async (scene) => {
  const first = await scene.connect();
  await half(first, "/a.hl7", "first half, ");
  first.vanish();
  await scene.reports.seen("uploadsCut");
  assertEquals(scene.intake.received.length, 0);
  assertEquals(scene.staged(), ["a.hl7.part"]);

  using second = await scene.connect();
  assertEquals((await second.stat("/a.hl7")).size, 12);
  const handle = await second.open("/a.hl7", "a");
  await second.write(handle, bytesOf("second half"), 12);
  await second.close(handle);
  assertEquals(scene.intake.texts, ["first half, second half"]);
  assertEquals(scene.staged(), []);
});

test("keeps what is unfinished through a restart", async (scene) => {
  const first = await scene.connect();
  await first.makeFolder("/sub");
  await half(first, "/sub/ä b.hl7", "begun, ");
  await first.put("/x.part", "whole, not renamed");
  first.vanish();
  await scene.reports.seen("uploadsCut");
  await using again = await scene.again();
  using peer = await again.connect();
  assertEquals(await peer.list("/"), ["sub", "x.part"]);
  assertEquals(await peer.list("/sub"), ["ä b.hl7"]);
  const handle = await peer.open("/sub/ä b.hl7", "a");
  await peer.write(handle, bytesOf("ended"), 7);
  await peer.close(handle);
  await peer.rename("/x.part", "/x.hl7");
  assertEquals(again.intake.texts.toSorted(), ["begun, ended", "whole, not renamed"]);
});

test("does not take an unfinished file that is merely renamed", async (scene) => {
  const first = await scene.connect();
  await half(first, "/a.part", "half");
  first.vanish();
  await scene.reports.seen("uploadsCut");
  using peer = await scene.connect();
  await refusedWith(peer.rename("/a.part", "/a.hl7"), "SFTP_SERVER_FILE_UNFINISHED");
  assertEquals(await peer.list("/"), ["a.part"]);
  assertEquals(scene.intake.received.length, 0);
});

test("lets a new connection go on with a file that a lost one still has open", async (scene) => {
  const lost = await scene.connect();
  const old = await half(lost, "/a.hl7", "old, and longer");
  using peer = await scene.connect();
  await peer.put("/a.hl7", "new");
  await refusedWith(lost.write(old as never, bytesOf("more"), 15), "SFTP_SERVER_FILE_BUSY");
  await refusedWith(lost.close(old as never), "SFTP_SERVER_FILE_BUSY");
  assertEquals(scene.intake.texts, ["new"]);
  lost.vanish();
});

test("takes pieces that come side by side, and out of order", async (scene) => {
  using peer = await scene.connect();
  const handle = await peer.open("/a.hl7", "w");
  await peer.write(handle, bytesOf("three"), 6);
  await peer.write(handle, bytesOf("two"), 3);
  await peer.write(handle, bytesOf("one"), 0);
  await peer.write(handle, bytesOf("TWO"), 3);
  await peer.close(handle);
  assertEquals(scene.intake.texts, ["oneTWOthree"]);

  const content = crypto.getRandomValues(new Uint8Array(60_000));
  const large = new Uint8Array(6_000_000).map((_, at) => content[at % content.length] ^ (at >> 16));
  const local = await Deno.makeTempFile();
  await Deno.writeFile(local, large);
  await peer.putFast("/large.bin", local);
  await Deno.remove(local);
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  assertEquals(digest(scene.intake.received[1].bytes), digest(large));
});

test("makes no message of a file with a gap, and keeps what came before it", async (scene) => {
  using peer = await scene.connect();
  const handle = await peer.open("/a.hl7", "w");
  await peer.write(handle, bytesOf("head"), 0);
  await peer.write(handle, bytesOf("tail"), 100);
  await refusedWith(peer.close(handle), "SFTP_SERVER_FILE_UNFINISHED");
  assertEquals((await peer.stat("/a.hl7")).size, 4);
  assertEquals(scene.intake.received.length, 0);
  const far = await peer.open("/b.hl7", "w");
  for (let at = 1; at < 200; at++) {
    const written = await peer.write(far, new Uint8Array(32_000), at * 32_000).then(() => true, () => false);
    if (!written) return assert(at * 32_000 > 4_000_000);
  }
  throw new Error("it took all");
});

test("answers the close only when the channel has the message", async (scene) => {
  const release = scene.intake.hold();
  using peer = await scene.connect();
  let isClosed = false;
  const put = peer.put("/a.hl7", "content").then(() => isClosed = true);
  await scene.intake.gotten(1);
  await turns(20);
  assert(!isClosed);
  assertEquals(scene.staged(), ["a.hl7.part"]);
  release();
  await put;
  assertEquals(scene.staged(), []);
});

test("tells the partner by code that a message was refused, and removes the file", async (scene) => {
  scene.intake.reply = (delivery) => refused(delivery, trouble);
  using peer = await scene.connect();
  await refusedWith(peer.put("/a.hl7", "bad"), "TEST_MESSAGE_BAD");
  assertEquals([await peer.list("/"), scene.staged()], [[], []]);
  const { facts } = await scene.reports.seen("requestRefused");
  assertEquals(facts, { partner: "acme", code: "TEST_MESSAGE_BAD" });
});

test("keeps a refused file where it is told to", async (scene) => {
  scene.intake.reply = (delivery) => refused(delivery, trouble);
  using peer = await scene.connect();
  await refusedWith(peer.put("/a.hl7", "bad"), "TEST_MESSAGE_BAD");
  assertEquals(await peer.get("/a.hl7"), "bad");
  await peer.remove("/a.hl7");
  assertEquals(scene.staged(), []);
}, { refused: "keep" });

test("keeps a file that the channel cannot take now, and takes it when it is closed again", async (scene) => {
  const { reply } = scene.intake;
  scene.intake.reply = () => failedInSilence(trouble);
  using peer = await scene.connect();
  await refusedWith(peer.put("/a.hl7", "later"), "TEST_MESSAGE_BAD");
  scene.intake.reply = reply;
  await peer.close(await peer.open("/a.hl7", "a"));
  assertEquals(scene.intake.texts, ["later", "later"]);
  assertEquals(scene.staged(), []);
});

test("takes a file once it is renamed, with complete: rename", async (scene) => {
  using peer = await scene.connect();
  await peer.put("/up/a.hl7", "x").catch(() => {});
  await peer.makeFolder("/up");
  await peer.put("/up/a.hl7", "one");
  assertEquals(scene.staged(), ["up%2Fa.hl7.whole", "up.folder"].sort());
  assertEquals(scene.intake.received.length, 0);
  await peer.rename("/up/a.hl7", "/up/b.part");
  assertEquals(scene.intake.received.length, 0);
  await peer.rename("/up/b.part", "/a.hl7");
  assertEquals(scene.intake.texts, ["one"]);
  assertEquals(await peer.list("/"), ["a.hl7", "up"]);
}, { complete: "rename" });

test("leaves a file where it was when its rename is refused", async (scene) => {
  scene.intake.reply = () => failedInSilence(trouble);
  using peer = await scene.connect();
  await peer.put("/a.part", "one");
  await refusedWith(peer.rename("/a.part", "/a.hl7"), "TEST_MESSAGE_BAD");
  assertEquals(await peer.list("/"), ["a.part"]);
  await peer.put("/b.part", "two");
  await refusedWith(peer.rename("/b.part", "/a.part"), "It exists");
  assertEquals(await peer.get("/a.part"), "one");
  assertEquals(scene.staged(), ["a.part.whole", "b.part.whole"]);
});

test("takes a file once its marker is there, with complete: marker", async (scene) => {
  using peer = await scene.connect();
  await refusedWith(peer.put("/a.hl7.done", ""), "No such file");
  await peer.put("/a.hl7", "one");
  assertEquals(scene.intake.received.length, 0);
  await peer.put("/a.hl7.done", "");
  assertEquals(scene.intake.texts, ["one"]);
  assertEquals(scene.staged(), []);
  await peer.put("/b.tmp", "");
  await refusedWith(peer.rename("/b.tmp", "/b.hl7.done"), "No such file");
  await peer.put("/b.hl7", "two");
  await peer.rename("/b.tmp", "/b.hl7.done");
  assertEquals(scene.intake.texts, ["one", "two"]);
}, { complete: "marker" });

test("takes hundreds of files over one connection", async (scene) => {
  using peer = await scene.connect();
  for (let first = 0; first < 300; first += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, at) => peer.put(`/${first + at}.hl7`, `file ${first + at}`)),
    );
  }
  assertEquals(scene.intake.received.length, 300);
  assertEquals(scene.intake.texts.toSorted(), Array.from({ length: 300 }, (_, at) => `file ${at}`).sort());
  assertEquals((await peer.list("/")).length, 300);
  assertEquals([scene.staged(), scene.intake.held], [[], 0]);
});

test("holds a peer back that sends more than can be written, and loses nothing", async (scene) => {
  using peer = await scene.connect();
  const handle = await peer.open("/a.hl7", "w");
  const writes = Array.from(
    { length: 200 },
    (_, at) => peer.write(handle, new Uint8Array(30_000).fill(at), at * 30_000),
  );
  await Promise.all(writes);
  await peer.close(handle);
  const [{ bytes }] = scene.intake.received;
  assertEquals(bytes.length, 6_000_000);
  assert(bytes.every((byte, at) => byte === (Math.floor(at / 30_000) & 255)));
  assert(scene.intake.heldMost < 6_000_000 + 3_000_000);
});

Deno.test("sftp_server knows a file again, by its time too, that a crash kept it from removing", async () => {
  const folder = await Deno.makeTempDir();
  const intake = new FakeIntake();
  const scene = await open({ complete: "rename" }, folder, { intake });
  await unstuck(async () => {
    using peer = await scene.connect();
    await peer.put("/a.part", "one");
    await peer.setTimes("/a.part", 1_700_000_000);
    const release = intake.hold();
    const cut = peer.rename("/a.part", "/a.hl7").catch(() => {});
    await intake.gotten(1);
    await using after = await scene.again();
    await cut;
    release();
    assertEquals(after.staged(), ["a.part.whole,6553f100"]);
    using again = await after.connect();
    assertEquals((await again.stat("/a.part")).mtime, 1_700_000_000);
    await again.rename("/a.part", "/a.hl7");
    assertEquals(after.staged(), []);
  });
  assertEquals(intake.received.length, 2);
  assertEquals(intake.received[0].key, intake.received[1].key);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sftp_server has the later of two files that a crash left under one path", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/acme`);
  for (const [name, atMs] of [["a.part.part", 2_000], ["a.part.whole", 1_000]] as const) {
    await Deno.writeTextFile(`${folder}/acme/${name}`, name);
    await Deno.utime(`${folder}/acme/${name}`, new Date(atMs), new Date(atMs));
  }
  await using scene = await open({}, folder);
  assertEquals(scene.staged(), ["a.part.part"]);
  await scene[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sftp_server opens what is encrypted to it or packed, and refuses what it cannot open", async () => {
  const [ours, others] = [await ageKeys(), await ageKeys()];
  const folder = await Deno.makeTempDir();
  const sealedFor = async (recipient: string, content: Uint8Array) => {
    await Deno.writeTextFile(`${folder}/recipient`, recipient);
    return await (await sealer({ cipher: { age: [`${folder}/recipient`] } })).seal(
      content as Uint8Array<ArrayBuffer>,
    );
  };
  const archive = zipSync({ "1.hl7": bytesOf("one"), "2.hl7": bytesOf("two") });
  await Deno.mkdir(`${folder}/staged`);
  const given = { cipher: { age: secretOf(ours.identity) }, unpack: ["zip"] } as Given;
  await using scene = await open(given, `${folder}/staged`);
  using peer = await scene.connect();
  await peer.put("/a.hl7.age", await sealedFor(ours.recipient, bytesOf("alone")));
  await peer.put("/b.zip.age", await sealedFor(ours.recipient, archive));
  assertEquals(scene.intake.texts, ["alone", "one", "two"]);
  assertEquals(new Set(scene.intake.received.map(({ key }) => key)).size, 3);
  const foreign = await sealedFor(others.recipient, bytesOf("DOE^JOHN"));
  await refusedWith(peer.put("/c.hl7.age", foreign), "SFTP_SERVER_CIPHER_RECIPIENT_WRONG");
  await refusedWith(peer.put("/d.hl7", "DOE^JANE"), "SFTP_SERVER_CIPHER_MISSING");
  // What cannot be opened is kept as it came.
  const kept = scene.intake.refused.map(({ delivery, error }) => [error.code, delivery.bytes.length]);
  assertEquals(kept, [
    ["SFTP_SERVER_CIPHER_RECIPIENT_WRONG", foreign.length],
    ["SFTP_SERVER_CIPHER_MISSING", "DOE^JANE".length],
  ]);
  assertEquals(scene.intake.held, 0);
  await Deno.remove(folder, { recursive: true });
});
