import { assertEquals } from "@std/assert";
import { verifyCheckpoint } from "../../../../runtime/trust/ledger/checkpoint.ts";
import { verifyCosignature } from "../../../../runtime/trust/ledger/cosignature.ts";
import { appendOf, by } from "../entries.ts";
import { Book, noted } from "./book.ts";
import { checkpointOf, cosignatureOf, newSigner, WITNESS } from "./signer.ts";

const [own, witness] = [newSigner(), newSigner()];
const HOUR_MS = 3_600_000, DAY_MS = 24 * HOUR_MS;

/** Adds an entry and signs the head. */
function sign(book: Book, atMs: number) {
  book.write({ op: "writeEntry", entry: noted(atMs) });
  const head = book.write({ op: "readHead" });
  book.write(checkpointOf(head, own, atMs));
  return head;
}

const sizes = (book: Book) => book.ask({ ask: "checkpoints", limit: 1000 }).map(({ size }) => size);

Deno.test("signed heads are given newest first, with the lines of their witnesses", () => {
  using book = new Book();
  const [first, second] = [sign(book, 1_000), sign(book, 2_000)];
  book.write(cosignatureOf(first, witness, 3_000));
  const heads = book.ask({ ask: "checkpoints", epoch: 1, limit: 10 });
  assertEquals(heads.map(({ size, witnesses }) => [size, witnesses]), [[second.size, []], [first.size, [
    "north",
  ]]]);
  assertEquals(verifyCheckpoint(heads[1].note, own.publicBytes)?.root, first.root);
  assertEquals(verifyCosignature(heads[1].note, WITNESS, witness.publicBytes), 3_000);
  assertEquals(book.ask({ ask: "checkpoints", limit: 1 })[0].size, second.size);
  assertEquals(book.ask({ ask: "checkpoints", sizeMin: second.size, limit: 10 }).length, 1);
  assertEquals(book.ask({ ask: "checkpoints", epoch: 2, limit: 10 }), []);
});

Deno.test("heads that no witness has signed are forgotten after a minute; the last stays, and what is signed", () => {
  using book = new Book();
  const seen = sign(book, 0);
  book.write(cosignatureOf(seen, witness, 0));
  sign(book, 1);
  const recent = sign(book, 60_000);
  const last = sign(book, 120_000);
  assertEquals(sizes(book), [last.size, recent.size, seen.size]);
});

Deno.test("of what a witness has signed the last of each day is kept", () => {
  using book = new Book();
  const heads = [1, 2, DAY_MS + 1, DAY_MS + 2].map((atMs) => {
    const head = sign(book, atMs);
    book.write(cosignatureOf(head, witness, atMs));
    return head;
  });
  const last = sign(book, 2 * DAY_MS);
  assertEquals(sizes(book), [last.size, heads[3].size, heads[1].size]);
});

Deno.test("what a witness signed last before somebody's keys changed is kept: it shows what was signed before a key was revoked", () => {
  using book = new Book();
  const signed = (atMs: number) => {
    const head = sign(book, atMs);
    book.write(cosignatureOf(head, witness, atMs));
    return head.size;
  };
  const [, before] = [signed(HOUR_MS), signed(2 * HOUR_MS)];
  const atMs = 3 * HOUR_MS;
  book.write({ op: "keepHandedFile", gateway: "north", serial: 2, atMs, bytes: new Uint8Array(1) });
  const [, after] = [signed(4 * HOUR_MS), signed(5 * HOUR_MS)];
  const last = sign(book, DAY_MS);
  assertEquals(sizes(book), [last.size, after, before]);
});

Deno.test("a witness that signs a head once more does not make it later", () => {
  using book = new Book();
  const head = sign(book, 1_000);
  for (const atMs of [2_000, HOUR_MS]) book.write(cosignatureOf(head, witness, atMs));
  const [{ note }] = book.ask({ ask: "checkpoints", limit: 1 });
  assertEquals(verifyCosignature(note, WITNESS, witness.publicBytes), 2_000);
});

Deno.test("what a witness says of a head that is forgotten is not kept", () => {
  using book = new Book();
  const head = book.write({ op: "readHead" });
  book.write(cosignatureOf({ ...head, size: 7 }, witness));
  assertEquals(book.database.prepare("SELECT count(*) AS n FROM cosignature").get()!.n, 0);
});

