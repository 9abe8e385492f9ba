import { assertEquals, assertThrows } from "@std/assert";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { LedgerEntry } from "../../../../runtime/trust/ledger/entry.ts";
import {
  decodeEntry,
  encodeEntry,
  ENTRY_BYTES_MAX,
  ENTRY_TEXT_MAX,
} from "../../../../runtime/trust/ledger/entry_bytes.ts";

const TEXTS = {
  act: "act",
  before: "before",
  body: "body",
  by: "by",
  channel: "ch",
  code: "code",
  destination: "dst",
  envelope: "env",
  gateway: "gw",
  hash: "hash",
  message: "id",
  outcome: "out",
  receipt: "rcpt",
  statement: "stmt",
} as const;

const KINDS =
  "began started stopped received acknowledged filtered attempted delivered receipted quarantined act config"
    .concat(" keys partner login alarm").split(" ") as LedgerEntry["kind"][];

const anyText = fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => text.slice(0, ENTRY_TEXT_MAX));
const anyCount = fc.oneof(fc.nat(), fc.maxSafeNat());
const texts = Object.fromEntries(Object.keys(TEXTS).map((name) => [name, anyText]));
const anyEntry = fc.record({ kind: fc.constantFrom(...KINDS), atMs: anyCount, serial: anyCount, ...texts }, {
  requiredKeys: ["kind", "atMs"],
}) as fc.Arbitrary<LedgerEntry>;

Deno.test("an entry is written as RFC 8785 has it", () => {
  fc.assert(fc.property(anyEntry, (entry) => {
    const said: Record<string, unknown> = { v: 1, t: entry.atMs, k: entry.kind, ser: entry.serial };
    for (const [name, key] of Object.entries(TEXTS)) said[key] = entry[name as keyof LedgerEntry];
    assertEquals(new TextDecoder().decode(encodeEntry(entry)), canonicalize(said));
  }));
});

Deno.test("an entry is read as it was written", () => {
  fc.assert(fc.property(anyEntry, (entry) => {
    const written = encodeEntry(entry);
    assertEquals({ ...decodeEntry(written) }, { ...entry });
  }));
});

Deno.test("an entry never stops a commit: texts are cut, and lone surrogates replaced", () => {
  const long = Object.fromEntries(Object.keys(TEXTS).map((name) => [name, "\u0001".repeat(100_000)]));
  const bytes = encodeEntry({ kind: "act", atMs: 1, ...long });
  assertEquals(bytes.length <= ENTRY_BYTES_MAX, true);
  assertEquals(decodeEntry(bytes).by?.length, ENTRY_TEXT_MAX);
  const halved = "a".repeat(ENTRY_TEXT_MAX - 1) + "\u{1f9ec}";
  assertEquals(decodeEntry(encodeEntry({ kind: "act", atMs: 1, by: halved })).by?.at(-1), "\ufffd");
  assertEquals(decodeEntry(encodeEntry({ kind: "act", atMs: 1, by: "a\ud800b" })).by, "a\ufffdb");
});

const REFUSED = {
  "nothing": "",
  "no object": "[]",
  "null": "null",
  "no kind": '{"t":1,"v":1}',
  "an unknown kind": '{"k":"other","t":1,"v":1}',
  "a kind that every object has": '{"k":"constructor","t":1,"v":1}',
  "no time": '{"k":"act","v":1}',
  "a time before 1970": '{"k":"act","t":-1,"v":1}',
  "a fraction": '{"k":"act","t":1.5,"v":1}',
  "a time beyond 2^53": '{"k":"act","t":9007199254740993,"v":1}',
  "another spelling of a number": '{"k":"act","t":1e3,"v":1}',
  "a zero below zero": '{"k":"act","t":-0,"v":1}',
  "another version": '{"k":"act","t":1,"v":2}',
  "no version": '{"k":"act","t":1}',
  "another order": '{"t":1,"k":"act","v":1}',
  "a key nobody knows": '{"k":"act","t":1,"v":1,"x":1}',
  "a key twice": '{"by":"a","by":"b","k":"act","t":1,"v":1}',
  "a text that is a number": '{"by":1,"k":"act","t":1,"v":1}',
  "a text that is null": '{"by":null,"k":"act","t":1,"v":1}',
  "a serial that is a text": '{"k":"act","ser":"1","t":1,"v":1}',
  "a blank": '{"k":"act", "t":1,"v":1}',
  "a line feed at its end": '{"k":"act","t":1,"v":1}\n',
  "an escape without need": '{"by":"\\u0061","k":"act","t":1,"v":1}',
  "a byte order mark": '\ufeff{"k":"act","t":1,"v":1}',
  "a text that is too long": `{"by":"${"a".repeat(ENTRY_TEXT_MAX + 1)}","k":"act","t":1,"v":1}`,
};

for (const [what, text] of Object.entries(REFUSED)) {
  Deno.test(`an entry with ${what} is refused`, () => {
    const error = assertThrows(() => decodeEntry(new TextEncoder().encode(text)), MitralError);
    assertEquals(error.code, "LEDGER_ENTRY_INVALID");
  });
}

Deno.test("an entry that is not UTF-8 is refused", () => {
  const bytes = encodeEntry({ kind: "act", atMs: 1, by: "a" });
  bytes[bytes.indexOf(0x61, 3)] = 0xff;
  assertEquals(assertThrows(() => decodeEntry(bytes), MitralError).code, "LEDGER_ENTRY_INVALID");
});
