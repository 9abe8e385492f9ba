import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { MitralError } from "../../../runtime/contract/error.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { LARGE_BYTES } from "../../../runtime/journal/large_bodies.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { masterKey } from "../../world/master_key.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { collecting } from "../engine/batches.ts";
import { FakePeer } from "../engine/fake_peer.ts";
import { GatewayRig, step, to } from "../engine/gateway_rig.ts";
import { note } from "../engine/note_format.ts";
import { unpacked } from "./data_folders/unpacked.ts";
import { deaf } from "./entries.ts";

const LARGE = "x".repeat(LARGE_BYTES);
/** Where in a file a bit is flipped. */
const FLIPS = [["at the start of", 0], ["in the middle of", 0.5], ["at the end of", 0.999999]] as const;

/** A gateway over a data folder on disk, where large bodies lie in files. */
async function onDisk(act: (rig: GatewayRig, data: string) => Promise<void>): Promise<void> {
  const data = await Deno.makeTempDir();
  try {
    await using rig = new GatewayRig(1, undefined, new MemoryStore(data));
    await act(rig, data);
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

/** Flips a bit in the file of a message's body, or of what is sent to a destination. */
function flipFile(
  rig: GatewayRig,
  data: string,
  of: "message" | "delivery",
  row: number,
  share: number,
): void {
  const key = of === "message" ? "seq" : "id";
  const { file } = rig.store.database.prepare(
    `SELECT file FROM body JOIN ${of} ON ${of}.body = body.id WHERE ${of}.${key} = ?`,
  ).get(row)!;
  const path = `${data}/bodies/${String(file).slice(0, 2)}/${file}`;
  const bytes = Deno.readFileSync(path);
  bytes[Math.floor(share * bytes.length)] ^= 1;
  Deno.writeFileSync(path, bytes);
}

for (const [where, share] of FLIPS) {
  Deno.test(`a message with a bit flipped ${where} its file is in quarantine and read by nobody, and the others flow`, () =>
    onDisk(async (rig, data) => {
      const peer = new FakePeer();
      const stuck = step("stuck", () => new Promise<null>(() => {}));
      await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [stuck] })]);
      for (const id of ["A", "B"]) await rig.hand().give(note({ id, text: LARGE }));
      await rig.hand().give(note({ id: "C" }));
      rig.cutPower();
      flipFile(rig, data, "message", 1, share);
      await rig.open([rig.channel("lab", [to("ehr", peer)])]);
      const { id, error, destination } = await rig.seen("messageQuarantined");
      assertEquals([error.code, destination], ["ENGINE_BODY_DAMAGED", undefined]);
      await rig.seen("messageDelivered", () => true, 2);
      assertEquals(peer.taken, ["B", "C"]);
      assertEquals(await codeOf(rig.gateway.archive.show(id)), "JOURNAL_BODY_DAMAGED");
      // What it says of itself lies beside its bytes.
      const [kept] = await rig.gateway.archive.list({ state: "quarantined" });
      assertEquals([kept.controlId, kept.type], ["A", "NOTE"]);
      assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
    }));

  Deno.test(`a delivery with a bit flipped ${where} its file is in quarantine, and what else is sent goes out`, () =>
    onDisk(async (rig, data) => {
      const [ehr, copy, files] = [new FakePeer(), new FakePeer(), new FakePeer()];
      ehr.hold();
      const added = step("added", (message) => message.derive({ body: message.body.saying(LARGE) }));
      const channel = rig.channel("lab", [
        to("ehr", ehr, { steps: [added] }),
        to("copy", copy),
        collecting("files", files, { countMax: 3 }, { steps: [added] }),
      ]);
      await rig.open([channel]);
      for (const id of ["A", "B"]) await rig.hand().give(note({ id }));
      await rig.seen("messageDelivered", ({ destination }) => destination === "copy", 2);
      rig.cutPower();
      // The first of A's deliveries, and the last of B's.
      flipFile(rig, data, "delivery", 1, share);
      flipFile(rig, data, "delivery", 6, share);
      ehr.conduct = (parcel) => ehr.take(parcel);
      await rig.open([channel]);
      await rig.seen("messageDelivered", ({ destination }) => destination === "ehr");
      assertEquals(ehr.taken, ["B"]);
      await rig.gateway.closeBatch("lab", "files");
      await rig.seen("messageQuarantined", ({ destination }) => destination === "files");
      const quarantined = rig.all("messageQuarantined");
      assertEquals(quarantined.map(({ error, destination }) => [error.code, destination]), [
        ["ENGINE_BODY_DAMAGED", "ehr"],
        ["ENGINE_BODY_DAMAGED", "files"],
      ]);
      for (const { id } of quarantined) {
        assertEquals(await codeOf(rig.gateway.archive.show(id)), "JOURNAL_BODY_DAMAGED");
      }
      assertEquals(copy.taken, ["A", "B"]);
    }));
}

