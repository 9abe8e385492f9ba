import { assert, assertEquals } from "@std/assert";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { accepted, refused } from "../../world/fake_intake.ts";
import { Folder } from "./folder.ts";
import { everyMs, watch } from "./watch.ts";

const trouble = new MitralError("TEST_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take: a test",
});

Deno.test("file takes a file only after it has stayed the same for settleMs", async () => {
  await using rig = await watch({ "a.hl7": "half" }, { settleMs: 2_000 });
  await rig.rounds(1);
  await rig.folder.write("a.hl7", "half and the rest");
  await rig.rounds(2);
  assertEquals(rig.intake.texts, []);
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["half and the rest"]);
  assertEquals(rig.intake.received[0].peer, "a.hl7");
  assertEquals(await rig.folder.files("done"), ["a.hl7"]);
  assertEquals(await rig.folder.files(), []);
});

Deno.test("file notices a file of the same size with another time", async () => {
  await using rig = await watch({}, { settleMs: 2_000 });
  await rig.folder.write("a.hl7", "old", 1_000_000);
  await rig.rounds(2);
  await rig.folder.write("a.hl7", "new", 2_000_000);
  await rig.rounds(2);
  assertEquals(rig.intake.texts, []);
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["new"]);
});

Deno.test("file looks twice even where settleMs is 0", async () => {
  await using rig = await watch({ "a.hl7": "x" }, { settleMs: 0 });
  assertEquals(rig.intake.received.length, 0);
  await rig.rounds(1);
  assertEquals(rig.intake.received.length, 1);
});

Deno.test("file never takes an empty file", async () => {
  await using rig = await watch({ "a.hl7": "", "b.hl7": "", "b.hl7.done": "" }, { settleMs: 0 });
  await using marked = await watch({ "b.hl7": "", "b.hl7.done": "" }, { marker: ".done" });
  await rig.rounds(5);
  await marked.rounds(5);
  assertEquals([rig.intake.received.length, marked.intake.received.length], [0, 0]);
  await rig.folder.write("a.hl7", "now");
  await rig.rounds(2);
  assertEquals(rig.intake.texts, ["now"]);
});

Deno.test("file takes a marked file at once, and the marker with it", async () => {
  await using rig = await watch({ "a.hl7": "a", "a.hl7.done": "", "b.hl7": "b" }, { marker: ".done" });
  assertEquals(rig.intake.texts, ["a"]);
  await rig.rounds(5);
  assertEquals(rig.intake.texts, ["a"]);
  assertEquals(await rig.folder.files(), ["b.hl7"]);
  await rig.folder.write("b.hl7.done", "");
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["a", "b"]);
  assertEquals([await rig.folder.files(), await rig.folder.files("done")], [[], ["a.hl7", "b.hl7"]]);
});

Deno.test("file does not believe a marker that is older than its file", async () => {
  await using rig = await watch({}, { marker: ".done" });
  await rig.folder.write("a.hl7.done", "", 1_000_000);
  await rig.folder.write("a.hl7", "half", 2_000_000);
  await rig.rounds(3);
  assertEquals(rig.intake.texts, []);
  await rig.folder.write("a.hl7.done", "", 2_000_000);
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["half"]);
});

Deno.test("file leaves alone what is hidden, unfinished, a folder, a link, or not in its pattern", async () => {
  await using rig = await watch({
    "a.hl7": "a",
    "A1.hl7": "A1",
    ".b.hl7": "b",
    "c.hl7.part": "c",
    "d.tmp": "d",
    "e.txt": "e",
    "xhl7": "f",
  }, { settleMs: 0, pattern: "?.*" });
  await Deno.mkdir(rig.folder.at("g.hl7"));
  await Deno.symlink(rig.folder.at("e.txt"), rig.folder.at("h.hl7"));
  await rig.rounds(3);
  assertEquals(rig.intake.texts, ["a", "e"]);
});

