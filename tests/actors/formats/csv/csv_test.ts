import { assertEquals } from "@std/assert";
import csv from "../../../../actors/formats/csv/mod.ts";
import { testFormat } from "../../../contract/format_kit.ts";
import { configOf } from "../../../world/tools.ts";
import { codeOf, csvWith, errorOf, parse, written } from "./_tables.ts";

testFormat(csv, {
  config: configOf(csv.config, {}),
  canary: "Canary",
  unwritable: /\0/,
  creates: ["", "MRN", "MRN, Date of birth"],
  // What is written between two values depends on the columns of the whole.
  inBatch: (payload) => new TextEncoder().encode(/Canary/.exec(new TextDecoder().decode(payload))?.[0]),
  valid: [
    { name: "nothing", bytes: "", values: { "A": undefined, "[1]": undefined } },
    { name: "a byte order mark alone", bytes: "\uFEFF" },
    { name: "blank lines alone", bytes: "\n\r\n\r" },
    { name: "a header alone", bytes: "A,B", values: { "A": undefined } },
    {
      name: "rows with quotes, line breaks and blank lines of every kind",
      bytes:
        '\uFEFF\r\nMRN,"Date of birth", name ,"a ""b"", c",""\n007,1970-01-01,Canary,"x,\r\n""y""",e\r\n\r\n\r8,"",, , é',
      identity: { controlId: "", type: "", sender: "", purpose: "message" },
      keys: [],
      values: {
        "MRN": "007",
        "[1].MRN": "007",
        "[2].MRN": "8",
        "Date of birth": "1970-01-01",
        '[1]."Date of birth"': "1970-01-01",
        '[2]."Date of birth"': undefined,
        '[1]." name "': "Canary",
        "[1].name": undefined,
        '[1]."a ""b"", c"': 'x,\r\n"y"',
        '[2]."a ""b"", c"': " ",
        '[2].""': " é",
        "[3].MRN": undefined,
        "[2].constructor": undefined,
        "[2]": '8,"",, , é',
      },
      places: { "[*]": ["[1]", "[2]"], "Date of birth": ['[1]."Date of birth"'], "[*].None": [] },
      splits: {
        "[2]": ['\uFEFF\r\nMRN,"Date of birth", name ,"a ""b"", c",""\n8,"",, , é'],
        "[3]": [],
      },
      writable: [
        "[1].MRN",
        '[1]."Date of birth"',
        '[2]." name "',
        '[2]."a ""b"", c"',
        '[1].""',
        "[2].New",
        "[3].MRN",
      ],
    },
    {
      name: "one column with an empty field",
      bytes: 'A\r\n""\r\n1\r\n',
      writable: ["A", "[2].A", "[3].A", "[3].B"],
    },
  ],
  invalid: [
    { name: "a quote that is never closed", bytes: 'A\n"x', code: "CSV_QUOTE_UNCLOSED" },
    { name: "a doubled quote that closes nothing", bytes: 'A\n"x""', code: "CSV_QUOTE_UNCLOSED" },
    { name: "text behind a closing quote", bytes: 'A\n"x"y', code: "CSV_QUOTE_TRAILED" },
    { name: "a blank behind a closing quote", bytes: 'A,B\n"x" ,y', code: "CSV_QUOTE_TRAILED" },
    { name: "a quote within an unquoted field", bytes: 'A\n5" pipe', code: "CSV_QUOTE_STRAY" },
    { name: "a row with a field too few", bytes: "A,B\n1", code: "CSV_ROW_RAGGED" },
    { name: "a row with a field too many", bytes: "A,B\n1,2,", code: "CSV_ROW_RAGGED" },
    { name: "a name twice", bytes: 'A,B,"A"\n', code: "CSV_COLUMN_REPEATED" },
    { name: "NUL", bytes: "A\n\0", code: "CSV_CHARACTER_FORBIDDEN" },
    { name: "NUL in quotes", bytes: 'A\n"\0"', code: "CSV_CHARACTER_FORBIDDEN" },
    { name: "bytes that are no UTF-8", bytes: Uint8Array.of(0x41, 0x0a, 0xe9), code: "CSV_BYTES_INVALID" },
    { name: "half a character of UTF-16", bytes: Uint8Array.of(0xfe, 0xff, 0), code: "CSV_BYTES_INVALID" },
    {
      name: "an unknown charset",
      bytes: "A",
      contentType: "text/csv; charset=klingon",
      code: "CSV_CHARSET_UNKNOWN",
    },
    {
      name: "a charset that cannot be written",
      bytes: "A",
      contentType: "text/csv; charset=shift_jis",
      code: "CSV_CHARSET_UNKNOWN",
    },
    {
      name: "commas where the content type says tabs",
      bytes: "A,B",
      contentType: "text/tab-separated-values",
      code: "CSV_DELIMITER_MISMATCHED",
    },
  ],
});

