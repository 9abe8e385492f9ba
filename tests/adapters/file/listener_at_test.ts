import { assert, assertEquals } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { accepted, failedInSilence } from "../../world/fake_intake.ts";
import { platformError } from "./faulty_disk.ts";
import { everyMs, type Watch, watch } from "./watch.ts";

const trouble = new MitralError("TEST_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take: a test",
});
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Moves time to a time of day, when the listener looks, and waits for the end of that look. */
async function comes(rig: Watch, ms: number): Promise<void> {
  await rig.clock.advance(ms);
  await rig.clock.armed(everyMs);
}

Deno.test("file looks at its times of day, in the channel's zone, and at no other", async () => {
  let looks = 0;
  const list = () => void looks++;
  await using rig = await watch(
    { "a.hl7": "a" },
    { settleMs: 2_000, at: ["02:15", "14:15"] },
    { list },
    "America/Chicago",
  );
  const opened = looks;
  // It is six in the morning there.
  await rig.clock.advance(8 * hourMs + 15 * minuteMs - 1);
  assertEquals(looks, opened);
  await comes(rig, 1);
  assertEquals(looks, opened + 1);
  await rig.rounds(3);
  assertEquals([rig.intake.texts, await rig.folder.files("done")], [["a"], ["a.hl7"]]);
  const then = looks;
  await rig.folder.write("b.hl7", "b");
  await rig.clock.advance(12 * hourMs - 5 * everyMs);
  assertEquals([looks, rig.intake.texts], [then, ["a"]]);
  await comes(rig, 5 * everyMs);
  await rig.rounds(3);
  assertEquals(rig.intake.texts, ["a", "b"]);
});

Deno.test("file takes what comes while it looks, and sleeps when nothing is left", async () => {
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0, at: ["13:00"] });
  await comes(rig, hourMs);
  await rig.rounds(1);
  assertEquals(rig.intake.texts, ["a"]);
  await rig.folder.write("b.hl7", "b");
  await rig.rounds(3);
  assertEquals(rig.intake.texts, ["a", "b"]);
  await rig.folder.write("c.hl7", "c");
  await rig.clock.advance(23 * hourMs);
  assertEquals(rig.intake.texts, ["a", "b"]);
});

Deno.test("file goes on past its time while the channel takes nothing", async () => {
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0, at: ["13:00"] });
  rig.intake.reply = () => failedInSilence(trouble);
  await comes(rig, hourMs);
  await rig.rounds(100);
  const attempts = rig.intake.received.length;
  assert(attempts > 3 && attempts < 10, `${attempts} attempts`);
  rig.intake.reply = accepted;
  await rig.rounds(61);
  assertEquals(await rig.folder.files("done"), ["a.hl7"]);
});

Deno.test("file goes on past its time until the folder is there again", async () => {
  let away = false;
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0, at: ["13:00"] }, {
    list() {
      if (away) throw platformError("ENOENT");
    },
  });
  away = true;
  await rig.clock.advance(hourMs);
  await rig.clock.armed(2 * everyMs);
  away = false;
  await rig.rounds(4);
  assertEquals(rig.intake.texts, ["a"]);
});

Deno.test("file does not wait past its time for what may never be whole", async () => {
  const cases: [Record<string, string>, object, string[]][] = [
    [{ "empty.hl7": "", "whole.hl7": "a" }, { settleMs: 0 }, ["a"]],
    [{ "bare.hl7": "b", "whole.hl7": "a", "whole.hl7.done": "" }, { marker: ".done" }, ["a"]],
  ];
  for (const [files, config, texts] of cases) {
    let looks = 0;
    await using rig = await watch(files, { at: ["13:00"], ...config }, { list: () => void looks++ });
    await comes(rig, hourMs);
    await rig.rounds(3);
    const then = looks;
    assertEquals(rig.intake.texts, texts);
    await rig.clock.advance(23 * hourMs);
    assertEquals(looks, then);
  }
});

Deno.test("file leaves a file it cannot put away to its next time", async () => {
  let full = true, renames = 0;
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0, at: ["13:00"] }, {
    rename() {
      renames++;
      if (full) throw platformError("ENOSPC");
    },
  });
  await comes(rig, hourMs);
  await rig.rounds(3);
  await rig.clock.advance(23 * hourMs);
  assertEquals([renames, rig.intake.texts], [1, ["a"]]);
  full = false;
  await comes(rig, hourMs);
  assertEquals([await rig.folder.files("done"), rig.intake.texts], [["a.hl7"], ["a"]]);
});

Deno.test("file stops at once while it sleeps until its time", async () => {
  await using rig = await watch({ "a.hl7": "a" }, { settleMs: 0, at: ["02:15"] });
  await rig.listening.stop();
  assertEquals([rig.clock.waiting, rig.intake.texts], [0, []]);
});
