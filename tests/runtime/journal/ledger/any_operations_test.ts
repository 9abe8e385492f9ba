import { assertEquals, assertThrows } from "@std/assert";
import { randomBytes } from "node:crypto";
import { Sealing } from "../../../../runtime/journal/sealing.ts";
import { lookThrough } from "../../../../runtime/journal/upkeep/verify_ledger.ts";
import type { LedgerEntry } from "../../../../runtime/trust/ledger/entry.ts";
import { masterKey } from "../../../world/master_key.ts";
import { SeededRandom } from "../../../world/seeded_random.ts";
import { AnyOperations, ownKey } from "./_any_operations.ts";
import { Book } from "./book.ts";

const SEEDS = 4;
const COMMITS = 400;

/** Fails unless the ledger tells of all that is in the journal, and is what was signed. */
function assertTold(book: Book, seed: number): void {
  const { database } = book;
  const sealing = new Sealing(database, masterKey, randomBytes);
  const { findings, epochs } = lookThrough({
    database,
    sealing,
    keys: { own: [ownKey], witnesses: [] },
    tell() {},
  });
  assertEquals(findings, { count: 0, list: [] }, `seed ${seed}`);
  const { epoch, size, root } = book.write({ op: "readHead" });
  assertEquals(epochs.at(-1)?.root, root.toBase64(), `seed ${seed}: epoch ${epoch}, ${size} entries`);
}

/** Fails unless what was told last of each message that somebody has sent is what its sender has heard. */
function assertAnswersTold(book: Book, epochs: number, seed: number): void {
  const told = new Map<string, LedgerEntry["outcome"]>();
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const { entry: { message, destination, outcome } } of book.numbered(epoch)) {
      if (message !== undefined && destination === undefined && outcome) told.set(message, outcome);
    }
  }
  const answers = book.database.prepare(
    "SELECT id, answered FROM message WHERE adapter = " +
      "(SELECT id FROM name WHERE text = 'hand')",
  ).all();
  for (const { id, answered } of answers) {
    assertEquals(
      told.get(String(id)),
      [undefined, "accepted", "rejected"][Number(answered)],
      `seed ${seed}: ${id}`,
    );
  }
}

Deno.test("whatever happens in whatever order, the ledger tells of it, and of nothing that was rolled back", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    using book = new Book();
    const random = new SeededRandom(seed), any = new AnyOperations(book, random);
    let epochs = 1;
    for (let commit = 1; commit <= COMMITS; commit++) {
      const operations = any.commit();
      if (random.chance(0.05)) {
        // There is no such delivery.
        const nonsense = { op: "attempted", delivery: -1, attempts: 1, trouble: {} } as never;
        assertThrows(() => book.apply(...operations, nonsense));
      }
      book.apply(...operations);
      if (random.chance(0.03)) book.open();
      if (random.chance(0.02)) any.passDay();
      if (random.chance(0.005)) {
        book.database.exec("UPDATE setting SET value = value + 1 WHERE name = 'epoch'");
        book.open();
        // A restore is told, and begins another ledger.
        book.write({
          op: "writeEntry",
          entry: { kind: "act", atMs: 1, act: "restored from a backup", by: "ann" },
        });
        epochs++;
      }
      if (commit % 100 === 0) assertTold(book, seed);
    }
    assertAnswersTold(book, epochs, seed);
  }
});
