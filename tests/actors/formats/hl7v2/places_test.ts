import { assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { checkPath } from "../../../../actors/formats/hl7v2/syntax/path.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { assertLeafLaws, assertPlaceLaws } from "../../../contract/path_laws.ts";
import { casesOf, corpusFile, corpusTest } from "./_corpus.ts";

const HEADER = "MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5";
const parse = (...segments: string[]) => Hl7Message.parse([HEADER, ...segments].join("\r") + "\r");
const codeOf = (fn: () => unknown) => assertThrows(fn, MitralError).code;
const textOf = (message: Hl7Message) => new TextDecoder().decode(message.toBytes());
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

Deno.test("hl7v2 names the place of every occurrence and of every repetition that holds something", () => {
  const message = parse("OBX|1||a&b^c~^d~~&e", "NTE|1", "OBX|2||f");
  assertEquals(message.places("OBX"), ["OBX[1]", "OBX[2]"]);
  assertEquals(message.places("OBX[*]"), ["OBX[1]", "OBX[2]"]);
  assertEquals(message.places("OBX[2]"), ["OBX[2]"]);
  assertEquals(message.places("OBX-3"), ["OBX[1]-3[1]", "OBX[1]-3[2]", "OBX[1]-3[4]", "OBX[2]-3[1]"]);
  assertEquals(message.places("OBX[1]-3[*].2"), ["OBX[1]-3[1].2", "OBX[1]-3[2].2"]);
  assertEquals(message.places("OBX-3.1.2"), ["OBX[1]-3[1].1.2", "OBX[1]-3[4].1.2"]);
  assertEquals(message.places("OBX-3[1]"), ["OBX[1]-3[1]", "OBX[2]-3[1]"]);
  assertEquals(codeOf(() => message.places("obx")), "HL7V2_PATH_INVALID");
});

Deno.test("hl7v2 reads a path as it is meant at a place", () => {
  const message = parse("PID|1||1~2");
  const cases = [
    ["OBX-5", "OBX[2]", "OBX[2]-5"],
    ["OBX", "OBX[2]", "OBX[2]"],
    ["OBX-5[*].2", "OBX[2]", "OBX[2]-5[*].2"],
    ["PID-3", "PID[1]-3[2]", "PID[1]-3[2]"],
    ["PID-3.1", "PID[1]-3[2]", "PID[1]-3[2].1"],
    ["PID-3.4.2", "PID[1]-3[2].4", "PID[1]-3[2].4.2"],
    ["PID-5.1", "PID[1]-3[2]", "PID[1]-5.1"],
    ["PID-3[1].1", "PID[2]-3[2]", "PID[2]-3[1].1"],
    ["OBX[1]-5", "OBX[2]", "OBX[1]-5"],
    ["OBX[*]-5", "OBX[2]", "OBX[*]-5"],
    ["OBX[2]-5", "OBX[2]-5[3]", "OBX[2]-5"],
    ["NTE-3", "OBX[2]", "NTE-3"],
  ];
  for (const [path, place, expected] of cases) {
    assertEquals(message.resolve(path, place), expected, `${path} at ${place}`);
  }
  assertEquals(codeOf(() => message.resolve("OBX.5", "OBX[2]")), "HL7V2_PATH_INVALID");
});

Deno.test("hl7v2 splits at a segment, with what stands before the first of them in each part", () => {
  const message = parse("PID|1", "OBR|1", "OBX|1", "OBX|2", "OBR|2", "OBR|3", "NTE|3");
  const all = message.split("OBR").map((part) => part.segments.join(" "));
  assertEquals(all, ["MSH PID OBR OBX OBX", "MSH PID OBR", "MSH PID OBR NTE"]);
  assertEquals(message.split("OBR[2]").map((part) => part.get("OBR-1")), ["2"]);
  assertEquals(message.split("OBR[*]").length, 3);
  assertEquals(message.split("OBR[4]"), []);
  assertEquals(message.split("ZZZ"), []);
  for (const path of ["OBR-1", "OBR[2]-1", "obr", ""]) {
    assertEquals(codeOf(() => message.split(path)), "HL7V2_PATH_INVALID", path);
  }
});

Deno.test("hl7v2 splits off bytes as they came, whatever the character set", () => {
  const inLatin = `${HEADER}||||||8859/1\rOBX|1|||Zo\xeb\rOBX|2|||\xe9\r`;
  const parts = Hl7Message.parse(latin1(inLatin)).split("OBX");
  assertEquals(parts.map((part) => part.toBytes()), [
    latin1(`${HEADER}||||||8859/1\rOBX|1|||Zo\xeb\r`),
    latin1(`${HEADER}||||||8859/1\rOBX|2|||\xe9\r`),
  ]);
  assertEquals(parts[1].with("OBX-6", "ë").toBytes().at(-2), 0xeb);

  // Back to JIS X 0201, which a writer would not choose: the original bytes have to go along.
  const inJapanese = (n: number) => `OBX|${n}|||\x1b$B;3ED\x1b(J\r`;
  const header = `${HEADER}||||||ISO IR87\r`;
  const japanese = Hl7Message.parse(latin1(header + inJapanese(1) + inJapanese(2))).split("OBX");
  assertEquals(japanese.map((part) => part.toBytes()), [
    latin1(header + inJapanese(1)),
    latin1(header + inJapanese(2)),
  ]);
  assertEquals(japanese[1].get("OBX-4"), "山田");
});

Deno.test("hl7v2 lists every leaf that is not absent, by the same path whatever stands beside it", () => {
  assertEquals([...Hl7Message.parse('MSH|^~\\&|A\rPID|1||a^b&c~\\T\\|""\rNTE||\rPID').leaves()], [
    ["MSH[1]-1[1].1.1", "|"],
    ["MSH[1]-2[1].1.1", "^~\\&"],
    ["MSH[1]-3[1].1.1", "A"],
    ["PID[1]-1[1].1.1", "1"],
    ["PID[1]-3[1].1.1", "a"],
    ["PID[1]-3[1].2.1", "b"],
    ["PID[1]-3[1].2.2", "c"],
    ["PID[1]-3[2].1.1", "&"],
    ["PID[1]-4[1].1.1", '""'],
  ]);
});

Deno.test("hl7v2 knows without a message which paths can be read and which written", () => {
  for (const path of ["PID-3", "PID", "OBX[*]-5[*].2", "MSH-2", "OBX[20000]-5[20000]"]) {
    checkPath(path, "read");
  }
  for (const path of ["PID-3", "PID[2]-3[4].1.2", "MSH-3", "ZZ1-1"]) checkPath(path, "write");
  for (const use of ["read", "write"] as const) {
    for (const path of ["", "PID.3", "PID-0", "$.a"]) {
      assertEquals(codeOf(() => checkPath(path, use)), "HL7V2_PATH_INVALID", path);
    }
  }
  for (const path of ["PID", "OBX[*]-5", "PID-3[*]", "MSH[2]-3"]) {
    assertEquals(codeOf(() => checkPath(path, "write")), "HL7V2_PATH_INVALID", path);
  }
  for (const path of ["MSH-1", "MSH-2"]) {
    assertEquals(codeOf(() => checkPath(path, "write")), "HL7V2_DELIMITERS_FIXED", path);
  }
});

const text = fc.string({
  maxLength: 8,
  unit: fc.constantFrom(..."|^~\\&||^~&", "\\T\\", "\\E\\", "\\H\\", "\\X41\\", '""', "a", "0", " ", "é"),
});
const segment = fc.tuple(fc.constantFrom("PID", "OBR", "OBX", "ZX1"), text).map(([id, text]) =>
  `${id}|${text}`
);
const message = fc.array(segment, { maxLength: 8 }).map((segments) => parse(...segments));
const reread = (bytes: Uint8Array) => Hl7Message.parse(bytes);

Deno.test("hl7v2 keeps the laws of leaves, places and split in any message", () => {
  fc.assert(
    fc.property(message, (message) => {
      assertLeafLaws(message, reread);
      for (const path of ["OBX", "OBX[*]", "OBX-1", "OBX[2]-2[*].2", "ZX1-1.1.2"]) {
        assertPlaceLaws(message, path, reread);
      }
      const values = message.places("OBX-1").map((place) => message.get(place));
      assertEquals(values.filter((value) => value !== undefined), message.getAll("OBX-1"));
    }),
    { numRuns: 300 },
  );
});

Deno.test("hl7v2 loses nothing and makes nothing where it splits", () => {
  fc.assert(
    fc.property(message, (message) => {
      const whole = textOf(message), parts = message.split("OBR").map(textOf);
      if (!message.segments.includes("OBR")) return assertEquals(parts, []);
      const head = whole.slice(0, whole.indexOf("\rOBR") + 1);
      assertEquals(parts.every((part) => part.startsWith(`${head}OBR`)), true);
      assertEquals(head + parts.map((part) => part.slice(head.length)).join(""), whole);
    }),
    { numRuns: 300 },
  );
});

corpusTest("hl7v2 keeps the laws of leaves and places in the messages of the corpus", () => {
  for (const { file } of casesOf<{ file: string }>("roundtrip")) {
    const bytes = corpusFile(file);
    // Checking every leaf of one that is much longer takes too long.
    if (bytes.length > 2000) continue;
    const message = Hl7Message.parse(bytes);
    assertLeafLaws(message, reread);
    for (const path of ["OBX", "OBR", "PID-3", "OBX-3.2"]) assertPlaceLaws(message, path, reread);
  }
});
