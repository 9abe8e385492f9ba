import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { randomBytes } from "node:crypto";
import type { Database } from "../../../runtime/journal/database.ts";
import { prepareSchema } from "../../../runtime/journal/schema.ts";
import { SEALED, Sealing } from "../../../runtime/journal/sealing.ts";
import { openWriter } from "../../../runtime/journal/sqlite_database.ts";
import { Blinds } from "../../../runtime/journal/blinds.ts";
import { createMasterKey } from "../../../runtime/trust/master_key.ts";
import { masterKey } from "../../world/master_key.ts";

const encoder = new TextEncoder();
const monday = 20_458;
const lab = { channel: 1, day: monday };

interface Vault extends Disposable {
  readonly database: Database;
  /** The same journal, opened once more. */
  open(): Sealing;
}

function vault(): Vault {
  const database = openWriter(":memory:");
  prepareSchema(database);
  return {
    database,
    open: () => new Sealing(database, masterKey, randomBytes),
    [Symbol.dispose]: () => database.close(),
  };
}

Deno.test("what is sealed opens again, also after the journal was closed, and says nothing to whoever has no key", () => {
  using journal = vault();
  const plain = encoder.encode("DOE^JANE");
  const sealed = journal.open().seal(SEALED.body, 7, lab, plain);
  assertEquals(new Uint8Array(journal.open().open(SEALED.body, 7, sealed)!), plain);
  assert(!new TextDecoder("latin1").decode(sealed).includes("DOE"));
});

Deno.test("what is sealed opens for its own row and kind alone, and not with any bit changed", () => {
  using journal = vault();
  const sealing = journal.open();
  const sealed = sealing.seal(SEALED.body, 7, lab, encoder.encode("A"));
  assertEquals(sealing.open(SEALED.body, 8, sealed), null);
  assertEquals(sealing.open(SEALED.answer, 7, sealed), null);
  assertEquals(sealing.open(SEALED.body, 7 + 2 ** 50, sealed), null);
  for (let at = 0; at < sealed.length * 8; at++) {
    const changed = sealed.slice();
    changed[at >> 3] ^= 1 << (at & 7);
    assertEquals(sealing.open(SEALED.body, 7, changed), null, `bit ${at}`);
  }
  assertEquals(sealing.open(SEALED.body, 7, sealed.subarray(0, 20)), null);
});

Deno.test("each channel and each day has a data key, and without it nothing of that day opens", () => {
  using journal = vault();
  const sealing = journal.open();
  const owners = [lab, { ...lab, day: monday + 1 }, { ...lab, channel: 2 }, { ...lab, day: 0 }];
  const sealed = owners.map((owner) => sealing.seal(SEALED.body, 1, owner, encoder.encode("A")));
  const { keys } = journal.database.prepare("SELECT count(*) AS keys FROM data_key").get()!;
  assertEquals(keys, 4);
  journal.database.exec("DELETE FROM data_key WHERE channel = 1 AND day = 20458");
  const after = journal.open();
  assertEquals(sealed.map((each) => after.open(SEALED.body, 1, each) !== null), [false, true, true, true]);
});

Deno.test("two openings of a journal never seal with the same key and nonce, whatever became of the first", () => {
  using journal = vault();
  const first = journal.open().seal(SEALED.body, 1, lab, encoder.encode("A"));
  journal.database.exec("BEGIN");
  const rolledBack = journal.open();
  rolledBack.seal(SEALED.body, 1, lab, encoder.encode("A"));
  journal.database.exec("ROLLBACK");
  rolledBack.forget();
  const again = rolledBack.seal(SEALED.body, 1, lab, encoder.encode("A"));
  assertNotEquals([...first], [...again]);
  assertEquals(new Uint8Array(journal.open().open(SEALED.body, 1, again)!), encoder.encode("A"));
});

Deno.test("a journal does not open under another master key, and says which it wants", async () => {
  using journal = vault();
  journal.open();
  const { masterKey: other } = await createMasterKey();
  const error = assertThrows(() => new Sealing(journal.database, other, randomBytes)) as Error;
  assert(error.message.includes(masterKey.id) && error.message.includes(other.id));
});

Deno.test("a blind number is the same for the same value of a field, under the same key, and for no other", () => {
  const key = randomBytes(32);
  const [one, same, other] = [new Blinds(key), new Blinds(key), new Blinds(randomBytes(32))];
  const number = one.number("patient", "4711");
  assert(Number.isSafeInteger(number) && number >= 0);
  assertEquals(same.number("patient", "4711"), number);
  assertNotEquals(one.number("patient", "4712"), number);
  assertNotEquals(one.number("order", "4711"), number);
  assertNotEquals(other.number("patient", "4711"), number);
  assertNotEquals(one.key("4711"), "4711");
});

Deno.test("whoever remembers a data key that is gone opens all the same what is sealed with the next", () => {
  using journal = vault();
  const [writer, reader] = [journal.open(), journal.open()];
  const old = writer.seal(SEALED.body, 1, lab, encoder.encode("A"));
  assert(reader.open(SEALED.body, 1, old));
  journal.database.exec("DELETE FROM data_key");
  writer.forget();
  const next = writer.seal(SEALED.body, 2, { ...lab, day: monday + 40 }, encoder.encode("B"));
  assertEquals(new Uint8Array(reader.open(SEALED.body, 2, next)!), encoder.encode("B"));
});
