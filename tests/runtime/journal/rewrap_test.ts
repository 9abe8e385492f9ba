import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomBytes } from "node:crypto";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Database } from "../../../runtime/journal/database.ts";
import { rewrap } from "../../../runtime/journal/rewrap.ts";
import { prepareSchema } from "../../../runtime/journal/schema.ts";
import { SEALED, Sealing } from "../../../runtime/journal/sealing.ts";
import { openWriter } from "../../../runtime/journal/sqlite_database.ts";
import { createMasterKey } from "../../../runtime/trust/master_key.ts";

const [{ masterKey: from }, { masterKey: to }, { masterKey: other }] = await Promise.all(
  [1, 2, 3].map(() => createMasterKey()),
);
const text = new TextEncoder().encode("DOE^JANE");

interface Kept {
  readonly database: Database;
  /** A value of each of these channels, sealed. */
  readonly sealed: readonly Uint8Array[];
}

function journal(path = ":memory:", channels = 3): Kept {
  const database = openWriter(path);
  prepareSchema(database);
  const sealing = new Sealing(database, from, randomBytes);
  database.exec("BEGIN");
  const sealed = Array.from(
    { length: channels },
    (_, channel) => sealing.seal(SEALED.body, 1, { channel, day: 1 }, text),
  );
  database.exec("COMMIT");
  return { database, sealed };
}

const opened = ({ database, sealed }: Kept, key = to) => {
  const sealing = new Sealing(database, key, randomBytes);
  return sealed.filter((each) => sealing.open(SEALED.body, 1, each) !== null).length;
};

const refusal = (action: () => unknown) => assertThrows(action, MitralError);

const wrappedIn = (database: Database) =>
  [
    ...database.prepare("SELECT wrapped FROM data_key").all().map(({ wrapped }) => wrapped as Uint8Array),
    database.prepare("SELECT value FROM vault WHERE name = 'index key'").get()!.value as Uint8Array,
  ].map((each) => each.toHex());

Deno.test("what is sealed opens under the new master key alone, and the blind indexes stay as they are", () => {
  const kept = journal();
  const { indexKey } = new Sealing(kept.database, from, randomBytes);
  assertEquals(rewrap(kept.database, { from, to }, randomBytes), { dataKeys: 3, damaged: 0 });
  assertEquals(opened(kept), 3);
  assertEquals(new Sealing(kept.database, to, randomBytes).indexKey, indexKey);
  const { code, facts } = refusal(() => opened(kept, from));
  assertEquals([code, facts], ["MASTER_KEY_WRONG", { needed: to.id, found: from.id }]);
});

Deno.test("a master key is changed once, however often that is asked for", () => {
  const kept = journal();
  rewrap(kept.database, { from, to }, randomBytes);
  const before = wrappedIn(kept.database);
  assertEquals(rewrap(kept.database, { from, to }, randomBytes), { dataKeys: 0, damaged: 0 });
  assertEquals(wrappedIn(kept.database), before);
});

Deno.test("a journal with many data keys is wrapped anew whole", () => {
  const kept = journal(":memory:", 2_345);
  assertEquals(rewrap(kept.database, { from, to }, randomBytes), { dataKeys: 2_345, damaged: 0 });
  assertEquals(opened(kept), 2_345);
});

Deno.test("whoever has not the journal's master key changes nothing", () => {
  const kept = journal();
  const before = wrappedIn(kept.database);
  const { code } = refusal(() => rewrap(kept.database, { from: other, to }, randomBytes));
  assertEquals([code, wrappedIn(kept.database)], ["MASTER_KEY_WRONG", before]);
  assertEquals(opened(kept, from), 3);
});

Deno.test("a data key that is damaged is left as it is, and counted; the others are wrapped anew", () => {
  const kept = journal();
  kept.database.exec("UPDATE data_key SET wrapped = zeroblob(60) WHERE id = 2");
  assertEquals(rewrap(kept.database, { from, to }, randomBytes), { dataKeys: 2, damaged: 1 });
  assertEquals(opened(kept), 2);
});

Deno.test("a journal of another version is left alone", () => {
  const { database } = journal();
  for (const [version, expected] of [[3, "JOURNAL_VERSION_OLDER"], [99, "JOURNAL_VERSION_NEWER"]] as const) {
    database.exec(`PRAGMA user_version = ${version}`);
    assertEquals(refusal(() => rewrap(database, { from, to }, randomBytes)).code, expected);
  }
});

Deno.test("a change of the master key that breaks off anywhere has not happened", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/journal.db`;
    const { database, sealed } = journal(path);
    database.close();
    let broken = 0;
    for (let writesMax = 0;; writesMax++) {
      const database = openWriter(path);
      let writes = 0;
      const failing: Database = {
        ...database,
        prepare(sql) {
          const statement = database.prepare(sql);
          const run: typeof statement.run = (...values) => {
            if (writes++ === writesMax) throw new Error("the power is gone");
            return statement.run(...values);
          };
          return { ...statement, run };
        },
      };
      try {
        rewrap(failing, { from, to }, randomBytes);
        assertEquals(opened({ database, sealed }), 3);
        database.close();
        break;
      } catch (cause) {
        assertEquals((cause as Error).message, "the power is gone");
        broken++;
      }
      database.close();
      const again = openWriter(path);
      assertEquals(opened({ database: again, sealed }, from), 3);
      again.close();
    }
    // The index key, the id, and three data keys.
    assertEquals(broken, 5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("nothing that the old master key has wrapped stays in the file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/journal.db`;
    const { database } = journal(path, 200);
    const before = wrappedIn(database);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const files = async () => {
      const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
      return (await Promise.all(names.map((name) => Deno.readFile(`${folder}/${name}`)))).map((each) =>
        each.toHex()
      );
    };
    const found = (all: readonly string[]) =>
      before.filter((each) => all.some((file) => file.includes(each)));
    assertEquals(found(await files()).length, before.length);
    rewrap(database, { from, to }, randomBytes);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    assert(wrappedIn(database).every((each) => !before.includes(each)));
    assertEquals(found(await files()), []);
    database.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
