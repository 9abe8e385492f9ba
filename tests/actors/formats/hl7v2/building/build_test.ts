import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  build,
  Dtm,
  Hl7Message,
  type NewMessage,
  type SegmentFields,
  Tm,
} from "../../../../../actors/formats/hl7v2/hl7.ts";
import { MitralError } from "../../../../../runtime/contract/error.ts";

const time = Dtm.parse("20260215073012+0000")!;
const facts: NewMessage = { type: "ORU^R01", controlId: "4711", time };
const textOf = (message: Hl7Message) => new TextDecoder().decode(message.toBytes());
const segment = (fields: SegmentFields, others: Partial<NewMessage> = {}) =>
  textOf(build({ ...facts, ...others }).withSegment("ZZZ", fields)).split("\r")[1];
const codeOf = (fn: () => unknown) => assertThrows(fn, MitralError).code;

Deno.test("build makes a header of what it is given, and nothing of its own", () => {
  const message = build({
    ...facts,
    sendingApplication: "LAB",
    sendingFacility: ["NORTH", "1.2.3", "ISO"],
    receivingApplication: "EHR",
    receivingFacility: "EAST & WEST",
    processingId: "T",
    version: "2.8.2",
    charset: "8859/1",
    header: { 15: "AL", 16: "NE" },
  });
  assertEquals(
    textOf(message),
    "MSH|^~\\&|LAB|NORTH^1.2.3^ISO|EHR|EAST \\T\\ WEST|20260215073012+0000||ORU^R01^ORU_R01|4711|T|2.8.2|||" +
      "AL|NE||8859/1\r",
  );
});

Deno.test("build takes the time as Temporal has it", () => {
  const zoned = Temporal.ZonedDateTime.from("2026-02-15T07:30:12.5[America/Chicago]");
  assertEquals(build({ ...facts, time: zoned }).get("MSH-7"), "20260215073012-0600");
  assertEquals(build({ ...facts, time: zoned.toInstant() }).get("MSH-7"), "20260215133012+0000");
});

Deno.test("build names the structure of a type where it and the version know one", () => {
  const structure = (type: string, version: string) => build({ ...facts, type, version }).get("MSH-9.3");
  assertEquals(["2.1", "2.2", "2.3", "2.3.1", "2.4", "2.9"].map((version) => structure("ADT^A08", version)), [
    undefined,
    undefined,
    undefined,
    "ADT_A01",
    "ADT_A01",
    "ADT_A01",
  ]);
  assertEquals([structure("ZZZ^Z01", "2.5"), structure("ADT^A08^ADT_A08", "2.5")], [undefined, "ADT_A08"]);
});

Deno.test("build uses the delimiters it is given, and escapes for them", () => {
  const message = build({ ...facts, delimiters: "$%*!@#", sendingApplication: "A$B^C#" })
    .withSegment("PID", { 5: ["Doe", "An%n"], 13: { repeat: ["1", ["2", ["3", "4"]]] } });
  assertEquals(
    textOf(message).split("\r").slice(0, 2),
    [
      "MSH$%*!@#$A!F!B^C!P!$$$$20260215073012+0000$$ORU%R01%ORU_R01$4711$P$2.5.1$$$$$$UNICODE UTF-8",
      "PID$$$$$Doe%An!S!n$$$$$$$$1*2%3@4",
    ],
  );
  assertEquals(Hl7Message.parse(message.toBytes()).get("MSH-3"), "A$B^C#");
});

Deno.test("a field is a text, an array of components, or repetitions of these", () => {
  assertEquals(segment({ 1: "a", 3: ["x", "y"], 2: [["s", "t"], "u"] }), "ZZZ|a|s&t^u|x^y");
  assertEquals(segment({ 2: { repeat: ["a", ["b", "c"], { 3: "d" }] } }), "ZZZ||a~b^c~^^d");
  assertEquals(segment({ 1: { 2: "b", 4: { 2: "s" } } }), "ZZZ|^b^^&s");
  assertEquals(
    segment({ 1: 4.1, 2: -3, 3: time, 4: Tm.parse("0730")! }),
    "ZZZ|4.1|-3|20260215073012+0000|0730",
  );
});

Deno.test("what is undefined is left empty, null is the order to delete, and nothing trails", () => {
  assertEquals(
    segment({ 1: undefined, 2: null, 3: ["a", undefined, null, ""], 4: [], 5: "" }),
    'ZZZ||""|a^^""',
  );
  assertEquals(segment({ 3: { repeat: ["", ["", ""]] } }), "ZZZ");
  assertEquals(segment({}), "ZZZ");
});

