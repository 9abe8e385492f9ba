import type { BatchSpec } from "../../../runtime/contract/format.ts";
import { JSON_TYPE } from "./json_body.ts";

// Takes a byte order mark off: only a whole text may begin with one (RFC 8259, section 8.1).
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** One list of all documents, each with its text as it stands. */
export const batch: BatchSpec = {
  name: "json-list",
  contentType: JSON_TYPE,
  join: (payloads) => encoder.encode(`[${payloads.map((payload) => decoder.decode(payload)).join(",")}]`),
};
