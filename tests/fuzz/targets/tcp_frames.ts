import { BrokenFrame, type FrameReader } from "../../../adapters/tcp/framing/frame_reader.ts";
import { type Framing, framingOf } from "../../../adapters/tcp/framing/framing.ts";
import { must, type Target } from "../target.ts";

const FRAME_BYTES_MAX = 100_000;

const none = { length: undefined, prefix: undefined, start: undefined, end: undefined, untilClose: false };

const framings: readonly Framing[] = [
  framingOf({ ...none, length: 7 }),
  framingOf({ ...none, prefix: { bytes: 2, encoding: "binary", endian: "big", countsItself: true } }),
  framingOf({ ...none, prefix: { bytes: 3, encoding: "digits", endian: "big", countsItself: false } }),
  framingOf({ ...none, start: "STX", end: "ETX CR" }),
  framingOf({ ...none, end: "aab" }),
  framingOf({ ...none, untilClose: true }),
];

/** The messages of a plain connection by every framing, in whatever pieces they arrive. */
export const tcpFramesTarget: Target = {
  name: "tcp-frames",
  seeds: ["\x02one\x03\r\x02two\x03\r", "\x00\x05one\x00\x02", "003one000003two", "xaabaaabyaab", "sevenby"],
  words: ["\x02", "\x03", "\r", "\x03\r", "a", "aab", "\0", "\0\x02", "000", "001", "999", "\xff\xff"],
  attempt(input) {
    for (const framing of framings) {
      const whole = messagesOf(framing.reader(FRAME_BYTES_MAX), input, input.length || 1);
      for (const size of [1, 2, 7]) {
        if (input.length / size > 20_000) continue;
        const cut = messagesOf(framing.reader(FRAME_BYTES_MAX), input, size);
        must(cut.join() === whole.join(), "the messages are the same however the bytes are cut");
      }
      mustComeBack(framing, input);
    }
    return undefined;
  },
};

/** What can be framed is read as it was. */
function mustComeBack(framing: Framing, input: Uint8Array): void {
  if (input.length === 0 || input.length > FRAME_BYTES_MAX) return;
  const framed = framing.wrap(input);
  if (!framed) return;
  const [message, ...others] = messagesOf(framing.reader(FRAME_BYTES_MAX), framed, 4096);
  must(message === input.toHex() && others.every((said) => said === ""), "what was framed is read as it was");
}

/** Every message, and how it ends. */
function messagesOf(reader: FrameReader, input: Uint8Array, size: number): readonly string[] {
  const said: string[] = [];
  try {
    for (let at = 0; at < input.length; at += size) {
      reader.feed(input.slice(at, at + size));
      for (let next = nextOf(reader); next !== undefined; next = nextOf(reader)) said.push(next);
    }
    said.push(reader.end(true)?.toHex() ?? "");
  } catch (error) {
    if (!(error instanceof BrokenFrame)) throw error;
    must(error.bytes.length <= FRAME_BYTES_MAX, "a breach holds no more than a message");
    said.push(`${error.breach} ${error.bytes.length}`);
  }
  return said;
}

/** The next message, or how one is broken behind which the reader goes on. */
function nextOf(reader: FrameReader): string | undefined {
  try {
    return reader.next()?.toHex();
  } catch (error) {
    if (!(error instanceof BrokenFrame && error.hasEnd)) throw error;
    return `${error.breach} ${error.bytes.toHex()}`;
  }
}
