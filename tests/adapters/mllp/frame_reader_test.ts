import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fitsFrame } from "../../../adapters/mllp/framing/frame.ts";
import { FrameWriter } from "../../../adapters/mllp/framing/frame_writer.ts";
import { BrokenFrame, FrameReader } from "../../../adapters/mllp/framing/frame_reader.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { framed, latin1, textOf } from "./mllp_peer.ts";

/** Feeds the pieces through one buffer that is used again and again, as a socket's is. */
function readAll(reader: FrameReader, pieces: readonly Uint8Array[]): string[] {
  const buffer = new Uint8Array(Math.max(...pieces.map((piece) => piece.length), 1));
  const frames: Uint8Array[] = [];
  for (const piece of pieces) {
    buffer.fill(0xee);
    buffer.set(piece);
    reader.feed(buffer.subarray(0, piece.length));
    for (let frame = reader.next(); frame; frame = reader.next()) frames.push(frame);
  }
  buffer.fill(0xee);
  return frames.map(textOf);
}

/** The bytes cut behind each of the places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [
    0,
    ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return sorted.slice(1).map((until, at) => bytes.subarray(sorted[at], until));
}

function read(text: string, frameBytesMax = 1_000): string[] {
  return readAll(new FrameReader({ frameBytesMax }), [latin1(text)]);
}

function breach(text: string, limits = { frameBytesMax: 1_000, skippedBytesMax: 100 }): string {
  const { breach, bytes } = assertThrows(() => readAll(new FrameReader(limits), [latin1(text)]), BrokenFrame);
  return `${breach}: ${textOf(bytes)}`;
}

Deno.test("frames are the same however their bytes are cut", () => {
  const byte = fc.oneof(
    fc.constantFrom(0x0b, 0x1c, 0x0d, 0x0a, 0x00, 0x4d),
    fc.integer({ min: 0, max: 255 }),
  );
  // An FS at the very end would stand before the frame's own FS: still data, and still one frame.
  const message = fc.uint8Array({ maxLength: 300 })
    .chain((plain) => fc.tuple(fc.constant(plain), fc.array(byte, { maxLength: 12 })))
    .map(([plain, odd]) => Uint8Array.from([...odd, ...plain, ...odd])).filter(fitsFrame);
  const filler = fc.array(fc.constantFrom("\r", "\n", "\0", " ", "\x1c"), { maxLength: 5 })
    .map((bytes) => bytes.join(""));
  const junk = fc.array(fc.constantFrom("x", "\n", "|"), { maxLength: 8 }).map((bytes) => bytes.join(""));
  const stream = fc.array(fc.tuple(message, filler, junk), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), fc.boolean(), (parts, places, bytewise) => {
      const bytes = latin1(
        parts.map(([data, filler, junk]) => `${filler}${junk}${textOf(framed(data))}`).join(""),
      );
      const pieces = bytewise ? cut(bytes, [...bytes.keys()]) : cut(bytes, places);
      const reader = new FrameReader({ frameBytesMax: 10_000 });
      assertEquals(readAll(reader, pieces), parts.map(([data]) => textOf(data)));
      const skipped = parts.reduce((sum, [, filler, junk]) => sum + filler.length + junk.length, 0);
      assertEquals(reader.takeSkipped(), skipped);
      assertEquals(reader.place, "between");
    }),
  );
});

Deno.test("bytes of any kind are read in bounded memory, and end in frames or a breach", () => {
  const odd = fc.array(fc.constantFrom(0x0b, 0x1c, 0x0d, 0x4d, 0x00), { maxLength: 400 });
  fc.assert(fc.property(odd, fc.array(fc.nat(), { maxLength: 20 }), (bytes, places) => {
    const reader = new FrameReader({ frameBytesMax: 20, skippedBytesMax: 10 });
    try {
      for (const frame of readAll(reader, cut(Uint8Array.from(bytes), places))) assert(frame.length <= 20);
    } catch (broken) {
      assert(broken instanceof BrokenFrame && broken.bytes.length <= 21, `${broken}`);
    }
  }));
});

Deno.test("what a frame breaks does not depend on how its bytes are cut", () => {
  const bytes = fc.array(fc.constantFrom(0x0b, 0x1c, 0x0d, 0x4d, 0x00), { maxLength: 60 });
  const outcome = (pieces: Uint8Array[]) => {
    try {
      return readAll(new FrameReader({ frameBytesMax: 12, skippedBytesMax: 6 }), pieces).length;
    } catch (broken) {
      return broken instanceof BrokenFrame && broken.breach;
    }
  };
  fc.assert(fc.property(bytes, fc.array(fc.nat(), { maxLength: 20 }), (list, places) => {
    const all = Uint8Array.from(list);
    assertEquals(outcome(cut(all, places)), outcome([all]));
  }));
});

Deno.test("a frame ends with FS CR; FS before anything else is data", () => {
  assertEquals(read("\x0ba\x1cb\x1c\x1c\r"), ["a\x1cb\x1c"]);
});

Deno.test("a frame without its CR ends where the next one starts", () => {
  assertEquals(read("\x0bone\x1c\x0btwo\x1c\r"), ["one", "two"]);
});

Deno.test("a frame without its CR ends when no more comes, and not before", () => {
  const reader = new FrameReader({ frameBytesMax: 100 });
  assertEquals(readAll(reader, [latin1("\x0bone\x1c")]), []);
  assertEquals(reader.place, "atEnd");
  assertEquals(textOf(reader.end()!), "one");
  assertEquals(readAll(reader, [latin1("\r\x0btwo\x1c\r")]), ["two"]);
  assertEquals(reader.end(), undefined);
});

Deno.test("a frame that is cut is a breach with what was read of it", () => {
  const reader = new FrameReader({ frameBytesMax: 100 });
  assertEquals(readAll(reader, [latin1("\x0bMSH|"), latin1("x")]), []);
  const broken = assertThrows(() => reader.end(), BrokenFrame);
  assertEquals([broken.breach, textOf(broken.bytes)], ["endMissing", "MSH|x"]);
});

Deno.test("an empty frame is a frame", () => assertEquals(read("\x0b\x1c\r\x0bx\x1c\r"), ["", "x"]));

Deno.test("a frame of frameBytesMax is read, one byte more is a breach", () => {
  const just = "x".repeat(10);
  assertEquals(read(`\x0b${just}\x1c\r`, 10), [just]);
  assertEquals(breach(`\x0b${just}y\x1c\r`, { frameBytesMax: 10, skippedBytesMax: 10 }), `tooLarge: ${just}`);
  const pieces = [`\x0b${just}`, "\x1c", "\r"].map(latin1);
  assertEquals(readAll(new FrameReader({ frameBytesMax: 10 }), pieces), [just]);
  const reader = new FrameReader({ frameBytesMax: 10 });
  assertThrows(() => readAll(reader, [`\x0b${just}`, "y"].map(latin1)), BrokenFrame, "tooLarge");
});

Deno.test("a message without its VT is a breach with the message", () => {
  assertEquals(breach("MSH|x\r\x1c\r"), "startMissing: MSH|x\r\x1c\r");
  assertEquals(breach("\x0bone\x1c\r\r\nMSH|two\x1c\r"), "startMissing: MSH|two\x1c\r");
  const reader = new FrameReader({ frameBytesMax: 10 });
  assertThrows(() => readAll(reader, ["MSH", "|\x1c", "\r"].map(latin1)), BrokenFrame, "startMissing");
});

Deno.test("skippedBytesMax bounds what is no frame, but not fillers", () => {
  assertEquals(breach("x".repeat(101)), `startMissing: ${"x".repeat(101)}`);
  assertEquals(read("\0".repeat(1_000) + "\x0bone\x1c\r"), ["one"]);
});

Deno.test("a frame that starts anew within a frame is a breach", () => {
  assertEquals(breach("\x0bMSH|one\r\x0bMSH|two\r\x1c\r"), "startRepeated: MSH|one\r\x0bMSH|two\r");
});

Deno.test("a reader goes on behind a breach whose end is known, and looks at no byte twice for it", () => {
  const reader = new FrameReader({ frameBytesMax: 100 });
  // Quadratic work on so many would take minutes.
  const count = 20_000;
  const found: string[] = [];
  reader.feed(latin1(`${"MSH|x\x1c\r".repeat(count)}\x0bone\x1c\rjunk\x0btwo\x1c\r`));
  for (let more = true; more;) {
    try {
      const frame = reader.next();
      if (frame) found.push(textOf(frame));
      more = frame !== undefined;
    } catch (broken) {
      assert(broken instanceof BrokenFrame && broken.hasEnd);
      found.push(broken.breach);
    }
  }
  assertEquals(found.length, count + 2);
  assertEquals(found.slice(-3), ["startMissing", "one", "two"]);
  assertEquals(textOf(reader.takeStray()!), "junk");
  assertEquals(reader.takeStray(), undefined);
});

Deno.test("a VT in a note is data", () => {
  assertEquals(read("\x0bMSH|\rNTE|a\x0bb\x0bMSX|\x1c\r"), ["MSH|\rNTE|a\x0bb\x0bMSX|"]);
});

Deno.test("a frame owns no more memory than it needs", () => {
  const reader = new FrameReader({ frameBytesMax: 10_000_000 });
  const message = new Uint8Array(1_000_000).fill(0x41);
  const bytes = framed(message);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 1_460) {
    reader.feed(bytes.subarray(at, at + 1_460));
    for (let frame = reader.next(); frame; frame = reader.next()) frames.push(frame);
  }
  assertEquals(frames.length, 1);
  assertEquals(frames[0].length, message.length);
  assert(frames[0].buffer.byteLength < message.length * 1.2, `${frames[0].buffer.byteLength}`);
});

Deno.test("a written frame is read as it was, small or large", async () => {
  for (const length of [0, 1, 1_000, 300_000]) {
    const pieces: Uint8Array[] = [];
    const connection: Connection = {
      peer: "test",
      read: () => Promise.resolve(null),
      write: (bytes) => Promise.resolve(void pieces.push(bytes.slice())),
      close: () => {},
    };
    const message = Uint8Array.from({ length }, (_, at) => at % 11);
    await new FrameWriter(connection).send(message);
    assertEquals(readAll(new FrameReader({ frameBytesMax: 1_000_000 }), pieces), [textOf(message)]);
  }
});

Deno.test("a message fits a frame unless it holds an end or a second start", () => {
  assert(fitsFrame(latin1("MSH|a\x1c")));
  assert(fitsFrame(latin1("a\x1cb\x0bc\x1c")));
  assert(!fitsFrame(latin1("a\x1c\rb")));
  assert(!fitsFrame(latin1("a\x1c\x0bb")));
  assert(!fitsFrame(latin1("MSH|\r\x0bMSH|")));
});
