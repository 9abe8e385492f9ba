import type { Delimiters } from "../syntax/delimiters.ts";
import { isMarkup } from "../syntax/escape.ts";

/** What is odd about the escape sequences of a text: an escape character that begins none, or one by local agreement. */
export function oddEscape(
  text: string,
  { escape }: Delimiters,
): "escape_unknown" | "escape_local" | undefined {
  let isLocal = false;
  for (let at = text.indexOf(escape); at >= 0; at = text.indexOf(escape, at + 1)) {
    const end = text.indexOf(escape, at + 1);
    const body = end < 0 ? "" : text.slice(at + 1, end);
    if (body.startsWith("Z")) isLocal = true;
    else if (!isKnown(body)) return "escape_unknown";
    at = end;
  }
  return isLocal ? "escape_local" : undefined;
}

/** A delimiter, or markup; of hexadecimal data half a byte is none. */
function isKnown(body: string): boolean {
  return /^[FSTREP]$/.test(body) || isMarkup(body) && !/^X(?:..)*.$/.test(body);
}