testFormat(csv, {
  config: configOf(csv.config, {
    charset: "windows-1252",
    delimiter: ";",
    quote: "'",
    header: false,
    ragged: "allow",
  }),
  canary: "Canary",
  unwritable: /\0|[^\0-\x7f]/,
  creates: ["", "1, 2"],
  valid: [
    {
      name: "rows of any length, in a charset of one byte a character",
      bytes: Uint8Array.of(...new TextEncoder().encode("Canary;'x;\n'\r\n\r\n1;2;3\r\n"), 0xe9, 0x80),
      values: {
        "1": "Canary",
        "[1].2": "x;\n",
        "[2].3": "3",
        "[3].1": "é€",
        "[3].2": undefined,
        "[4].1": undefined,
      },
      writable: ["1", "[1].3", "[2].2", "[3].3", "[4].1", "[3].4"],
    },
  ],
  invalid: [{ name: "a quote within a field", bytes: "it's", code: "CSV_QUOTE_STRAY" }],
});

Deno.test("csv reads and writes UTF-16, by its byte order mark or its label", () => {
  const big = Uint8Array.of(0, 0x41, 0, 0x0a, 0, 0xe9);
  const little = Uint8Array.of(0xff, 0xfe, 0x41, 0, 0x0a, 0, 0xe9, 0);
  const labelled = csvWith().parse(big, "text/csv; charset=utf-16be");
  const marked = csvWith().parse(little, "text/csv; charset=utf-8");
  assertEquals([labelled.get("A"), marked.get("A")], ["é", "é"]);
  assertEquals([labelled.toBytes(), marked.toBytes()], [big, little]);
  assertEquals(marked.contentType, "text/csv; charset=utf-16le");
  assertEquals(marked.with("A", "😀").toBytes(), Uint8Array.of(...little.slice(0, 6), 0x3d, 0xd8, 0, 0xde));
  assertEquals(labelled.with("A", "a").toBytes(), Uint8Array.of(...big.slice(0, 4), 0, 0x61));
});

Deno.test("csv says where a table is wrong in numbers, and quotes none of it", () => {
  const cases = {
    'Canary,B\n1,"2': { row: 1, column: 2 },
    'Canary,B\n\n\n1,2\n"3"x,4': { row: 2, column: 1 },
    'Canary,B"\n1,2': { row: 0, column: 2 },
    "Canary,B\n1,\0": { row: 1, column: 2 },
    "Canary,B\n1,2\n3": { row: 2, fields: 1, columns: 2 },
    "B,Canary,Canary": { first: 2, column: 3 },
  };
  for (const [text, facts] of Object.entries(cases)) {
    const error = errorOf(() => parse(text));
    assertEquals(error.facts, facts, text);
    assertEquals(JSON.stringify(error).includes("Canary"), false);
  }
});

Deno.test("csv reads and writes with other signs", () => {
  const semicolon = parse("A;B\n'x;y''';z\"", { delimiter: "semicolon", quote: "'" });
  assertEquals([semicolon.get("A"), semicolon.get("B")], ["x;y'", 'z"']);
  assertEquals(written(semicolon.with("B", "a;'b'")), "A;B\n'x;y''';'a;''b'''");
  assertEquals(parse("A|B\n1|2", { delimiter: "|" }).get("B"), "2");
  assertEquals(parse("A\tB\n1\t2", { delimiter: "tab" }).get("B"), "2");
});

