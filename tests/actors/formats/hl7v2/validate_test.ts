import { assert, assertEquals } from "@std/assert";
import {
  Hl7Message,
  type Problem,
  validate,
  type ValidateOptions,
} from "../../../../actors/formats/hl7v2/hl7.ts";
import { RULES } from "../../../../actors/formats/hl7v2/validation/rules.ts";
import { compilePath } from "../../../../actors/formats/hl7v2/syntax/path.ts";
import { casesOf, corpusFile, corpusTest } from "./_corpus.ts";

const found = (message: Hl7Message, options?: ValidateOptions) =>
  validate(message, options).map(({ rule, path }) => `${rule} ${path}`);

/** What is wrong with a result that is right but for `change`. */
function wrongWith(
  change: (message: Hl7Message) => Hl7Message,
  version = "2.5.1",
  options?: ValidateOptions,
) {
  return found(change(result(version)), options);
}

function result(version: string): Hl7Message {
  return Hl7Message.parse([
    `MSH|^~\\&|LAB|NORTH|HUB|EAST|20260215073012+0100||ORU^R01^ORU_R01|7|P|${version}`,
    "PID|1||4711^^^HOSPITAL^MR||Doe^Ann^^^^^L||198001|F",
    "OBR|1||77^LAB|24323-8^Panel^LN|||20260215",
    "OBX|1|NM|2345-7^Glucose^LN||5.4|mmol/L|||||F",
    "NTE|1|L|Taken \\H\\fasting\\N\\, see A\\T\\B\\.br\\again",
    "ZLB|anything| at all ",
  ].join("\r"));
}

Deno.test("nothing is wrong with a message that is right, in any version", () => {
  for (
    const version of ["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.2", "2.9.1"]
  ) {
    assertEquals(found(result(version)), [], version);
  }
});

Deno.test("what HL7 demands of a field is asked for, with the path", () => {
  assertEquals(wrongWith((m) => m.without("PID-3")), ["field_missing PID[1]-3"]);
  assertEquals(wrongWith((m) => m.without("OBX-2")), ["field_missing OBX[1]-2"]);
  assertEquals(wrongWith((m) => m.without("OBX-2").without("OBX-5")), []);
  assertEquals(wrongWith((m) => m.without("MSH-9.3"), "2.7"), ["component_missing MSH[1]-9[1].3"]);
  assertEquals(wrongWith((m) => m.without("MSH-9.3"), "2.5"), []);
  // HL7's order to delete is a value.
  assertEquals(wrongWith((m) => m.with("PID-3", '""').with("PID-7", '""')), []);
});

Deno.test("what the next version no longer requires is not asked for", () => {
  const order = Hl7Message.parse(
    "MSH|^~\\&|A|B|C|D|2026||ORM^O01|1|P|2.3\rPID|1||1||Doe\rORC|NW|1\rOBR|1|1||G^Glucose\r",
  );
  assertEquals(found(order), []);
});

Deno.test("numbers, dates and times have to be some", () => {
  const cases: readonly [path: string, value: string, isRight: boolean][] = [
    ["OBX-5", "+12", true],
    ["OBX-5", "-.5", true],
    ["OBX-5", "5.", true],
    ["OBX-5", "1e3", false],
    ["OBX-5", "<5", false],
    ["OBX-1", "1.5", false],
    ["PID-7", "1980", true],
    ["PID-7", "19800230", false],
    ["PID-7", "1980-01-01", false],
    ["MSH-7", "202602150730+0100", true],
    ["MSH-7", "20260215073", false],
  ];
  for (const [path, value, isRight] of cases) {
    assertEquals(wrongWith((m) => m.with(path, value)).length, isRight ? 0 : 1, `${path} ${value}`);
  }
  // Before 2.5 an hour needs its minutes.
  assertEquals(wrongWith((m) => m.with("OBR-7", "2026021507"), "2.4"), ["value_malformed OBR[1]-7[1].1"]);
  assertEquals(wrongWith((m) => m.with("OBR-7", "2026021507"), "2.5"), []);
});

Deno.test("the value of a result is of the type OBX-2 names", () => {
  const typed = (type: string, value: string) =>
    Hl7Message.parse(
      new TextDecoder().decode(result("2.5.1").toBytes()).replace(
        "NM|2345-7^Glucose^LN||5.4",
        `${type}|G^Glucose||${value}`,
      ),
    );
  assertEquals(found(typed("ST", "<5")), []);
  assertEquals(found(typed("DT", "20260215")), []);
  assertEquals(found(typed("DT", "today")), ["value_malformed OBX[1]-5[1]"]);
  assertEquals(found(typed("SN", "<^5")), []);
  assertEquals(found(typed("SN", "<^five")), ["value_malformed OBX[1]-5[1].2"]);
  assertEquals(found(typed("XYZ", "x^y")), ["value_not_in_table OBX[1]-2[1]"]);
  assertEquals(found(typed("ZQ", "x^y")), []);
});