Deno.test("partner files are kept as they were, each once", () => {
  using book = new Book();
  const bytes = (serial: number) => new TextEncoder().encode(`file ${serial}`);
  for (const serial of [1, 2, 2]) {
    book.write({ op: "keepHandedFile", gateway: "north", serial, atMs: serial, bytes: bytes(serial) });
  }
  const files = book.ask({ ask: "handedFiles", gateway: "north" });
  assertEquals(files.map(({ serial, bytes }) => [serial, new TextDecoder().decode(bytes)]), [
    [2, "file 2"],
    [1, "file 1"],
  ]);
  assertEquals(book.ask({ ask: "handedFiles", gateway: "south" }), []);
});

const broken = (book: Book) => book.ask({ ask: "pending" }).ledger?.broken;

Deno.test("a ledger that agrees with what was signed is in no trouble", () => {
  using book = new Book();
  for (let at = 0; at < 300; at++) sign(book, at);
  assertEquals(book.ask({ ask: "pending" }).ledger, undefined);
});

Deno.test("a ledger that is shorter than was signed, or another, is in trouble, and goes on; heads are not forgotten", () => {
  for (
    const [change, code, found] of [
      ["DELETE FROM ledger WHERE place > (1 << 40) + 250", "JOURNAL_LEDGER_SHORTENED", 251],
      ["DELETE FROM ledger", "JOURNAL_LEDGER_SHORTENED", 0],
      [
        "UPDATE ledger SET entries = x'00027b7d' WHERE place = (1 << 40) + 299",
        "JOURNAL_LEDGER_CHANGED",
        301,
      ],
      ["DELETE FROM ledger WHERE place = (1 << 40) + 270", "JOURNAL_LEDGER_CHANGED", 301],
      ["UPDATE ledger SET entries = x'ff' WHERE place = (1 << 40) + 300", "JOURNAL_LEDGER_CHANGED", 301],
      ["UPDATE tile SET hashes = zeroblob(8192)", "JOURNAL_LEDGER_CHANGED", 301],
    ] as const
  ) {
    using book = new Book();
    for (let at = 0; at < 300; at++) sign(book, at);
    book.database.exec(change);
    book.open();
    assertEquals(broken(book), { code, epoch: 1, size: 301, found }, change);
    // What comes is taken all the same.
    const append = appendOf({ answered: "positively" });
    book.write(append);
    assertEquals(book.ask({ ask: "show", id: append.id })?.state, "received");
    book.open();
    book.write(appendOf());
    assertEquals(broken(book)?.size, 301, change);
    book.write(checkpointOf({ epoch: 1, size: 400, root: new Uint8Array(32) }, own, 10 * HOUR_MS));
    assertEquals(sizes(book).length, 301);
  }
});

Deno.test("a journal that was restored begins a ledger that names the head of the one before", () => {
  using book = new Book();
  const head = sign(book, 1);
  book.database.exec("UPDATE setting SET value = 2 WHERE name = 'epoch'");
  book.open();
  book.write({ op: "note", ids: [], patients: [], act: "nothing", by, atMs: 2 });
  assertEquals(book.write({ op: "readHead" }).size, 0);
  sign(book, 3);
  const [{ entry }, ...rest] = book.numbered();
  const before = `ward/0123456789abcdef/1 ${head.size} ${head.root.toBase64()}`;
  assertEquals([entry, rest.length], [{ kind: "began", atMs: 3_000, before }, 1]);
  // The ledger before it is still there.
  assertEquals(book.numbered(1).length, head.size);
});

Deno.test("where nothing was signed before, the ledger before it has no name", () => {
  using book = new Book();
  book.write({ op: "writeEntry", entry: noted(1) });
  const { root } = book.write({ op: "readHead" });
  book.database.exec("UPDATE setting SET value = 2 WHERE name = 'epoch'");
  book.open();
  book.write({ op: "writeEntry", entry: noted(2) });
  assertEquals(book.numbered()[0].entry.before, `//1 2 ${root.toBase64()}`);
});
