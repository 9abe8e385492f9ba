import { assertEquals, assertThrows } from "@std/assert";
import { bytesOf, bytesPattern } from "../../../adapters/_kit/bytes/control_characters.ts";
import { BrokenFrame, type FrameReader } from "../../../adapters/tcp/framing/frame_reader.ts";
import { framingField, framingOf } from "../../../adapters/tcp/framing/framing.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { configOf } from "../../world/tools.ts";
import { latin1, textOf } from "../sockets.ts";

type Given = ConfigInput<{ framing: typeof framingField }>["framing"];

const MAX = 40;

function framing(given: Given) {
  return framingOf(configOf({ framing: framingField }, { framing: given }).framing);
}

/** What a reader makes of bytes, cut wherever `sizeOf` says. */
function read(reader: FrameReader, bytes: Uint8Array, sizeOf: () => number, isClean = true): string {
  const said: string[] = [];
  try {
    for (let at = 0; at < bytes.length;) {
      const until = at + sizeOf();
      reader.feed(bytes.slice(at, until));
      for (let next = nextOf(reader); next !== undefined; next = nextOf(reader)) said.push(next);
      at = until;
    }
    said.push(`skipped ${reader.takeSkipped()}`);
    const last = reader.end(isClean);
    if (last) said.push(textOf(last));
  } catch (broken) {
    if (!(broken instanceof BrokenFrame)) throw broken;
    said.push(`${broken.breach} ${textOf(broken.bytes)}`);
  }
  return said.join(", ");
}

function nextOf(reader: FrameReader): string | undefined {
  try {
    const message = reader.next();
    return message && textOf(message);
  } catch (broken) {
    if (!(broken instanceof BrokenFrame && broken.hasEnd)) throw broken;
    return `${broken.breach} ${textOf(broken.bytes)}`;
  }
}

const framings: readonly Given[] = [
  { length: 5 },
  { prefix: { bytes: 1 } },
  { prefix: { bytes: 2, endian: "little", countsItself: true } },
  { prefix: { bytes: 3, encoding: "digits" } },
  { start: "STX", end: "ETX" },
  { start: "\\x02\\x02", end: "ETX ETX CR" },
  { start: "ab", end: "ab" },
  { end: "\\r\\n" },
  { end: "aab" },
  { untilClose: true },
];

for (const given of framings) {
  const name = JSON.stringify(given);

  Deno.test(`messages by ${name} are the same however their bytes are cut`, () => {
    const random = new SeededRandom(11);
    const pick = (count: number) => Math.floor(random.number() * count);
    const way = framing(given);
    const content = () =>
      latin1(Array.from({ length: given.length ?? pick(9) }, () => "abxy"[pick(4)]).join(""));
    for (let round = 0; round < 400; round++) {
      const pieces = Array.from(
        { length: 1 + pick(6) },
        () =>
          pick(3) > 0
            ? way.wrap(content()) ?? latin1("a")
            : latin1(["\x02", "\x03", "\r", "\n", "a", "ab", "0", "\0\x05", "x".repeat(50)][pick(9)]),
      );
      const bytes = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
      for (const isClean of [true, false]) {
        const whole = read(way.reader(MAX), bytes, () => bytes.length || 1, isClean);
        for (const sizeOf of [() => 1, () => 2, () => 1 + pick(7)]) {
          assertEquals(read(way.reader(MAX), bytes, sizeOf, isClean), whole);
        }
      }
    }
  });

  Deno.test(`what is framed by ${name} is read as it was`, () => {
    const random = new SeededRandom(12);
    const way = framing(given);
    for (let round = 0; round < 300; round++) {
      const length = given.length ?? 1 + Math.floor(random.number() * 30);
      const message = latin1(
        Array.from({ length }, () => "ab\x02\x03\r\n"[Math.floor(random.number() * 6)]).join(""),
      );
      const framed = way.wrap(message);
      if (!framed) continue;
      const twice = given.untilClose ? framed : Uint8Array.from([...framed, ...framed]);
      const said = given.untilClose
        ? `skipped 0, ${textOf(message)}`
        : `${textOf(message)}, ${textOf(message)}, skipped 0`;
      assertEquals(read(way.reader(MAX), twice, () => 3), said);
    }
  });
}

/** What comes of a text by a framing. */
const made = (given: Given, text: string) =>
  read(framing(given).reader(MAX), latin1(text), () => text.length);

