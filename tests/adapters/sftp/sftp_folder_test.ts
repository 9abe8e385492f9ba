import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { reasonOf } from "../../../adapters/_kit/files/reason.ts";
import { utils } from "../../../adapters/_kit/ssh/ssh2.ts";
import { Link } from "../../../adapters/sftp/connecting/link.ts";
import { SftpFolder } from "../../../adapters/sftp/remote/sftp_folder.ts";
import { connectTools } from "./connection.ts";
import { SshPeer } from "./ssh_peer.ts";

const { STATUS_CODE } = utils.sftp;
const never = new AbortController().signal;
const mode = 0o640;
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A folder of a server. Disposed: both are gone. */
async function remote(): Promise<{ peer: SshPeer; folder: SftpFolder; link: Link } & AsyncDisposable> {
  const peer = await SshPeer.start();
  const link = new Link(connectTools(peer.config));
  return {
    peer,
    link,
    folder: new SftpFolder(link),
    async [Symbol.asyncDispose]() {
      link.cut();
      await peer[Symbol.asyncDispose]();
    },
  };
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await Array.fromAsync(pieces)));
}

function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  assert(actual.every((byte, at) => byte === expected[at]), "the bytes differ");
}

async function reason(work: Promise<unknown>): Promise<string> {
  return await work.then(() => "none", reasonOf);
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
}

Deno.test("a file of any size is written and read as it is, from any place on", async () => {
  await using rig = await remote();
  for (const size of [0, 1, 31 * 1024, 31 * 1024 + 1, 5_000_000]) {
    const bytes = pattern(size);
    await rig.folder.write(`/${size}`, bytes, { mode });
    assertSame(await Deno.readFile(rig.peer.folder.at(String(size))), bytes);
    for (const from of [0, Math.floor(size / 2), size]) {
      assertSame(await all(rig.folder.read(`/${size}`, from, never)), bytes.subarray(from));
    }
  }
});

Deno.test("a file is read whole from a server that gives little at a time, and says no size", async () => {
  await using rig = await remote();
  rig.peer.manners.readBytesMax = 1_000;
  rig.peer.manners.heeds = (request) => request === "FSTAT" ? STATUS_CODE.OP_UNSUPPORTED : true;
  const bytes = pattern(100_000);
  await Deno.writeFile(rig.peer.folder.at("a"), bytes);
  assertSame(await all(rig.folder.read("/a", 0, never)), bytes);
});

Deno.test("many requests are under way at a time, not one for each answer", async () => {
  await using rig = await remote();
  await Deno.writeFile(rig.peer.folder.at("a"), pattern(3_000_000));
  let held = 0;
  const full = Promise.withResolvers<void>();
  rig.peer.manners.heeds = (request) => {
    if (request !== "READ") return true;
    if (++held === 32) full.resolve();
    return false;
  };
  const reading = all(rig.folder.read("/a", 0, never)).catch(() => {});
  await full.promise;
  rig.link.cut();
  await reading;
});

Deno.test("a listing says what each thing is, however many there are", async () => {
  await using rig = await remote();
  for (let number = 0; number < 450; number++) await rig.peer.folder.write(`${number}`, "x".repeat(number));
  await Deno.mkdir(rig.peer.folder.at("sub"));
  await Deno.symlink("0", rig.peer.folder.at("link"));
  const listed = await rig.folder.list("/");
  assertEquals(listed.length, 452);
  const factsOf = (name: string) => listed.find((each) => each.name === name)?.facts;
  assertEquals([factsOf("449")?.kind, factsOf("449")?.size], ["file", 449]);
  assertEquals([factsOf("sub")?.kind, factsOf("link")?.kind], ["folder", "other"]);
  assertEquals(factsOf("449"), await rig.folder.facts("/449"));
  assertEquals(await rig.folder.facts("/nothing"), undefined);
  assertEquals(await reason(rig.folder.list("/nothing")), "ENOENT");
});

Deno.test("nobody sees half a file, and nothing is left aside where it fails", async () => {
  await using rig = await remote();
  const seen: string[][] = [];
  rig.peer.manners.heeds = (request) => {
    if (request === "WRITE") seen.push([...Deno.readDirSync(rig.peer.folder.path)].map(({ name }) => name));
    return true;
  };
  await rig.folder.write("/a.hl7", bytesOf("whole"), { mode });
  assertEquals(seen, [["a.hl7.part"]]);
  assertEquals(await rig.peer.folder.files(), ["a.hl7"]);
  assertEquals((await Deno.stat(rig.peer.folder.at("a.hl7"))).mode! & 0o777, mode);
  rig.peer.manners.heeds = (request) => request === "WRITE" ? STATUS_CODE.FAILURE : true;
  assertEquals(await reason(rig.folder.write("/b.hl7", bytesOf("half"), { mode })), "FAILURE");
  await rig.folder.facts("/");
  assertEquals(await rig.peer.folder.files(), ["a.hl7"]);
});

