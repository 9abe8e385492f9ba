import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  describe,
  type FieldDefinition,
  Hl7Message,
  segmentDefinition,
  segmentIds,
  tableDefinition,
  typeDefinition,
  versionOf,
  VERSIONS,
} from "../../../../actors/formats/hl7v2/hl7.ts";
import hl7v2 from "../../../../actors/formats/hl7v2/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { moduleGraph } from "../../../tidy/_module_graph.ts";
import { casesOf, corpusFile, corpusTest } from "./_corpus.ts";

const field = (id: string, number: number, version?: string) =>
  segmentDefinition(id, version)?.fields[number - 1];

Deno.test("a field is as it was in the version that is asked for", () => {
  const sex: FieldDefinition = {
    number: 8,
    name: "Sex",
    type: "IS",
    optionality: "O",
    length: 1,
    table: "0001",
    repeats: false,
  };
  assertEquals(field("PID", 8, "2.3"), sex);
  assertEquals(field("PID", 8, "2.5.1"), { ...sex, name: "Administrative Sex" });
  const { length: _, ...newest } = sex;
  assertEquals(field("PID", 8), { ...newest, name: "Administrative Sex", type: "CWE" });
  assertEquals(field("PID", 5, "2.5.1")?.optionality, "R");
  assertEquals(field("PID", 5, "2.5.1")?.repeats, true);
  assertEquals(field("OBX", 5, "2.5.1")?.type, "varies");
  assertEquals(field("PV1", 44, "2.4")?.type, "TS");
  assertEquals(field("PID", 38, "2.6")?.repeats, 2);
});

Deno.test("a field that was withdrawn keeps its name and place, without a type", () => {
  assertEquals(field("PID", 2), {
    number: 2,
    name: "Patient ID",
    type: "",
    optionality: "W",
    repeats: false,
  });
  assertEquals(field("PID", 2, "2.6")?.type, "CX");
});

Deno.test("fields and segments are there from the version that brought them to the one that dropped them", () => {
  assertEquals(segmentDefinition("PID", "2.3")?.fields.length, 30);
  assertEquals(segmentDefinition("PID", "2.8.2")?.fields.length, 40);
  assertEquals(segmentDefinition("SPM", "2.4"), undefined);
  assertEquals(segmentDefinition("SPM", "2.5")?.name, "Specimen");
  assertEquals(segmentDefinition("QRD", "2.7"), undefined);
  assertEquals(segmentDefinition("QRD", "2.5.1")?.fields[2].name, "Query Priority");
  assertEquals(typeDefinition("TS", "2.6"), undefined);
  assertEquals(typeDefinition("TS", "2.5")?.components.map(({ name, type }) => [name, type]), [
    ["Time", "DTM"],
    ["Degree of Precision", "ID"],
  ]);
});

Deno.test("what HL7 does not define is not found, whatever it is called", () => {
  for (const name of ["ZPI", "XXX", "constructor", "__proto__", "toString", ""]) {
    assertEquals(segmentDefinition(name), undefined, name);
    assertEquals(typeDefinition(name), undefined, name);
    assertEquals(tableDefinition(name), undefined, name);
  }
});

