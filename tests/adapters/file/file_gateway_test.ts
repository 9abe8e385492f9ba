import { assertEquals } from "@std/assert";
import csv from "../../../actors/formats/csv/mod.ts";
import text from "../../../actors/formats/text.ts";
import listener from "../../../adapters/file/listener.ts";
import type { FormatSpec } from "../../../runtime/contract/format.ts";
import type { Operation } from "../../../runtime/journal/operations.ts";
import { FakePeer } from "../../runtime/engine/fake_peer.ts";
import { GatewayRig, to } from "../../runtime/engine/gateway_rig.ts";
import { configOf } from "../../world/tools.ts";
import { Folder } from "./folder.ts";
import { everyMs } from "./watch.ts";

/** A watched folder and the channel that takes its files, message by message. */
async function openSite(rig: GatewayRig, spec: FormatSpec, given: object, settings: object = {}) {
  const folder = await Folder.make();
  for (const name of ["done", "failed"]) await Deno.mkdir(folder.at(name));
  const peer = new FakePeer();
  const taken: string[] = [];
  peer.conduct = (parcel) => {
    taken.push(new TextDecoder().decode(parcel.bytes));
    return { kind: "accepted" };
  };
  const channel = rig.channel("lab", [to("ehr", peer)], {
    listen: {
      spec: listener,
      config: configOf(listener.config, { path: folder.path, everyMs, settleMs: 0 }),
    },
    parse: { spec, config: configOf(spec.config as never, given as never) },
    ...settings,
  });
  await rig.open([channel]);
  return { folder, peer, taken, channel };
}

/** Lets time pass until a file is put away. */
async function putAway(rig: GatewayRig, folder: Folder, ...names: string[]): Promise<void> {
  await rig.clock.pass(folder.gets(...names));
}

const ROWS = 700;
const table = (rows: number) =>
  `ID,Name\n${Array.from({ length: rows }, (_, row) => `${row},"Doe, ${row}"\n`).join("")}`;
const idsOf = (taken: readonly string[]) => taken.map((row) => Number(/\n(\d+),/.exec(row)![1]));

Deno.test("each row of a file is a message, once, in order, though the power is cut in the middle of it", async () => {
  await using rig = new GatewayRig();
  const { folder, taken, channel } = await openSite(rig, csv as unknown as FormatSpec, { each: "row" });
  await using _folder = folder;
  let appended = 0;
  // The first rows are in the journal by then, and the others are not.
  const isLate = (operation: Operation) => operation.op === "append" && ++appended > 300;
  rig.store.hold(isLate);
  await folder.write("a.csv", table(ROWS));
  await rig.clock.pass(rig.store.asked(({ op }) => op === "append", 300));
  rig.cutPower();
  const before = rig.store.count("SELECT count(*) FROM message");
  await rig.open([channel]);
  await putAway(rig, folder, "done", "a.csv");
  await rig.seen("messageDelivered", () => true, ROWS);
  assertEquals([before > 0 && before < ROWS, rig.store.count("SELECT count(*) FROM message")], [true, ROWS]);
  assertEquals([...new Set(idsOf(taken))], Array.from({ length: ROWS }, (_, row) => row));
  assertEquals(rig.all("messageRepeated").length, before);
});

Deno.test("a file that somebody puts back is taken again, row by row", async () => {
  await using rig = new GatewayRig();
  const { folder } = await openSite(rig, csv as unknown as FormatSpec, { each: "row" });
  await using _folder = folder;
  await folder.write("a.csv", table(2));
  await putAway(rig, folder, "done", "a.csv");
  await rig.clock.advance(everyMs);
  await Deno.rename(folder.at("done", "a.csv"), folder.at("a.csv"));
  await putAway(rig, folder, "done", "a.csv");
  await rig.seen("messageDelivered", () => true, 4);
  assertEquals(rig.all("messageRepeated").length, 0);
});

Deno.test("a file one row of which is refused is put where refused files go, and its other rows are taken", async () => {
  await using rig = new GatewayRig();
  const { folder, taken } = await openSite(rig, csv as unknown as FormatSpec, {
    each: "row",
    columns: { ID: "integer" },
  }, { acknowledge: "processed" });
  await using _folder = folder;
  await folder.write("a.csv", "ID,Name\n1,a\nx,b\n3,c\n");
  await putAway(rig, folder, "failed", "a.csv");
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(idsOf(taken), [1, 3]);
  assertEquals(rig.all("messageQuarantined").map(({ error }) => error.code), ["CSV_VALUE_MISTYPED"]);
});

Deno.test("each line of a file is a message, and equal lines are messages each", async () => {
  await using rig = new GatewayRig();
  const { folder, taken } = await openSite(rig, text as unknown as FormatSpec, { each: "line" });
  await using _folder = folder;
  await folder.write("a.txt", "same\r\nsame\r\n\r\nlast");
  await putAway(rig, folder, "done", "a.txt");
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(taken, ["same", "same", "last"]);
});
