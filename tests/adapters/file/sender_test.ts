import { assert, assertEquals, assertRejects } from "@std/assert";
import { gunzipSync } from "node:zlib";
import sender from "../../../adapters/file/sender.ts";
import type { Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Disk } from "../../../runtime/contract/world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { turns } from "../../world/turns.ts";
import { configOf, openSender, type SenderRig, worldWith } from "../../world/tools.ts";
import { type Faults, faultyDisk, platformError } from "./faulty_disk.ts";
import { ageKeys } from "../kit_files/_keys.ts";
import { Folder } from "./folder.ts";

const never = new AbortController().signal;
const ID = "019b8e27-4495-7abc-8def-0123456789ab";

function parcel(content: string, change: Partial<Parcel> = {}): Parcel {
  return {
    id: ID,
    bytes: new TextEncoder().encode(content),
    contentType: "x-application/hl7-v2+er7",
    attempt: 1,
    sequence: 42,
    atMs: Date.UTC(2026, 0, 5, 12, 34, 56, 789),
    value: () => "",
    judge: () => ({ kind: "accepted" }),
    ...change,
  };
}

interface Outbox extends SenderRig {
  readonly folder: Folder;
  send(content: string, change?: Partial<Parcel>): Promise<void>;
  codeOf(content: string, change?: Partial<Parcel>): Promise<string>;
}