Deno.test("csv takes quotes for letters where there are none, and refuses what would need them", () => {
  const body = parse('A,B\n5" pipe,"x"\n', { quote: "none" });
  assertEquals([body.get("A"), body.get("B")], ['5" pipe', '"x"']);
  assertEquals(written(body.with("B", '"')), 'A,B\n5" pipe,"\n');
  for (const value of [",", "\n", "\r"]) {
    const { code, facts } = errorOf(() => body.with("B", value));
    assertEquals([code, facts], ["CSV_VALUE_UNWRITABLE", {
      row: 1,
      column: 2,
      rule: "a table without quotes",
    }]);
  }
  assertEquals(codeOf(() => parse("A\n1\n", { quote: "none" }).without("A")), "CSV_VALUE_UNWRITABLE");
});

Deno.test("csv numbers the columns of a table without a header", () => {
  const body = parse("a,b\nc,d\n", { header: false });
  assertEquals([body.get("2"), body.get("[2].1"), body.get("[3].1")], ["b", "c", undefined]);
  assertEquals(written(body.with("[3].2", "x")), "a,b\nc,d\n,x\n");
  assertEquals(written(body.with("[2].3", "x")), "a,b,\nc,d,x\n");
  assertEquals(codeOf(() => body.with("[2].4", "x")), "CSV_COLUMN_MISSING");
  assertEquals(codeOf(() => body.with("Name", "x")), "CSV_COLUMN_MISSING");
  assertEquals(codeOf(() => parse("a,b\nc", { header: false })), "CSV_ROW_RAGGED");
});

Deno.test("csv reads rows of any length where it may", () => {
  const body = parse("A,B\n1\n1,2,3\n", { ragged: "allow" });
  assertEquals([body.get("B"), body.get("[2].B"), body.get("[2].3")], [undefined, "2", undefined]);
  assertEquals(written(body.with("B", "x")), "A,B\n1,x\n1,2,3\n");
  assertEquals(written(body.with("C", "x")), "A,B,C\n1,,x\n1,2,,3\n");
  assertEquals(parse("a\nb,c\n", { ragged: "allow", header: false }).get("[2].2"), "c");
});

Deno.test("csv takes no more rows than rowsMax", () => {
  const body = parse("A\n1\n2\n", { rowsMax: 2 });
  assertEquals(codeOf(() => body.with("[3].A", "3")), "CSV_ROWS_EXCEEDED");
  assertEquals(errorOf(() => parse("A\n1\n2\n3", { rowsMax: 2 })).facts, { rowsMax: 2 });
});

Deno.test("csv takes no more columns than columnsMax", () => {
  const body = parse("A,B\n1,2\n", { columnsMax: 2 });
  for (const table of ["A,B,C", "A,B\n1,2,3"]) {
    assertEquals(errorOf(() => parse(table, { columnsMax: 2 })).facts, { columnsMax: 2 });
  }
  for (const path of ["C", "[2].C"]) {
    assertEquals(codeOf(() => body.with(path, "x")), "CSV_COLUMNS_EXCEEDED");
  }
});

Deno.test("csv writes nothing that its charset has no character for", () => {
  const cases = { "iso-8859-1": "€", "us-ascii": "é", "windows-1252": "ł", "iso-8859-2": "é€" };
  for (const [charset, value] of Object.entries(cases)) {
    const body = parse("A\n1\n", { charset });
    assertEquals(body.contentType, `text/csv; charset=${charset}`);
    assertEquals(errorOf(() => body.with("A", value)).facts, { row: 1, column: 1, rule: charset });
    assertEquals(codeOf(() => body.with(`"${value}"`, "x")), "CSV_VALUE_UNWRITABLE");
  }
  assertEquals(codeOf(() => parse("A\n1\n").with("A", "\ud800")), "CSV_VALUE_UNWRITABLE");
});

Deno.test("csv keeps what its content type says but for parameters it does not know", () => {
  const tsv = "text/tab-separated-values";
  const types = {
    "application/octet-stream": "text/csv; charset=utf-8",
    "Text/CSV; header=present; charset=UTF8": "text/csv; charset=utf-8",
    [tsv]: `${tsv}; charset=utf-8`,
    "application/csv; charset=latin1": "application/csv; charset=latin1",
  };
  for (const [given, kept] of Object.entries(types)) {
    const format = csvWith({ delimiter: "tab" });
    assertEquals(format.parse(new TextEncoder().encode("A\tB"), given).contentType, kept);
  }
});
