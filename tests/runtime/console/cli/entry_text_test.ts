import { assertEquals } from "@std/assert";
import { entryRow } from "../../../../runtime/console/cli/audit/entry_text.ts";
import type { LedgerEntry } from "../../../../runtime/trust/ledger/entry.ts";

function whatOf(entry: Partial<LedgerEntry>): unknown {
  return entryRow({ number: 0, entry: { kind: "began", atMs: 0, ...entry } })[3];
}

Deno.test("an entry that begins a ledger says what came before it", () => {
  assertEquals(whatOf({ serial: 0 }), "");
  assertEquals(whatOf({ serial: 1_200 }), "after 1,200 messages");
  assertEquals(whatOf({ before: "north/0123456789abcdef/1 18204 AAAA" }), "after 18,204 of epoch 1");
});

Deno.test("an entry about keys says which file they are in", () => {
  assertEquals(whatOf({ kind: "partner", outcome: "active", serial: 2 }), "active serial 2");
});
