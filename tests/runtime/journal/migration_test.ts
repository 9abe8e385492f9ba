import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { MitralError } from "../../../runtime/contract/error.ts";
import { diskFiles } from "../../../runtime/journal/disk_files.ts";
import { diskFolder } from "../../../runtime/journal/disk_folder.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import {
  type FolderFiles,
  type MigrationParts,
  openUpToDate,
  type RewriteProgress,
} from "../../../runtime/journal/migration/migrate.ts";
import type { OutboxRow } from "../../../runtime/journal/rows.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { masterKey } from "../../world/master_key.ts";
import { sha256 } from "./data_folders/contents.ts";
import { TOLD } from "./data_folders/fill.ts";
import { assertHolds, type Unpacked, unpacked } from "./data_folders/unpacked.ts";
import { appendOf, branchTo, deaf, processOf } from "./entries.ts";
import { readable } from "./readable.ts";

/** What version 3 added, undone: the tables as version 2 made them. */
const BACK_TO_2 = `
DELETE FROM message WHERE channel = (SELECT id FROM name WHERE text = 'fragments');
DELETE FROM delivery WHERE seq NOT IN (SELECT seq FROM message);
DELETE FROM history WHERE seq NOT IN (SELECT seq FROM message);
DROP INDEX message_gathering; DROP TABLE numbering; ALTER TABLE message DROP COLUMN whole;
PRAGMA user_version = 2;
`;

/** What versions 3 and 2 added, undone: the tables as version 1 made them. */
const BACK_TO_1 = `${BACK_TO_2}
DELETE FROM delivery WHERE part > 0 OR state = 3;
DROP INDEX message_parent; DROP INDEX delivery_part; DROP INDEX delivery_held; DROP INDEX delivery_gathering;
DROP INDEX delivery_batch; DROP TABLE state;
ALTER TABLE message DROP COLUMN stages; ALTER TABLE message DROP COLUMN parent;
ALTER TABLE delivery DROP COLUMN part; ALTER TABLE delivery DROP COLUMN built_on;
ALTER TABLE delivery DROP COLUMN held; ALTER TABLE delivery DROP COLUMN batch;
CREATE UNIQUE INDEX delivery_message ON delivery (seq, destination);
PRAGMA user_version = 1;
`;

const open = (path: string, observer = deaf) =>
  Journal.open(denoWorld, path, observer, sqliteStore(masterKey));

function change(path: string, sql: string): void {
  const file = new DatabaseSync(path);
  file.exec(sql);
  file.close();
}

/** The data folder, rewritten in this thread, where a test can put its hand between the steps. */
function rewriteIn(
  path: string,
  hand: Partial<FolderFiles> = {},
  progress: MigrationParts["progress"] = () => {},
) {
  return openUpToDate({
    folder: { ...diskFolder(path), ...hand },
    files: diskFiles(path, randomBytes),
    masterKey,
    random: randomBytes,
    progress,
  });
}

Deno.test("nothing that a journal of version 3 told can be read in its folder after it was opened", async () => {
  await using folder = await unpacked(3);
  const before = readable(folder.path, TOLD);
  for (const value of TOLD) assert(before.some((each) => each.startsWith(value)), value);
  await (await open(folder.path)).close();
  assertEquals(readable(folder.path, TOLD), []);
});

Deno.test("messages are found by what they were found by before", async () => {
  await using folder = await unpacked(3);
  const journal = await open(folder.path);
  const { messages } = folder.expected;
  const idsOf = async (query: object) => (await journal.archive.list(query)).map(({ id }) => id).toReversed();
  for (
    const query of [{ controlId: "A2" }, { type: "ORU^R01" }, {
      type: "ORU^R01",
      channel: "fragments",
    }] as const
  ) {
    const said = Object.entries(query) as ["controlId" | "type" | "channel", string][];
    const wanted = messages.filter((message) => said.every(([field, value]) => message[field] === value));
    assertEquals(await idsOf(query), wanted.map(({ id }) => id));
    assert(wanted.length > 0);
  }
  await journal.close();
});

