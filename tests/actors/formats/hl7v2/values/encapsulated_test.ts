import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { type EncapsulatedData, Hl7Message } from "../../../../../actors/formats/hl7v2/hl7.ts";
import { MitralError } from "../../../../../runtime/contract/error.ts";
import { casesOf, corpusFile, corpusTest } from "../_corpus.ts";

interface EncapsulatedCase {
  readonly file: string;
  readonly obx: number;
  readonly valueType: "ED" | "RP";
  readonly components: readonly (string | null)[];
  readonly dataLength?: number;
  readonly decodedBytes?: number;
  readonly sha256?: string;
  readonly magic?: string;
  readonly base64Error?: string;
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesIn = (document: EncapsulatedData | null | undefined) => new Response(document?.data()).bytes();
const message = (field: string, valueType = "ED") =>
  Hl7Message.parse(`MSH|^~\\&|LAB\rOBX|1|${valueType}|1||${field}\r`);

corpusTest("documents pass encapsulated", async () => {
  let checked = 0;
  for (const { file, obx, valueType, components, ...expected } of casesOf<EncapsulatedCase>("encapsulated")) {
    const name = `${file} OBX[${obx}]`;
    let bytes = corpusFile(file);
    if (file.endsWith("_annotated_for_transformation.hl7")) {
      // Remarks in plain words between segments: refused as they lie, and read without them.
      assertEquals(assertThrows(() => Hl7Message.parse(bytes), MitralError).code, "HL7V2_SEGMENT_INVALID");
      const lines = textOf(bytes).split(/[\r\n]+/).filter((line) => /^[A-Z][A-Z0-9]{2}\|/.test(line));
      bytes = new TextEncoder().encode(lines.join("\r"));
    }
    const document = Hl7Message.parse(bytes).encapsulated(`OBX[${obx}]-5`);
    assert(document, name);
    const { pointer, source, type, subtype } = document;
    const parts = valueType === "RP" ? [pointer, source, type, subtype] : [source, type, subtype];
    assertEquals(pointer !== undefined, valueType === "RP", name);
    parts.forEach((part, at) => {
      const cut = components[at]?.split("…")[0] ?? "";
      assertEquals(part?.slice(0, cut.length || undefined), cut, name);
    });
    assertEquals(document.length, expected.dataLength ?? 0, name);
    if (expected.base64Error) {
      const error = await assertRejects(() => bytesIn(document), MitralError);
      assertEquals(error.code, "HL7V2_DATA_INVALID", name);
    } else {
      const bytes = await bytesIn(document);
      assertEquals(bytes.length, expected.decodedBytes ?? 0, name);
      if (expected.sha256 !== undefined) {
        assertEquals(createHash("sha256").update(bytes).digest("hex"), expected.sha256, name);
        assertEquals(bytes.slice(0, 8).toHex(), expected.magic, name);
      }
    }
    checked++;
  }
  assert(checked >= 39);
});

Deno.test("what type and subtype mean is told however they are spelt", () => {
  const types = [
    ["^application^pdf", "application/pdf"],
    ["^TX^PDF", "application/pdf"],
    ["^AP^PDF", "application/pdf"],
    ["^^PDF", "application/pdf"],
    ["^PDF^", "application/pdf"],
    ["^application/pdf^", "application/pdf"],
    ["^TEXT^html", "text/html"],
    ["^IM^JPEG", "image/jpeg"],
    ["^IM^MRXS", "image/mrxs"],
    ["^NS^Octet-stream", "application/octet-stream"],
    ["^multipart^x-hl7-cda-level-one", "multipart/x-hl7-cda-level-one"],
    ["^TX^", "text/plain"],
    ["^constructor^", undefined],
    ["^^", undefined],
  ] as const;
  for (const [parts, expected] of types) {
    assertEquals(message(`${parts}^Base64^QQ==`).encapsulated("OBX-5")?.mediaType, expected, parts);
  }
});

Deno.test("data is read without the line ends and spaces a sender wrapped it with", async () => {
  for (const data of ["SGVsbG8=", "SG\\.br\\Vs\\X0D\\bG\\X0D0A\\8=\\.br\\", " S G\\.sp1\\VsbG8 = "]) {
    assertEquals(textOf(await bytesIn(message(`^TX^x^Base64^${data}`).encapsulated("OBX-5"))), "Hello");
  }
  assertEquals(textOf(await bytesIn(message("^TX^x^Hex^48 65\\.br\\6C6c6F").encapsulated("OBX-5"))), "Hello");
});

Deno.test("text that is not encoded is read as UTF-8, its escapes decoded", async () => {
  const read = async (field: string) => textOf(await bytesIn(message(field).encapsulated("OBX-5")));
  assertEquals(await read("^TX^plain^A^R\\T\\D\\.br\\é \\H\\x\\XFF\\"), "R&D\né \\H\\x\\XFF\\");
  assertEquals(await read("^TX^plain^^R\\T\\D"), "R&D");
});

Deno.test("data without a word on its encoding is Base64, unless it is text", () => {
  assertEquals(message("^application^pdf^^QQ==").encapsulated("OBX-5")?.encoding, "Base64");
  assertEquals(message("^^^^QQ==").encapsulated("OBX-5")?.encoding, "Base64");
  assertEquals(message("^TX^plain^^QQ==").encapsulated("OBX-5")?.encoding, "A");
  assertEquals(message("^TX^plain^base-64^QQ==").encapsulated("OBX-5")?.encoding, "Base64");
});

Deno.test("data that is broken or cut off is an error by code, and never a shorter document", async () => {
  const broken = [
    ...["QQ", "QQ=", "Q", "QUJD=", "QQ==QQ==", "QU-_", "QU\\H\\JD", "Qé==", "QUJDQ"].map((data) =>
      `^a^b^Base64^${data}`
    ),
    ...["4", "4G", "414"].map((data) => `^a^b^Hex^${data}`),
  ];
  for (const field of broken) {
    const error = await assertRejects(() => bytesIn(message(field).encapsulated("OBX-5")), MitralError);
    assertEquals([error.code, error.facts.path], ["HL7V2_DATA_INVALID", "OBX-5"], field);
  }
  const { code } = assertThrows(
    () => message("^a^b^uuencode^QQ==").encapsulated("OBX-5")?.data(),
    MitralError,
  );
  assertEquals(code, "HL7V2_DATA_ENCODING_UNKNOWN");
});

Deno.test("a pointer points, and has no data", async () => {
  const document = message("https://pacs/a?b=1&c=2^PACS&1.2.3&ISO^IM^DICOM^more", "RP").encapsulated("OBX-5");
  assertEquals([document?.pointer, document?.source, document?.mediaType, document?.encoding], [
    "https://pacs/a?b=1&c=2",
    "PACS",
    "application/dicom",
    undefined,
  ]);
  assertEquals([document?.length, (await bytesIn(document)).length], [0, 0]);
});

Deno.test("a document is at a field or a repetition, or is none", async () => {
  const two = message("^TX^plain^A^one~^TX^plain^A^two");
  assertEquals(textOf(await bytesIn(two.encapsulated("OBX-5[2]"))), "two");
  assertEquals([two.encapsulated("OBX-6"), two.encapsulated("OBX[2]-5")], [undefined, undefined]);
  assertEquals(message('""').encapsulated("OBX-5"), null);
  for (const path of ["OBX", "OBX-5.5", "OBX[*]-5", "MSH-1"]) {
    const { code } = assertThrows(() => two.encapsulated(path), MitralError);
    assertEquals(code, "HL7V2_PATH_INVALID", path);
  }
});

Deno.test("a document of 20 MB goes in and out again in pieces", async () => {
  const bytes = new Uint8Array(20_000_000).map((_, at) => (at * 2_654_435_761) >>> 13);
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 65_537) controller.enqueue(bytes.subarray(at, at + 65_537));
      controller.close();
    },
  });
  const before = message("nothing", "TX");
  const after = await before.withEncapsulated("OBX-5", { type: "application", subtype: "pdf" }, source);
  assertEquals(before.get("OBX-5"), "nothing");

  const received = Hl7Message.parse(after.toBytes());
  assertEquals([received.get("OBX-2"), received.get("OBX-5.4")], ["ED", "Base64"]);
  let at = 0, largest = 0;
  for await (const piece of received.encapsulated("OBX-5")!.data()) {
    assert(piece.every((byte, within) => byte === bytes[at + within]), `piece at ${at}`);
    at += piece.length;
    largest = Math.max(largest, piece.length);
  }
  assertEquals(at, bytes.length);
  assert(largest <= 1 << 17);
});

