import { assertEquals, assertRejects } from "@std/assert";
import listener from "../../../adapters/file/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Memory } from "../../../runtime/contract/adapter.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { accepted, failedInSilence, FakeIntake, refused } from "../../world/fake_intake.ts";
import { memoryInMemory, openListener, worldWith } from "../../world/tools.ts";
import { type Faults, faultyDisk, platformError } from "./faulty_disk.ts";
import { Folder } from "./folder.ts";
import { everyMs, watch } from "./watch.ts";

const trouble = new MitralError("TEST_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take: a test",
});

/** Another listener on a folder; looks so many times. */
async function alsoWatching(
  folder: Folder,
  config: object,
  rounds: number,
  memory: Memory = memoryInMemory(),
) {
  const clock = new FakeClock(), intake = new FakeIntake();
  await using _rig = await openListener(listener, { path: folder.path, everyMs, ...config }, {
    clock,
    intake,
    memory,
  });
  await clock.armed();
  for (let round = 0; round < rounds; round++) {
    await clock.advance(everyMs);
    await clock.armed();
  }
  return intake;
}

Deno.test("file looks into subfolders where its pattern has a slash, and files them under their own", async () => {
  await using rig = await watch({}, { settleMs: 0, pattern: "**/*.hl7" });
  for (const folder of ["lab", "lab/deep", ".hidden"]) await Deno.mkdir(rig.folder.at(folder));
  const files = {
    "a.hl7": "a",
    "lab/b.hl7": "b",
    "lab/deep/c.hl7": "c",
    "lab/d.txt": "d",
    ".hidden/e.hl7": "e",
  };
  for (const [name, content] of Object.entries(files)) await rig.folder.write(name, content);
  await Deno.symlink(rig.folder.path, rig.folder.at("lab", "loop"));
  await rig.rounds(3);
  assertEquals(rig.intake.texts, ["a", "b", "c"]);
  assertEquals(rig.intake.received.map(({ peer }) => peer), ["a.hl7", "lab/b.hl7", "lab/deep/c.hl7"]);
  assertEquals(await rig.folder.text("done", "lab", "deep", "c.hl7"), "c");
});

Deno.test("file looks into no subfolder its pattern does not lead to", async () => {
  const listed: string[] = [];
  await using rig = await watch({}, { settleMs: 0, pattern: "lab/*.hl7" }, {
    list: (name) => void listed.push(name),
  });
  for (const folder of ["lab", "ward"]) await Deno.mkdir(rig.folder.at(folder));
  await rig.folder.write("lab/a.hl7", "a");
  await rig.folder.write("ward/b.hl7", "b");
  await rig.rounds(2);
  assertEquals([rig.intake.texts, listed.includes("ward")], [["a"], false]);
});

Deno.test("file goes on where a subfolder cannot be looked into, and says how many there are", async () => {
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0, pattern: "**" }, {
    list(name) {
      if (name === "lab") throw platformError("EACCES");
    },
  });
  await Deno.mkdir(rig.folder.at("lab"));
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["a"]);
  assertEquals((await rig.reports.seen("filesHidden")).facts, { count: 1 });
});

Deno.test("file leaves alone what it is told is still being written", async () => {
  await using rig = await watch({ "a.hl7": "a", "~b.hl7": "b", "c.hl7.part": "c" }, {
    settleMs: 0,
    ignore: ["~*"],
  });
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["a", "c"]);
});

Deno.test("file files what was taken by the day", async () => {
  await using folder = await Folder.make();
  await folder.write("a.hl7", "a");
  const config = {
    settleMs: 0,
    doneFolder: folder.at("archive", "{year}", "{date}"),
    failedFolder: folder.at("refused", "{month}-{day}"),
  };
  const intake = await alsoWatching(folder, config, 2);
  const day = new Date(new FakeClock().nowMs()).toISOString().slice(0, 10);
  assertEquals(intake.texts, ["a"]);
  assertEquals(await folder.text("archive", day.slice(0, 4), day, "a.hl7"), "a");
  assertEquals([await folder.has("archive", "{year}"), await folder.has("refused")], [false, true]);
});

Deno.test("file says by code that it knows no such day", async () => {
  await using folder = await Folder.make();
  const error = await assertRejects(
    () => openListener(listener, { path: folder.path, doneFolder: folder.at("{week}") }),
    MitralError,
  );
  assertEquals([error.code, error.facts.setting], ["FILE_FOLDER_TOKEN_UNKNOWN", "doneFolder"]);
});

Deno.test("file takes an empty file where it is told to, and hands nothing over", async () => {
  await using rig = await watch({ "a.hl7": "" }, { settleMs: 0, emptyFiles: "take" });
  await rig.rounds(1);
  assertEquals([rig.intake.received.length, await rig.folder.files("done")], [0, ["a.hl7"]]);
});

