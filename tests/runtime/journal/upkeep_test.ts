import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { MitralError } from "../../../runtime/contract/error.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { LARGE_BYTES } from "../../../runtime/journal/large_bodies.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import type { BackupManifest } from "../../../runtime/journal/upkeep/backup_manifest.ts";
import {
  backUpJournal,
  countJournal,
  restoreJournal,
  verify,
  verifyCopy,
} from "../../../runtime/journal/upkeep/upkeep.ts";
import { createMasterKey } from "../../../runtime/trust/master_key.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { masterKey } from "../../world/master_key.ts";
import { appendOf, branchTo, by, deaf, processOf, trouble } from "./entries.ts";

interface Site extends AsyncDisposable {
  /** Data folder. */
  readonly data: string;
  readonly copy: string;
  open(): Promise<Journal>;
  backUp(idle?: boolean): Promise<BackupManifest>;
  restore(
    more?: { replace?: boolean; damaged?: boolean; masterKey?: typeof masterKey },
  ): ReturnType<typeof restoreJournal>;
}

async function site(): Promise<Site> {
  const folder = await Deno.makeTempDir();
  const [data, copy] = [join(folder, "data"), join(folder, "copy")];
  return {
    data,
    copy,
    open: () => Journal.open(denoWorld, data, deaf, sqliteStore(masterKey)),
    backUp: (idle = true) => backUpJournal(denoWorld, { folder: data, to: copy, gateway: "ward", idle }),
    restore: (more = {}) =>
      restoreJournal(denoWorld, { backup: copy, folder: data, masterKey, replace: false, by, ...more }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** One that is through, one in a file, one that waits. */
async function fill(journal: Journal): Promise<readonly string[]> {
  const [done, large, waits] = [appendOf(), appendOf({ body: new Uint8Array(LARGE_BYTES + 1) }), appendOf()];
  const { seq } = await journal.write(done);
  const [{ delivery }] = await journal.write(processOf(seq, [branchTo("ehr")]));
  const answer = new TextEncoder().encode("AA");
  await journal.write({ op: "settle", seq, delivery, attempts: 1, atMs: 1, tellRest: false, answer });
  await journal.write({ ...large, body: await journal.keep(large.body) });
  await journal.write(waits);
  return [done.id, large.id, waits.id];
}

async function codeOf(doing: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => doing, MitralError)).code;
}

function change(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

async function pathsUnder(folder: string): Promise<string[]> {
  const paths = [folder];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) paths.push(...await pathsUnder(path));
    else paths.push(path);
  }
  return paths;
}

Deno.test("a backup that is made while messages come has every one that was durable before, and opens as it is", async () => {
  await using at = await site();
  const journal = await at.open();
  const ids = await fill(journal);
  let isMade = false;
  const made = at.backUp(false).finally(() => isMade = true);
  const later: string[] = [];
  while (!isMade) {
    const append = appendOf();
    await journal.write(append);
    later.push(append.id);
  }
  const manifest = await made;
  await journal.close();
  const { findings, messages, opened, files } = await verifyCopy(denoWorld, { backup: at.copy, masterKey });
  assertEquals([findings.list, opened, files], [[], true, 1]);
  assertEquals([manifest.messages, manifest.gateway, manifest.masterKey], [messages, "ward", masterKey.id]);
  assert(messages >= ids.length && messages <= ids.length + later.length);
  for (const path of await pathsUnder(at.copy)) {
    const { mode, isDirectory } = await Deno.stat(path);
    assertEquals((mode! & 0o777).toString(8), isDirectory ? "700" : "600", path);
  }
});

