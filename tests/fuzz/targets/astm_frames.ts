import { writeFrame } from "../../../adapters/astm/_frame.ts";
import { endsMessage, recordsOf } from "../../../adapters/astm/_records.ts";
import { type Signal, SignalReader } from "../../../adapters/astm/_signal_reader.ts";
import { must, type Target } from "../target.ts";

const TEXT_BYTES_MAX = 240;

/** The signals of an analyser's line, in whatever pieces they arrive. */
export const astmFramesTarget: Target = {
  name: "astm-frames",
  seeds: [
    "\x05\x021H|\\^&\r\x03E5\r\n\x022L|1|N\r\x0305\r\n\x04",
    "\x05\x021half\x021H|\\^&\r\x17F9\r\n\x15\x06",
    "\x027L\x03B6\n",
  ],
  words: ["\x02", "\x03", "\x04", "\x05", "\x06", "\x15", "\x17", "\r\n", "\n", "1", "L|1", "\r", "E5", "0"],
  attempt(input) {
    const whole = signalsOf(input, input.length || 1);
    for (const size of [1, 2, 7]) {
      if (input.length / size > 20_000) continue;
      must(signalsOf(input, size) === whole, "the signals are the same however the bytes are cut");
    }
    const records = [...recordsOf(input)];
    must(records.reduce((sum, { length }) => sum + length, 0) === input.length, "records leave nothing out");
    endsMessage(input);
    return undefined;
  },
};

/** Every signal, as one text. */
function signalsOf(input: Uint8Array, size: number): string {
  const reader = new SignalReader(TEXT_BYTES_MAX), said: string[] = [];
  let skipped = 0;
  for (let at = 0; at < input.length; at += size) {
    reader.feed(input.slice(at, at + size));
    for (let signal = reader.next(); signal; signal = reader.next()) said.push(spelt(signal));
    skipped += reader.takeSkipped();
  }
  must(reader.heldBytes <= 1024, "no more than a frame is held");
  return `${said.join("\n")} ${skipped} ${reader.isWithin}`;
}

function spelt(signal: Signal): string {
  if (signal.kind !== "frame") return signal.kind;
  must(signal.frame.text.length <= TEXT_BYTES_MAX, "a text is no longer than it may be");
  const again = new SignalReader(TEXT_BYTES_MAX);
  again.feed(writeFrame(signal.frame));
  const read = again.next();
  must(
    read?.kind === "frame" && read.frame.text.toHex() === signal.frame.text.toHex(),
    "what was read is written as it was",
  );
  return `${signal.frame.number} ${signal.frame.isLast} ${signal.frame.text.toHex()}`;
}
