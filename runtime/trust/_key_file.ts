import { fromBase64Url } from "./_key_encoding.ts";

/** Longest key file there can be; ten keys of each kind need about 20 kB. */
const FILE_BYTES_MAX = 65_536;
/** Keys of one kind in a file: the current one, the next ones, those still needed to open what is under way. */
const KEYS_MAX = 10;
/** Gateway names go into envelope headers and log lines: no blanks, no control characters. */
const GATEWAY_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._:@-]{0,127}$/u;
const KEY_ID = /^[0-9a-f]{16}$/;

/** What both kinds of key file begin with. */
export interface KeyFileHead {
  readonly gateway: string;
  readonly createdAtMs: number;
}

/** A key as a file writes it. Which of the byte fields it has depends on the file. */
export interface KeyEntry {
  readonly keyId: string;
  readonly bytes: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

/** Keys of one kind: at least one, the current one first. */
export type Keys<K> = readonly [K, ...K[]];

/** Says which part of the file is not as it must be: a path such as `signing[0].public`. Never a value. */
export type Refuse = (part: string) => never;

/** True for a name a gateway may have. */
export function isGatewayName(name: string): boolean {
  return GATEWAY_NAME.test(name);
}

/** The JSON object in a file. */
export function readObject(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  if (bytes.length > FILE_BYTES_MAX) refuse("size");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes the file.
    refuse("JSON");
  }
  return isObject(value) ? value : refuse("JSON");
}

/** Checks what kind of file it is and reads whose it is. */
export function readHead(file: Record<string, unknown>, format: string, refuse: Refuse): KeyFileHead {
  if (file.format !== format) refuse("format");
  if (file.version !== 1) refuse("version");
  if (typeof file.gateway !== "string" || !isGatewayName(file.gateway)) refuse("gateway");
  const createdAtMs = typeof file.created === "string" ? Date.parse(file.created) : NaN;
  if (!Number.isFinite(createdAtMs)) refuse("created");
  return { gateway: file.gateway as string, createdAtMs };
}

/**
 * Reads the keys of one kind, at least one. `lengths` gives the byte fields every key must have; whether the ids belong
 * to the keys is for the caller to check.
 */
export function readKeys(
  file: Record<string, unknown>,
  kind: string,
  algorithm: string,
  lengths: Readonly<Record<string, number>>,
  refuse: Refuse,
): Keys<KeyEntry> {
  const keys = file[kind];
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > KEYS_MAX) return refuse(kind);
  const [first, ...rest] = keys.map((key: unknown, at): KeyEntry => {
    const part = `${kind}[${at}]`;
    if (!isObject(key)) return refuse(part);
    if (key.alg !== algorithm) refuse(`${part}.alg`);
    if (typeof key.kid !== "string" || !KEY_ID.test(key.kid)) return refuse(`${part}.kid`);
    const bytes: Record<string, Uint8Array<ArrayBuffer>> = {};
    for (const [field, length] of Object.entries(lengths)) {
      const text = key[field];
      const read = typeof text === "string" ? fromBase64Url(text) : undefined;
      bytes[field] = read?.length === length ? read : refuse(`${part}.${field}`);
    }
    return { keyId: key.kid, bytes };
  });
  return [first, ...rest];
}

/** Opens each key; the order stays. */
export async function openKeys<K>(
  [first, ...rest]: Keys<KeyEntry>,
  open: (entry: KeyEntry, at: number) => Promise<K>,
): Promise<Keys<K>> {
  return [await open(first, 0), ...await Promise.all(rest.map((entry, at) => open(entry, at + 1)))];
}

/** A file as it is written: indented, so that a person can look at it, and ending in a newline. */
export function writeFile(value: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
