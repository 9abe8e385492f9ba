import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { Journal } from "../../../../runtime/journal/journal.ts";
import { bundleOf, entriesIn } from "../../../../runtime/journal/ledger/bundle.ts";
import type { Append } from "../../../../runtime/journal/operations.ts";
import { MESSAGE } from "../../../../runtime/journal/schema.ts";
import { sqliteStore } from "../../../../runtime/journal/store.ts";
import { backUpJournal, restoreJournal, verifyLedgerIn } from "../../../../runtime/journal/upkeep/upkeep.ts";
import { type LedgerKeys, verifyLedger } from "../../../../runtime/journal/upkeep/verify_ledger.ts";
import { encodeEntry } from "../../../../runtime/trust/ledger/entry_bytes.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { masterKey } from "../../../world/master_key.ts";
import { appendOf, branchTo, by, deaf, processOf, trouble } from "../entries.ts";
import { Book, noted } from "./book.ts";
import { checkpointOf, cosignatureOf, newSigner, WITNESS } from "./signer.ts";

const [own, witness, stranger] = [newSigner(), newSigner(), newSigner()];
const keys: LedgerKeys = {
  own: [own.publicBytes],
  witnesses: [{ name: WITNESS, publicBytes: witness.publicBytes }],
};

/** A journal in a folder, with all kinds of ends, and three heads that are signed. */
function fill(book: Book): readonly string[] {
  const ids: string[] = [];
  for (let at = 0; at < 200; at++) {
    const append = appendOf({ answered: "positively" });
    ids.push(append.id);
    const { seq } = book.write<Append>(append);
    if (at % 7 === 0) continue;
    const deliveries = book.write(
      processOf(seq, [branchTo("ehr"), branchTo("ehr", { part: 1 }), branchTo("lab")]),
    );
    for (const [which, { delivery }] of deliveries.entries()) {
      const settle = { op: "settle", seq, delivery, attempts: 1, atMs: 9, tellRest: false } as const;
      if (which === 2 && at % 5 === 0) book.write({ ...settle, ended: { how: "cancelled", by } });
      else book.write({ ...settle, ...(which === 1 ? { trouble } : {}) });
    }
    if (at % 90 === 0) sign(book);
  }
  sign(book);
  return ids;
}

function sign(book: Book): void {
  const head = book.write({ op: "readHead" });
  book.apply(checkpointOf(head, own), cosignatureOf(head, witness));
}

