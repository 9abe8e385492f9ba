import { assertEquals } from "@std/assert";
import { type Signal, SignalReader } from "../../../adapters/astm/_signal_reader.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { latin1, textOf } from "../sockets.ts";
import { frame } from "./astm_peer.ts";

/** What a reader makes of bytes, cut wherever `sizeOf` says. */
function read(bytes: Uint8Array, sizeOf: () => number, textBytesMax = 40): string {
  const reader = new SignalReader(textBytesMax);
  const said: string[] = [];
  let skipped = 0;
  for (let at = 0; at < bytes.length;) {
    const until = at + sizeOf();
    reader.feed(bytes.slice(at, until));
    for (let signal = reader.next(); signal; signal = reader.next()) said.push(spelt(signal));
    skipped += reader.takeSkipped();
    at = until;
  }
  return `${said.join(" ")} ${skipped} ${reader.isWithin}`;
}

function spelt(signal: Signal): string {
  if (signal.kind !== "frame") return signal.kind;
  const { number, text, isLast } = signal.frame;
  return `${number}:${textOf(text)}:${isLast}`;
}

Deno.test("signals are the same however their bytes are cut", () => {
  const random = new SeededRandom(7);
  const pick = (count: number) => Math.floor(random.number() * count);
  const pieces = [
    ..."\x02\x03\x04\x05\x06\x15\x17\r\n1A".split("").map(latin1),
    frame(1, "H|\\^&\r"),
    frame(2, "R|1\r", "\x17"),
    frame(3, "x".repeat(40)),
    frame(3, "x".repeat(41)),
  ];
  for (let round = 0; round < 500; round++) {
    const chosen = Array.from({ length: 1 + pick(12) }, () => pieces[pick(pieces.length)]);
    const bytes = Uint8Array.from(chosen.flatMap((piece) => [...piece]));
    const whole = read(bytes, () => bytes.length);
    for (const sizeOf of [() => 1, () => 2, () => 1 + pick(9)]) assertEquals(read(bytes, sizeOf), whole);
  }
});

Deno.test("a frame that begins again, or is given up, is none", () => {
  const whole = (text: string) => read(latin1(text), () => text.length);
  const one = textOf(frame(1, "L\r"));
  assertEquals(whole(`\x021H|half${one}`), "1:L\r:true 7 false");
  assertEquals(whole("\x021H|half\x04"), "end 7 false");
  assertEquals(whole("\x021H|half\x05"), "enquiry 7 false");
  assertEquals(whole("\x021H|half"), " 0 true");
});

Deno.test("a frame without end is held no longer than the longest there can be", () => {
  const reader = new SignalReader(100);
  for (let time = 0; time < 1_000; time++) {
    reader.feed(latin1(`${time === 0 ? "\x02" : ""}${"x".repeat(1_000)}`));
    assertEquals(reader.next(), undefined);
  }
  assertEquals(reader.heldBytes <= 512, true);
});
