import { examine } from "../../../adapters/mllp/framing/examine.ts";
import { BrokenFrame, FrameReader } from "../../../adapters/mllp/framing/frame_reader.ts";
import { must, type Target } from "../target.ts";

const LIMITS = { frameBytesMax: 100_000, skippedBytesMax: 1_000 };

/** The frames of a stream, in whatever pieces it arrives. */
export const mllpFramesTarget: Target = {
  name: "mllp-frames",
  seeds: [
    "\x0bMSH|one\r\x1c\r\x0bMSH|two\r\x1c\r",
    "\r\n\0\x0bMSH|a\x1cb\rNTE|\x0b\r\x1c\x0bMSH|c\x1c\r",
    "MSH|no start\r\x1c\r",
    "\x0bMSH|one\r\x1c\rjunk\x0bMSH|one\r\x0bMSH|two\n\x1c\r<VT>MSH|^~\\&|\nPID|\r",
    "GET / HTTP/1.1\r\n\r\n",
  ],
  words: ["\x0b", "\x1c", "\r", "\x1c\r", "\x0bMSH|", "\n", "\0", "\x0b\x1c\r", "\x06", "\x15"],
  attempt(input) {
    const whole = framesOf(input, input.length || 1);
    for (const size of [1, 2, 7]) {
      if (input.length / size > 20_000) continue;
      must(framesOf(input, size) === whole, "the frames are the same however the bytes are cut");
    }
    for (const kind of ["stream", "message"] as const) {
      for (const { at } of examine(input, kind)) {
        must(at >= 0 && at <= input.length, "a finding is within the bytes");
      }
    }
    return undefined;
  },
};

/** Every frame, and how it ends, as one text. */
function framesOf(input: Uint8Array, size: number): string {
  const reader = new FrameReader(LIMITS), said: string[] = [];
  try {
    for (let at = 0; at < input.length; at += size) {
      reader.feed(input.slice(at, at + size));
      for (let next = nextOf(reader); next !== undefined; next = nextOf(reader)) said.push(next);
    }
    said.push(`${reader.place} ${reader.end()?.toHex()}`);
    said.push(`${reader.takeStray()?.toHex()} ${reader.takeSkipped()}`);
  } catch (error) {
    if (!(error instanceof BrokenFrame)) throw error;
    must(error.bytes.length <= LIMITS.frameBytesMax, "a breach holds no more than a frame");
    said.push(error.breach);
  }
  return said.join("\n");
}

/** The next frame, or how one is broken behind which the reader goes on. */
function nextOf(reader: FrameReader): string | undefined {
  try {
    return reader.next()?.toHex();
  } catch (error) {
    if (!(error instanceof BrokenFrame && error.hasEnd)) throw error;
    return `${error.breach} ${error.bytes.toHex()}`;
  }
}
