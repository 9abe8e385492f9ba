import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { MitralError } from "../../../runtime/contract/error.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { masterKey } from "../../world/master_key.ts";
import { appendOf, branchTo, deaf, processOf } from "./entries.ts";

interface Folder extends AsyncDisposable {
  readonly path: string;
  open(): Promise<Journal>;
}

async function folder(): Promise<Folder> {
  const path = await Deno.makeTempDir();
  return {
    path,
    open: () => Journal.open(denoWorld, path, deaf, sqliteStore(masterKey)),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

async function codeOf(act: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(act, MitralError)).code;
}

Deno.test("a data folder is made for the gateway's user alone", async () => {
  await using within = await folder();
  const path = `${within.path}/data`;
  const journal = await Journal.open(denoWorld, path, deaf, sqliteStore(masterKey));
  await journal.close();
  if (Deno.build.os !== "windows") assertEquals((await Deno.stat(path)).mode! & 0o777, 0o700);
});

Deno.test("a journal on disk keeps what it was given, from one life to the next", async () => {
  await using data = await folder();
  const body = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
  const before = await data.open();
  const [first, second] = [appendOf({ body }), appendOf()];
  const [{ seq }] = await Promise.all([before.write(first), before.write(second)]);
  const [{ delivery }] = await before.write(processOf(seq, [branchTo("ehr")]));
  assertEquals((await before.archive.list({})).length, 2);
  await before.close();

  const after = await data.open();
  assertEquals([after.found.inboxes, after.found.outboxes], [{ lab: 1 }, { "lab/ehr": 1 }]);
  const page = { channel: "lab", after: 0, limit: 10 };
  const [row] = await after.ask({ ask: "outbox", destination: "ehr", ...page });
  assertEquals([row.delivery, row.body], [delivery, body]);
  const [waiting] = await after.ask({ ask: "inbox", ...page });
  assertEquals([waiting.id, waiting.body], [second.id, second.body]);
  await after.close();
});

Deno.test("a read sees every write that had resolved before it", async () => {
  await using data = await folder();
  const journal = await data.open();
  for (let at = 0; at < 50; at++) {
    const { seq } = await journal.write(appendOf());
    const rows = await journal.ask({ ask: "inbox", channel: "lab", after: seq - 1, limit: 10 });
    assertEquals(rows.map((row) => row.seq), [seq]);
  }
  await journal.close();
});

Deno.test("a data folder belongs to one gateway at a time", async () => {
  await using data = await folder();
  const first = await data.open();
  assertEquals(await codeOf(data.open), "JOURNAL_FOLDER_BUSY");
  await first.write(appendOf());
  await first.close();
  const next = await data.open();
  assertEquals(next.found.inboxes, { lab: 1 });
  await next.close();
});

Deno.test("a journal of a newer version is refused by code, and left as it is", async () => {
  await using data = await folder();
  await (await data.open()).close();
  const file = new DatabaseSync(`${data.path}/journal.db`);
  const { user_version: version } = file.prepare("PRAGMA user_version").get()!;
  file.exec("PRAGMA user_version = 999");
  file.close();
  const refused = await assertRejects(data.open, MitralError);
  assertEquals([refused.code, refused.facts.found], ["JOURNAL_VERSION_NEWER", 999]);
  // The refusal holds nothing: whoever knows the version can open it.
  const again = new DatabaseSync(`${data.path}/journal.db`);
  again.exec(`PRAGMA user_version = ${version}`);
  again.close();
  await (await data.open()).close();
});

Deno.test("a data folder that cannot be used is refused by code", async () => {
  await using data = await folder();
  await Deno.writeTextFile(`${data.path}/file`, "");
  const open = () => Journal.open(denoWorld, `${data.path}/file/data`, deaf, sqliteStore(masterKey));
  assertEquals(await codeOf(open), "JOURNAL_OPEN_FAILED");
  await Deno.writeTextFile(
    `${data.path}/journal.db`,
    "this is no database, and long enough to be seen as none".repeat(99),
  );
  assertEquals(await codeOf(data.open), "JOURNAL_DAMAGED");
});

Deno.test("an operation the store refuses fails by code, and the journal closes all the same", async () => {
  await using data = await folder();
  const failed = Promise.withResolvers<MitralError>();
  const journal = await Journal.open(
    denoWorld,
    data.path,
    { ...deaf, failed: failed.resolve },
    sqliteStore(masterKey),
  );
  const same = appendOf();
  await journal.write(same);
  assertEquals(await codeOf(() => journal.write(same)), "JOURNAL_STORE_FAILED");
  assertEquals((await failed.promise).code, "JOURNAL_STORE_FAILED");
  assert(!(await failed.promise).message.includes(same.id));
  await journal.close();
  const next = await data.open();
  assertEquals(next.found.inboxes, { lab: 1 });
  await next.close();
});

Deno.test("bytes that changed on disk are told apart from good ones", async () => {
  await using data = await folder();
  const before = await data.open();
  const [first, second] = await Promise.all([before.write(appendOf()), before.write(appendOf())]);
  await before.close();
  const file = new DatabaseSync(`${data.path}/journal.db`);
  file.exec(
    `UPDATE body SET sealed = substr(sealed, 1, 40) || CAST('?' AS BLOB) || substr(sealed, 42)
     WHERE id = (SELECT body FROM message WHERE seq = ${first.seq})`,
  );
  file.close();
  const after = await data.open();
  const rows = await after.ask({ ask: "inbox", channel: "lab", after: 0, limit: 10 });
  assertEquals(rows.map(({ seq, body }) => [seq, body !== null]), [[first.seq, false], [second.seq, true]]);
  assertEquals(await codeOf(() => after.archive.show(rows[0].id)), "JOURNAL_BODY_DAMAGED");
  assertEquals([(await after.archive.show(rows[1].id))?.id, after.condition], [rows[1].id, "open"]);
  await after.close();
});
