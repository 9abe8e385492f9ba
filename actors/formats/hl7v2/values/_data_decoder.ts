import { errors } from "../errors.ts";
import type { Token } from "../syntax/escape.ts";

/** How the data of a document is written (HL7 table 0299): as it is, two hexadecimal digits a byte, or Base64. */
export type DataEncoding = "A" | "Hex" | "Base64";

/** Encoded characters that are decoded at once. */
const PIECE = 1 << 16;

const encoder = new TextEncoder();

/** The bytes of data, in pieces. Errors: HL7V2_DATA_INVALID, once the data before it was handed out. */
export function* decodeData(
  tokens: Iterable<Token>,
  encoding: DataEncoding,
  path: string,
  escape: string,
): Generator<Uint8Array<ArrayBuffer>> {
  const refuse = () => errors.fail("HL7V2_DATA_INVALID", { path, encoding });
  if (encoding === "A") {
    for (const text of pieced(tokens, "\n", (markup) => escape + markup + escape)) yield encoder.encode(text);
    return;
  }
  const group = encoding === "Hex" ? 2 : 4;
  let rest = "", isOver = false;
  for (const text of pieced(tokens, "", refuse)) {
    const digits = rest + text.replace(/[\t\n\f\r ]+/g, "");
    const whole = digits.length - digits.length % group;
    rest = digits.slice(whole);
    if (whole === 0) continue;
    // Padding ends the data; what follows it was never part of the same.
    if (isOver) refuse();
    isOver = digits[whole - 1] === "=";
    try {
      yield encoding === "Hex"
        ? Uint8Array.fromHex(digits.slice(0, whole))
        : Uint8Array.fromBase64(digits.slice(0, whole));
    } catch {
      refuse();
    }
  }
  // A group that is not whole: the data was cut off, and nobody should take it for all of it.
  if (rest !== "") refuse();
}

/** Text in pieces worth decoding, without the line ends that formatting commands make. */
function* pieced(
  tokens: Iterable<Token>,
  lineEnd: string,
  other: (markup: string) => string,
): Generator<string> {
  let text = "";
  for (const token of tokens) {
    text += typeof token === "string"
      ? token
      : /^\.(br|sp)/.test(token.markup)
      ? lineEnd
      : other(token.markup);
    if (text.length >= PIECE) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}