Deno.test("a length is read as it is told", () => {
  assertEquals(made({ prefix: { bytes: 2 } }, "\x00\x02hi"), "hi, skipped 0");
  assertEquals(made({ prefix: { bytes: 2, endian: "little" } }, "\x02\x00hi"), "hi, skipped 0");
  assertEquals(made({ prefix: { bytes: 2, countsItself: true } }, "\x00\x04hi"), "hi, skipped 0");
  assertEquals(made({ prefix: { bytes: 4, encoding: "digits" } }, "0002hi"), "hi, skipped 0");
  assertEquals(made({ prefix: { bytes: 8 } }, "\0\0\0\0\0\0\0\x02hi"), "hi, skipped 0");
  assertEquals(made({ length: 2 }, "hiho"), "hi, ho, skipped 0");
});

Deno.test("what is no length, or too great, is said to be so before anything is read", () => {
  assertEquals(made({ prefix: { bytes: 4, encoding: "digits" } }, "GET / HTTP/1.1"), "lengthWrong GET ");
  assertEquals(made({ prefix: { bytes: 4, countsItself: true } }, "\0\0\0\x03"), "lengthWrong \0\0\0\x03");
  assertEquals(made({ prefix: { bytes: 4 } }, "GET / HTTP/1.1"), "tooLarge GET ");
  assertEquals(made({ prefix: { bytes: 8 } }, "\xff".repeat(8)), `tooLarge ${"\xff".repeat(8)}`);
});

Deno.test("a start within a message begins another where it is a control character, else it is content", () => {
  const marks = { start: "STX", end: "ETX" };
  assertEquals(made(marks, "\x02half\x02whole\x03"), "startRepeated half, whole, skipped 0");
  assertEquals(made(marks, "\x02\x02\x02whole\x03"), "whole, skipped 0");
  assertEquals(made({ start: "MSH", end: "CR" }, "MSH MSH \r"), " MSH , skipped 0");
});

Deno.test("what does not fit a framing is not framed", () => {
  const fits = (given: Given, text: string) => framing(given).wrap(latin1(text)) !== undefined;
  assertEquals([fits({ length: 2 }, "hi"), fits({ length: 2 }, "h")], [true, false]);
  assertEquals([
    fits({ prefix: { bytes: 1 } }, "x".repeat(255)),
    fits({ prefix: { bytes: 1 } }, "x".repeat(256)),
  ], [
    true,
    false,
  ]);
  assertEquals(fits({ prefix: { bytes: 2, encoding: "digits", countsItself: true } }, "x".repeat(98)), false);
  const marks = { start: "STX", end: "ETX CR" };
  assertEquals([fits(marks, "a\x03b\r"), fits(marks, "a\x03\rb"), fits(marks, "a\x02")], [
    true,
    false,
    false,
  ]);
  // The end would be found one byte early.
  assertEquals([fits({ end: "aa" }, "ba"), fits({ end: "aa" }, "ab")], [false, true]);
});

Deno.test("bytes are written by name, or with escapes", () => {
  const hex = (text: string) => bytesOf(text).toHex();
  assertEquals([hex("STX"), hex("ETX CR"), hex("FS CR"), hex("NUL")], ["02", "030d", "1c0d", "00"]);
  assertEquals([hex("\\x03\\r\\n\\t\\0\\\\"), hex("\x03\r"), hex("END\\r"), hex("é")], [
    "030d0a09005c",
    "030d",
    "454e440d",
    "e9",
  ]);
  const pattern = new RegExp(`^(?:${bytesPattern.matches})$`, "u");
  for (const right of ["ETX CR", "\\x03", "#", "\x03\r", " "]) assertEquals(pattern.test(right), true, right);
  for (const wrong of ["", "\\x3", "\\q", "\\", "€"]) assertEquals(pattern.test(wrong), false, wrong);
});

Deno.test("a message over the limit is held no longer than that", () => {
  for (const given of [{ end: "CR" }, { untilClose: true }]) {
    const reader = framing(given).reader(MAX);
    const broken = assertThrows(() => {
      reader.feed(latin1("x".repeat(10_000)));
      reader.next();
    }, BrokenFrame);
    assertEquals([broken.breach, broken.bytes.length], ["tooLarge", MAX]);
  }
});