Deno.test("numbers that are given to messages and deliveries go on", async () => {
  await using folder = await unpacked(3);
  const journal = await open(folder.path);
  const { messages, queues } = folder.expected;
  const { seq } = await journal.write(appendOf({ channel: "results" }));
  const [{ sequence, delivery }] = await journal.write(
    processOf(seq, [branchTo("ward")], { channel: "results" }),
  );
  const last = queues["outbox results/ward"].at(-1) as OutboxRow;
  assertEquals([seq, sequence], [messages.at(-1)!.seq! + 1, last.sequence + 1]);
  const ids = Object.values(queues).flat().map((row) => (row as Partial<OutboxRow>).delivery ?? 0);
  assertEquals(delivery, Math.max(...ids) + 1);
  await journal.close();
});

Deno.test("how far the rewriting is, is told before the journal is open", async () => {
  await using folder = await unpacked(3);
  const told: RewriteProgress[] = [];
  await (await open(folder.path, { ...deaf, rewriting: (progress) => void told.push(progress) })).close();
  const of = folder.expected.messages.length;
  for (const step of ["written", "compared"] as const) {
    assertEquals(told.filter((each) => each.step === step).at(-1), { version: 3, step, done: of, of });
  }
  assert(told.length <= 42, `${told.length}`);
  told.length = 0;
  await (await open(folder.path, { ...deaf, rewriting: (progress) => void told.push(progress) })).close();
  assertEquals(told, []);
});

Deno.test("a crash at any moment of the rewriting leaves the old journal or the new one, whole", async () => {
  await using folder = await unpacked(3);
  await using crashes = await Deno.makeTempDir().then((path) => ({
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  }));
  const moments: string[] = [];
  const crash = (moment: string) => {
    copyFolder(folder.path, `${crashes.path}/${moments.length}`);
    moments.push(moment);
  };
  const disk = diskFolder(folder.path);
  const act = (name: string, done: () => void) => {
    crash(`before ${name}`);
    done();
    crash(`after ${name}`);
  };
  rewriteIn(folder.path, {
    sync: (name) => act(`sync ${name}`, () => disk.sync(name)),
    rename: (from, to) => act(`rename ${from}`, () => disk.rename(from, to)),
    syncFolder: () => act("sync folder", () => disk.syncFolder()),
  }, ({ step, done }) => {
    if (done % 40 === 1) crash(`${step} ${done}`);
  }).close();
  const versions = [];
  for (const [at, moment] of moments.entries()) {
    const path = `${crashes.path}/${at}`;
    versions.push(`${moment}: ${versionIn(path)}`);
    const journal = await open(path);
    await assertHolds(journal, folder);
    await journal.close();
    if (moment.startsWith("before rename")) assertEquals(readable(path, TOLD), []);
    assertEquals(namesIn(path), ["bodies", "journal.db"], moment);
  }
  assertEquals(versions, [
    ...[1, 41].map((done) => `written ${done}: 3`),
    ...["before", "after"].map((when) => `${when} sync journal.new.db: 3`),
    ...[1, 41].map((done) => `compared ${done}: 3`),
    ...["before", "after"].map((when) => `${when} sync folder: 3`),
    "before rename journal.new.db: 3",
    "after rename journal.new.db: 7",
    ...["before", "after"].map((when) => `${when} sync folder: 7`),
  ]);
});

Deno.test("what a gateway had written when it was killed is rewritten, too", async () => {
  await using folder = await unpacked(3);
  await using killed = { ...await unpacked(3) };
  const file = new DatabaseSync(`${folder.path}/journal.db`);
  file.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; UPDATE numbering SET last = 77");
  copyFolder(folder.path, killed.path);
  file.close();
  assert(namesIn(killed.path).includes("journal.db-wal"));
  const journal = await open(killed.path);
  const { numbering } = killed.expected;
  await assertHolds(journal, {
    ...killed,
    expected: { ...killed.expected, numbering: numbering.map((each) => ({ ...each, last: 77 })) },
  });
  await journal.close();
});

for (
  const [what, sql] of [
    ["a state", "UPDATE message SET state = 1 WHERE seq = 60"],
    ["an order", "UPDATE delivery SET sequence = 7 WHERE id = 9"],
    ["a body", "UPDATE body SET sealed = zeroblob(60) WHERE id = 5"],
    ["two bodies", "UPDATE message SET body = 3 WHERE seq = 4"],
    ["an answer", "UPDATE message SET answer = NULL WHERE answer IS NOT NULL"],
    ["evidence", "UPDATE message SET evidence = zeroblob(60) WHERE evidence IS NOT NULL"],
    ["a value", "UPDATE state SET value = zeroblob(60)"],
    ["a number", "UPDATE numbering SET last = last + 1"],
    ["a count", "UPDATE sequence SET last = last - 1"],
    ["an entry", "DELETE FROM history WHERE id = 1"],
    ["a message", "DELETE FROM message WHERE seq = 60"],
  ]
) {
  Deno.test(`a journal that came out with ${what} changed is not put in the place of the old one`, async () => {
    await using folder = await unpacked(3);
    const sync = () => change(`${folder.path}/journal.new.db`, sql);
    const failed = await assertRejects(async () => rewriteIn(folder.path, { sync }), MitralError);
    assertEquals(failed.code, "JOURNAL_REWRITE_FAILED");
    assertEquals([versionIn(folder.path), namesIn(folder.path)], [3, ["bodies", "journal.db"]]);
  });
}