Deno.test("file changes nothing in a folder it keeps, and takes each file once, over restarts", async () => {
  await using folder = await Folder.make();
  const memory = memoryInMemory();
  const config = { settleMs: 0, after: "keep" };
  for (const name of ["a.hl7", "b.hl7"]) await folder.write(name, name);
  assertEquals((await alsoWatching(folder, config, 3, memory)).texts, ["a.hl7", "b.hl7"]);
  await folder.write("b.hl7", "changed");
  await folder.write("c.hl7", "c");
  assertEquals((await alsoWatching(folder, config, 3, memory)).texts, ["changed", "c"]);
  assertEquals((await alsoWatching(folder, config, 3, memory)).texts, []);
  assertEquals([await folder.files(), await folder.has("done")], [["a.hl7", "b.hl7", "c.hl7"], false]);
});

Deno.test("file remembers refused files that it keeps, and not those the channel could not take", async () => {
  await using folder = await Folder.make();
  const memory = memoryInMemory();
  const config = { path: folder.path, everyMs, settleMs: 0, after: "keep" as const };
  for (const name of ["a.hl7", "b.hl7"]) await folder.write(name, name);
  const clock = new FakeClock(), intake = new FakeIntake();
  intake.reply = (delivery) =>
    delivery.peer === "a.hl7" ? refused(delivery, trouble) : failedInSilence(trouble);
  {
    await using _rig = await openListener(listener, config, { clock, intake, memory });
    await clock.armed();
    await clock.pass(intake.gotten(2));
  }
  assertEquals((await alsoWatching(folder, config, 3, memory)).texts, ["b.hl7"]);
});

Deno.test("file forgets a file that is gone, and forgets nothing when the folder is empty all at once", async () => {
  await using folder = await Folder.make();
  const memory = memoryInMemory();
  const config = { settleMs: 0, after: "keep" };
  for (const name of ["a.hl7", "b.hl7"]) await folder.write(name, name, 1_000_000);
  await alsoWatching(folder, config, 2, memory);
  assertEquals(memory.known.size, 2);
  for (const name of ["a.hl7", "b.hl7"]) await Deno.remove(folder.at(name));
  await alsoWatching(folder, config, 2, memory);
  assertEquals(memory.known.size, 2);
  await folder.write("b.hl7", "b.hl7", 1_000_000);
  assertEquals((await alsoWatching(folder, config, 2, memory)).texts, []);
  assertEquals(memory.known.size, 1);
});

Deno.test("file gives a file a key that is the same again, and another for another content or time", async () => {
  const keyOf = async (content: string, modifiedMs: number) => {
    await using rig = await watch({}, { settleMs: 0 });
    await rig.folder.write("a.hl7", content, modifiedMs);
    await rig.rounds(2);
    return rig.intake.received[0].key;
  };
  const keys = [
    await keyOf("a", 1000),
    await keyOf("a", 1000),
    await keyOf("b", 1000),
    await keyOf("a", 2000),
  ];
  assertEquals([keys[0] === keys[1], new Set(keys).size], [true, 3]);
});

Deno.test("file takes only what it could lock, and takes its lock away", async () => {
  await using rig = await watch({ "a.hl7": "a", "a.hl7.lock": "theirs", "b.hl7": "b" }, {
    settleMs: 0,
    lock: ".lock",
  });
  let locked = false;
  rig.intake.reply = async () => {
    locked = await rig.folder.has("b.hl7.lock");
    return { outcome: { kind: "accepted" }, answer: null };
  };
  await rig.rounds(3);
  assertEquals([rig.intake.texts, locked], [["b"], true]);
  assertEquals(await rig.folder.files(), ["a.hl7", "a.hl7.lock"]);
  await Deno.remove(rig.folder.at("a.hl7.lock"));
  await rig.rounds(1);
  assertEquals([rig.intake.texts, await rig.folder.files()], [["b", "a"], []]);
});

Deno.test("file breaks a lock that has not changed for lockMsMax, and no sooner", async () => {
  await using rig = await watch({ "a.hl7": "a", "a.hl7.lock": "theirs" }, {
    settleMs: 0,
    lock: ".lock",
    lockMsMax: 60_000,
  });
  await rig.rounds(50);
  await rig.folder.write("a.hl7.lock", "theirs, renewed");
  await rig.rounds(59);
  assertEquals([rig.intake.texts, rig.reports.count("lockBroken")], [[], 0]);
  await rig.rounds(5);
  assertEquals([rig.intake.texts, rig.reports.count("lockBroken")], [["a"], 1]);
});

Deno.test("file hands over in order whatever it reads at once", async () => {
  const slow = Promise.withResolvers<void>();
  const reading: string[] = [];
  const files = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`${name}.hl7`, name]));
  await using rig = await watch(files, { settleMs: 0, readsAtOnce: 3 }, {
    async read(name) {
      reading.push(name);
      if (name === "a.hl7") await slow.promise;
    },
  });
  await rig.clock.advance(everyMs);
  while (reading.length < 3) await rig.clock.advance(0);
  assertEquals([reading.toSorted(), rig.intake.texts], [["a.hl7", "b.hl7", "c.hl7"], []]);
  slow.resolve();
  await rig.intake.gotten(4);
  assertEquals(rig.intake.texts, ["a", "b", "c", "d"]);
});