Deno.test("a bit flipped in anything sealed is found by whoever reads it, and everything else is as it was", async () => {
  await using folder = await unpacked(3);
  const open = () => Journal.open(denoWorld, folder.path, deaf, sqliteStore(masterKey));
  await (await open()).close();
  const random = new SeededRandom(7);
  const { messages } = folder.expected;
  for (const [table, column, key] of SEALED_COLUMNS) {
    const rotten = flip(folder.path, { table, column, key, random });
    const journal = await open();
    const refused: number[] = [];
    for (const { id, seq } of messages) {
      const code = await codeOf(journal.archive.show(id));
      if (code !== "") refused.push(seq!);
      assert(code === "" || code === "JOURNAL_BODY_DAMAGED", code);
    }
    assertEquals(refused, rotten.seqs, `${table}.${column}`);
    assertEquals((await journal.archive.list({ limit: 1000 })).length, messages.length);
    await journal.close();
    rotten.mend();
  }
});

Deno.test("a bit flipped in what a step remembers is found when it is asked for", async () => {
  await using folder = await unpacked(3);
  const open = () => Journal.open(denoWorld, folder.path, deaf, sqliteStore(masterKey));
  await (await open()).close();
  flip(folder.path, { table: "state", column: "value", key: "key", random: new SeededRandom(9) });
  const journal = await open();
  const { state } = folder.expected.places;
  const codes = await Promise.all(state.map((of) => codeOf(journal.ask({ ask: "state", ...of }))));
  assertEquals(codes.filter((code) => code !== ""), ["JOURNAL_BODY_DAMAGED"]);
  await journal.close();
});

/** Where the values are that `show` reads, and which messages those belong to. */
const SEALED_COLUMNS = [
  ["body", "sealed", "id"],
  ["message", "evidence", "seq"],
  ["delivery", "answer", "id"],
] as const;

const OWNERS: Readonly<Record<string, string>> = {
  body: "SELECT seq FROM message WHERE body = ?1 UNION SELECT seq FROM delivery WHERE body = ?1 ORDER BY 1",
  message: "SELECT ? AS seq",
  delivery: "SELECT seq FROM delivery WHERE id = ?",
  state: "SELECT 0 AS seq WHERE ? IS NULL",
};

/** Flips one bit of one value in a column; says which messages have it, and how it is mended. */
function flip(
  folder: string,
  { table, column, key, random }: { table: string; column: string; key: string; random: SeededRandom },
) {
  const file = new DatabaseSync(`${folder}/journal.db`);
  const rows = file.prepare(
    `SELECT "${key}" AS "key", ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL`,
  )
    .all();
  const row = rows[random.below(rows.length)];
  const sealed = row.sealed as Uint8Array<ArrayBuffer>, rotten = sealed.slice();
  rotten[random.below(rotten.length)] ^= 1 << random.below(8);
  const set = (value: Uint8Array) => {
    const file = new DatabaseSync(`${folder}/journal.db`);
    file.prepare(`UPDATE ${table} SET ${column} = ? WHERE "${key}" = ?`).run(value, row.key);
    file.close();
  };
  const seqs = file.prepare(OWNERS[table]).all(row.key).map(({ seq }) => Number(seq));
  file.close();
  set(rotten);
  return { seqs, mend: () => set(sealed) };
}

/** The code of what it fails with; empty where it does not. */
async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "";
  } catch (cause) {
    return (cause as MitralError).code;
  }
}
