import { assert, assertEquals, assertRejects } from "@std/assert";
import listener from "../../../adapters/file/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { accepted, failedInSilence, FakeIntake } from "../../world/fake_intake.ts";
import { openListener, worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { faultyDisk, platformError } from "./faulty_disk.ts";
import { Folder } from "./folder.ts";
import { everyMs, type Watch, watch } from "./watch.ts";

const trouble = new MitralError("TEST_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take: a test",
});

Deno.test("file reads again what the channel could not take, later and later, and keeps the order", async () => {
  await using rig = await watch({ "a.hl7": "a", "b.hl7": "b" }, { settleMs: 0 });
  rig.intake.reply = () => failedInSilence(trouble);
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["a"]);
  const pauses: number[] = [];
  for (let attempt = 2; attempt < 10; attempt++) {
    const beforeMs = rig.clock.elapsedMs();
    while (rig.intake.received.length < attempt) await rig.rounds(1);
    pauses.push(rig.clock.elapsedMs() - beforeMs);
  }
  assertEquals(pauses, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  rig.intake.reply = accepted;
  await rig.rounds(60);
  assertEquals(rig.intake.texts.slice(-2), ["a", "b"]);
  assertEquals([await rig.folder.files(), await rig.folder.files("done")], [[], ["a.hl7", "b.hl7"]]);
});

Deno.test("file hands nothing over of a file that changes while it is read", async () => {
  let meddle = true;
  await using rig: Watch = await watch({ "a.hl7": "old" }, { settleMs: 0 }, {
    async read(name) {
      if (meddle) await rig.folder.write(name, "new", 1_000_000);
      meddle = false;
    },
  });
  await rig.rounds(1);
  assertEquals(rig.intake.texts, []);
  assertEquals(rig.reports.count("fileChanged"), 1);
  await rig.rounds(2);
  assertEquals(rig.intake.texts, ["new"]);
});

Deno.test("file reads nothing of a file that has grown beyond what was bounded", async () => {
  const read: string[] = [];
  await using rig = await watch({ "a.hl7": "a", "b.hl7": "b" }, { settleMs: 0 }, {
    read: (name) => void read.push(name),
  });
  rig.intake.reply = async (delivery) => {
    if (rig.intake.received.length === 1) await rig.folder.write("b.hl7", "b".repeat(1_000));
    return accepted(delivery);
  };
  await rig.rounds(1);
  assertEquals([rig.intake.texts, read], [["a"], ["a.hl7"]]);
});

Deno.test("file does not put away what was written while the channel took the old content", async () => {
  await using rig = await watch({ "a.hl7": "old" }, { settleMs: 0 });
  rig.intake.reply = async (delivery) => {
    rig.intake.reply = accepted;
    await rig.folder.write("a.hl7", "new and longer");
    return accepted(delivery);
  };
  await rig.rounds(1);
  assertEquals(await rig.folder.files("done"), []);
  await rig.rounds(2);
  assertEquals(rig.intake.texts, ["old", "new and longer"]);
  assertEquals(await rig.folder.text("done", "a.hl7"), "new and longer");
});

Deno.test("file reports an unreadable file without its name, rests it, and takes the others", async () => {
  let readable = false;
  await using rig = await watch({ "DOE_JOHN.hl7": "a", "b.hl7": "b" }, { settleMs: 0 }, {
    read(name) {
      if (name.startsWith("DOE") && !readable) throw platformError("EACCES");
    },
  });
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["b"]);
  await rig.rounds(120);
  const events = rig.reports.events.filter(({ name }) => name === "fileUnreadable");
  assertEquals(events.slice(0, 2).map(({ facts }) => facts), [
    { code: "FILE_READ_FAILED", reason: "EACCES", failures: 1, againInMs: 2_000 },
    { code: "FILE_READ_FAILED", reason: "EACCES", failures: 2, againInMs: 4_000 },
  ]);
  assert(events.length < 10, `${events.length} times in two minutes`);
  assert(!JSON.stringify(rig.reports.events).includes("DOE"), "a file name was reported");
  readable = true;
  await rig.rounds(61);
  assertEquals(rig.intake.texts, ["b", "a"]);
});

Deno.test({
  name: "file reports a file whose permissions keep it out, and takes it when they let it in",
  ignore: Deno.uid() === 0 || Deno.build.os === "windows",
  async fn() {
    await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0 });
    await Deno.chmod(rig.folder.at("a.hl7"), 0o000);
    await rig.rounds(2);
    assertEquals((await rig.reports.seen("fileUnreadable")).facts?.reason, "EACCES");
    await Deno.chmod(rig.folder.at("a.hl7"), 0o600);
    await rig.rounds(8);
    assertEquals(rig.intake.texts, ["a"]);
  },
});

