import { assertEquals } from "@std/assert";
import { codeOf, csvWith, errorOf, FACTS, parse, written } from "./_tables.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("csv changes the one field and nothing around it", () => {
  const body = parse('"A",B\r\n"1", 2\n\n"3",4');
  assertEquals(written(body.with("B", "x")), '"A",B\r\n"1",x\n\n"3",4');
  assertEquals(written(body.with("[2].B", 'a "b"')), '"A",B\r\n"1", 2\n\n"3","a ""b"""');
  assertEquals(written(body.with("A", "")), '"A",B\r\n, 2\n\n"3",4');
});

Deno.test("csv makes the row behind the last one, and ends lines as the table does", () => {
  assertEquals(written(parse("A,B\n1,2\n").with("[2].B", "x")), "A,B\n1,2\n,x\n");
  assertEquals(written(parse("A,B\n1,2").with("[2].B", "x")), "A,B\n1,2\n,x");
  assertEquals(written(parse("A,B").with("B", "x")), "A,B\r\n,x");
  assertEquals(written(parse("A\r1\r\r").with("[2].A", "")), 'A\r1\r\r""\r');
  assertEquals(written(parse('"A\n",B\r\n').with("B", "x")), '"A\n",B\r\n,x\r\n');
  assertEquals(codeOf(() => parse("A\n1").with("[3].A", "x")), "CSV_ROW_MISSING");
});

Deno.test("csv makes a column behind the others, in all rows", () => {
  assertEquals(written(parse("A\n1\n2").with("[2].B", "x")), "A,B\n1,\n2,x");
  assertEquals(written(parse("A\n1\n").with('"C, D"', "x")), 'A,"C, D"\n1,x\n');
  assertEquals(written(parse("").with("A", "x")), "A\r\nx\r\n");
  assertEquals(written(parse("A\n").with("[1].B", "x")), "A,B\n,x\n");
});

Deno.test("csv empties fields and takes rows out", () => {
  const body = parse('A,B\n1,2\n\n3,"4"\n5,""');
  assertEquals(written(body.without("B")), 'A,B\n1,\n\n3,"4"\n5,""');
  assertEquals(written(body.without("[*].B")), 'A,B\n1,\n\n3,\n5,""');
  assertEquals(written(body.without("[2]")), 'A,B\n1,2\n\n5,""');
  assertEquals(written(body.without("[*]")), "A,B\n");
  assertEquals(written(parse("A\n1\n2\n").without("[*].A")), 'A\n""\n""\n');
  for (const path of ["C", "[4]", "[9].A"]) assertEquals(written(body.without(path)), written(body), path);
});

Deno.test("csv reads all a path can mean, and says where it is", () => {
  const body = parse('A,"Date of birth",C-D\n1,2,\n,,\n3,4,5\n');
  assertEquals(body.getAll("A"), ["1", "3"]);
  assertEquals(body.getAll("[*].A"), ["1", "3"]);
  assertEquals(body.getAll("[3].A"), ["3"]);
  assertEquals(body.getAll("[*]"), ["1,2,", ",,", "3,4,5"]);
  assertEquals(body.places("[*]"), ["[1]", "[2]", "[3]"]);
  assertEquals(body.places("[2]"), ["[2]"]);
  assertEquals(body.places("[4]"), []);
  assertEquals(body.places("Date of birth"), ['[1]."Date of birth"', '[3]."Date of birth"']);
  assertEquals(body.places("[*].None"), []);
  assertEquals([...body.leaves()], [
    ["[1].A", "1"],
    ['[1]."Date of birth"', "2"],
    ["[3].A", "3"],
    ['[3]."Date of birth"', "4"],
    ["[3].C-D", "5"],
  ]);
});

