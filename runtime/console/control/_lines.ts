import type { Connection } from "../../contract/world.ts";
import { errors } from "./errors.ts";

const newline = 10;
const readBytes = 16_384;

/**
 * The lines of a connection, without their ends; a last line that was cut short is dropped. Holds at most one line and
 * one read. Errors: CONTROL_LINE_TOO_LONG.
 */
export async function* readLines(connection: Connection, lineBytesMax: number): AsyncGenerator<string> {
  const utf8 = new TextDecoder();
  const buffer = new Uint8Array(readBytes);
  let parts: Uint8Array[] = [];
  let held = 0;
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    let rest = buffer.subarray(0, count);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      if (held + end > lineBytesMax) errors.fail("CONTROL_LINE_TOO_LONG", { lineBytesMax });
      yield utf8.decode(joined([...parts, rest.subarray(0, end)]));
      parts = [];
      held = 0;
      rest = rest.subarray(end + 1);
    }
    held += rest.length;
    if (held > lineBytesMax) errors.fail("CONTROL_LINE_TOO_LONG", { lineBytesMax });
    if (rest.length > 0) parts.push(rest.slice());
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