Deno.test("file hands a file over once even where it cannot be moved away, and tries that again", async () => {
  let full = true;
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0 }, {
    rename() {
      if (full) throw platformError("ENOSPC");
    },
  });
  await rig.rounds(100);
  assertEquals(rig.intake.texts, ["a"]);
  assertEquals((await rig.reports.seen("fileStuck")).facts?.reason, "ENOSPC");
  full = false;
  await rig.rounds(61);
  assertEquals(rig.intake.texts, ["a"]);
  assertEquals(await rig.folder.files("done"), ["a.hl7"]);
});

Deno.test("file hands a file over again when it was not put away before a crash", async () => {
  await using first = await watch({ "a.hl7": "a" }, { settleMs: 0 }, {
    rename() {
      throw platformError("EIO");
    },
  });
  await first.rounds(1);
  await first.listening[Symbol.asyncDispose]();
  const intake = new FakeIntake();
  const clock = new FakeClock();
  await using _second = await openListener(listener, { path: first.folder.path, settleMs: 0 }, {
    clock,
    intake,
  });
  await clock.pass(intake.gotten(1));
  assertEquals([first.intake.texts, intake.texts], [["a"], ["a"]]);
});

Deno.test("file goes on when its folder was gone for a while", async () => {
  await using rig = await watch({}, { settleMs: 0 });
  await Deno.rename(rig.folder.path, `${rig.folder.path}-away`);
  await rig.rounds(120);
  const events = rig.reports.events.filter(({ name }) => name === "folderUnreadable");
  assertEquals(events[0].facts, { code: "FILE_FOLDER_UNREADABLE", reason: "ENOENT" });
  assert(events.length < 10, `${events.length} times in two minutes`);
  await Deno.rename(`${rig.folder.path}-away`, rig.folder.path);
  await rig.folder.write("a.hl7", "a");
  await rig.rounds(62);
  assertEquals(rig.intake.texts, ["a"]);
});

Deno.test("file says how many files the system will not show, and takes the others", async () => {
  await using rig = await watch({ "a.hl7": "a", "b.hl7": "b" }, { settleMs: 0 }, {
    facts(name) {
      if (name === "a.hl7") throw platformError("EIO");
    },
  });
  await rig.rounds(4);
  assertEquals(rig.intake.texts, ["b"]);
  assertEquals((await rig.reports.seen("filesHidden")).facts, { count: 1 });
});

Deno.test("file says that a file has a name that is not in UTF-8, and takes the others", async () => {
  await using folder = await Folder.make();
  await folder.write("a.hl7", "a");
  const clock = new FakeClock(), disk = faultyDisk({});
  // As the platform shows a name in Latin-1, by which it finds nothing.
  const list = async (path: string) => [...await disk.list(path), "M\ufffdller.hl7"];
  await using rig = await openListener(listener, { path: folder.path, everyMs, settleMs: 0 }, {
    clock,
    world: worldWith(clock, { disk: { ...disk, list } }),
  });
  await clock.armed();
  await clock.advance(everyMs);
  await clock.armed();
  assertEquals(rig.intake.texts, ["a"]);
  assertEquals((await rig.reports.seen("filesUnnamed")).facts, { code: "FILE_NAME_UNFIT", count: 1 });
});

Deno.test("file survives a fault of its own and goes on watching", async () => {
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0 });
  rig.intake.reply = () => {
    throw new Error("DOE^JOHN");
  };
  await rig.rounds(1);
  assertEquals(rig.reports.events, [{ name: "roundCrashed" }]);
  rig.intake.reply = accepted;
  await rig.rounds(2);
  assertEquals(await rig.folder.files("done"), ["a.hl7"]);
});

Deno.test("file leaves what it had handed over where it was when it is dropped", async () => {
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0 });
  const release = rig.intake.hold();
  await rig.clock.advance(everyMs);
  await rig.intake.gotten(1);
  await rig.listening[Symbol.asyncDispose]();
  release();
  await turns(5);
  assertEquals(await rig.folder.files(), ["a.hl7"]);
  assertEquals(rig.clock.waiting, 0);
});

Deno.test("file says by code why it cannot watch a folder", async () => {
  await using folder = await Folder.make();
  await folder.write("plain", "x");
  const codeOf = async (config: { path: string; doneFolder?: string; failedFolder?: string }) =>
    (await assertRejects(() => openListener(listener, config), MitralError)).code;
  assertEquals(await codeOf({ path: folder.at("missing") }), "FILE_FOLDER_UNREADABLE");
  assertEquals(await codeOf({ path: folder.at("plain") }), "FILE_FOLDER_UNREADABLE");
  assertEquals(await codeOf({ path: folder.path, doneFolder: `${folder.path}/` }), "FILE_FOLDER_SAME");
  assertEquals(
    await codeOf({ path: folder.path, failedFolder: folder.at("done", "..") }),
    "FILE_FOLDER_SAME",
  );
  assertEquals(await codeOf({ path: folder.path, doneFolder: folder.at("plain") }), "FILE_FOLDER_UNWRITABLE");
});
