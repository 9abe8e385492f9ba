import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Hl7Message } from "../../actors/formats/hl7v2/mod.ts";
import filter, { compileFilter } from "../../actors/filter.ts";
import type { Live, PrepareTools } from "../../runtime/contract/actor.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import { bindFormat } from "../../runtime/contract/format.ts";
import { type PathBody, RawBody } from "../../runtime/contract/message.ts";
import type { Spec } from "../../runtime/contract/spec.ts";
import { CANARY, testTransformer } from "../contract/transformer_kit.ts";
import { Lines, lines } from "./_lines.ts";

const ORU = new Lines("MSH-9.1=ORU\nPID-8=F\nPID-3[2].1=0042\nOBX-3.1=718-7\nOBX-3.1=789-8\nempty=");
const oru = new TextDecoder().decode(ORU.toBytes());
const raw = new RawBody(new TextEncoder().encode(CANARY));
const secret = new Lines(`A=${CANARY}`);

testTransformer(filter, {
  config: "MSH-9.1 = ORU and any OBX-3.1 in table reportable.csv",
  files: { "reportable.csv": "code,name\n# blood\n\n789-8,Erythrocytes\n", "empty.csv": "# nothing\n" },
  cases: [
    { name: "lets a message on that meets the condition", body: ORU, expect: oru },
    { name: "leaves out a message that does not", body: new Lines("MSH-9.1=ADT"), expect: null },
    { name: "leaves out a message without the value", body: new Lines(""), expect: null },
    { name: "fails on a body without paths", body: raw, expect: { code: "FILTER_BODY_UNSUPPORTED" } },
    {
      name: "refuses a wrong expression",
      config: "A =",
      body: secret,
      expect: { code: "FILTER_EXPRESSION_INVALID" },
    },
    {
      name: "refuses a table it cannot read",
      config: "A in table missing.csv",
      body: secret,
      expect: { code: "FILTER_TABLE_UNREADABLE" },
    },
    {
      name: "refuses a table without values",
      config: "A in table empty.csv",
      body: secret,
      expect: { code: "FILTER_TABLE_EMPTY" },
    },
    {
      name: "leaves a path only the format can find wrong to it",
      config: "'?' = 1",
      body: secret,
      expect: { code: "LINES_PATH_INVALID" },
    },
  ],
});

/** Tables by name, as they are at first. */
function tables(files: Readonly<Record<string, string>>): PrepareTools<Spec, string>["live"] {
  return async (path, read) => {
    if (!(path in files)) throw new Error(`no ${CANARY}`);
    return { value: read(files[path]) };
  };
}
const noTables = tables({});

async function holds(expression: string, body: PathBody = ORU): Promise<boolean> {
  return (await compileFilter(expression, noTables))(body);
}

async function expectTrue(...expressions: readonly string[]): Promise<void> {
  for (const expression of expressions) assert(await holds(expression), `${expression} is false`);
}

async function expectFalse(...expressions: readonly string[]): Promise<void> {
  for (const expression of expressions) assert(!await holds(expression), `${expression} is true`);
}

async function refusal(expression: string): Promise<{ column: unknown; expected: unknown }> {
  const { code, facts, message } = await assertRejects(
    () => compileFilter(expression, noTables),
    MitralError,
  );
  assertEquals(code, "FILTER_EXPRESSION_INVALID", message);
  return { column: facts.column, expected: facts.expected };
}

Deno.test("filter compares text exactly", async () => {
  await expectTrue("MSH-9.1 = ORU", "MSH-9.1=ORU", 'MSH-9.1 = "ORU"', "MSH-9.1 = 'ORU'", "PID-3[2].1 = 0042");
  await expectFalse("MSH-9.1 = oru", "MSH-9.1 != ORU", "PID-3[2].1 = 42", "MSH-9.1 = 'ORU '");
});

Deno.test("filter finds an absent value equal to nothing and unequal to everything", async () => {
  await expectTrue("ZZZ-1 != x", "ZZZ-1 absent", "not ZZZ-1 exists", "MSH-9.1 exists");
  await expectFalse(
    "ZZZ-1 = x",
    "ZZZ-1 = ''",
    "ZZZ-1 in ('', x)",
    "ZZZ-1 matches /.*/",
    "ZZZ-1 exists",
    "MSH-9.1 absent",
  );
});

Deno.test("filter takes empty text for a value", async () => {
  await expectTrue("empty = ''", 'empty exists and empty = ""', "empty matches /^$/");
});

