import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import csv from "../../../../actors/formats/csv/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { csvWith, FACTS, parse, written } from "./_tables.ts";

/** Any text but NUL, and text of what is hardest for a table. */
const VALUE = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."\",'\r\n;\t ab\uFEFFé"), maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 8 }).map((text) => text.replaceAll("\0", "")),
);

interface Records {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Names of columns and rows of values, as many in each row. */
const RECORDS: fc.Arbitrary<Records> = fc.uniqueArray(VALUE, { minLength: 1, maxLength: 5 }).chain(
  (names) => {
    const row = fc.array(VALUE, { minLength: names.length, maxLength: names.length });
    return fc.record({ names: fc.constant(names), rows: fc.array(row, { maxLength: 6 }) });
  },
);

/** What may differ between texts of one table. */
interface Style {
  readonly newline: string;
  readonly lead: string;
  readonly endsLine: boolean;
}

const STYLE: fc.Arbitrary<Style> = fc.record({
  newline: fc.constantFrom("\r\n", "\n", "\r", "\n\n"),
  lead: fc.constantFrom("", "\uFEFF", "\n\n", "\uFEFF\r"),
  endsLine: fc.boolean(),
});

const PLACE = fc.nat({ max: 99 });

/** A table written the simplest way there is: every field in quotes. */
function quoted({ names, rows }: Records, style: Style): string {
  return textOf([names, ...rows].map((fields) => fields.map(inQuotes)), style);
}

function textOf(fields: readonly (readonly string[])[], { newline, lead, endsLine }: Style): string {
  return lead + fields.map((row) => row.join()).join(newline) + (endsLine ? newline : "");
}

function inQuotes(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}

function pathOf(row: number, name: string): string {
  return `[${row}].${inQuotes(name)}`;
}

Deno.test("csv reads any table that was written with quotes, and writes it as it was", () => {
  fc.assert(
    fc.property(RECORDS, STYLE, (records, style) => {
      const text = quoted(records, style);
      const body = parse(text);
      assertEquals(written(body), text);
      records.rows.forEach((values, at) =>
        records.names.forEach((name, column) =>
          assertEquals(body.get(pathOf(at + 1, name)), values[column] || undefined)
        )
      );
      for (const [path, value] of body.leaves()) assertEquals(body.get(path), value, path);
    }),
    { numRuns: 300 },
  );
});

Deno.test("csv changes no character but those of the field it sets", () => {
  fc.assert(
    fc.property(RECORDS, STYLE, VALUE, PLACE, PLACE, ({ names, rows }, style, value, someRow, someColumn) => {
      fc.pre(rows.length > 0);
      const row = someRow % rows.length, column = someColumn % names.length;
      const changed = parse(quoted({ names, rows }, style)).with(pathOf(row + 1, names[column]), value);
      const needsQuotes = /[",\r\n]/.test(value) || (value === "" && names.length === 1);
      const fields = rows.map((row) => row.map(inQuotes));
      const expected = fields.with(row, fields[row].with(column, needsQuotes ? inQuotes(value) : value));
      assertEquals(written(changed), textOf([names.map(inQuotes), ...expected], style));
      assertEquals(changed.get(pathOf(row + 1, names[column])), value || undefined);
    }),
    { numRuns: 300 },
  );
});

Deno.test("csv builds any table from nothing, field by field", () => {
  fc.assert(
    fc.property(RECORDS, fc.boolean(), ({ names, rows }, header) => {
      const format = csvWith({ header, delimiter: ";", quote: "'" });
      let body = format.create("", FACTS)!;
      rows.forEach((values, at) =>
        values.forEach((value, column) => {
          const path = header ? pathOf(at + 1, names[column]) : `[${at + 1}].${column + 1}`;
          body = body.with(path, value);
        })
      );
      const reread = format.parse(body.toBytes());
      assertEquals([...reread.leaves()], [...body.leaves()]);
      assertEquals(
        [...reread.leaves()].map(([, value]) => value),
        rows.flat().filter((value) => value !== ""),
      );
    }),
    { numRuns: 200 },
  );
});

Deno.test("csv joins what it has split to the same leaves", () => {
  const format = csvWith();
  fc.assert(
    fc.property(RECORDS, STYLE, (records, style) => {
      const body = parse(quoted(records, style));
      const parts = body.split("[*]");
      assertEquals(parts.length, records.rows.length);
      const joined = format.parse(format.batch!.join(parts.map((part) => part.toBytes()), FACTS));
      assertEquals([...joined.leaves()], [...body.leaves()]);
    }),
    { numRuns: 300 },
  );
});

Deno.test("csv joins any tables to one that has the leaves of all", () => {
  const format = csvWith();
  fc.assert(
    fc.property(fc.array(fc.tuple(RECORDS, STYLE), { minLength: 1, maxLength: 4 }), (tables) => {
      const texts = tables.map(([records, style]) => quoted(records, style));
      const joined = format.parse(
        format.batch!.join(texts.map((text) => new TextEncoder().encode(text)), FACTS),
      );
      let before = 0;
      const expected = new Set<string>();
      for (const text of texts) {
        const body = parse(text);
        for (const [path, value] of body.leaves()) {
          const [, row, name] = /^\[(\d+)\](.*)$/s.exec(path)!;
          expected.add(JSON.stringify([`[${Number(row) + before}]${name}`, value]));
        }
        before += body.places("[*]").length;
      }
      assertEquals(new Set(Array.from(joined.leaves(), (leaf) => JSON.stringify(leaf))), expected);
    }),
    { numRuns: 200 },
  );
});

Deno.test("csv meets a table that is cut anywhere with a declared error or reads it", () => {
  const text = '\uFEFF"A ""1""",B\r\n\r\n"x,\r\ny",é\r\n"",2\r\n';
  const utf8 = new TextEncoder().encode(text);
  const utf16 = Uint8Array.from(
    [...text].flatMap((one) => [one.charCodeAt(0) & 0xff, one.charCodeAt(0) >> 8]),
  );
  let read = 0, refused = 0;
  for (const bytes of [utf8, utf16]) {
    for (let end = 0; end <= bytes.length; end++) {
      try {
        const cut = bytes.slice(0, end);
        assertEquals(csvWith().parse(cut).toBytes(), cut);
        read++;
      } catch (error) {
        assert(error instanceof MitralError && error.code in csv.errors, String(error));
        refused++;
      }
    }
  }
  assert(read > 20 && refused > 20, `${read} read, ${refused} refused`);
});

Deno.test("csv reads any text as a table of its signs or refuses it by code", () => {
  const settings = fc.record({
    delimiter: fc.constantFrom(",", "tab", "|", "a"),
    quote: fc.constantFrom('"' as const, "'" as const, "none" as const),
    header: fc.boolean(),
    ragged: fc.constantFrom("refuse" as const, "allow" as const),
  });
  const path = fc.constantFrom("[*]", "[1]", "[*].a", "[2].1", "1", '""', "[3].b");
  fc.assert(
    fc.property(VALUE, settings, path, VALUE, (text, settings, path, value) => {
      try {
        const body = parse(text, settings);
        assertEquals(written(body), text);
        for (const [path, value] of body.leaves()) assertEquals(body.get(path), value, path);
        const changes = [body.without(path), ...body.places("[*]").map((row) => body.without(row))];
        for (const changed of [...changes, ...body.split("[*]"), body.with(path, value)]) {
          assertEquals([...parse(written(changed), settings).leaves()], [...changed.leaves()]);
        }
      } catch (error) {
        assert(error instanceof MitralError && error.code in csv.errors, String(error));
      }
    }),
    { numRuns: 1_000 },
  );
});
