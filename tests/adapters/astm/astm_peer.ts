/** Both ends of E1381, written without the adapter: tests judge the adapter by them. */
import { joined, latin1, type Socket, textOf } from "../sockets.ts";

export const ENQ = "\x05", ACK = "\x06", NAK = "\x15", EOT = "\x04";

/** What the protocol lets stand in a text. */
export const carries = (byte: number) =>
  !(byte >= 1 && byte <= 6 || byte === 0x0a || byte >= 0x10 && byte <= 0x17);

/** A frame: `STX number text ETX|ETB sum CR LF`. */
export function frame(number: number, text: Uint8Array | string, end: "\x03" | "\x17" = "\x03"): Uint8Array {
  const bytes = typeof text === "string" ? latin1(text) : text;
  const summed = joined(latin1(String(number)), bytes, latin1(end));
  const sum = summed.reduce((total, byte) => total + byte, 0) % 256;
  const hex = sum.toString(16).toUpperCase().padStart(2, "0");
  return joined(latin1("\x02"), summed, latin1(`${hex}\r\n`));
}

/** Frames of one text, at most `textBytesMax` each. */
export function framesOf(text: Uint8Array, textBytesMax = 240): readonly Uint8Array[] {
  const count = Math.max(Math.ceil(text.length / textBytesMax), 1);
  return Array.from({ length: count }, (_, at) =>
    frame(
      (at + 1) % 8,
      text.subarray(at * textBytesMax, (at + 1) * textBytesMax),
      at === count - 1 ? "\x03" : "\x17",
    ));
}

/** Sends one text as a transfer; true where every frame was acknowledged. */
export async function transfer(socket: Socket, text: Uint8Array, textBytesMax?: number): Promise<boolean> {
  await socket.write(ENQ);
  if (await answer(socket) !== ACK) return false;
  for (const each of framesOf(text, textBytesMax)) {
    await socket.write(each);
    if (await answer(socket) !== ACK) {
      await socket.write(EOT);
      return false;
    }
  }
  await socket.write(EOT);
  return true;
}

/** One character. */
export async function answer(socket: Socket): Promise<string | undefined> {
  const byte = await socket.take(1);
  return byte && textOf(byte);
}

/** Takes one transfer, and acknowledges each frame once it is checked; `undefined` when there is none more. */
export async function takeTransfer(socket: Socket): Promise<Uint8Array | undefined> {
  const texts: Uint8Array[] = [];
  for (let expected = 0;;) {
    const first = await answer(socket);
    if (first === undefined) return undefined;
    if (first === EOT) {
      // A line that was asked for and given back carried nothing.
      if (texts.length === 0) continue;
      return joined(...texts);
    }
    if (first === ENQ) {
      texts.length = 0;
      expected = 1;
      await socket.write(ACK);
      continue;
    }
    if (first !== "\x02") throw new Error(`neither ENQ, EOT nor STX: ${first.charCodeAt(0)}`);
    const line = await socket.takeUntil(latin1("\r\n"));
    if (!line) return undefined;
    const [number, text] = [line[0] - 0x30, line.slice(1, -3)];
    const end = line.at(-3) === 0x17 ? "\x17" : "\x03";
    const isRight = textOf(frame(number, text, end)) === `\x02${textOf(line)}\r\n` && number === expected;
    if (!isRight) throw new Error(`not frame ${expected}, or its sum is wrong`);
    texts.push(text);
    expected = (expected + 1) % 8;
    await socket.write(ACK);
  }
}