Deno.test("filter finds a value in a list", async () => {
  await expectTrue('PID-8 in (M, F, "C D")', "PID-8 in(F)", "PID-8 in ( 'F' )");
  await expectFalse("PID-8 in (M, FF)");
  assert(await holds('a in (A, B, "C D")', new Lines("a=C D")));
});

Deno.test("filter looks at any or every value", async () => {
  await expectTrue("any OBX-3.1 = 789-8", "every OBX-3.1 matches /^7/", "any OBX-3.1 != 718-7");
  await expectFalse("OBX-3.1 = 789-8", "every OBX-3.1 = 718-7", "not any OBX-3.1 in (789-8)");
});

Deno.test("filter finds nothing in any and no exception in every where there are no values", async () => {
  await expectTrue("every ZZZ = x");
  await expectFalse("any ZZZ = x", "any ZZZ != x");
});

Deno.test("filter binds not before and before or", async () => {
  const [yes, no] = ["MSH-9.1 = ORU", "MSH-9.1 = ADT"];
  await expectTrue(
    `${yes} or ${yes} and ${no}`,
    `not ${no} and ${yes}`,
    `not (${no} or ${no})`,
    `not not ${yes}`,
  );
  await expectFalse(
    `(${yes} or ${yes}) and ${no}`,
    `not (${yes}) and ${yes}`,
    `not(${yes})`,
    `not ${yes} or ${no}`,
  );
  await expectTrue(`(((${yes})))`, `${no} or ${no} or ${yes}`, `${yes}\n  and\t${yes}`);
});

Deno.test("filter reads HL7 messages by HL7's own rules for absent and repeated values", async () => {
  const message = Hl7Message.parse(
    'MSH|^~\\&|LAB|ST E|||20240101||ORU^R01|1|P|2.5\rPID|1||42^^^HOSP~7^^^CITY||Doe^Ann||""|F\r' +
      "OBX|1|NM|718-7^Hb^LN||13|g/dL||N\rOBX|2|NM|789-8^Ery^LN||4|||HH\r",
  );
  const holding = [
    "MSH-9.1 = ORU and MSH-9.2 = R01",
    "PID-3[2].1 = 7 and PID-3.4 = HOSP",
    "any PID-3[*].4 = CITY",
    "any OBX-3.1 in (789-8, 777-3) and not every OBX-8 = N",
    "PID-6 absent and PID-7 exists and PID-7 = '\"\"'",
    "PV1 absent or PV1-2 = I",
  ];
  for (const expression of holding) assert(await holds(expression, message), expression);
});

Deno.test("filter hands paths of every format over as they stand", async () => {
  const paths = [
    "PID-3[2].1",
    "$.a[0].b",
    "$['a]b = c']",
    '$.a[?(@.b == "x,y")].c',
    "/ClinicalDocument/id/@root",
    "OBX[*]-5",
  ];
  for (const path of [...paths, "Patient.name[0].family", "PID-5.1", "_x"]) {
    assert(await holds(`${path} = 1`, new Lines(`x=y`).with(path, "1")), path);
  }
  assert(await holds("\"any path (quoted)\" = 1 and 'not' = 2", new Lines("any path (quoted)=1\nnot=2")));
});

Deno.test("filter reads escapes in quoted text", async () => {
  const body = new Lines("").with("A", "\"'\\\n\r\tß");
  assert(await holds(String.raw`A = "\"\'\\\n\r\t\u00df"`, body));
});

