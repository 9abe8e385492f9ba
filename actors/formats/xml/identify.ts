import type { Identity } from "../../../runtime/contract/format.ts";
import { encodingLabel } from "./_encoding.ts";
import { nameEnd, splitName } from "./_names.ts";
import { skipSpace } from "./_tag.ts";

/** The root element comes first but for a declaration and comments: further in nobody looks. */
const LOOKED_AT_MAX = 16_384;

/** The local name of the root element as the type; empty where none is found. Never fails: bytes are not checked. */
export function identify(bytes: Uint8Array, contentType?: string): Identity {
  const type = rootName(decodeHead(bytes, contentType));
  return { controlId: "", type, sender: "", purpose: "message" };
}

function rootName(text: string): string {
  for (let at = skipSpace(text, 0); text[at] === "<";) {
    const mark = text.startsWith("<?", at) ? "?>" : text.startsWith("<!--", at) ? "-->" : undefined;
    if (mark === undefined) {
      const end = nameEnd(text, at + 1);
      return end < text.length ? splitName(text.slice(at + 1, end))[1] : "";
    }
    const end = text.indexOf(mark, at + 2);
    if (end < 0) return "";
    at = skipSpace(text, end + mark.length);
  }
  return "";
}

function decodeHead(bytes: Uint8Array, contentType?: string): string {
  const head = bytes.subarray(0, LOOKED_AT_MAX);
  try {
    return new TextDecoder(encodingLabel(bytes, contentType)).decode(head);
  } catch {
    // An encoding nobody knows: parse says so.
    return "";
  }
}
