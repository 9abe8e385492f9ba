/** Names of control characters, by their codes (ECMA-48, ISO 646). */
const NAMES =
  ("NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC " +
    "FS GS RS US").split(" ");

const ESCAPES: Readonly<Record<string, number>> = { r: 0x0d, n: 0x0a, t: 0x09, "0": 0x00, "\\": 0x5c };

const names = `(?:${NAMES.join("|")})`;

/** A setting that holds bytes: for the `pattern` of a text. */
export const bytesPattern = {
  matches: `${names}(?: ${names})*|` +
    String.raw`(?:[\u0000-\u005b\u005d-\u00ff]|\\x[0-9A-Fa-f]{2}|\\[rnt0\\])+`,
  says: String
    .raw`names control characters, as in ETX CR, or has one byte a character, with escapes as in \x03\r`,
} as const;

/**
 * Bytes as a setting has them: `ETX CR`, `\x03\r`, `END\r\n`. A text that is nothing but names of control characters
 * means these; any other, one byte a character, where `\xHH`, `\r`, `\n`, `\t`, `\0` and `\\` stand for one.
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const codes = text.split(" ").map((name) => NAMES.indexOf(name));
  if (!codes.includes(-1)) return Uint8Array.from(codes);
  const parts = text.matchAll(/\\x([0-9A-Fa-f]{2})|\\([rnt0\\])|([^])/g);
  return Uint8Array.from(
    parts,
    ([, hex, escape, plain]) => hex ? parseInt(hex, 16) : escape ? ESCAPES[escape] : plain.charCodeAt(0),
  );
}
