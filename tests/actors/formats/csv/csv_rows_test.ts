import { assertEquals } from "@std/assert";
import { codeOf, type CsvSettings, csvWith, parse } from "./_tables.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

function rowsOf(bytes: Uint8Array, settings: CsvSettings = {}) {
  const batch = csvWith({ each: "row", ...settings }).batch!.split(bytes);
  if (!batch) return undefined;
  const rows = [...batch.messages];
  assertEquals(rows.length, batch.count);
  return rows;
}

const texts = (content: string, settings?: CsvSettings) =>
  rowsOf(utf8(content), settings)?.map((row) => new TextDecoder().decode(row));

Deno.test("a table is taken row by row, each with the header, whatever a row holds in quotes", () => {
  assertEquals(texts('A,B\r\n1,"x\r\n""y"",z"\r\n\r\n2,\n'), [
    'A,B\r\n1,"x\r\n""y"",z"\r\n\r\n',
    "A,B\r\n2,\n",
  ]);
  assertEquals(texts("1,2\n3,4", { header: false }), ["1,2\n", "3,4"]);
  assertEquals(texts("A\tB\n1\t2\n3\t4\n", { delimiter: "tab" }), ["A\tB\n1\t2\n", "A\tB\n3\t4\n"]);
});

Deno.test("a table of one row is that row, and one of none holds no message", () => {
  assertEquals(texts("A,B\n1,2\n"), undefined);
  assertEquals(texts("A,B\n"), []);
  assertEquals(csvWith().batch!.split(utf8("A\n1\n2\n")), undefined);
});

Deno.test("a row that is wrong by itself is for itself to be refused, and leaves the others alone", () => {
  const settings: CsvSettings = { columns: { Born: "date" } };
  const rows = texts("ID,Born\n1,2026-01-05\n2,never\n3\n4,2026-01-06\n", settings)!;
  const wrong = (row: string) => codeOf(() => parse(row, settings));
  assertEquals(rows.slice(1, 3).map(wrong), ["CSV_VALUE_MISTYPED", "CSV_ROW_RAGGED"]);
  assertEquals([rows[0], rows[3]].map((row) => parse(row, settings).get("Born")), [
    "2026-01-05",
    "2026-01-06",
  ]);
});

Deno.test("a table whose quotes end nowhere is refused whole", () => {
  assertEquals(codeOf(() => texts('A,B\n1,"2\n3,4\n')), "CSV_QUOTE_UNCLOSED");
  assertEquals(codeOf(() => texts("A\n1\n2\n3\n", { rowsMax: 2 })), "CSV_ROWS_EXCEEDED");
});

Deno.test("a row keeps the charset of its table", () => {
  const utf16 = new Uint8Array(
    new Uint16Array([..."\uFEFFA\né\nü\n"].map((one) => one.charCodeAt(0))).buffer,
  );
  const rows = rowsOf(utf16)!;
  assertEquals(rows.map((row) => csvWith().parse(row).get("A")), ["é", "ü"]);
  const latin1 = Uint8Array.of(0x41, 0x0a, 0xe9, 0x0a, 0xfc, 0x0a);
  const settings: CsvSettings = { charset: "iso-8859-1" };
  assertEquals(rowsOf(latin1, settings)!.map((row) => csvWith(settings).parse(row).get("A")), ["é", "ü"]);
});