Deno.test("file drops what it has read ahead when the channel can take no more", async () => {
  const files = Object.fromEntries(["a", "b", "c"].map((name) => [`${name}.hl7`, name]));
  await using rig = await watch(files, { settleMs: 0, readsAtOnce: 3, lock: ".lock" });
  rig.intake.reply = () => failedInSilence(trouble);
  await rig.rounds(1);
  assertEquals([rig.intake.texts, await rig.folder.files()], [["a"], ["a.hl7", "b.hl7", "c.hl7"]]);
});

Deno.test("file gives what was handed over before a crash its key again, and another to what is put back", async () => {
  await using folder = await Folder.make();
  const memory = memoryInMemory();
  const config = { path: folder.path, everyMs, settleMs: 0 };
  await folder.write("a.hl7", "a", 1_000_000);
  const clock = new FakeClock(), crashed = new FakeIntake();
  crashed.hold();
  {
    await using _rig = await openListener(listener, config, { clock, intake: crashed, memory });
    await clock.armed();
    await clock.pass(crashed.gotten(1));
  }
  const after = await alsoWatching(folder, config, 3, memory);
  await Deno.rename(folder.at("done", "a.hl7"), folder.at("a.hl7"));
  const putBack = await alsoWatching(folder, config, 3, memory);
  const keys = [crashed, after, putBack].map(({ received }) => received[0].key);
  assertEquals([keys[0] === keys[1], keys[1] === keys[2]], [true, false]);
});

Deno.test("file gives a file that is stuck its key again after a restart", async () => {
  await using folder = await Folder.make();
  const memory = memoryInMemory();
  for (const name of ["a.hl7", "b.hl7"]) await folder.write(name, name);
  const keyOf = async (faults: Faults) => {
    const clock = new FakeClock(), intake = new FakeIntake();
    await using _rig = await openListener(listener, { path: folder.path, everyMs, settleMs: 0 }, {
      clock,
      intake,
      memory,
      world: worldWith(clock, { disk: faultyDisk(faults) }),
    });
    await clock.armed();
    await clock.advance(everyMs);
    await clock.armed();
    return intake.received.find(({ peer }) => peer === "a.hl7")?.key;
  };
  const stuck = await keyOf({
    rename(name) {
      if (name === "a.hl7") throw platformError("EIO");
    },
  });
  assertEquals([await folder.files(), await keyOf({})], [["a.hl7"], stuck]);
});

Deno.test("file gives a file its key again that was handed over when it was dropped, whatever was put away before it", async () => {
  await using folder = await Folder.make();
  const memory = memoryInMemory(), config = { path: folder.path, everyMs, settleMs: 0 };
  const clock = new FakeClock(), dropped = new FakeIntake();
  dropped.reply = (delivery) => delivery.peer === "a.hl7" ? accepted(delivery) : new Promise(() => {});
  {
    await using _rig = await openListener(listener, config, { clock, intake: dropped, memory });
    await clock.armed();
    for (const name of ["a.hl7", "b.hl7"]) await folder.write(name, name, 1_000_000);
    await clock.advance(everyMs);
    await clock.armed();
    await clock.pass(dropped.gotten(2));
  }
  assertEquals(await folder.files("done"), ["a.hl7"]);
  const after = await alsoWatching(folder, config, 3, memory);
  assertEquals(after.received.map(({ key }) => key), [dropped.received[1].key]);
});

Deno.test("file gives a file its key again that a life before had locked, whatever is taken before it", async () => {
  await using folder = await Folder.make();
  const memory = memoryInMemory(), config = { path: folder.path, everyMs, settleMs: 0, lock: ".lock" };
  await folder.write("b.hl7", "b", 1_000_000);
  const clock = new FakeClock(), crashed = new FakeIntake();
  crashed.hold();
  {
    await using _rig = await openListener(listener, config, { clock, intake: crashed, memory });
    await clock.armed();
    await clock.pass(crashed.gotten(1));
  }
  // As a crash leaves it.
  await folder.write("b.hl7.lock", "left");
  await folder.write("a.hl7", "a", 1_000_000);
  const locked = await alsoWatching(folder, config, 3, memory);
  assertEquals(locked.texts, ["a"]);
  await Deno.remove(folder.at("b.hl7.lock"));
  const after = await alsoWatching(folder, config, 3, memory);
  assertEquals(after.received.map(({ key }) => key), [crashed.received[0].key]);
});

Deno.test("file gives another key to what is put back, also beside a file that is never whole", async () => {
  await using folder = await Folder.make();
  const memory = memoryInMemory(), config = { path: folder.path, everyMs, settleMs: 0 };
  await folder.write("empty.hl7", "");
  await folder.write("a.hl7", "a", 1_000_000);
  const keys: (string | undefined)[] = [];
  for (let time = 0; time < 2; time++) {
    const taken = await alsoWatching(folder, config, 3, memory);
    keys.push(...taken.received.map(({ key }) => key));
    await Deno.rename(folder.at("done", "a.hl7"), folder.at("a.hl7"));
  }
  assertEquals([keys.length, new Set(keys).size], [2, 2]);
});
