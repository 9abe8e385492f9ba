import type { Delimiters } from "../syntax/delimiters.ts";
import { encodeEscapes } from "../syntax/escape.ts";

/** Text of ours, no longer than a field has room for, in ASCII, which every character set of HL7 includes. */
export function ownText(text: string, lengthMax: number, delimiters: Delimiters): string {
  const short = text.slice(0, lengthMax).replace(/[^\x20-\x7e]/gu, "?");
  return encodeEscapes(short, delimiters, () => undefined);
}
