import { assertThrows } from "@std/assert";
import type { XmlBody } from "../../../../actors/formats/xml/mod.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";

/** What a document is written as, byte order mark and all. */
export function written(body: XmlBody, encoding = "utf-8"): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(body.toBytes());
}

/** The code of the declared error a call fails with. */
export function codeOf(call: () => unknown): string {
  return assertThrows(call, MitralError).code;
}

/** Text as UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Text as UTF-16, with nothing before it. */
export function utf16(text: string, isLittleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), isLittleEndian);
  return new Uint8Array(view.buffer);
}

/** Characters up to U+00FF as one byte each. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