Deno.test("values are escaped wherever they stand", () => {
  assertEquals(
    segment({ 1: "a|b", 2: ["c^d", ["e&f"]], 3: { repeat: ["g~h", "i\\j"] }, 4: "k\rl" }),
    "ZZZ|a\\F\\b|c\\S\\d^e\\T\\f|g\\R\\h~i\\E\\j|k\\X0D\\l",
  );
});

Deno.test("a segment goes to the end, or behind the one it is to follow", () => {
  const message = build(facts)
    .withSegment("OBX", { 1: 1 })
    .withSegment("OBX", { 1: 2 })
    .withSegment("NTE", { 3: "first" }, { after: "OBX" })
    .withSegment("NTE", { 3: "second" }, { after: "OBX[2]" })
    .withSegment("PID", { 3: "x" }, { after: "MSH" });
  assertEquals(message.segments, ["MSH", "PID", "OBX", "NTE", "OBX", "NTE"]);
  assertEquals(message.getAll("NTE-3"), ["first", "second"]);
});

Deno.test("a segment is added to a copy, and bytes that were there stay what they are", () => {
  const received = Hl7Message.parse(
    Uint8Array.from("MSH|^~\\&|LAB||||||ORU^R01|1|P|2.5\rNTE|1||\xe9||\r", (c) => c.charCodeAt(0)),
  );
  const added = received.withSegment("NTE", { 1: 2 });
  assertEquals(received.segments, ["MSH", "NTE"]);
  assertEquals(
    added.toBytes().toHex(),
    received.toBytes().toHex() + new TextEncoder().encode("NTE|2\r").toHex(),
  );
});

Deno.test("what cannot be built is refused by code", () => {
  const message = build(facts);
  assertEquals(codeOf(() => build({ ...facts, type: "oru" })), "HL7V2_TYPE_INVALID");
  assertEquals(codeOf(() => build({ ...facts, delimiters: "|^^\\&" })), "HL7V2_DELIMITERS_INVALID");
  assertEquals(codeOf(() => build({ ...facts, header: { 2: "x" } })), "HL7V2_DELIMITERS_FIXED");
  assertEquals(
    codeOf(() => build({ ...facts, charset: "8859/1", sendingApplication: "Łódź" })),
    "HL7V2_CHARACTER_UNENCODABLE",
  );
  for (const id of ["obx", "OBXX", "OBX-1", "OBX[1]", "MSH", ""]) {
    assertEquals(codeOf(() => message.withSegment(id, {})), "HL7V2_PATH_INVALID", id);
  }
  for (const fields of [{ 0: "x" }, { "-1": "x" }, { 10_000: "x" }, { 1: { 0: "x" } }, { 1.5: "x" }]) {
    assertEquals(codeOf(() => message.withSegment("OBX", fields)), "HL7V2_PATH_INVALID");
  }
  assertEquals(codeOf(() => message.withSegment("OBX", { 1: [[["x"]]] as never })), "HL7V2_PATH_INVALID");
  assertEquals(codeOf(() => message.withSegment("OBX", {}, { after: "PID" })), "HL7V2_OCCURRENCE_MISSING");
  assertEquals(codeOf(() => message.withSegment("OBX", {}, { after: "MSH-3" })), "HL7V2_PATH_INVALID");
  for (const value of [NaN, Infinity, 1e21, 1e-9]) {
    assertEquals(codeOf(() => message.withSegment("OBX", { 5: value })), "HL7V2_NUMBER_UNWRITABLE");
  }
});

Deno.test("whatever text is built in is read again, with any delimiters", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.isWellFormed()),
    fc.string({ unit: fc.constantFrom(..."|^~\\&#$%*!@.brHX0F\r\n") }),
  );
  fc.assert(fc.property(
    fc.array(fc.array(anyText, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("|^~\\&", "|^~\\&#", "$%*!@"),
    (repetitions, delimiters) => {
      const built = build({ ...facts, delimiters }).withSegment("ZZZ", { 2: { repeat: repetitions } });
      const read = Hl7Message.parse(built.toBytes());
      repetitions.forEach((components, r) =>
        components.forEach((value, c) =>
          assertEquals(read.get(`ZZZ-2[${r + 1}].${c + 1}`), value === "" ? undefined : value)
        )
      );
    },
  ));
});

Deno.test("ten thousand segments are added one by one", () => {
  let message = build(facts);
  for (let n = 1; n <= 10_000; n++) message = message.withSegment("OBX", { 1: n, 2: "NM", 5: n / 2 });
  assertEquals([message.segments.length, message.get("OBX[10000]-5")], [10_001, "5000"]);
});