Deno.test("every version has every segment and type it names, with facts that fit together", () => {
  const optionalities = new Set(["R", "RE", "O", "C", "B", "W", "X"]);
  const counts: number[] = [];
  for (const version of VERSIONS) {
    const ids = segmentIds(version);
    counts.push(ids.length);
    for (const id of ids) {
      const { name, fields } = segmentDefinition(id, version)!;
      assert(/^[A-Z][\w/(-]/.test(name), `${id} ${version}: ${name}`);
      assert(fields.length > 0, id);
      for (const { number, name, type, optionality, length, table } of partsIn(fields, version)) {
        const place = `${id}-${number} in ${version}`;
        assert(name !== "" && name === name.trim(), place);
        assert(optionalities.has(optionality), place);
        assertEquals(type === "", optionality === "W", place);
        assert(type === "" || type === "varies" || typeDefinition(type, version), `${place}: ${type}`);
        assert(length === undefined || length > 0, place);
        assert(table === undefined || /^\d{4}$/.test(table), place);
      }
    }
  }
  assertEquals(counts, [110, 110, 138, 150, 150, 170, 169, 169, 175, 175, 179]);
});

/** Fields, and what their types consist of. */
function partsIn(fields: readonly FieldDefinition[], version: string) {
  return fields.flatMap((field) => [field, ...typeDefinition(field.type, version)?.components ?? []]);
}

Deno.test("a version is the known one nearest to what MSH-12 says", () => {
  for (
    const [text, version] of [
      ["2.5.1", "2.5.1"],
      ["2.5", "2.5"],
      ["v2.5", "2.5"],
      ["2.3.0", "2.3"],
      ["HL7 2.4", "2.4"],
      ["2.5.2", "2.5.1"],
      ["2.9", "2.8.2"],
      ["2.1", "2.3"],
      ["3.0", "2.8.2"],
      ["two", "2.8.2"],
      ["", "2.8.2"],
      [undefined, "2.8.2"],
    ] as const
  ) assertEquals(versionOf(text), version, text);
});

Deno.test("tables of HL7 are closed, those that sites define are not", () => {
  assertEquals(tableDefinition("0001")?.name, "Administrative Sex");
  assertEquals(tableDefinition("0001")?.values.get("F"), "Female");
  assertEquals(tableDefinition("0001")?.isClosed, false);
  assertEquals([...tableDefinition("0136")!.values], [["N", "No"], ["Y", "Yes"]]);
  assertEquals(tableDefinition("0136")?.isClosed, true);
  const closed =
    "0003 0008 0038 0076 0085 0091 0103 0104 0119 0123 0125 0155 0190 0200 0207 0211 0301 0354 0357 0516";
  for (const table of closed.split(" ")) assertEquals(tableDefinition(table)?.isClosed, true, table);
  for (const table of ["0004", "0078", "0203", "0291", "0396"]) {
    assertEquals(tableDefinition(table)?.isClosed, false, table);
  }
  for (const version of VERSIONS) assert(tableDefinition("0104")?.values.has(version), version);
});

Deno.test("describe names a segment, a field, a component and a subcomponent", () => {
  assertEquals(describe("PID"), "Patient Identification");
  assertEquals(describe("PID-5"), "Patient Name");
  assertEquals(describe("PID-5.1"), "Patient Name, Family Name");
  assertEquals(describe("PID[1]-5[2].1.1"), "Patient Name, Family Name, Surname");
  assertEquals(describe("PID-3[*].4.2"), "Patient Identifier List, Assigning Authority, Universal ID");
  assertEquals(describe("MSH-9.2"), "Message Type, Trigger Event");
});

Deno.test("describe takes the first part of what has no parts for the thing itself, and knows no other", () => {
  assertEquals(describe("PV1[1]-2[1].1.1", "2.5"), "Patient Class");
  assertEquals(describe("PID-3.1.1"), "Patient Identifier List, ID Number");
  assertEquals(describe("PV1-2.2", "2.3"), "Patient Class, Text", "a coded element only since 2.7");
  assertEquals(describe("PID-3.1.2"), undefined);
});

Deno.test("describe goes by a version, and to others where that one does not have the place", () => {
  assertEquals(describe("PID-8", "2.3"), "Sex");
  assertEquals(describe("PID-39", "2.3"), "Tribal Citizenship");
  assertEquals(describe("QRD-3"), "Query Priority");
  for (const path of ["ZPI-1", "ZPI", "PID-99", "PID-3.99"]) assertEquals(describe(path), undefined, path);
  const { code } = assertThrows(() => describe("PID.5"), MitralError) as MitralError;
  assertEquals(code, "HL7V2_PATH_INVALID");
});

Deno.test("describe takes the version of a message from MSH-12, and the type of OBX-5 from OBX-2", async () => {
  const message = Hl7Message.parse(
    "MSH|^~\\&|LAB||||||ORU^R01|1|P|2.3\rPID|||4711\rOBX|1|NM|1||5\rOBX|2|CE|1||a^b^c\rOBX|3||1||x",
  );
  assertEquals(describe("PID-8", message), "Sex");
  assertEquals(describe("OBX[2]-5.2", message), "Observation Value, Text");
  assertEquals(describe("OBX-5.1", message), "Observation Value");
  assertEquals(describe("OBX[1]-5.2", message), undefined);
  assertEquals(describe("OBX[3]-5.2", message), undefined);
  assertEquals(
    await hl7v2.describePath?.("OBX[2]-5.2", message),
    "Observation Value, Text",
  );
});

Deno.test("importing mod.ts loads no definitions", async () => {
  const { all, atOnce } = await moduleGraph("mod.ts");
  const isDefinition = (name: string) => /hl7v2\/definitions\/(?!version\.ts)/.test(name);
  assert([...all].some(isDefinition));
  assertEquals([...atOnce].filter(isDefinition), []);
});

corpusTest("describe names nearly every value of real messages", () => {
  let named = 0, unnamed = 0;
  for (const { file } of casesOf<{ file: string }>("parse_corpus")) {
    const message = Hl7Message.parse(corpusFile(file));
    for (const [path] of message.leaves()) {
      if (path.startsWith("Z")) continue;
      if (describe(path, message) === undefined) unnamed++;
      else named++;
    }
  }
  assert(named > 100_000, `${named}`);
  // What senders put where HL7 has nothing, in any version.
  assert(unnamed < named / 200, `${unnamed}`);
});