async function looked(change: (book: Book, ids: readonly string[]) => void = () => {}, given = keys) {
  const folder = await Deno.makeTempDir();
  try {
    using book = new Book(join(folder, "journal.db"));
    const ids = fill(book);
    change(book, ids);
    return verifyLedger({ folder, masterKey, keys: given }, () => {});
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function found(change: (book: Book, ids: readonly string[]) => void, given = keys) {
  const { findings } = await looked(change, given);
  assertEquals(findings.list.length, findings.count);
  return [...new Set(findings.list.map(({ code }) => code))].sort();
}

/** Puts other entries in the place of those of a commit. */
function replace(book: Book, place: number, by: (entries: Uint8Array[]) => Uint8Array[]): void {
  const { entries } = book.database.prepare("SELECT entries FROM ledger WHERE place = ?").get(place)!;
  const other = bundleOf(by(entriesIn(entries as Uint8Array)!));
  book.database.prepare("UPDATE ledger SET entries = ? WHERE place = ?").run(other, place);
}

const EPOCH_1 = 2 ** 40;

Deno.test("a ledger that is whole passes, with all that is compared", async () => {
  const { findings, entries, messages, deliveries, opened, epochs } = await looked();
  assertEquals(findings, { count: 0, list: [] });
  assertEquals([entries, messages, deliveries, opened], [1 + 200 + 3 * 171, 200, 3 * 171, true]);
  const [{ root: _, witnessed, ...epoch }, ...others] = epochs;
  assertEquals(epoch, { epoch: 1, size: entries, checkpoints: 3, cosignatures: 1, unchecked: 0 });
  assertEquals([witnessed.length, others], [1, []]);
});

Deno.test("without keys its signatures are not checked, and counted", async () => {
  const { findings, epochs: [{ cosignatures, unchecked }] } = await looked(sign, { own: [], witnesses: [] });
  assertEquals([findings.count, cosignatures, unchecked], [0, 0, 1]);
});

Deno.test("an entry that says something else is found, by the tile and by what was signed", async () => {
  const other = encodeEntry(noted(1));
  assertEquals(
    await found((book) => replace(book, EPOCH_1 + 2, () => [other])),
    ["ledgerChanged", "ledgerDamaged", "ledgerUntold"],
  );
});

Deno.test("an entry that is none, one that is left out, and a tile that is gone or other are found", async () => {
  const nonsense = new TextEncoder().encode("{}");
  for (
    const change of [
      (book: Book) => replace(book, EPOCH_1 + 2, () => [nonsense]),
      (book: Book) => book.database.exec(`DELETE FROM ledger WHERE place = ${EPOCH_1 + 2}`),
      (book: Book) =>
        book.database.exec(`UPDATE ledger SET entries = x'ffff00' WHERE place = ${EPOCH_1 + 2}`),
      (book: Book) => book.database.exec("DELETE FROM tile WHERE number = 1"),
      (book: Book) => book.database.exec("UPDATE tile SET hashes = zeroblob(8192) WHERE number = 1"),
      (book: Book) => book.database.exec("INSERT INTO tile VALUES (1, 8, 77, zeroblob(8192))"),
    ]
  ) assertEquals((await found(change)).includes("ledgerDamaged"), true, String(change));
});

Deno.test("a ledger that is cut short, or gone, is found by what was signed", async () => {
  for (const from of [EPOCH_1 + 500, 0]) {
    const codes = await found((book) => book.database.exec(`DELETE FROM ledger WHERE place >= ${from}`));
    assertEquals(codes.includes("ledgerShortened"), true);
  }
});

Deno.test("a head that somebody else signed, and one that a witness has not, are found", async () => {
  assertEquals(await found(() => {}, { ...keys, own: [stranger.publicBytes] }), ["ledgerSignatureWrong"]);
  const witnesses = [{ name: WITNESS, publicBytes: stranger.publicBytes }];
  assertEquals(await found(() => {}, { ...keys, witnesses }), ["ledgerSignatureWrong"]);
  const line = "\u2014 north/0123456789abcdef/witness AAAAAAAA\n";
  const forge = (book: Book) => book.database.prepare("UPDATE cosignature SET line = ?").run(line);
  assertEquals(await found(forge), ["ledgerSignatureWrong"]);
});

Deno.test("after a key was changed, heads signed by the one before are still checked with it", async () => {
  assertEquals(await found(() => {}, { ...keys, own: [stranger.publicBytes, own.publicBytes] }), []);
});

Deno.test("a message that the ledger does not tell of is found, and one that is told twice", async () => {
  const smuggled = (book: Book) =>
    book.database.exec(
      "INSERT INTO message SELECT 9999, 'smuggled', channel, received_ms, day, adapter, sender," +
        " recognised, state, answered, size, body, answer, evidence, trouble, stages, parent, whole FROM message LIMIT 1",
    );
  const twice = (book: Book, [first]: readonly string[]) =>
    book.write({ op: "writeEntry", entry: { kind: "received", atMs: 1, channel: "lab", message: first } });
  const renamed = (book: Book, [, second]: readonly string[]) =>
    book.database.prepare("UPDATE message SET id = 'other' WHERE id = ?").run(second);
  for (const change of [smuggled, twice, renamed]) {
    assertEquals((await found(change)).includes("ledgerUntold"), true, change.name);
  }
});

/** Removes some messages from all over the journal, as if they had never come. */
function remove(book: Book, ids: readonly string[]): void {
  for (const id of [...ids.slice(0, 20), ids[77], ids.at(-1)!]) {
    const { seq } = book.database.prepare("SELECT seq FROM message WHERE id = ?").get(id)!;
    book.database.prepare("DELETE FROM delivery WHERE seq = ?").run(seq);
    book.database.prepare("DELETE FROM message WHERE seq = ?").run(seq);
  }
}

Deno.test("messages whose time has come are gone without a finding: the keys of their day went first", async () => {
  const prune = (book: Book, ids: readonly string[]) => {
    remove(book, ids);
    book.database.exec("DELETE FROM data_key WHERE channel > 0");
  };
  const { findings, messages } = await looked(prune);
  assertEquals([findings.count, messages], [0, 178]);
});

Deno.test("messages that were removed before their time are found", async () => {
  const { findings } = await looked(remove);
  assertEquals([findings.count, findings.list[0].code], [22, "ledgerMessageGone"]);
});

Deno.test("a body that is another message's is found", async () => {
  const swap = (book: Book) =>
    book.database.exec("UPDATE message SET body = (SELECT body FROM message WHERE seq = 3) WHERE seq = 5");
  assertEquals(await found(swap), ["ledgerBodyOther"]);
});

Deno.test("a delivery whose end was changed behind the ledger's back is found", async () => {
  for (const [from, to] of [[2, 1], [1, 2], [0, 1], [1, 4]]) {
    const change = (book: Book) => {
      const { seq } = book.write<Append>(appendOf());
      book.write(processOf(seq, [branchTo("waits")]));
      book.database.exec(
        `UPDATE delivery SET state = ${to} WHERE id = (SELECT max(id) FROM delivery WHERE state = ${from})`,
      );
    };
    assertEquals(await found(change), ["ledgerUntold"], `${from} to ${to}`);
  }
});

Deno.test("a message that was made to look as if it were for nobody, or in quarantine, or had gone on, is found", async () => {
  for (const state of [MESSAGE.processed, MESSAGE.filtered, MESSAGE.quarantined, MESSAGE.cancelled]) {
    const change = (book: Book) => {
      const { seq } = book.write<Append>(appendOf());
      book.database.prepare("UPDATE message SET state = ? WHERE seq = ?").run(state, seq);
    };
    assertEquals(await found(change), ["ledgerUntold"], `${state}`);
  }
  const unsent = (book: Book) => {
    const { seq } = book.write<Append>(appendOf());
    book.write(processOf(seq, [branchTo("ehr")]));
    book.database.prepare("DELETE FROM delivery WHERE seq = ?").run(seq);
  };
  assertEquals(await found(unsent), ["ledgerUntold"]);
});

Deno.test("a ledger that is gone with all that was signed of it is missed by the messages it told of", async () => {
  const wiped = "DELETE FROM ledger; DELETE FROM tile; DELETE FROM checkpoint; DELETE FROM cosignature";
  const { findings, entries } = await looked((book) => book.database.exec(wiped));
  assertEquals([findings.count, findings.list[0].code, entries], [200, "ledgerUntold", 0]);
});

Deno.test("what was there before there was a ledger need not be told", async () => {
  const old = (book: Book) => {
    book.database.exec(
      "DELETE FROM ledger; DELETE FROM tile; DELETE FROM checkpoint; DELETE FROM cosignature",
    );
    book.open();
    const { seq } = book.write<Append>(appendOf());
    const [{ delivery }] = book.write(processOf(seq, [branchTo("ehr")]));
    book.write({ op: "settle", seq, delivery, attempts: 1, atMs: 9, tellRest: false });
  };
  const { findings, messages, deliveries } = await looked(old);
  assertEquals([findings.count, messages, deliveries], [0, 1, 1]);
});

Deno.test("it is looked through beside its gateway, in a backup, and after a restore, which begins another that names it", async () => {
  const folder = await Deno.makeTempDir();
  const [data, copy] = [join(folder, "data"), join(folder, "copy")];
  const open = () => Journal.open(denoWorld, data, deaf, sqliteStore(masterKey));
  const look = (folder: string) => verifyLedgerIn(denoWorld, { folder, masterKey, keys });
  try {
    const journal = await open();
    await journal.write(appendOf());
    const head = await journal.write({ op: "readHead" });
    await journal.write(checkpointOf(head, own));
    assertEquals((await look(data)).findings.count, 0);
    await journal.close();
    await backUpJournal(denoWorld, { folder: data, to: copy, gateway: "ward", idle: true });
    assertEquals((await look(copy)).entries, head.size);

    const { epoch } = await restoreJournal(denoWorld, {
      backup: copy,
      folder: data,
      masterKey,
      replace: true,
      by,
    });
    const again = await open();
    await again.write(appendOf());
    const { entries } = await again.ask({ ask: "entries", from: 0, limit: 10 });
    assertEquals(entries.map(({ entry }) => entry.kind), ["began", "act", "received"]);
    const before = `ward/0123456789abcdef/1 ${head.size} ${head.root.toBase64()}`;
    assertEquals([epoch, entries[0].entry.before], [2, before]);
    const { findings, epochs } = await look(data);
    assertEquals([findings.count, epochs.map(({ size }) => size)], [0, [head.size, 3]]);
    await again.close();

    // The same backup again: its epoch must not be begun twice.
    const third = await restoreJournal(denoWorld, {
      backup: copy,
      folder: data,
      masterKey,
      replace: true,
      by,
    });
    assertEquals(third.epoch, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