async function open(config: object = {}, faults?: Faults): Promise<Outbox> {
  const folder = await Folder.make();
  const clock = new FakeClock();
  const disk: { disk?: Disk } = faults ? { disk: faultyDisk(faults) } : {};
  const rig = await openSender(sender, { path: folder.path, ...config }, {
    clock,
    world: worldWith(clock, disk),
  });
  const send = async (content: string, change?: Partial<Parcel>) => {
    assertEquals(await rig.sender.send(parcel(content, change), never), { kind: "accepted" });
  };
  return {
    ...rig,
    folder,
    send,
    async codeOf(content, change) {
      const error = await assertRejects(() => rig.sender.send(parcel(content, change), never), MitralError);
      assertEquals(error.retry, "later");
      assert(!JSON.stringify(error).includes(folder.path), "shows a path");
      return error.code;
    },
    async [Symbol.asyncDispose]() {
      await rig.sender[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("file names a file for the message and its media type", async () => {
  await using outbox = await open();
  const types: [string, string][] = [
    ["x-application/hl7-v2+er7; charset=utf-8", "hl7"],
    ["application/hl7-v2", "hl7"],
    ["application/fhir+json", "json"],
    ["application/xml", "xml"],
    ["text/csv", "csv"],
    ["text/plain", "txt"],
    ["application/edi-x12", "x12"],
    ["application/octet-stream", "bin"],
  ];
  for (const [contentType, extension] of types) {
    await outbox.send("x", { contentType });
    assertEquals(await outbox.folder.files(), [`${ID}.${extension}`]);
    await Deno.remove(outbox.folder.at(`${ID}.${extension}`));
  }
});

Deno.test("file dates a file by when its message was received, so that every attempt has one name", async () => {
  await using outbox = await open({ as: "ADT_{date}_{time}_{id}.hl7" });
  await outbox.send("x", { attempt: 1 });
  await outbox.clock.advance(86_400_000);
  await outbox.send("x", { attempt: 2 });
  assertEquals(await outbox.folder.files(), [`ADT_20260105_123456_${ID}.hl7`]);
});

Deno.test("file numbers files by the delivery, so that every attempt has one name", async () => {
  await using outbox = await open({ as: "DFT_{date}_{sequence}.csv" });
  await outbox.send("x", { attempt: 1 });
  await outbox.send("x", { attempt: 2 });
  await outbox.send("x", { sequence: 43, id: "a batch" });
  assertEquals(await outbox.folder.files(), ["DFT_20260105_42.csv", "DFT_20260105_43.csv"]);
  assertEquals(await outbox.codeOf("y"), "FILE_NAME_TAKEN");
});

Deno.test("file never leaves its folder, whatever the id", async () => {
  await using outbox = await open();
  for (const id of ["../../escape", "/etc/passwd", "..", "a\0b", "a\\b"]) await outbox.send("x", { id });
  assertEquals(await outbox.folder.files(), ["__.hl7", "______escape.hl7", "_etc_passwd.hl7", "a_b.hl7"]);
});

Deno.test("file refuses a template that is no plain name", async () => {
  const codeOf = async (as: string) => {
    const error = await assertRejects(() => openSender(sender, { path: "/nowhere", as }), MitralError);
    assertEquals([error.blame, error.retry], ["operator", "never"]);
    return error.code;
  };
  const names = [
    "",
    ".",
    "..",
    ".{id}",
    "a/{id}",
    "../{id}",
    "a\\{id}",
    "{id",
    "{}",
    "a\n",
    "{id}.part",
    "x".repeat(201),
  ];
  for (const as of names) assertEquals(await codeOf(as), "FILE_TEMPLATE_INVALID", as);
});

Deno.test("file takes the same content under the same id for written", async () => {
  for (const collision of ["refuse", "replace", "number"]) {
    let writes = 0;
    await using outbox = await open({ collision }, { writeAtomic: () => void writes++ });
    await outbox.send("once", { attempt: 1 });
    await outbox.send("once", { attempt: 2 });
    assertEquals([writes, (await outbox.folder.files()).length], [1, 1], collision);
  }
});

Deno.test("file syncs what an earlier attempt may have left unsynced before it calls it written", async () => {
  let synced = false;
  await using outbox = await open({}, {
    rename() {
      if (!synced) throw platformError("EIO");
    },
  });
  await outbox.send("once");
  assertEquals(await outbox.codeOf("once"), "FILE_WRITE_FAILED");
  synced = true;
  await outbox.send("once");
});

Deno.test("file waits until a taken name is free", async () => {
  await using outbox = await open();
  await outbox.send("mine");
  assertEquals(await outbox.codeOf("other"), "FILE_NAME_TAKEN");
  assertEquals(await outbox.folder.text(`${ID}.hl7`), "mine");
  await Deno.remove(outbox.folder.at(`${ID}.hl7`));
  await outbox.send("other");
  assertEquals(await outbox.folder.text(`${ID}.hl7`), "other");
});

Deno.test("file replaces a file where it is told to", async () => {
  await using outbox = await open({ collision: "replace", as: "latest.hl7" });
  await outbox.send("first");
  await outbox.send("second");
  assertEquals([await outbox.folder.files(), await outbox.folder.text("latest.hl7")], [
    ["latest.hl7"],
    "second",
  ]);
});

Deno.test("file numbers names that are taken, and writes equal content of other messages again", async () => {
  await using outbox = await open({ collision: "number", as: "lab.hl7" });
  for (const content of ["one", "two", "two"]) await outbox.send(content);
  assertEquals(await outbox.folder.files(), ["lab-2.hl7", "lab-3.hl7", "lab.hl7"]);
  assertEquals(await outbox.folder.text("lab-3.hl7"), "two");
});

Deno.test("file does not write over a file that appears while it writes", async () => {
  for (const [collision, files] of [["refuse", 1], ["number", 2]] as const) {
    let rival = true;
    const outbox: Outbox = await open({ collision, as: "lab.hl7" }, {
      async writeAtomic() {
        if (rival) await outbox.folder.write("lab.hl7", "theirs");
        rival = false;
      },
    });
    await using _closed = outbox;
    if (collision === "number") await outbox.send("mine");
    else assertEquals(await outbox.codeOf("mine"), "FILE_NAME_TAKEN");
    assertEquals(await outbox.folder.text("lab.hl7"), "theirs");
    assertEquals((await outbox.folder.files()).length, files);
  }
});

Deno.test("file gives a file the permissions it is told", async () => {
  await using outbox = await open({ mode: "600" });
  await outbox.send("x");
  const { mode } = await Deno.stat(outbox.folder.at(`${ID}.hl7`));
  assertEquals((mode ?? 0) & 0o777, 0o600);
});

Deno.test("file makes no folder that is missing, and writes when it is there", async () => {
  await using outbox = await open();
  await Deno.remove(outbox.folder.path);
  assertEquals(await outbox.codeOf("x"), "FILE_FOLDER_MISSING");
  assertEquals(await outbox.folder.has(), false);
  await Deno.mkdir(outbox.folder.path);
  await outbox.send("x");
});

Deno.test("file says by code what keeps it from writing, and leaves nothing half written", async () => {
  let code = "";
  await using outbox = await open({}, {
    writeAtomic() {
      if (code) throw platformError(code);
    },
  });
  const codes = {
    ENOSPC: "FILE_DISK_FULL",
    EDQUOT: "FILE_DISK_FULL",
    EACCES: "FILE_WRITE_FAILED",
    EIO: "FILE_WRITE_FAILED",
  };
  for (const [platform, declared] of Object.entries(codes)) {
    code = platform;
    assertEquals(await outbox.codeOf("x"), declared);
    assertEquals(await outbox.folder.files(), []);
  }
  code = "";
  await outbox.send("x");
});

Deno.test("file calls a folder that is no folder a failed write", async () => {
  await using folder = await Folder.make();
  await folder.write("plain", "x");
  await using rig = await openSender(sender, { path: folder.at("plain") });
  const error = await assertRejects(() => rig.sender.send(parcel("x"), never), MitralError);
  assertEquals([error.code, error.facts], ["FILE_WRITE_FAILED", { reason: "ENOTDIR" }]);
});

Deno.test({
  name: "file says by code that a folder is closed to it",
  ignore: Deno.uid() === 0 || Deno.build.os === "windows",
  async fn() {
    await using outbox = await open();
    await Deno.chmod(outbox.folder.path, 0o500);
    assertEquals(await outbox.codeOf("x"), "FILE_WRITE_FAILED");
    await Deno.chmod(outbox.folder.path, 0o700);
  },
});

Deno.test("file gives up a write that hangs at once", async () => {
  const hanging = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  await using outbox = await open({}, {
    async writeAtomic() {
      started.resolve();
      await hanging.promise;
    },
  });
  const life = new AbortController();
  const sending = outbox.sender.send(parcel("x"), life.signal);
  await started.promise;
  const reason = new Error("no longer wanted");
  life.abort(reason);
  assertEquals(await sending.catch((error) => error), reason);
  hanging.resolve();
  await outbox.folder.gets(`${ID}.hl7`);
  await outbox.send("x");
});

Deno.test("file lets an attempt that was given up end before the next one writes under the name it is told", async () => {
  const writes: PromiseWithResolvers<void>[] = [];
  const started = Promise.withResolvers<void>();
  await using outbox = await open({ aside: ".{name}.tmp" }, {
    async writeAtomic() {
      const write = Promise.withResolvers<void>();
      writes.push(write);
      started.resolve();
      await write.promise;
    },
  });
  const life = new AbortController();
  const sending = outbox.sender.send(parcel("x"), life.signal);
  await started.promise;
  life.abort(new Error("no longer wanted"));
  await sending.catch(() => {});
  const again = outbox.codeOf("x");
  await turns(20);
  assertEquals(writes.length, 1);
  writes[0].resolve();
  // It is new no more; the attempt after that finds it written.
  while (writes.length < 2) await turns();
  writes[1].resolve();
  assertEquals(await again, "FILE_NAME_TAKEN");
  await outbox.send("x");
});

Deno.test("file names files by values of the message, cleaned for a name", async () => {
  await using outbox = await open({ as: "{PID-3.1}_{sequence}{extension}" });
  const values = ["12.34-é", "../../etc/passwd", "a/b\\c:d*e\0f", "", "..", "x".repeat(500)];
  for (const [sequence, value] of values.entries()) {
    await outbox.send("x", { sequence, value: (path) => path === "PID-3.1" ? value : "?" });
  }
  assertEquals(
    await outbox.folder.files(),
    [
      "12.34-é_0.hl7",
      "______etc_passwd_1.hl7",
      "a_b_c_d_e_f_2.hl7",
      "_3.hl7",
      "___4.hl7",
      `${"x".repeat(80)}_5.hl7`,
    ].sort(),
  );
  assertEquals(sender.paths?.(outboxConfig('{PID-3.1}_{date}{"id"}')), ["PID-3.1", "id"]);
});

Deno.test("file refuses a message whose values give no plain name", async () => {
  await using outbox = await open({ as: "{PID-3}{extension}" });
  const error = await assertRejects(() => outbox.sender.send(parcel("x"), never), MitralError);
  assertEquals([error.code, error.retry], ["FILE_NAME_INVALID", "never"]);
});

Deno.test("file writes under the name it is told before a file is whole", async () => {
  const written: string[] = [];
  await using outbox: Outbox = await open({ as: "lab.hl7", aside: ".{name}.tmp" }, {
    writeAtomic: (name) => void written.push(name),
  });
  // What a crash has left there is in nobody's way.
  await outbox.folder.write(".lab.hl7.tmp", "half");
  await outbox.send("whole");
  assertEquals([written, await outbox.folder.files()], [["lab.hl7"], ["lab.hl7"]]);
  assertEquals(await outbox.folder.text("lab.hl7"), "whole");
});

Deno.test("file puts a marker beside a file that is whole, and again where it may be missing", async () => {
  let fails = true;
  await using outbox = await open({ marker: ".done" }, {
    writeAtomic(name) {
      if (fails && name.endsWith(".done")) throw platformError("EIO");
    },
  });
  assertEquals(await outbox.codeOf("x"), "FILE_WRITE_FAILED");
  fails = false;
  await outbox.send("x", { attempt: 2 });
  assertEquals(await outbox.folder.files(), [`${ID}.hl7`, `${ID}.hl7.done`]);
});

Deno.test("file packs what it writes, and knows it again", async () => {
  let writes = 0;
  await using outbox = await open({ gzip: true, as: "{id}" }, { writeAtomic: () => void writes++ });
  await outbox.send("content");
  await outbox.send("content", { attempt: 2 });
  assertEquals([writes, await outbox.folder.files()], [1, [`${ID}.gz`]]);
  const packed = await Deno.readFile(outbox.folder.at(`${ID}.gz`));
  assertEquals(new TextDecoder().decode(gunzipSync(packed)), "content");
});

Deno.test("file calls settings unfit that are for files written whole, where it adds to one", () => {
  const unfit = (given: object) => sender.check?.(outboxConfig("x", given)).map(({ setting }) => setting);
  assertEquals(unfit({ append: true, marker: ".done", aside: ".{name}" }), ["aside", "marker"]);
  assertEquals(unfit({ cipher: { age: ["a"], openpgp: { recipients: ["b"] } } }), ["cipher"]);
  assertEquals(unfit({ append: true, cipher: { age: ["a"] } }), ["cipher"]);
  assertEquals(unfit({ marker: ".done" }), []);
});

function outboxConfig(as: string, given: object = {}) {
  return configOf(sender.config, { path: "/nowhere", as, ...given });
}

Deno.test("file takes what it has encrypted before for written, also where that is a little shorter", async () => {
  await using keys = await Folder.make();
  const { recipient } = await ageKeys();
  await keys.write("acme.pub", recipient);
  await using outbox = await open({ cipher: { age: [keys.at("acme.pub")] } });
  await outbox.send("x");
  const sealed = outbox.folder.at(`${ID}.hl7.age`);
  await Deno.truncate(sealed, (await Deno.stat(sealed)).size - 2);
  const before = await Deno.readFile(sealed);
  await outbox.send("x");
  assertEquals(await Deno.readFile(sealed), before);
  assertEquals(await outbox.codeOf("x".repeat(20)), "FILE_NAME_TAKEN");
});
