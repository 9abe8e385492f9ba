import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type BatchPart,
  Hl7Message,
  readBatch,
  type ReadBatchOptions,
  splitBatch,
} from "../../../../actors/formats/hl7v2/hl7.ts";
import { charsetToWrite } from "../../../../actors/formats/hl7v2/charsets/charset.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { bytesOf, textOf } from "./_batches.ts";
import { casesOf, corpusFile, corpusTest } from "./_corpus.ts";

interface StructureCase {
  readonly id: string;
  readonly message?: string;
  readonly file?: string;
  readonly messages: number;
  readonly batches?: number;
  readonly fileEnvelope?: boolean;
  readonly bts1?: string;
  readonly fts1?: string;
  readonly declared?: number;
  readonly badMessages?: readonly number[];
  readonly warning?: string;
  readonly error?: string;
}

interface CountCase {
  readonly file: string;
  readonly messages: number;
  readonly batches: number;
  readonly fileHeaders: number;
  readonly BTS: readonly string[];
  readonly FTS: readonly string[];
  readonly controlIds: readonly string[];
}

const of = <K extends BatchPart["kind"]>(parts: readonly BatchPart[], kind: K) =>
  parts.filter((part): part is BatchPart & { kind: K } => part.kind === kind);

const warningsOf = (parts: readonly BatchPart[]) => of(parts, "warning").map(({ code }) => code);

const isReadable = (bytes: Uint8Array) => {
  try {
    return Boolean(Hl7Message.parse(bytes));
  } catch {
    return false;
  }
};

corpusTest("hl7v2 takes the corpus's batches apart, and refuses the two that are no batch", () => {
  const codes = new Set<string>();
  for (const each of casesOf<StructureCase>("batch")) {
    const bytes = each.message === undefined ? corpusFile(each.file!) : bytesOf(each.message);
    if (each.error !== undefined) {
      codes.add(
        assertThrows(() => Array.from(splitBatch(bytes)), MitralError, "Cannot read batch").code,
      );
      continue;
    }
    const parts = Array.from(splitBatch(bytes)), messages = of(parts, "message");
    assertEquals(messages.length, each.messages, each.id);
    if (each.batches !== undefined) assertEquals(of(parts, "batchHeader").length, each.batches, each.id);
    if (each.fileEnvelope !== undefined) {
      assertEquals(of(parts, "fileHeader").length, Number(each.fileEnvelope), each.id);
    }
    const [bts] = of(parts, "batchTrailer"), [fts] = of(parts, "fileTrailer");
    const declared = each.declared ?? each.bts1;
    if (declared !== undefined) assertEquals(bts.declared, Number(declared), each.id);
    if (each.fts1 !== undefined) assertEquals(fts.declared, Number(each.fts1), each.id);
    if (each.warning !== undefined) assertEquals(warningsOf(parts), ["btsCountDiffers"], each.id);
    const bad = messages.flatMap(({ bytes }, at) => isReadable(bytes) ? [] : [at + 1]);
    assertEquals(bad, each.badMessages ?? [], each.id);
  }
  assertEquals([...codes].sort(), ["HL7V2_BATCH_HEADER_MISPLACED", "HL7V2_BATCH_SEGMENT_MISPLACED"]);
});

corpusTest("hl7v2 finds every message, header and trailer of the corpus's files of several", () => {
  const broken: string[] = [];
  for (const each of casesOf<CountCase>("batch_corpus")) {
    const parts: BatchPart[] = [];
    let error: unknown;
    try {
      for (const part of splitBatch(corpusFile(each.file))) parts.push(part);
    } catch (cause) {
      error = cause;
      broken.push(/\w+\.L\d+\.hl7$/.exec(each.file)?.[0] ?? each.file);
    }
    // What cannot be read at all has no control id, and the corpus does not count it.
    const messages = of(parts, "message").filter(({ bytes }) => bytes.length > 8);
    assertEquals(messages.length, each.messages, each.file);
    const ids = messages.map(({ bytes }) => Hl7Message.parse(bytes).get("MSH-10") ?? "");
    assertEquals(ids, each.controlIds, each.file);
    if (error) continue;
    assertEquals(of(parts, "batchHeader").length, each.batches, each.file);
    assertEquals(of(parts, "fileHeader").length, each.fileHeaders, each.file);
    assertEquals(of(parts, "batchTrailer").map(({ bytes }) => textOf(bytes)), each.BTS, each.file);
    assertEquals(of(parts, "fileTrailer").map(({ bytes }) => textOf(bytes)), each.FTS, each.file);
  }
  // A header within a batch, and segments behind a header or a trailer of one.
  assertEquals(broken, ["py.L259.hl7", "py.L274.hl7", "ts.L354.hl7", "bal.L24.hl7"]);
});

const m = (id: string, end = "\r") => `MSH|^~\\&|A|B|C|D|2026||ADT^A01|${id}|P|2.5${end}PID|1||${id}${end}`;
const batch = (end = "\r") =>
  `FHS|^~\\&|A${end}BHS|^~\\&|A||C||2026||||B7${end}${m("1", end)}${m("2", end)}BTS|2${end}FTS|1${end}`;