Deno.test("a backup is refused in a folder with something in it, inside the data folder, and while somebody else holds the journal", async () => {
  await using at = await site();
  assertEquals(await codeOf(at.backUp()), "JOURNAL_FILE_MISSING");
  const journal = await at.open();
  await fill(journal);
  assertEquals(await codeOf(at.backUp()), "JOURNAL_FOLDER_BUSY");
  await journal.close();
  const to = join(at.data, "copy");
  const within = backUpJournal(denoWorld, { folder: at.data, to, gateway: "ward", idle: true });
  assertEquals(await codeOf(within), "JOURNAL_BACKUP_PLACE_WITHIN");
  await at.backUp();
  assertEquals(await codeOf(at.backUp()), "JOURNAL_BACKUP_PLACE_TAKEN");
});

Deno.test("a backup without its manifest is none, and one that has changed is not put back", async () => {
  await using at = await site();
  const journal = await at.open();
  await fill(journal);
  await journal.close();
  await at.backUp();
  await Deno.remove(at.data, { recursive: true });
  const manifest = join(at.copy, "manifest.json");
  const text = await Deno.readTextFile(manifest);
  await Deno.remove(manifest);
  assertEquals(await codeOf(at.restore()), "JOURNAL_BACKUP_INCOMPLETE");
  await Deno.writeTextFile(manifest, text.replace('"format": 1', '"format": 2'));
  assertEquals(await codeOf(at.restore()), "JOURNAL_BACKUP_MALFORMED");
  await Deno.writeTextFile(manifest, text);
  change(join(at.copy, "journal.db"), "UPDATE message SET state = 5");
  const { findings } = await verifyCopy(denoWorld, { backup: at.copy });
  assertEquals(findings.list, [{ code: "fileDamaged", subject: "journal.db" }]);
  for (const damaged of [false, true]) {
    assertEquals(await codeOf(at.restore({ damaged })), "JOURNAL_BACKUP_DAMAGED");
  }
  assertEquals(await Deno.stat(at.data).catch(() => undefined), undefined);
});

Deno.test("what was to be sent before it was corrected is verified, too", async () => {
  await using at = await site();
  const journal = await at.open();
  const { seq } = await journal.write(appendOf());
  const branch = { ...branchTo("ehr"), payload: new Uint8Array([1]) };
  const [{ delivery }] = await journal.write(processOf(seq, [branch]));
  await journal.write({ op: "settle", seq, delivery, attempts: 1, atMs: 1, tellRest: false, trouble });
  await journal.write({
    op: "correct",
    seq,
    delivery,
    payload: new Uint8Array([2]),
    contentType: "text/x-note",
    controlId: "C",
    force: true,
    by,
    atMs: 2,
  });
  await journal.close();
  change(
    join(at.data, "journal.db"),
    "UPDATE body SET sealed = zeroblob(64) WHERE id = (SELECT first_body FROM delivery)",
  );
  const { findings } = await verify(denoWorld, { folder: at.data, masterKey });
  assertEquals(findings.list.map(({ code }) => code), ["valueUnreadable"]);
});

Deno.test("of a backup in which a value is damaged all else can be put back, where that is asked for", async () => {
  await using at = await site();
  const journal = await at.open();
  const [done, , waits] = await fill(journal);
  await journal.close();
  change(
    join(at.data, "journal.db"),
    `UPDATE body SET sealed = zeroblob(64) WHERE id = (SELECT body FROM message WHERE id = '${done}')`,
  );
  await at.backUp();
  await Deno.remove(at.data, { recursive: true });
  assertEquals(await codeOf(at.restore()), "JOURNAL_BACKUP_DAMAGED");
  await at.restore({ damaged: true });
  const after = await at.open();
  assertEquals((await after.archive.show(waits))?.id, waits);
  assertEquals(await codeOf(after.archive.show(done)), "JOURNAL_BODY_DAMAGED");
  await after.close();
});