Deno.test("any bytes in any pieces, written with any delimiters, come out as they went in", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.uint8Array({ maxLength: 7 }), { maxLength: 12 }),
    fc.constantFrom("|^~\\&", "=+~/&", "/^+=&", "|^~\\&#"),
    async (pieces, delimiters) => {
      const [field] = delimiters;
      const empty = Hl7Message.parse(`MSH${delimiters}${field}LAB\r`);
      const source = { source: "LAB", type: "application", subtype: "x+y" };
      const written = await empty.withEncapsulated("OBX-5", source, pieces);
      const document = Hl7Message.parse(written.toBytes()).encapsulated("OBX-5");
      assertEquals([document?.source, document?.subtype], ["LAB", "x+y"]);
      assertEquals([...await bytesIn(document)], pieces.flatMap((piece) => [...piece]));
    },
  ));
});

Deno.test("Base64 that looks like an escape sequence of its message comes out as it went in", async () => {
  // AAAA/X3/, in a message whose escape character is a slash.
  const bytes = Uint8Array.of(0, 0, 0, 253, 125, 255);
  const empty = Hl7Message.parse("MSH=+~/&=LAB\r");
  const written = await empty.withEncapsulated("OBX-5", { type: "application", subtype: "pdf" }, [bytes]);
  assertEquals(await bytesIn(Hl7Message.parse(written.toBytes()).encapsulated("OBX-5")), bytes);
});

Deno.test("a document is written to the segment it is for, and what its source fails with is passed on", async () => {
  const two = Hl7Message.parse("MSH|^~\\&|LAB\rOBX|1|NM|K||5\rOBX|2|TX|R||x\r");
  const type = { type: "application", subtype: "pdf" };
  const written = await two.withEncapsulated("OBX[2]-5", type, [Uint8Array.of(65)]);
  assertEquals(
    textOf(written.toBytes()),
    "MSH|^~\\&|LAB\rOBX|1|NM|K||5\rOBX|2|ED|R||^application^pdf^Base64^QQ==\r",
  );
  const missing = await assertRejects(() => two.withEncapsulated("OBX[4]-5", type, []), MitralError);
  assertEquals(missing.code, "HL7V2_OCCURRENCE_MISSING");
  const broken = ReadableStream.from((function* () {
    yield Uint8Array.of(65);
    throw new TypeError("gone");
  })());
  await assertRejects(() => two.withEncapsulated("OBX-5", type, broken), TypeError, "gone");
});
