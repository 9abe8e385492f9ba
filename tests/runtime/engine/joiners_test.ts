import { assertEquals, assertRejects } from "@std/assert";
import { unzipSync } from "fflate";
import hl7v2 from "../../../actors/formats/hl7v2/mod.ts";
import json from "../../../actors/formats/json/mod.ts";
import { bindFormat } from "../../../runtime/contract/format.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { BoundFormats } from "../../../runtime/engine/formats.ts";
import { type Joined, joinerFor, type Piece } from "../../../runtime/engine/joiners/joiner.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { configOf } from "../../world/tools.ts";
import { noteFormat } from "./note_format.ts";

const FACTS = { id: "0192f0c1-7e57-7abc-8def-000000000001", atMs: Date.UTC(2026, 0, 2, 3, 4, 5) };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function piece(text: string, contentType: string, number = 1): Piece {
  const receivedAtMs = Date.UTC(2026, 2, 8, 8, 30, 10) + number * 3_600_000;
  return { name: `m${number}`, receivedAtMs, contentType, bytes: encoder.encode(text) };
}

/** The joiner that a destination of a channel for notes names; the gateway has hl7v2 and json, too. */
function joiner(as: string, timeZone = "America/Chicago") {
  const formats = new BoundFormats(bindFormat(noteFormat, {}), {
    hl7v2: { spec: hl7v2, config: configOf(hl7v2.config, {}) },
    json: { spec: json, config: configOf(json.config, {}) },
  });
  const plan = { at: [], timeZone, bytesMax: 1 << 20, as, empty: "skip" } as const;
  return joinerFor(plan, formats, new FakeClock());
}

function told({ taken, refused }: Joined<Piece>) {
  return {
    taken: taken.map(({ bytes }) => decoder.decode(bytes)),
    refused: [...refused].map(([{ bytes }, { code }]) => [decoder.decode(bytes), code]),
  };
}

Deno.test("lines are the bytes of each message with a line feed after them, where they do not end in one", async () => {
  const texts = ["MSH|^~\\&|A\rPID|1\r", "one\n", "", '{"a":1}'];
  const { bytes, ...rest } = await joiner("lines").join(
    texts.map((text) => piece(text, "text/plain")),
    FACTS,
  );
  assertEquals(decoder.decode(bytes), 'MSH|^~\\&|A\rPID|1\r\none\n\n{"a":1}\n');
  assertEquals(told({ bytes, ...rest }), { taken: texts, refused: [] });
});

Deno.test("lines take no message with line feeds of its own", async () => {
  const texts = ["a\r\nb\r\n", "c", "d\ne"];
  const joined = await joiner("lines").join(texts.map((text) => piece(text, "text/plain")), FACTS);
  assertEquals(decoder.decode(joined.bytes), "c\n");
  assertEquals(told(joined), {
    taken: ["c"],
    refused: [["a\r\nb\r\n", "ENGINE_BATCH_LINED"], ["d\ne", "ENGINE_BATCH_LINED"]],
  });
});

Deno.test("zip has an entry for each message, named by number, id and media type, in order", async () => {
  const pieces = [
    piece("MSH|one\r", "x-application/hl7-v2+er7", 1),
    piece("{}", "application/json; charset=utf-8", 2),
    piece("", "application/octet-stream", 3),
  ];
  const { bytes } = await joiner("zip").join(pieces, FACTS);
  const entries = unzipSync(bytes);
  assertEquals(
    Object.entries(entries).map(([name, content]) => [name, decoder.decode(content)]),
    [["000001_m1.hl7", "MSH|one\r"], ["000002_m2.json", "{}"], ["000003_m3.bin", ""]],
  );
});