const shown = (parts: readonly BatchPart[]) =>
  parts.map((part) =>
    part.kind === "warning" ? part.code : `${part.kind} ${textOf(part.bytes).replace(/[\r\n]+/g, "$")}`
  );

Deno.test("hl7v2 gives headers, messages and trailers in order, by whatever ends their lines", () => {
  const expected = [
    "fileHeader FHS|^~\\&|A",
    "batchHeader BHS|^~\\&|A||C||2026||||B7",
    `message ${m("1", "$")}`,
    `message ${m("2", "$")}`,
    "batchTrailer BTS|2",
    "fileTrailer FTS|1",
  ];
  for (const end of ["\r", "\n", "\r\n", "\r\r\n", "\r\n\r\n"]) {
    assertEquals(shown(Array.from(splitBatch(bytesOf(batch(end))))), expected, JSON.stringify(end));
  }
  for (const around of [`\ufeff${batch()}`, `\x0b${batch()}\x1c\r`, `\r\n${batch()}\n\x1a`]) {
    assertEquals(
      shown(Array.from(splitBatch(bytesOf(around)))),
      expected,
      JSON.stringify(around.slice(0, 2)),
    );
  }
});

Deno.test("hl7v2 gives each message of a batch as it stands, without what surrounds it", () => {
  const messages = (text: string) =>
    of(Array.from(splitBatch(bytesOf(text))), "message").map(({ bytes }) => textOf(bytes));
  assertEquals(messages(batch()), [m("1"), m("2")]);
  assertEquals(messages(batch("\r\n")), [m("1", "\r\n"), m("2", "\r\n")]);
  assertEquals(messages(`\x0b${m("1")}\x1c\r\x0b${m("2")}\x1c\r`), [m("1"), m("2")]);
  assertEquals(messages(`\x0b${m("1")}\x1c\x0b${m("2")}\x1c`), [m("1"), m("2")]);
  assertEquals(messages(`${m("1")}\r\r\n${m("2").slice(0, -1)}`), [m("1"), m("2").slice(0, -1)]);
  // After a lone CR, LF is content; a message that ends its lines otherwise may follow.
  const report = `${m("1")}OBX|1|TX|||first\nMSH|second\nBTS|third\r`;
  assertEquals(messages(report + m("2", "\n") + m("3")), [report, m("2", "\n"), m("3")]);
  // Text that begins with a name, and no separator behind it.
  const text = `${m("1", "\n")}MSHOST is no header\nBTS 4\n`;
  assertEquals(messages(text), [text]);
});

Deno.test("hl7v2 takes a file in UTF-16 or UTF-32 apart, and gives its messages in UTF-8", () => {
  const narrow = batch().replace("ADT^A01|2", "ADT^A01|\xe9");
  for (const charset of ["UNICODE UTF-16", "UNICODE UTF-32"]) {
    const { isWide, encode } = charsetToWrite(charset);
    const parts = Array.from(splitBatch(encode(narrow)!));
    assert(isWide);
    assertEquals(shown(parts), shown(Array.from(splitBatch(bytesOf(narrow)))));
    const [first] = of(parts, "message");
    assertEquals(Hl7Message.parse(first.bytes).get("MSH-10"), "1");
  }
  const broken = Uint8Array.of(0xff, 0xfe, 0x42, 0, 0x48);
  assertEquals(assertThrows(() => Array.from(splitBatch(broken)), MitralError).code, "HL7V2_BYTES_INVALID");
});

Deno.test("hl7v2 reads the fields of a header by the header's own delimiters", () => {
  const [header] = Array.from(splitBatch(bytesOf("BHS:-+?*:LAB-1:Zürich:::::::B?7:B6\r" + m("1"))));
  assert(header.kind === "batchHeader");
  assertEquals([3, 4, 7, 11, 12, 13].map((n) => header.field(n)), ["LAB-1", "Zürich", "", "B?7", "B6", ""]);
  const [broken] = Array.from(splitBatch(bytesOf("FHS\r" + m("1"))));
  assert(broken.kind === "fileHeader");
  assertEquals(broken.field(3), "");
});

Deno.test("hl7v2 warns of what is missing beside its counterpart, and of counts that do not hold", () => {
  const warned = (text: string) => warningsOf(Array.from(splitBatch(bytesOf(text))));
  const [fhs, bhs] = ["FHS|^~\\&\r", "BHS|^~\\&\r"];
  assertEquals(warned(batch()), []);
  assertEquals(warned(m("1") + m("2")), []);
  assertEquals(warned(`${bhs}${m("1")}BTS|1\r${bhs}${m("2")}BTS|1\r`), []);
  assertEquals(warned(`${fhs}${bhs}BTS|0\r${bhs}${m("1")}BTS\rFTS|2\r`), []);
  assertEquals(warned(`${fhs}${m("1")}FTS|1\r`), []);
  assertEquals(warned(`${fhs}FTS|0\r${fhs}${bhs}BTS|\rFTS\r`), []);
  assertEquals(warned(`${bhs}${m("1")}`), ["btsMissing"]);
  assertEquals(warned(`${m("1")}BTS|1\r`), ["bhsMissing"]);
  assertEquals(warned(`${fhs}${bhs}${m("1")}BTS|1\r`), ["ftsMissing"]);
  assertEquals(warned(`${bhs}${m("1")}BTS|1\rFTS|1\r`), ["fhsMissing"]);
  assertEquals(warned(`${fhs}${bhs}${m("1")}FTS|1\r`), ["btsMissing"]);
  assertEquals(warned(`${bhs}${m("1")}BTS|2\r`), ["btsCountDiffers"]);
  assertEquals(warned(`${bhs}${m("1")}BTS|-1\r`), ["btsCountInvalid"]);
  assertEquals(warned(`${fhs}${bhs}BTS\rFTS|2\r`), ["ftsCountDiffers"]);
  assertEquals(warned(`${fhs}${bhs}BTS\rFTS|x\r`), ["ftsCountInvalid"]);
});