Deno.test("a full disk leaves the old journal, and nothing else", async () => {
  await using folder = await unpacked(3);
  const openWriter: FolderFiles["openWriter"] = (name) => {
    const database = diskFolder(folder.path).openWriter(name);
    if (name === "journal.new.db") database.exec("PRAGMA max_page_count = 30");
    return database;
  };
  const failed = await assertRejects(async () => rewriteIn(folder.path, { openWriter }), Error);
  assertEquals(failed.message, "database or disk is full");
  assertEquals([versionIn(folder.path), namesIn(folder.path)], [3, ["bodies", "journal.db"]]);
});

Deno.test("a message whose bytes had changed on disk is still known, and still refused; the others are as they were", async () => {
  await using folder = await unpacked(3);
  const { messages } = folder.expected;
  const { seq, id, ...known } = messages.find(({ controlId }) => controlId === "R1")!;
  change(
    `${folder.path}/journal.db`,
    `UPDATE body SET bytes = CAST('rotten' AS BLOB) WHERE id = (SELECT body FROM message WHERE seq = ${seq})`,
  );
  const journal = await open(folder.path);
  const refused = await assertRejects(() => journal.archive.show(id), MitralError);
  assertEquals(refused.code, "JOURNAL_BODY_DAMAGED");
  const [record] = await journal.archive.list({ controlId: "R1" });
  assertEquals([record.id, record.type, record.origin, record.bytes], [
    id,
    known.type,
    known.origin,
    known.bytes,
  ]);
  for (const other of messages) {
    if (other.id !== id) assertEquals((await journal.archive.show(other.id))!.id, other.id);
  }
  await journal.close();
});

Deno.test("a journal of version 2 is opened with all that is in it", async () => {
  await using folder = await broughtBack(BACK_TO_2);
  const journal = await open(folder.path);
  await assertHolds(journal, { ...folder, expected: { ...folder.expected, numbering: [] } });
  await journal.close();
});

Deno.test("a journal of version 1 is opened with all that is in it", async () => {
  await using folder = await broughtBack(BACK_TO_1);
  const journal = await open(folder.path);
  for (const { id, controlId, state, sha256: hash, origin, history } of folder.expected.messages) {
    const shown = (await journal.archive.show(id))!;
    assertEquals(
      [shown.controlId, shown.state, await sha256(shown.received), shown.origin, shown.history.length > 0],
      [controlId, state, hash, origin, history.length > 0],
    );
  }
  const { outboxes } = journal.found;
  assertEquals(outboxes, { ...folder.expected.pending.outboxes, "specimens/labels": 1 });
  await journal.close();
});

/** The data folder of version 3 as one of an earlier version, without what that did not know. */
async function broughtBack(sql: string): Promise<Unpacked> {
  const folder = await unpacked(3);
  const { expected } = folder;
  change(`${folder.path}/journal.db`, sql);
  const { "pieces fragments": _, ...queues } = expected.queues;
  const waiting = expected.messages.filter(({ state }) => state === "gathering");
  return {
    ...folder,
    expected: {
      ...expected,
      places: { ...expected.places, numbering: [] },
      messages: expected.messages.filter(({ channel }) => channel !== "fragments"),
      queues,
      pending: {
        ...expected.pending,
        pieces: {},
        bytes: expected.pending.bytes - waiting.reduce((sum, { bytes }) => sum + bytes, 0),
      },
    },
  };
}

function versionIn(path: string): number {
  const file = new DatabaseSync(`${path}/journal.db`);
  const { user_version } = file.prepare("PRAGMA user_version").get()!;
  file.close();
  return Number(user_version);
}

/** What is in a folder, but for its lock. */
function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).filter((name) => name !== "lock.db").sort();
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(`${from}/${name}`, `${to}/${name}`);
    else Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}
