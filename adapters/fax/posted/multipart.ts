import { Buffer } from "node:buffer";
import { parametersOf } from "./parameters.ts";
import { Unreadable } from "./unreadable.ts";

/** One part of a form. */
export interface Part {
  readonly name: string;
  /** Left out for a field. */
  readonly fileName?: string;
  /** Its media type, where it says one. */
  readonly contentType?: string;
  /** A view of the body. */
  readonly bytes: Uint8Array;
}

/** Parts of a form: no provider has as many. */
export const PARTS_MAX = 100;

const HEAD_BYTES_MAX = 16 * 1024;
const CRLF = Buffer.from("\r\n"), HEAD_END = Buffer.from("\r\n\r\n");

/**
 * Takes a `multipart/form-data` body apart (RFC 7578, RFC 2046 section 5.1). Copies nothing, takes linear time. Throws
 * {@linkcode Unreadable} where a part is not whole.
 */
export function parseMultipart(body: Uint8Array, contentType: string): readonly Part[] {
  const boundary = parametersOf(contentType).get("boundary") ?? "";
  if (!/^[\x20-\x7e]{0,69}[\x21-\x7e]$/.test(boundary)) throw new Unreadable("its form has no boundary");
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const parts: Part[] = [];
  // The first delimiter has no line before it where there is no preamble.
  let at = bytes.indexOf(delimiter.subarray(2));
  if (at > 0) at = bytes.indexOf(delimiter) + 2;
  if (at < 0 || at === 1) throw new Unreadable("its form has no parts");
  at += delimiter.length - 2;
  for (;;) {
    if (bytes.subarray(at, at + 2).equals(Buffer.from("--"))) return parts;
    at = bytes.indexOf(CRLF, at) + CRLF.length;
    const headEnd = bytes.indexOf(HEAD_END, at - CRLF.length),
      end = bytes.indexOf(delimiter, at - CRLF.length);
    if (at < CRLF.length || headEnd < 0 || end < 0 || headEnd > end) {
      throw new Unreadable("its form ends within a part");
    }
    if (headEnd - at > HEAD_BYTES_MAX) throw new Unreadable("a part of its form has too long a head");
    if (parts.length === PARTS_MAX) throw new Unreadable("its form has too many parts");
    const from = Math.min(headEnd + HEAD_END.length, end);
    parts.push(partOf(bytes.toString("utf8", at, Math.max(at, headEnd)), body.subarray(from, end)));
    at = end + delimiter.length;
  }
}

function partOf(head: string, bytes: Uint8Array): Part {
  const headers = new Map(
    head.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const encoding = headers.get("content-transfer-encoding") ?? "binary";
  if (!/^(binary|8bit|7bit)$/i.test(encoding)) throw new Unreadable("a part of its form is encoded");
  const said = parametersOf(headers.get("content-disposition") ?? "");
  const name = said.get("name"), fileName = said.get("filename") ?? said.get("filename*");
  if (name === undefined) throw new Unreadable("a part of its form has no name");
  const contentType = headers.get("content-type");
  return {
    name,
    bytes,
    ...(fileName !== undefined && { fileName }),
    ...(contentType !== undefined && { contentType }),
  };
}