Deno.test("hl7v2 refuses what can be no message's, where it comes, and has given what stands before it", () => {
  const refused = (text: string) => {
    const parts: BatchPart[] = [];
    const error = assertThrows(() => {
      for (const part of splitBatch(bytesOf(text))) parts.push(part);
    }, MitralError);
    return [error.code, error.facts.messages, of(parts, "message").length];
  };
  const [fhs, bhs] = ["FHS|^~\\&\r", "BHS|^~\\&\r"];
  assertEquals(refused(`PID|1\r${m("1")}`), ["HL7V2_BATCH_SEGMENT_MISPLACED", 0, 0]);
  assertEquals(refused(`${bhs}PID|1\rBTS|1\r`), ["HL7V2_BATCH_SEGMENT_MISPLACED", 0, 0]);
  assertEquals(refused(`${bhs}${m("1")}BTS|1\rNTE|1\r`), ["HL7V2_BATCH_SEGMENT_MISPLACED", 1, 1]);
  assertEquals(refused(`${bhs}${m("1")}${bhs}${m("2")}BTS|1\r`), ["HL7V2_BATCH_HEADER_MISPLACED", 1, 1]);
  assertEquals(refused(`${bhs}${m("1")}${fhs}`), ["HL7V2_BATCH_HEADER_MISPLACED", 1, 1]);
  assertEquals(refused(`${fhs}${m("1")}${fhs}`), ["HL7V2_BATCH_HEADER_MISPLACED", 1, 1]);
});

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (bytes: Uint8Array, size: number, options?: ReadBatchOptions) =>
  Array.fromAsync(readBatch(inPieces(bytes, size), options));

Deno.test("hl7v2 reads a stream in whatever pieces as it reads the whole", async () => {
  const texts = [
    batch(),
    `\ufeff${batch("\r\n")}`,
    `\x0b${m("1")}\x1c\r\x0b${m("2")}\x1c\r`,
    `${m("1")}OBX|1|TX|||first\nMSH|second\r${m("2", "\n")}MSHOST\n\n`,
    "",
    "\r\n",
    "BHS|^~\\&",
  ];
  for (const text of texts) {
    const bytes = bytesOf(text), whole = Array.from(splitBatch(bytes));
    for (let size = 1; size <= bytes.length + 1; size++) {
      assertEquals(shown(await read(bytes, size)), shown(whole), `${JSON.stringify(text)} by ${size}`);
    }
  }
  const stream = new Blob([bytesOf(batch())]).stream();
  assertEquals(of(await Array.fromAsync(readBatch(stream)), "message").length, 2);
});

Deno.test("hl7v2 refuses what is too large or misplaced in a stream, having given what stands before it", async () => {
  const large = `${m("1")}${m("2")}OBX|1|TX|||${"x".repeat(1_000)}\r`;
  for (const size of [1, 100, 10_000]) {
    const parts: BatchPart[] = [];
    const error = await assertRejects(async () => {
      for await (const part of readBatch(inPieces(bytesOf(large), size), { messageBytesMax: 500 })) {
        parts.push(part);
      }
    }, MitralError);
    assertEquals([error.code, parts.length], ["HL7V2_BATCH_MESSAGE_EXCESSIVE", 1]);
  }
  const error = await assertRejects(() => read(bytesOf(`${batch()}NTE|1\r`), 50), MitralError);
  assertEquals(error.code, "HL7V2_BATCH_SEGMENT_MISPLACED");
});

Deno.test("hl7v2 holds one message and one piece of a stream, however long that is", async () => {
  const piece = bytesOf(m("1").repeat(1_000));
  let [given, mostAhead] = [0, 0];
  async function* source() {
    for (let at = 0; at < 400; at++) {
      given += 1_000;
      yield piece;
    }
  }
  let count = 0;
  for await (const part of readBatch(source())) {
    assert(part.kind === "message");
    assertEquals(part.bytes.buffer.byteLength, part.bytes.length, "a message holds more than itself");
    mostAhead = Math.max(mostAhead, given - ++count);
  }
  assertEquals(count, 400_000);
  assert(mostAhead <= 1_000, `${mostAhead} messages were read ahead`);
});
