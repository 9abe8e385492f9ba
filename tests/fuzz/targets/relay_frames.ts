import { decodeFrame, encodeFrame, type Entry, FrameError } from "../../../adapters/relay/framing/frame.ts";
import { must, type Target } from "../target.ts";

const reference = new Uint8Array(16).fill(0x61);
const entry = (bytes: Uint8Array, part = 0, parts = 1): Entry => ({
  reference,
  part,
  parts,
  contentType: "text/plain",
  bytes,
});
const frameOf = (text: string) => encodeFrame([entry(new TextEncoder().encode(text))]);

/** Frames from a relay, which may be anybody's. */
export const relayFramesTarget: Target = {
  name: "relay-frames",
  seeds: [
    frameOf("one"),
    frameOf(""),
    encodeFrame([entry(reference), entry(reference, 1, 2)]),
    "\x01\0\0\x01",
  ],
  words: ["\x01\0\0\x01", "\0\x01\0\x02", "\0\0\0\x03", "\xff\xff\xff\xff", "\0".repeat(64), "text/plain"],
  attempt(input) {
    const whole = encodeFrame([entry(input)]);
    must(decodeFrame(whole)[0].bytes.toHex() === input.toHex(), "what was framed is read as it was");
    try {
      const entries = decodeFrame(input);
      must(encodeFrame(entries).toHex() === input.toHex(), "what is read is written as it was");
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
    return undefined;
  },
};