Deno.test("filter says where an expression is wrong and what was expected", async () => {
  const comparison = "=, !=, in, matches, exists or absent";
  const cases: readonly (readonly [expression: string, column: number, expected: string])[] = [
    ["", 1, "a path"],
    ["  ", 3, "a path"],
    ["MSH-9.1", 8, comparison],
    ["MSH-9.1 ORU", 9, comparison],
    ["MSH-9.1 == ORU", 10, "a value"],
    ["MSH-9.1 = ", 11, "a value"],
    ["MSH-9.1 = and PID-3 exists", 11, "a value, quoted where it is and"],
    ["A = 1 B = 2", 7, "and, or, or the end"],
    ["A = 1 and", 10, "a path"],
    ["A = 1 AND B = 2", 7, "and, or, or the end"],
    ["(A = 1", 7, "and, or, or )"],
    ["A = 1)", 6, "and, or, or the end"],
    ["A in x", 6, "( or table"],
    ["A in ()", 7, "a value"],
    ["A in (x y)", 9, ", or )"],
    ["A in table", 11, "the name of a file"],
    ["A matches x", 11, "/a regular expression/"],
    ["A matches /x", 11, "/a regular expression/"],
    ["A matches /(/", 12, "a well-formed regular expression"],
    ["A matches /x/g", 14, "only the flags i, s and u"],
    ["A matches /a(?=b)/", 13, "no look-around and no named group"],
    ["A matches /(a)\\1/", 15, "no back-reference and no \\b"],
    ["A matches /\\p{L}/", 12, "the flag u for \\p{…} and \\u{…}"],
    ["A matches /(?:a{99}){99}/", 12, "a smaller pattern"],
    ["any A exists", 7, "=, !=, in or matches"],
    ["A = 'x", 5, "' to close this text"],
    ["A = 'x\\q'", 8, "one of n r t u \" ' \\ after \\"],
    ["A = '\\u12'", 8, "four hexadecimal digits after \\u"],
    ["PID-3[1 = 2", 6, "] for this ["],
    ["PID-3] = 2", 6, "[ before ]"],
    ["PID- = 2", 5, "a path that goes on after . or -"],
    ["'' = 2", 1, "a path that is not empty"],
    [`${"(".repeat(70)}A = 1`, 65, "at most 64 levels of parentheses and not"],
  ];
  for (const [expression, column, expected] of cases) {
    assertEquals(await refusal(expression), { column, expected }, expression);
  }
});

Deno.test("filter refuses any wrong expression by its own code", async () => {
  const word = fc.constantFrom(
    "A",
    "=",
    "!=",
    "in",
    "table",
    "(",
    ")",
    ",",
    "and",
    "or",
    "not",
    "any",
    "every",
    "exists",
    "'",
    '"',
    "\\",
    "/",
    "[",
    "]",
    "matches",
    "/(a+)+/i",
    "/[/",
    " ",
  );
  const expression = fc.oneof(fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")), fc.string());
  await fc.assert(
    fc.asyncProperty(expression, async (source) => {
      try {
        await compileFilter(source, noTables);
      } catch (error) {
        assert(error instanceof MitralError && error.code.startsWith("FILTER_"), `${source}: ${error}`);
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("filter reads the first column of a table, quoted or not", async () => {
  const table = '\ufeffcode;x,name\r\n# 1,comment\r\n\r\n 2 ,two\n"3,""b""",three\n"# 4"\n,no code\n5';
  const test = await compileFilter("A in table 'a b.csv'", tables({ "a b.csv": table }));
  const found = ["code;x", "2", '3,"b"', "# 4", "5"];
  for (const value of found) assert(test(new Lines("").with("A", value)), value);
  for (const value of ["1", "# 1", "", "two", "no code", "name"]) {
    assert(!test(new Lines("").with("A", value)), value);
  }
});

Deno.test("filter follows a table that changes, and tells a useless one by code", async () => {
  const file: { value: unknown } = { value: undefined };
  let reread: (text: string) => unknown = () => undefined;
  const test = await compileFilter("A in table x.csv", async (_, read) => {
    reread = read;
    file.value = read("1");
    return file as Live<ReturnType<typeof read>>;
  });
  assert(test(new Lines("A=1")) && !test(new Lines("A=2")));
  file.value = reread("2");
  assert(!test(new Lines("A=1")) && test(new Lines("A=2")));
  assertEquals(assertThrows(() => reread("# nothing"), MitralError).code, "FILTER_TABLE_EMPTY");
});

Deno.test("filter finds a path the format does not have before the first message", async () => {
  const format = bindFormat(lines, {});
  for (const wrong of ["'?' = 1", "A = 1 and not any '?' in (1)", "(every '?' = 1)", "'?' exists"]) {
    const { code } = await assertRejects(() => compileFilter(wrong, noTables, format), MitralError);
    assertEquals(code, "LINES_PATH_INVALID", wrong);
  }
  await compileFilter("A = 1", noTables, format);
});

Deno.test("filter keeps what it cannot read about a table out of its error", async () => {
  const error = await assertRejects(
    () => compileFilter("A in table x.csv", noTables),
    MitralError,
  );
  assertEquals(error.toJSON().facts, { table: "x.csv" });
  assert(!JSON.stringify(error).includes(CANARY));
});
