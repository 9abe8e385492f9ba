import { Buffer } from "node:buffer";
import type { DocumentBody } from "../../../runtime/contract/document.ts";
import { segment, type Write } from "./_writes.ts";

/** How the document itself goes with its message: whole, or as a reference by its hash. */
export type Attaching = "embed" | "hash";

/**
 * The OBX that holds the document (HL7 v2.5.1 section 7.4.2): as PDF in Base64 (type ED, section 2A.3.24), or as a
 * reference of type RP (section 2A.3.64) by the hash of what came. `late`: what is long, to be written last.
 */
export async function attachedWrites(
  at: number,
  body: DocumentBody,
  how: Attaching,
  { sha256, contentType }: { readonly sha256: string; readonly contentType: string },
  turn: () => Promise<void>,
): Promise<{ readonly first: readonly Write[]; readonly late: readonly Write[] }> {
  const name = `OBX[${at}]`;
  const head = { 1: String(at), "3.1": "FAX", "3.2": "Document as received", "3.3": "L", 11: "F" };
  if (how === "hash") {
    const [type, subtype] = words(contentType);
    const value = { "5.1": `sha256:${sha256}`, "5.2": "MITRAL", "5.3": type, "5.4": subtype };
    return { first: segment(name, { 2: "RP", ...head, ...value }), late: [] };
  }
  const { contentType: made, bytes } = await body.attachment(turn);
  const [type, subtype] = words(made);
  const value = { "5.1": "MITRAL", "5.2": type, "5.3": subtype, "5.4": "Base64" };
  return {
    first: segment(name, { 2: "ED", ...head, ...value }),
    late: [[`${name}-5.5`, await base64Of(bytes, turn)]],
  };
}

/** Bytes that are encoded before others have their turn: whole groups of Base64. */
const ENCODED_MAX = 3 << 20;

async function base64Of(bytes: Uint8Array, turn: () => Promise<void>): Promise<string> {
  let text = "";
  for (let from = 0; from < bytes.length; from += ENCODED_MAX) {
    if (from > 0) await turn();
    text += Buffer.from(bytes.subarray(from, from + ENCODED_MAX)).toString("base64");
  }
  return text;
}

/** `Application` and `PDF` of `application/pdf`: as HL7 tables 0191 and 0291, and their users, write them. */
function words(contentType: string): readonly [type: string, subtype: string] {
  const [type, subtype = ""] = contentType.split("/");
  return [`${type.slice(0, 1).toUpperCase()}${type.slice(1)}`, subtype.toUpperCase()];
}