Deno.test("what an attempt that broke off has left aside is written over", async () => {
  await using rig = await remote();
  await rig.peer.folder.write("a.hl7.part", "left behind by a crash");
  await rig.folder.write("/a.hl7", bytesOf("new"), { mode });
  assertEquals(await rig.peer.folder.text("a.hl7"), "new");
  assertEquals(await rig.peer.folder.files(), ["a.hl7"]);
});

Deno.test("a file takes the place of another only where it may", async () => {
  await using rig = await remote();
  await rig.peer.folder.write("a.hl7", "old");
  assertEquals(await reason(rig.folder.write("/a.hl7", bytesOf("new"), { mode, mustBeNew: true })), "EEXIST");
  assertEquals(await rig.peer.folder.text("a.hl7"), "old");
  await rig.folder.write("/a.hl7", bytesOf("new"), { mode });
  assertEquals(await rig.peer.folder.text("a.hl7"), "new");
  await rig.peer.folder.write("b.hl7", "other");
  await rig.folder.rename("/b.hl7", "/a.hl7");
  assertEquals(await rig.peer.folder.text("a.hl7"), "other");
  await rig.folder.rename("/a.hl7", "/a.hl7");
  assertEquals(await rig.peer.folder.text("a.hl7"), "other");
});

Deno.test("two who write to the same name at once do not write into one another", async () => {
  await using rig = await remote();
  const contents = ["one", "another", "a third"].map((text) => bytesOf(text.repeat(20_000)));
  await Promise.all(contents.map((bytes) => rig.folder.write("/a", bytes, { mode })));
  const there = await Deno.readFile(rig.peer.folder.at("a"));
  assert(
    contents.some((bytes) => bytes.length === there.length && bytes.every((byte, at) => byte === there[at])),
  );
});

Deno.test("bytes are added at the end", async () => {
  await using rig = await remote();
  await rig.folder.append("/log", bytesOf("one\n"), { mode });
  await rig.folder.append("/log", bytesOf("two\n"), { mode });
  assertEquals(await rig.peer.folder.text("log"), "one\ntwo\n");
});

Deno.test("folders are made with those above them, and again without complaint", async () => {
  await using rig = await remote();
  await rig.folder.makeFolder("/a/b/c");
  await rig.folder.makeFolder("/a/b/c");
  assertEquals((await rig.folder.facts("/a/b/c"))?.kind, "folder");
  await rig.peer.folder.write("file", "x");
  assertEquals(await reason(rig.folder.makeFolder("/file/below")), "ENOENT");
});

Deno.test("what the server refuses is told by the platform's code", async () => {
  await using rig = await remote();
  await rig.peer.folder.write("a", "x");
  assertEquals(await reason(rig.folder.remove("/nothing")), "ENOENT");
  for (
    const [status, code] of [
      [STATUS_CODE.PERMISSION_DENIED, "EACCES"],
      [STATUS_CODE.OP_UNSUPPORTED, "ENOSYS"],
      [STATUS_CODE.FAILURE, "FAILURE"],
    ] as const
  ) {
    rig.peer.manners.heeds = () => status;
    assertEquals(await reason(rig.folder.remove("/a")), code);
    assertEquals(await reason(all(rig.folder.read("/a", 0, never))), code);
  }
});

Deno.test("a file is another than the one that an attempt before may still be writing", async () => {
  await using rig = await remote();
  using before = await Deno.open(rig.peer.folder.at("a.part"), { write: true, create: true });
  await rig.folder.write("/a", bytesOf("whole"), { mode });
  await before.write(bytesOf("late"));
  assertEquals(await Deno.readTextFile(rig.peer.folder.at("a")), "whole");
});

Deno.test("a folder with too many names is refused, and so is one that never ends", async () => {
  await using rig = await remote();
  const folder = new SftpFolder(rig.link, { namesMax: 10 });
  for (let number = 0; number < 8; number++) await rig.peer.folder.write(String(number), "x");
  assertEquals((await folder.list("/")).length, 8);
  for (let number = 8; number < 11; number++) await rig.peer.folder.write(String(number), "x");
  assertEquals(await reason(folder.list("/")), "EFBIG");
});

Deno.test("what is added leaves no file open where the server does not say how long it is", async () => {
  await using rig = await remote();
  const closed = Promise.withResolvers<void>();
  rig.peer.manners.heeds = (request) => request === "FSTAT" ? STATUS_CODE.OP_UNSUPPORTED : true;
  rig.peer.manners.asked = (request) => request === "CLOSE" && closed.resolve();
  assertEquals(await reason(rig.folder.append("/a", bytesOf("x"), { mode })), "ENOSYS");
  await closed.promise;
});