Deno.test("a restored journal is of the next epoch, sends nothing, and has all that was in the backup", async () => {
  await using at = await site();
  const before = await at.open();
  const ids = await fill(before);
  const shown = await Promise.all(ids.map((id) => before.archive.show(id)));
  await at.backUp(false);
  await before.write(appendOf());
  await before.close();
  assertEquals(await codeOf(at.restore()), "JOURNAL_RESTORE_OCCUPIED");
  const { masterKey: other } = await createMasterKey();
  assertEquals(await codeOf(at.restore({ replace: true, masterKey: other })), "MASTER_KEY_WRONG");
  const { epoch, before: aside } = await at.restore({ replace: true });
  const after = await at.open();
  assertEquals([epoch, after.found.epoch, after.found.sendersHeld], [2, 2, true]);
  assertEquals(await Promise.all(ids.map((id) => after.archive.show(id))), shown);
  assertEquals((await after.archive.list({})).length, ids.length);
  const [{ act, person, reason }] = await after.archive.acts({});
  assertEquals([act, person, reason], ["restored from a backup, held all senders", by.person, by.reason]);
  assertEquals(await codeOf(at.restore({ replace: true })), "JOURNAL_FOLDER_BUSY");
  await after.close();
  assertEquals((await verify(denoWorld, { folder: aside!, masterKey })).messages, ids.length + 1);
});

Deno.test("journals that are replaced within a second lie in folders of their own", async () => {
  await using at = await site();
  await (await at.open()).close();
  await at.backUp();
  const clock = { ...denoWorld.clock, nowMs: () => Date.UTC(2026, 0, 31) };
  const asked = { backup: at.copy, folder: at.data, masterKey, by, replace: true };
  const replaced: (string | undefined)[] = [];
  for (let times = 0; times < 3; times++) {
    replaced.push((await restoreJournal({ ...denoWorld, clock }, asked)).before);
  }
  assertEquals(new Set(replaced).size, 3);
  for (const before of replaced) {
    assert((await verify(denoWorld, { folder: before!, masterKey })).messages === 0);
  }
});

Deno.test("the users of the page are in a backup, and are put back where there are none", async () => {
  await using at = await site();
  const journal = await at.open();
  await fill(journal);
  await journal.close();
  const [here, kept] = [join(at.data, "users.json"), join(at.copy, "users.json")];
  await Deno.writeTextFile(here, "those of then");
  assert((await at.backUp()).users);
  // Who was removed since is not let in again.
  await Deno.writeTextFile(here, "those of now");
  await at.restore({ replace: true });
  assertEquals(await Deno.readTextFile(here), "those of now");
  await Deno.remove(at.data, { recursive: true });
  await at.restore();
  assertEquals([await Deno.readTextFile(here), (await Deno.stat(here)).mode! & 0o777], [
    "those of then",
    0o600,
  ]);

  await Deno.writeTextFile(kept, "others");
  const { findings } = await verifyCopy(denoWorld, { backup: at.copy, masterKey });
  assertEquals(findings.list.map(({ code, subject }) => [code, subject]), [["fileDamaged", "users.json"]]);
  await Deno.remove(at.data, { recursive: true });
  await at.restore({ damaged: true });
  await assertRejects(() => Deno.stat(here), Deno.errors.NotFound);
});

Deno.test("a restore that was cut short leaves nothing a gateway would open, and is done by doing it again", async () => {
  await using at = await site();
  const journal = await at.open();
  await fill(journal);
  await journal.close();
  await at.backUp();
  const aside = join(at.data, "restoring");
  // Before the old one is moved; after; between the bodies and the database.
  const cuts = [
    async () => {
      await Deno.mkdir(aside);
    },
    async () => {
      await Deno.mkdir(aside);
      await Deno.rename(join(at.data, "journal.db"), join(aside, "journal.db"));
      await Deno.rename(join(at.data, "bodies"), join(aside, "bodies"));
    },
    async () => {
      await Deno.mkdir(aside);
      await Deno.rename(join(at.data, "journal.db"), join(aside, "journal.db"));
    },
  ];
  let count = 0;
  for (const cut of cuts) {
    await cut();
    assertEquals(await codeOf(at.open()), "JOURNAL_RESTORE_UNFINISHED");
    const copies = { backup: at.copy, folder: at.data, masterKey, replace: true, by };
    const clock = { ...denoWorld.clock, nowMs: () => ++count * 60_000 };
    await restoreJournal({ ...denoWorld, clock }, copies);
    const restored = await at.open();
    assertEquals((await restored.archive.list({})).length, 3);
    await restored.close();
    assertEquals((await verify(denoWorld, { folder: at.data, masterKey })).findings.count, 0);
  }
});