Deno.test("csv reads a path for somebody who stands at a row", () => {
  const body = parse("A,B c\n1,2\n3,4\n");
  const resolved = {
    "A": "[2].A",
    ".A": "[2].A",
    "@.A": "[2].A",
    "B c": '[2]."B c"',
    '@."B c"': '[2]."B c"',
    "@": "[2]",
    "[1].A": "[1].A",
    "[*].A": "[*].A",
    "[1]": "[1]",
  };
  for (const [path, exact] of Object.entries(resolved)) {
    assertEquals([body.resolve(path, "[2]"), body.resolve(path, "[2].A")], [exact, exact], path);
  }
  assertEquals(codeOf(() => body.resolve("A", "A.B")), "CSV_PATH_INVALID");
  assertEquals(codeOf(() => body.resolve("A", "[*]")), "CSV_PATH_INVALID");
  assertEquals([body.get("@.A"), body.get("@")], ["1", "1,2"]);
});

Deno.test("csv splits a table into tables of one row", () => {
  const body = parse('\uFEFF"A",B\r\n1,2\r\n\r\n3,4');
  assertEquals(body.split("[*]").map(written), ['\uFEFF"A",B\r\n1,2\r\n\r\n', '\uFEFF"A",B\r\n3,4']);
  assertEquals(body.split("[2]").map(written), ['\uFEFF"A",B\r\n3,4']);
  assertEquals(body.split("[3]"), []);
  assertEquals(codeOf(() => body.split("[*].A")), "CSV_PATH_INVALID");
  assertEquals(parse("1,2\n3,4", { header: false }).split("[*]").map(written), ["1,2\n", "3,4"]);
});

Deno.test("csv makes a table of names, with no rows", () => {
  const create = (what: string, settings = {}) => csvWith(settings).create(what, FACTS)!;
  assertEquals(written(create("MRN, Date of birth,C")), "MRN,Date of birth,C\r\n");
  assertEquals(written(create("A,B", { delimiter: ";" })), "A;B\r\n");
  assertEquals(written(create("")), "");
  assertEquals(written(create("").with("A", "x").with("[2].B", "y")), "A,B\r\nx,\r\n,y\r\n");
  assertEquals(written(create("A,B", { header: false }).with("2", "x")), ",x\r\n");
  assertEquals(create("A").contentType, "text/csv; charset=utf-8");
  assertEquals(codeOf(() => create("A,B,A")), "CSV_COLUMN_REPEATED");
  assertEquals(codeOf(() => create("Größe", { charset: "us-ascii" })), "CSV_VALUE_UNWRITABLE");
});

Deno.test("csv joins tables under one header, with the columns of all", () => {
  const join = (texts: string[], settings = {}) =>
    new TextDecoder().decode(csvWith(settings).batch!.join(texts.map(bytesOf), FACTS));
  assertEquals(csvWith().batch!.name, "csv");
  assertEquals(join([]), "");
  assertEquals(join(["", "A\n1"]), "A\r\n1\r\n");
  assertEquals(join(['"A",B\r\n"1",2', "A,B\n3,4\n", "A,B\n"]), '"A",B\r\n"1",2\r\n3,4\n');
  assertEquals(join(["A,B\n1,2\n", "C,B\n3,4\n", "D\n5"]), "A,B,C,D\n1,2,,\n,4,3,\n,,,5\n");
  assertEquals(join(["1\n", "2;3"], { header: false, delimiter: ";" }), "1;\n2;3\n");
  assertEquals(join(["A\n1,2\n", "B\n3,4\n"], { ragged: "allow" }), "A,B\n1,,2\n,3,4\n");
  assertEquals(codeOf(() => join(["A\n1", 'A\n"'])), "CSV_QUOTE_UNCLOSED");
});

Deno.test("csv joins tables in their charset, or in UTF-8 where there are several", () => {
  const { batch } = csvWith({ charset: "windows-1252" });
  const latin = Uint8Array.of(0x41, 0x0a, 0xe9, 0x0a);
  assertEquals(batch!.join([latin, latin], FACTS), Uint8Array.of(0x41, 0x0a, 0xe9, 0x0a, 0xe9, 0x0a));
  assertEquals(batch!.join([latin, bytesOf("\uFEFFA\n€\n")], FACTS), bytesOf("A\né\n€\n"));
});

