import { assertEquals, assertThrows } from "@std/assert";
import hl7v2, { Hl7Message } from "../../../actors/formats/hl7v2/mod.ts";
import json, { JsonBody } from "../../../actors/formats/json/mod.ts";
import mapCodes from "../../../actors/transforms/map_codes.ts";
import { bindTransformer, passedOn, withDefaults } from "../../../runtime/contract/actor.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { createMessage, RawBody } from "../../../runtime/contract/message.ts";
import { surroundingsOf } from "../../contract/_surroundings.ts";
import { CANARY, testTransformer } from "../../contract/transformer_kit.ts";
import { Lines, lines } from "../_lines.ts";

const files = {
  "loinc.csv":
    '\ufefflocal,loinc,"name"\r\n# blood\r\n\r\nHB,718-7,"Haemoglobin, ""Hb"""\r\n0042 , 42-0 ,\r\n',
  "sex.yaml": "m: M\nf: F\n0: U\n'': N\n",
  "sex.yml": "- m\n",
  "list.yaml": "a: [1]\n",
  "twice.yaml": "a: 1\na: 2\n",
  "empty.csv": "",
  "one.csv": "local\nHB\n",
  "ragged.csv": "a,b\n1\n",
  "open.csv": 'a,b\n"1,2\n',
  "twice.csv": "a,b\n1,2\n1,3\n",
};
const oru = (rows: readonly string[]) => `MSH|^~\\&|LAB\r${rows.map((row) => `OBX|1|NM|${row}\r`).join("")}`;
const secret = new Lines(`A=${CANARY}`);
const invalid = (
  name: string,
  config: Partial<{ table: string; from: string; to: string; also: object }>,
) => ({
  name,
  config: { path: ["A"], table: "loinc.csv", ...config } as { path: string[]; table: string },
  body: secret,
  expect: { code: "MAP_CODES_TABLE_INVALID" },
});

