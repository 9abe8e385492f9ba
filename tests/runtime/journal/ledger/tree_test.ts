import { assertEquals, assertThrows } from "@std/assert";
import type { MitralError } from "../../../../runtime/contract/error.ts";
import { leafHash, verifyConsistency, verifyInclusion } from "../../../../runtime/trust/ledger/tree.ts";
import { TreeEdge } from "../../../../runtime/trust/ledger/tree_edge.ts";
import { appendOf, trouble } from "../entries.ts";
import { Book, noted } from "./book.ts";

const write = (number: number) => ({ op: "writeEntry", entry: noted(number) }) as const;

/** Root over what the ledger says it has. */
function rootOver(book: Book, size = Infinity): Uint8Array {
  const edge = new TreeEdge();
  for (const { number, bytes } of book.numbered()) if (number < size) edge.append(leafHash(bytes));
  return edge.root();
}

function fill(book: Book, from: number, upTo: number, together: number): void {
  for (let at = from; at < upTo; at += together) {
    book.apply(...Array.from({ length: Math.min(together, upTo - at) }, (_, each) => write(at + each)));
  }
}

Deno.test("a commit adds one row, and the head is the root over all entries", () => {
  using book = new Book();
  book.apply(appendOf(), appendOf(), write(1));
  const { rows } = book.database.prepare("SELECT count(*) AS rows FROM ledger").get()!;
  assertEquals([rows, book.numbered().map(({ entry }) => entry.kind)], [
    1,
    ["began", "received", "received", "login"],
  ]);
  assertEquals(book.write({ op: "readHead" }), { epoch: 1, size: 4, root: rootOver(book) });
});

Deno.test("a head that is read in a batch has what the batch has told before it", () => {
  using book = new Book();
  const [, head] = book.apply(write(1), { op: "readHead" }, write(2));
  assertEquals(head, { epoch: 1, size: 2, root: rootOver(book, 2) });
});

Deno.test("without anything told there is no ledger yet", () => {
  using book = new Book();
  assertEquals(book.write({ op: "readHead" }).size, 0);
  assertEquals(book.ask({ ask: "entries", from: 0, limit: 10 }), { epoch: 1, entries: [], next: null });
});

Deno.test("entries of a batch that is rolled back are gone, and the tree goes on without them", () => {
  using book = new Book();
  fill(book, 0, 300, 7);
  const before = book.write({ op: "readHead" });
  // The one that fails comes behind enough to fill a tile: no delivery has this number.
  const failing = { op: "attempted", delivery: 4711, attempts: 1, trouble } as const;
  assertThrows(() => book.apply(...Array.from({ length: 300 }, (_, at) => write(1000 + at)), failing));
  assertEquals(book.write({ op: "readHead" }), before);
  fill(book, 300, 600, 7);
  assertEquals(book.write({ op: "readHead" }).root, rootOver(book));
  book.open();
  assertEquals(book.write({ op: "readHead" }).root, rootOver(book));
});

Deno.test("the edge is made again at every size", () => {
  using book = new Book();
  const edge = new TreeEdge();
  for (let at = 0; at < 600; at++) {
    if (at % 3 === 0 || at % 256 < 3 || at % 256 > 253) book.open();
    book.write(write(at));
  }
  for (const { bytes } of book.numbered()) edge.append(leafHash(bytes));
  book.open();
  assertEquals(book.write({ op: "readHead" }), { epoch: 1, size: 601, root: edge.root() });
});

Deno.test("every entry is proved to be in the tree, at every size, and trees to grow out of each other", () => {
  using book = new Book();
  fill(book, 0, 70_000, 2000);
  const all = book.numbered();
  const edge = new TreeEdge(), roots = new Map<number, Uint8Array>();
  const sizes = [1, 2, 255, 256, 257, 511, 513, 65_535, 65_536, 65_537, 70_001];
  for (const { bytes } of all) {
    edge.append(leafHash(bytes));
    if (sizes.includes(edge.size)) roots.set(edge.size, edge.root());
  }
  for (const size of sizes) {
    const root = roots.get(size)!;
    for (const number of new Set([0, Math.floor(size / 3), size - 1])) {
      const proof = book.ask({ ask: "inclusion", epoch: 1, number, size });
      const leaf = leafHash(all[number].bytes);
      assertEquals(verifyInclusion({ leaf, number, size, proof, root }), true, `${number} in ${size}`);
    }
    for (const from of sizes.filter((each) => each <= size)) {
      const proof = book.ask({ ask: "consistency", epoch: 1, from, size });
      const claim = { from: { size: from, root: roots.get(from)! }, to: { size, root }, proof };
      assertEquals(verifyConsistency(claim), true, `${from} to ${size}`);
    }
  }
});

Deno.test("what the ledger has not come to is not proved", () => {
  using book = new Book();
  fill(book, 0, 9, 3);
  const code = (ask: () => unknown) => (assertThrows(ask) as MitralError).code;
  assertEquals(
    code(() => book.ask({ ask: "inclusion", epoch: 1, number: 10, size: 10 })),
    "JOURNAL_LEDGER_SHORT",
  );
  assertEquals(
    code(() => book.ask({ ask: "inclusion", epoch: 1, number: 3, size: 11 })),
    "JOURNAL_LEDGER_SHORT",
  );
  assertEquals(
    code(() => book.ask({ ask: "consistency", epoch: 1, from: 1, size: 11 })),
    "JOURNAL_LEDGER_SHORT",
  );
  assertEquals(
    code(() => book.ask({ ask: "consistency", epoch: 1, from: 3, size: 2 })),
    "JOURNAL_LEDGER_SHORT",
  );
});

Deno.test("entries are found by their time, also where the clock was set back, and by their message", () => {
  using book = new Book();
  const times = [5_000, 6_000, 2_000, 3_000, 7_000, 7_000, 9_000];
  const ids = times.map((receivedAtMs) => {
    const append = appendOf({ receivedAtMs });
    book.write(append);
    return append.id;
  });
  const at = (atMs: number) => book.ask({ ask: "entryAt", atMs });
  // Number 0 is where it began, at the same time as the first.
  assertEquals([0, 5_000, 5_001, 6_000, 6_001, 7_000, 9_000, 9_001].map(at), [0, 0, 2, 2, 5, 5, 7, 8]);
  for (const [which, id] of ids.entries()) {
    const { entries } = book.ask({ ask: "entries", from: at(times[which]), limit: 100, message: id });
    assertEquals(entries.map(({ number }) => number), [which + 1]);
  }
});

Deno.test("entries are read in slices", () => {
  using book = new Book();
  fill(book, 0, 10, 4);
  const slice = (from: number) => {
    const { entries, next } = book.ask({ ask: "entries", from, limit: 4 });
    return [entries.map(({ number }) => number), next];
  };
  assertEquals([slice(0), slice(4), slice(8)], [[[0, 1, 2, 3], 4], [[4, 5, 6, 7], 8], [[8, 9, 10], null]]);
});
