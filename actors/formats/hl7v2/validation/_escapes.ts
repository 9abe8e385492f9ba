import type { Delimiters } from "../syntax/delimiters.ts";

const KNOWN =
  /^(?:[FSTREPHN]|X(?:[0-9A-Fa-f]{2})+|C[0-9A-Fa-f]{4}|M[0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{2})?|\.(?:br|fi|nf|ce|(?:sp|in|ti|sk)[+-]?\d*))$/;

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
    else if (!KNOWN.test(body)) return "escape_unknown";
    at = end;
  }
  return isLocal ? "escape_local" : undefined;
}