Deno.test("zip gives the same bytes for the same messages, and tells their times as a clock in the zone shows them", async () => {
  const pieces = [piece("MSH|one\r", "x-application/hl7-v2+er7")];
  const { bytes } = await joiner("zip").join(pieces, FACTS);
  assertEquals((await joiner("zip").join(pieces, { ...FACTS, atMs: 0 })).bytes, bytes);
  const view = new DataView(bytes.buffer);
  const [time, date] = [view.getUint16(10, true), view.getUint16(12, true)];
  // 09:30:10 UTC on the day Chicago puts its clocks forward: 04:30:10 there. The format knows even seconds only.
  assertEquals([time >> 11, time >> 5 & 63, (time & 31) * 2], [4, 30, 10]);
  assertEquals([1980 + (date >> 9), date >> 5 & 15, date & 31], [2026, 3, 8]);
});

Deno.test("zip of no messages is an empty ZIP file, and a clock that was never set does no harm", async () => {
  const { bytes } = await joiner("zip").join([], FACTS);
  assertEquals(unzipSync(bytes), {});
  const old = { ...piece("a", "text/plain"), receivedAtMs: 0 };
  assertEquals(Object.keys(unzipSync((await joiner("zip").join([old], FACTS)).bytes)), ["000001_m1.txt"]);
});

Deno.test("hl7-batch is a file of one batch with the messages as they are, known by its own control id", async () => {
  const type = "x-application/hl7-v2+er7";
  const [one, two] = ["A", "B"].map((id) => `MSH|^~\\&|LAB|X|EHR|Y|20260102||ORU^R01|${id}|P|2.5\rPID|1\r`);
  const hl7 = joiner("hl7-batch");
  const { bytes } = await hl7.join([piece(one, type), piece(two, type)], FACTS);
  const segments = decoder.decode(bytes).split("\r");
  assertEquals(segments.map((segment) => segment.slice(0, 3)), [
    ...["FHS", "BHS", "MSH", "PID", "MSH", "PID", "BTS", "FTS", ""],
  ]);
  assertEquals(segments[1].split("|")[10], hl7.controlId(FACTS));
  assertEquals(hl7.contentType, type);
});

Deno.test("a format's batch takes messages of that format only", async () => {
  const pieces = [
    piece("{}", "application/json"),
    piece("A|k", "text/x-note"),
    piece("[1]", "application/json"),
  ];
  const joined = await joiner("json-list").join(pieces, FACTS);
  assertEquals(decoder.decode(joined.bytes), "[{},[1]]");
  assertEquals(told(joined).refused, [["A|k", "ENGINE_BATCH_FOREIGN"]]);
});

Deno.test("a message that a format cannot join is refused with the format's error, and the others are joined", async () => {
  const pieces = ["A", "#B", "C"].map((id) => piece(`${id}||S|message|`, "text/x-note"));
  const joined = await joiner("notes").join(pieces, FACTS);
  assertEquals(decoder.decode(joined.bytes), `${FACTS.id}||S|message|A C`);
  assertEquals(told(joined).refused, [["#B||S|message|", "NOTE_BATCH_UNMADE"]]);
});

Deno.test("messages that cannot be joined with each other are for several batches", async () => {
  const pieces = ["+A", "+B", "+C", "-D"].map((id) => piece(`${id}||S|message|`, "text/x-note"));
  const { taken, refused } = await joiner("notes").join(pieces, FACTS);
  assertEquals([taken, refused.size], [pieces.slice(0, 2), 0]);
  const rest = await joiner("notes").join(pieces.slice(2), FACTS);
  assertEquals([rest.taken, rest.refused.size], [pieces.slice(2, 3), 0]);
});

Deno.test("a batch that no format makes takes nothing", async () => {
  const joined = await joiner("x12-batch").join([piece("ISA", "application/edi-x12")], FACTS);
  assertEquals(told(joined), { taken: [], refused: [["ISA", "ENGINE_BATCH_UNKNOWN"]] });
  const empty = await assertRejects(() => joiner("x12-batch").join([], FACTS), MitralError);
  assertEquals(empty.code, "ENGINE_BATCH_UNKNOWN");
});