Deno.test("file takes a pattern literally but for its signs", async () => {
  await using rig = await watch({ "a(1)+[x].hl7": "a", "a1x.hl7": "b", "a(1)+[x]-hl7": "c" }, {
    settleMs: 0,
    pattern: "a(1)+\\[x].*",
  });
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["a"]);
});

Deno.test("file takes files by name, or the oldest first", async () => {
  for (const [order, texts] of [["name", ["b", "a", "c"]], ["time", ["c", "b", "a"]]] as const) {
    await using rig = await watch({}, { settleMs: 0, order });
    await rig.folder.write("3.hl7", "c", 1_000_000);
    await rig.folder.write("1.hl7", "b", 2_000_000);
    await rig.folder.write("2.hl7", "a", 3_000_000);
    await rig.rounds(2);
    assertEquals(rig.intake.texts, texts);
  }
});

Deno.test("file deletes what was taken where it is told to, and only that", async () => {
  await using rig = await watch({ "a.hl7": "a", "b.hl7": "b", "c.hl7": "c" }, {
    settleMs: 0,
    after: "delete",
  });
  const replies: Reply[] = [{ outcome: { kind: "filtered" }, answer: null }];
  rig.intake.reply = (delivery) =>
    delivery.peer === "b.hl7" ? refused(delivery, trouble) : replies.pop() ?? accepted(delivery);
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["a", "b", "c"]);
  assertEquals([await rig.folder.files(), await rig.folder.files("done")], [[], []]);
  assertEquals(await rig.folder.text("failed", "b.hl7"), "b");
});

Deno.test("file moves to the folders it is told, and makes them", async () => {
  await using other = await Folder.make();
  await using rig = await watch({ "a.hl7": "a", "b.hl7": "b" }, {
    settleMs: 0,
    doneFolder: other.at("deep", "archive"),
    failedFolder: other.at("refused"),
  });
  rig.intake.reply = (delivery) =>
    delivery.peer === "b.hl7" ? refused(delivery, trouble) : accepted(delivery);
  await rig.rounds(1);
  assertEquals(await other.text("deep", "archive", "a.hl7"), "a");
  assertEquals(await other.text("refused", "b.hl7"), "b");
});

Deno.test("file writes over no original it has kept", async () => {
  await using rig = await watch({ "a.hl7": "1" }, { settleMs: 0 });
  for (const content of ["2", "3", "4"]) {
    await rig.rounds(2);
    await rig.folder.write("a.hl7", content);
  }
  await rig.rounds(2);
  const kept = await rig.folder.files("done");
  assertEquals(kept.length, 4);
  assert(kept.every((name) => /^a(\.\d{8}T\d{9}Z(-\d)?)?\.hl7$/.test(name)), kept.join());
  const contents = await Promise.all(kept.map((name) => rig.folder.text("done", name)));
  assertEquals(contents.sort(), ["1", "2", "3", "4"]);
});

Deno.test("file numbers originals of one name and one moment", async () => {
  await using rig = await watch({ "a.hl7": "1" }, { settleMs: 0 });
  const stamp = new Date(rig.clock.nowMs() + everyMs).toISOString().replace(/[-:.]/g, "");
  for (const name of ["a.hl7", `a.${stamp}.hl7`, `a.${stamp}-2.hl7`]) {
    await Deno.writeTextFile(rig.folder.at("done", name), "0");
  }
  await rig.rounds(1);
  assertEquals(await rig.folder.text("done", `a.${stamp}-3.hl7`), "1");
});

Deno.test("file refuses a file over fileBytesMax unread, and keeps it", async () => {
  await using rig = await watch({ "a.hl7": "12345", "b.hl7": "1234" }, {
    settleMs: 0,
    fileBytesMax: 4,
    after: "delete",
  }, {
    read: (name) => assert(name !== "a.hl7", "read"),
  });
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["1234"]);
  const [{ delivery, error }] = rig.intake.refused;
  assertEquals([delivery.peer, delivery.bytes.length, error.code], ["a.hl7", 0, "FILE_SIZE_EXCESSIVE"]);
  assertEquals(await rig.folder.text("failed", "a.hl7"), "12345");
});