Deno.test("codes have to be in HL7's tables, and only in HL7's", () => {
  assertEquals(wrongWith((m) => m.with("OBX-11", "Q")), ["value_not_in_table OBX[1]-11[1]"]);
  assertEquals(wrongWith((m) => m.with("PID-8", "Q")), []);
  assertEquals(wrongWith((m) => m.with("PID-5.7", "LL")), ["value_not_in_table PID[1]-5[1].7"]);
});

Deno.test("lengths count before 2.7, in characters of the value", () => {
  const long = (version: string) => wrongWith((m) => m.with("MSH-10", "x".repeat(21)), version);
  assertEquals(long("2.5.1"), ["value_too_long MSH[1]-10[1]"]);
  assertEquals(long("2.7"), []);
  assertEquals(wrongWith((m) => m.with("MSH-10", "&".repeat(20))), []);
  // OBX-2 has two characters up to 2.5.1, and its table types of three.
  assertEquals(wrongWith((m) => m.with("OBX-2", "CWE").with("OBX-5", "A")), []);
});

Deno.test("what is more than HL7 allows is a warning, and what a later version allows is a note", () => {
  assertEquals(wrongWith((m) => m.with("EVN-1", "R01").with("PID-7[2]", "1980")), [
    "repetitions_too_many PID[1]-7",
    "segment_unexpected EVN[1]",
    "field_missing EVN[1]-2",
  ]);
  assertEquals(wrongWith((m) => m.with("OBX-40", "x")), ["field_unexpected OBX[1]-40"]);
  assertEquals(wrongWith((m) => m.with("PID-7.3", "x")), ["component_unexpected PID[1]-7[1].3"]);
  assertEquals(wrongWith((m) => m.with("OBX-1.2", "x")), ["component_unexpected OBX[1]-1[1]"]);
  assertEquals(wrongWith((m) => m.with("PID-12", "x"), "2.8"), ["field_withdrawn PID[1]-12"]);
  const notes = { least: "note" } as const;
  const later = (m: Hl7Message) => m.with("OBX-3.9", "x").with("MSH-22", "x").with("PRT-1", "x");
  assertEquals(wrongWith(later), []);
  assertEquals(wrongWith(later, "2.5.1", notes).filter((problem) => problem.startsWith("later")), [
    "later_version MSH[1]-22",
    "later_version OBX[1]-3[1]",
    "later_version PRT[1]",
  ]);
});

Deno.test("segments that are missing, unknown or out of order are told where they stand", () => {
  const message = (type: string, ...ids: string[]) =>
    Hl7Message.parse(`MSH|^~\\&|A|B|C|D|2026||${type}|1|P|2.5.1\r${ids.join("\r")}`);
  const order = (...ids: string[]) =>
    found(message("ORU^R01", ...ids)).filter((problem) => problem.startsWith("segment"));
  assertEquals(order("PID", "OBX"), ["segment_missing OBR"]);
  assertEquals(order("PID", "OBR", "OBX", "PV1"), ["segment_out_of_order PV1[1]"]);
  assertEquals(order("PID", "OBR", "PR1"), ["segment_unexpected PR1[1]"]);
  assertEquals(order("PID", "OBR", "XXX", "ZZZ"), ["segment_unknown XXX[1]"]);
  assertEquals(order("PID", "PV1", "PV1", "OBR"), ["segment_repeated PV1[2]"]);
  assertEquals(found(message("ADT^A01", "EVN||2026", "PID|||1||Doe")), ["segment_missing PV1"]);
  assertEquals(found(message("XYZ^X01^XYZ_X01")), [
    "structure_unknown MSH[1]-9",
    "value_not_in_table MSH[1]-9[1].1",
    "value_not_in_table MSH[1]-9[1].3",
  ]);
  assertEquals(found(message("ZXY^Z01")), []);
});