testTransformer(mapCodes, {
  config: { path: ["A"], table: "loinc.csv" },
  files,
  cases: [
    {
      name: "writes the code of every occurrence",
      body: new Lines("A=HB\nB=HB\nA=0042"),
      expect: "A=718-7\nB=HB\nA=42-0",
    },
    { name: "takes an absent value for none", body: new Lines("B=1"), expect: "B=1" },
    {
      name: "quarantines a code that is not in the table",
      body: new Lines(`A=HB\nA=${CANARY}`),
      expect: { code: "MAP_CODES_CODE_UNMAPPED" },
    },
    {
      name: "keeps a code that is not in the table where that is wanted",
      config: { path: ["A", "B"], table: "loinc.csv", unmapped: "keep", also: { C: "name" } },
      body: new Lines("A=42\nB=HB\nC=old"),
      expect: 'A=42\nB=718-7\nC=Haemoglobin, "Hb"',
    },
    {
      name: "writes a default for a code that is not in the table",
      config: { path: ["A"], table: "sex.yaml", unmapped: "default", default: "U" },
      body: new Lines("A=x\nA=m\nA=0\nA="),
      expect: "A=U\nA=M\nA=U\nA=N",
    },
    {
      name: "finds its columns by name, and writes beside the code",
      config: {
        path: ["OBX-3.1"],
        table: "loinc.csv",
        from: "loinc",
        to: "local",
        into: "OBX-3.4",
        also: { "OBX-3.5": "name" },
        unmapped: "keep",
      },
      format: hl7v2,
      body: Hl7Message.parse(oru(["42-0^x", "718-7", "?", ""])),
      expect: oru(["42-0^x^^0042", '718-7^^^HB^Haemoglobin, "Hb"', "?", ""]),
    },
    {
      name: "maps one occurrence, or each repetition",
      config: { path: ["OBX[2]-3.1", "PID-3.4"], table: "loinc.csv" },
      body: Hl7Message.parse(`${oru(["HB", "HB"])}PID|1||1^^^HB~2^^^0042\r`),
      expect: `${oru(["HB", "718-7"])}PID|1||1^^^718-7~2^^^42-0\r`,
    },
    {
      name: "maps each element of a list",
      config: { path: ["$.items[*].code"], table: "loinc.csv" },
      formats: [json],
      body: JsonBody.parse('{"items":[{"code":"HB"},{},{"code":"0042"}]}'),
      expect: '{"items":[{"code":"718-7"},{},{"code":"42-0"}]}',
    },
    {
      name: "fails on a body without paths",
      body: new RawBody(new TextEncoder().encode(CANARY)),
      expect: { code: "MAP_CODES_BODY_UNSUPPORTED" },
    },
    {
      name: "finds that a table cannot be read",
      config: { path: ["A"], table: "none.csv" },
      body: secret,
      expect: { code: "MAP_CODES_TABLE_UNREADABLE" },
    },
    invalid("finds an empty table", { table: "empty.csv" }),
    invalid("finds a table of one column", { table: "one.csv" }),
    invalid("finds a row of other cells than the header", { table: "ragged.csv" }),
    invalid("finds a quotation mark that is not closed", { table: "open.csv" }),
    invalid("finds a code that stands twice", { table: "twice.csv" }),
    invalid("finds a column to look in that is not there", { from: "x" }),
    invalid("finds a column to write that is not there", { also: { B: "x" } }),
    invalid("finds YAML that is no map", { table: "sex.yml" }),
    invalid("finds YAML with more than text", { table: "list.yaml" }),
    invalid("finds a code that stands twice in YAML", { table: "twice.yaml" }),
    invalid("finds that YAML has no columns", { table: "sex.yaml", to: "x" }),
    {
      name: "finds a default that is not asked for",
      config: { path: ["A"], table: "loinc.csv", default: "U" },
      body: secret,
      expect: { code: "MAP_CODES_DEFAULT_INVALID" },
    },
    {
      name: "finds that a default is missing",
      config: { path: ["A"], table: "loinc.csv", unmapped: "default" },
      body: secret,
      expect: { code: "MAP_CODES_DEFAULT_INVALID" },
    },
    {
      name: "finds a wrong path before the first message",
      config: { path: ["?"], table: "loinc.csv" },
      format: lines,
      body: secret,
      expect: { code: "LINES_PATH_INVALID" },
    },
    {
      name: "finds a wrong path to write before the first message",
      config: { path: ["OBX-3.1"], table: "loinc.csv", into: "OBX" },
      format: hl7v2,
      body: secret,
      expect: { code: "HL7V2_PATH_INVALID" },
    },
  ],
});

Deno.test("map_codes follows a table that changes, and a broken one is refused by code", async () => {
  const file: { value: unknown } = { value: undefined };
  let reread: (text: string) => unknown = () => undefined;
  const config = withDefaults(mapCodes.spec.config, { path: ["A"], table: "x.csv" });
  const stage = await bindTransformer(mapCodes.spec, config as never, {
    ...surroundingsOf({}),
    async live(_, read) {
      reread = read;
      file.value = read("a,b\n1,2\n");
      return file as { value: ReturnType<typeof read> };
    },
  });
  const origin = { adapter: "kit", peer: "192.0.2.7:1" };
  const body = new Lines("A=1"), received = new Uint8Array();
  const message = createMessage({ id: "m", channel: "c", origin, receivedAtMs: 0, received, body });
  const mapped = async () => {
    const [{ body }] = passedOn(await stage.process(message, new AbortController().signal));
    return new TextDecoder().decode(body.toBytes());
  };
  assertEquals(await mapped(), "A=2");
  file.value = reread("a,b\n1,3\n");
  assertEquals(await mapped(), "A=3");
  const error = assertThrows(() => reread(`a,b\n1,2\n1,${CANARY}\n`), MitralError);
  assertEquals([error.code, error.facts.reason], [
    "MAP_CODES_TABLE_INVALID",
    "line 3 has a code that was there before",
  ]);
});