Deno.test("verify finds a value, a file, a row and a number that are not as they were, and says which", async () => {
  await using at = await site();
  const journal = await at.open();
  const [done, large] = await fill(journal);
  await journal.close();
  const path = join(at.data, "journal.db");
  const findings = async (key = true) =>
    (await verify(denoWorld, { folder: at.data, ...(key ? { masterKey } : {}) })).findings.list;
  assertEquals(await findings(), []);
  const body = `(SELECT body FROM message WHERE id = '${done}')`;
  change(path, `UPDATE body SET sealed = zeroblob(length(sealed)) WHERE id = ${body}`);
  const [{ code, subject }] = await findings();
  assertEquals([code, subject.startsWith(`message ${done}: body `)], ["valueUnreadable", true]);
  // Without the key nothing is opened.
  assertEquals(await findings(false), []);
  change(path, `DELETE FROM body WHERE id = ${body}`);
  assertEquals((await findings()).map(({ code }) => code), ["rowMissing"]);
  change(path, "UPDATE sequence SET last = 0");
  assertEquals((await findings(false)).map(({ code }) => code), ["rowMissing", "sequenceBehind"]);

  const [file] = (await pathsUnder(join(at.data, "bodies"))).filter((path) => /[0-9a-f]{64}$/.test(path));
  const name = file.slice(-64);
  await Deno.writeFile(file, new Uint8Array([0]), { append: true });
  const inFile = async () => (await findings(false)).filter(({ subject }) => subject.includes(large));
  assertEquals(await inFile(), [{ code: "fileDamaged", subject: `message ${large}: ${name}` }]);
  await Deno.remove(file);
  assertEquals(await inFile(), [{ code: "fileMissing", subject: `message ${large}: ${name}` }]);
});

Deno.test("verify finds a database whose pages have changed", async () => {
  await using at = await site();
  const journal = await at.open();
  for (let count = 0; count < 50; count++) await journal.write(appendOf({ body: new Uint8Array(5_000) }));
  await journal.close();
  using file = await Deno.open(join(at.data, "journal.db"), { read: true, write: true });
  const { size } = await file.stat();
  // The kind of a page stands in its first byte.
  for (let page = 75; page * 4_096 < size; page++) {
    await file.seek(page * 4_096, Deno.SeekMode.Start);
    await file.write(new Uint8Array([99]));
  }
  const { findings } = await verify(denoWorld, { folder: at.data });
  assert(findings.list.some(({ code }) => code === "databaseDamaged"));
});

Deno.test("what is in a journal is counted beside who uses it", async () => {
  await using at = await site();
  const journal = await at.open();
  await fill(journal);
  const { version, epoch, messages, deliveries, files, masterKey: id, dataKeys } = await countJournal(
    denoWorld,
    at.data,
  );
  await journal.close();
  assertEquals([version, epoch, id, dataKeys], [7, 1, masterKey.id, 1]);
  const counted = messages.map(({ channel, state, count, bytes }) => [channel, state, count, bytes > 0]);
  assertEquals(counted, [["lab", "received", 2, true], ["lab", "processed", 1, true]]);
  assertEquals(deliveries.map(({ destination, state, count }) => [destination, state, count]), [
    ["ehr", "delivered", 1],
  ]);
  assert(files.bodies === 1 && files.bodyBytes > LARGE_BYTES && files.databaseBytes + files.walBytes > 0);
});