Deno.test("versions, character sets, escapes and white space are looked at", () => {
  assertEquals(wrongWith((m) => m.with("MSH-12", "2.51")), ["version_unknown MSH[1]-12[1].1"]);
  assertEquals(wrongWith((m) => m.with("MSH-18", "UNICODE UTF-8")), []);
  assertEquals(wrongWith((m) => m.with("MSH-18", "UTF-8")), ["charset_mismatch MSH[1]-18[1]"]);
  assertEquals(wrongWith((m) => m.with("MSH-18", "ISO IR 999")), ["charset_unknown MSH[1]-18[1]"]);
  assertEquals(wrongWith((m) => m.with("PID-3", " 4711 ")), ["white_space PID[1]-3[1].1"]);
  assertEquals(wrongWith((m) => m.with("NTE-3", " text ")), []);
  const note = (text: string) =>
    wrongWith((m) => Hl7Message.parse(new TextDecoder().decode(m.toBytes()) + `NTE|1||${text}\r`));
  for (const known of ["\\.sp 3\\", "\\.in-4\\", "\\H\\x\\N\\", "\\E\\", "\\X0D0A\\", "\\C2842\\"]) {
    assertEquals(note(known), [], known);
  }
  for (const odd of ["\\X4\\", "\\.xx\\", "a\\b"]) {
    assertEquals(note(odd), ["escape_unknown NTE[2]-3[1]"], odd);
  }
  const broken = Hl7Message.parse(Uint8Array.from(
    "MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5.1||||||UNICODE UTF-8\rOBR|1|||G\\Q\\\rOBX|1|ST|G||\xff\xc3\xa9||||||F\r",
    (character) => character.charCodeAt(0),
  ));
  assertEquals(found(broken), ["escape_unknown OBR[1]-4[1].1", "charset_mismatch OBX[1]-5[1]"]);
});

Deno.test("notes, tolerated rules and a bound are as asked for", () => {
  const odd = Hl7Message.parse(
    "MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5.1\rPID|1|\rOBR|1|||G\rOBX|1|ST|G||\\Z9\\||||||F\rZZZ\r",
  );
  assertEquals(found(odd, { least: "error" }), ["field_missing PID[1]-3", "field_missing PID[1]-5"]);
  assertEquals(found(odd, { tolerate: ["field_missing"] }), []);
  assertEquals(found(odd, { least: "note", tolerate: ["field_missing"] }), [
    "delimiters_trailing PID[1]",
    "escape_local OBX[1]-5[1]",
    "segment_local ZZZ[1]",
  ]);
  assertEquals(found(odd, { problemsMax: 1 }), ["field_missing PID[1]-3"]);
});

Deno.test("a problem says how bad it is and what HL7 calls it, and quotes nothing", () => {
  const [problem] = validate(result("2.5.1").with("PID-7", "SECRET"));
  assertEquals(problem, {
    rule: "value_malformed",
    path: "PID[1]-7[1].1",
    severity: "error",
    condition: 102,
    says: "the value is not of its data type",
  });
});

corpusTest("malformed messages that can be read are told their quirk", () => {
  const expected: Readonly<Record<string, string>> = {
    "field-whitespace-trimmed": "white_space PID[1]-3[1].1",
    "unknown-escape-sequence": "escape_local OBX[1]-5[1]",
    "unknown-segment": "segment_local ZZZ[1]",
    "encoding-mismatch": "charset_mismatch MSH[1]-18[1]",
    "unknown-charset": "charset_unknown MSH[1]-18[1]",
    "extra-fields": "field_unexpected EVN[1]-8",
    "missing-required-field": "field_missing MSH[1]-9",
    "trailing-empty-fields": "delimiters_trailing EVN[1]",
  };
  const told: string[] = [];
  for (const { file } of casesOf<{ file: string }>("malformed")) {
    const name = Object.keys(expected).find((quirk) => file.includes(quirk));
    if (name === undefined) continue;
    const problems = found(Hl7Message.parse(corpusFile(file)), { least: "note" });
    assert(problems.includes(expected[name]), `${file}: ${problems.join(", ")}`);
    told.push(name);
  }
  assertEquals(told.toSorted(), Object.keys(expected).toSorted());
});

corpusTest("real messages are checked whole, and every problem has a path of the message", () => {
  const rules = new Set<string>();
  let without = 0;
  for (const { file } of casesOf<{ file: string }>("parse_corpus")) {
    const message = Hl7Message.parse(corpusFile(file));
    const problems = validate(message, { least: "note" });
    for (const { rule, path, severity, condition, says } of problems) {
      rules.add(rule);
      assertEquals({ severity, condition, says }, RULES[rule]);
      assertEquals(compilePath(path).text, path);
      if (OF_VALUES.has(rule)) assert(message.raw(path), `${file} ${rule} ${path}`);
      if (rule === "field_missing") assertEquals(message.raw(path), undefined, `${file} ${path}`);
    }
    if (!problems.some(isError)) without++;
  }
  assert(rules.size > 18, [...rules].join());
  // Most of these were written to try a parser with a few segments: hardly any is whole.
  assert(without > 120, `${without}`);
});

const OF_VALUES: ReadonlySet<string> = new Set([
  "value_malformed",
  "value_not_in_table",
  "white_space",
  "value_too_long",
]);
const isError = ({ severity }: Problem) => severity === "error";
