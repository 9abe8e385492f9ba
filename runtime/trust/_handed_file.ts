import canonicalize from "canonicalize";
import { digestOf, fromBase64Url } from "./_key_encoding.ts";
import { isObject, readTime, type Refuse, writeFile } from "./_key_file.ts";
import { parsePartnerFile, type Partner } from "./partner_file.ts";

/** A file of public keys as another file holds it: what it says, and what that means. */
export interface HeldPartner {
  /** As it was read: it is handed on as it is, with whatever this version does not know. */
  readonly said: Readonly<Record<string, unknown>>;
  readonly partner: Partner;
}

/** Checks what kind of file it is, of version 1. */
export function checkKind(file: Readonly<Record<string, unknown>>, format: string, refuse: Refuse): void {
  if (file.format !== format) refuse("format");
  if (file.version !== 1) refuse("version");
}

/** A time that must be there, in milliseconds since 1970-01-01T00:00Z. */
export function neededTime(
  from: Record<string, unknown>,
  field: string,
  refuse: Refuse,
  part = field,
): number {
  return readTime(from, field, part, refuse) ?? refuse(part);
}

/** Bytes of this very length; `undefined` for anything else. */
export function bytesOf(value: unknown, length: number): Uint8Array<ArrayBuffer> | undefined {
  const bytes = typeof value === "string" ? fromBase64Url(value) : undefined;
  return bytes?.length === length ? bytes : undefined;
}

/** The file of public keys that stands in another. Errors: those of `parsePartnerFile`. */
export async function readHeld(
  said: unknown,
  part: string,
  file: string,
  refuse: Refuse,
): Promise<HeldPartner> {
  if (!isObject(said)) return refuse(part);
  return { said, partner: await parsePartnerFile(made(() => writeFile(said), refuse), file) };
}

/** A file of public keys that came by itself. Errors: those of `parsePartnerFile`. */
export async function heldIn(bytes: Uint8Array, file: string): Promise<HeldPartner> {
  const partner = await parsePartnerFile(bytes, file);
  return { said: JSON.parse(new TextDecoder().decode(bytes)), partner };
}

/**
 * What is signed, or proven, of a file: its canonical JSON (RFC 8785) behind a line that says what it is, so that a
 * file may be reformatted on its way, and no signature is one over anything else.
 */
export function boundBytes(
  domain: string,
  said: Readonly<Record<string, unknown>>,
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${domain}\n${canonicalize(said)}`);
}

/** As {@linkcode boundBytes}, of a file that somebody else has written. */
export function readBound(
  domain: string,
  said: Readonly<Record<string, unknown>>,
  refuse: Refuse,
): Uint8Array<ArrayBuffer> {
  return made(() => boundBytes(domain, said), refuse);
}

/** What a file is known by: SHA-256 of its canonical JSON, in 64 hexadecimal digits. */
export function hashOf(said: Readonly<Record<string, unknown>>): Promise<string> {
  return digestOf(new TextEncoder().encode(canonicalize(said)));
}

/** JSON that is nested deeper than the stack can be read, and not written. */
function made<T>(make: () => T, refuse: Refuse): T {
  try {
    return make();
  } catch {
    return refuse("JSON");
  }
}
