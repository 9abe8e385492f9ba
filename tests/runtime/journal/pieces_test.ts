import { assertEquals } from "@std/assert";
import type { JoinPieces } from "../../../runtime/journal/pieces.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { appendOf, by, journalOn, trouble } from "./entries.ts";

const whole = (pieces: readonly number[]): JoinPieces => {
  const { op: _op, sameness: _sameness, answered: _answered, ...facts } = appendOf();
  return { ...facts, op: "joinPieces", pieces };
};

Deno.test("pieces wait outside the inbox, and are joined once, all or none", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const piece = () => journal.write(appendOf({ place: "gathering", answered: "positively" }));
  const [a, b] = [(await piece()).seq, (await piece()).seq];
  const inbox = async () =>
    (await journal.ask({ ask: "inbox", channel: "lab", after: 0, limit: 9 })).map(({ seq }) => seq);
  const waiting = async () =>
    (await journal.ask({ ask: "pieces", channel: "lab", after: 0, limit: 9 })).map(({ seq }) => seq);
  assertEquals([await inbox(), await waiting()], [[], [a, b]]);
  await journal.write({ op: "quarantine", seq: b, trouble });
  assertEquals(await journal.write(whole([a, b])), null);
  assertEquals([await inbox(), await waiting()], [[], [a]]);
  const replayed = await journal.write({ op: "replay", seq: b, force: false, by, atMs: 1 });
  assertEquals(replayed, { kind: "inbox", channel: "lab", size: 6, gathers: true });
  const joined = await journal.write(whole([a, b]));
  assertEquals([await inbox(), await waiting()], [[joined!.seq], []]);
  assertEquals(await journal.write(whole([a, b])), null);
  assertEquals(await journal.write({ op: "replay", seq: a, force: false, by, atMs: 1 }), { kind: "nothing" });
  await journal.close();
});

Deno.test("a piece that comes again is answered as the whole it has become part of", async () => {
  using store = new MemoryStore();
  const journal = await journalOn(store);
  const sameness = { kind: "exact", windowMs: Infinity } as const;
  const piece = appendOf({ place: "gathering", answered: "positively", sameness });
  const { seq } = await journal.write(piece);
  assertEquals((await journal.write({ ...piece, id: "again-1" })).kind, "answered");
  const joined = await journal.write(whole([seq]));
  const pending = await journal.write({ ...piece, id: "again-2" });
  assertEquals([pending.kind, pending.seq], ["pending", joined!.seq]);
  await journal.write({ op: "quarantine", seq: joined!.seq, trouble });
  assertEquals((await journal.write({ ...piece, id: "again-3" })).kind, "appended");
  await journal.close();
});