Deno.test("csv checks the types of columns, on the way in and when they are set", () => {
  const types = {
    "text": [["anything"], []],
    "integer": [["0", "-12", "+007"], ["1.0", "x", "1e3", " 1", "١"]],
    "decimal": [["1", "-1.5", ".5", "5."], [".", "1,5", "1e3", "Infinity"]],
    "decimal comma": [["1", "1,5"], ["1.5", ","]],
    "boolean": [["true", "No", "1", "F"], ["2", "maybe"]],
    "date": [["2026-01-05", "2024-02-29"], ["2026-02-29", "2026-1-5", "20260105", "2026-01-05T00:00"]],
    "date dd.MM.yyyy": [["29.02.2024"], ["29.02.2026", "2024-02-29", "29x02x2024", "05.01.26"]],
    "date MM/dd/yyyy": [["12/31/2026"], ["31/12/2026"]],
    "date yyyyMMdd": [["20260105"], ["2026-01-05"]],
  } as const;
  for (const [type, [right, wrong]] of Object.entries(types)) {
    const settings = { delimiter: ";", columns: { B: type } };
    for (const value of ["", ...right]) parse(`A;B\n1;${value}`, settings).with("[2].B", value);
    for (const value of wrong) {
      const facts = { row: 2, column: 2, type };
      const error = errorOf(() => parse(`A;B\n1;\n1;${value}`, settings));
      assertEquals([error.code, error.facts], ["CSV_VALUE_MISTYPED", facts], value);
      assertEquals(errorOf(() => parse("A;B\n1;\n", settings).with("[2].B", value)).facts, facts, value);
    }
  }
});

Deno.test("csv wants the columns it is told the types of, unless the table is empty", () => {
  const settings = { columns: { MRN: "text", toString: "integer" } };
  assertEquals(errorOf(() => parse("MRN\n1", settings)).facts, { column: "toString" });
  assertEquals(parse("MRN,toString\n1,2", settings).get("toString"), "2");
  assertEquals(written(parse("", settings)), "");
  assertEquals(codeOf(() => parse("", settings).with("toString", "x")), "CSV_VALUE_MISTYPED");
});

Deno.test("csv refuses paths by code, whatever the table holds", () => {
  const { checkPath } = csvWith(), body = parse("A\n1\n");
  const wrong = [
    "",
    "[0].A",
    "[-1]",
    "[1]A",
    "[1].",
    "A.B",
    "[*",
    "*",
    '"A',
    '"A"B',
    " A",
    "[1].A ",
    "@A",
    "..A",
    "A[1]",
  ];
  for (const path of wrong) {
    assertEquals(codeOf(() => checkPath(path, "read")), "CSV_PATH_INVALID", path);
    assertEquals(codeOf(() => body.get(path)), "CSV_PATH_INVALID", path);
    assertEquals(codeOf(() => body.getAll(path)), "CSV_PATH_INVALID", path);
    assertEquals(codeOf(() => body.without(path)), "CSV_PATH_INVALID", path);
  }
  for (const path of ["A", "Größe", "Date of birth", "[12].A-b_c", '"A.B"', '[3]."x ""y"""', "@.A"]) {
    for (const use of ["get", "read", "write"] as const) checkPath(path, use);
    assertEquals(codeOf(() => checkPath(path, "split")), "CSV_PATH_INVALID", path);
  }
  for (const path of ["[*]", "[2]", "@"]) checkPath(path, "split");
  for (const path of ["[*]", "[*].A"]) {
    assertEquals(codeOf(() => checkPath(path, "get")), "CSV_PATH_INVALID", path);
  }
  for (const path of ["[2]", "[*].A"]) {
    assertEquals(codeOf(() => checkPath(path, "write")), "CSV_PATH_INVALID", path);
  }
  for (const path of ["[*].A", "[*]"]) assertEquals(codeOf(() => body.get(path)), "CSV_PATH_INVALID", path);
  for (const path of ["[*].A", "[1]", "@"]) {
    assertEquals(codeOf(() => body.with(path, "x")), "CSV_PATH_INVALID", path);
  }
});
