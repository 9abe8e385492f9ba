import { fromBase64Url, toBase64Url } from "./_key_encoding.ts";
import type { KeyTimes } from "./key_times.ts";

/** Longest key file there can be; ten keys of each kind need about 40 kB. */
const FILE_BYTES_MAX = 131_072;
/** Keys of one kind in a file: the current one, the next ones, those still needed to open what is under way. */
export const KEYS_MAX = 10;
/** Of the lists that only grow. */
const REVOKED_MAX = 1_000;
/** Gateway names go into envelope headers and log lines: no blanks, no control characters. */
const GATEWAY_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._:@-]{0,127}$/u;
const KEY_ID = /^[0-9a-f]{16}$/;
const UTC_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;

/** What both kinds of key file begin with. */
export interface KeyFileHead {
  readonly version: 1 | 2;
  readonly gateway: string;
  readonly createdAtMs: number;
  /** When this state of it was written. */
  readonly issuedAtMs: number;
  /** Grows with every change of the keys; 0 in version 1, which has none. */
  readonly serial: number;
}

/** A key as a file writes it. */
export interface KeyEntry<A extends string = string> extends KeyTimes {
  readonly keyId: string;
  readonly algorithm: A;
  readonly publicBytes: Uint8Array<ArrayBuffer>;
}

/** A key that may not be used any more, whatever its times say. */
export interface Revocation {
  /** The key's id. */
  readonly keyId: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** In our own file only: nobody else's business. */
  readonly reason?: string;
}

/** Keys of one kind: at least one. */
export type Keys<K> = readonly [K, ...K[]];

/** Says which part of the file is not as it must be: a path such as `signing[0].public`. Never a value. */
export type Refuse = (part: string) => never;

/** Length of public keys by the algorithms a list may have. */
export type KeyLengths<A extends string> = Readonly<Record<A, number>>;

/** True for a name a gateway may have. */
export function isGatewayName(name: string): boolean {
  // One spelling for what looks the same: names are compared letter by letter.
  return GATEWAY_NAME.test(name) && name.normalize("NFC") === name;
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
  const { version, gateway, serial } = file;
  if (version !== 1 && version !== 2) return refuse("version");
  if (typeof gateway !== "string" || !isGatewayName(gateway)) return refuse("gateway");
  const createdAtMs = typeof file.created === "string" ? Date.parse(file.created) : NaN;
  if (!Number.isFinite(createdAtMs)) refuse("created");
  if (version === 1) return { version, gateway, createdAtMs, issuedAtMs: createdAtMs, serial: 0 };
  const issuedAtMs = readTime(file, "issued", "issued", refuse) ?? refuse("issued");
  if (typeof serial !== "number" || !Number.isSafeInteger(serial) || serial < 1) return refuse("serial");
  return { version, gateway, createdAtMs, issuedAtMs, serial };
}

/** A time as files write it; `undefined` where the field is left out. */
export function readTime(
  from: Record<string, unknown>,
  field: string,
  part: string,
  refuse: Refuse,
): number | undefined {
  const text = from[field];
  if (text === undefined) return undefined;
  const atMs = typeof text === "string" && UTC_TIME.test(text) ? Date.parse(text) : NaN;
  return Number.isFinite(atMs) ? atMs : refuse(part);
}

/** Bytes of a field; refused where they are not as long as they must be. */
export function readBytes(
  from: Record<string, unknown>,
  field: string,
  length: number,
  part: string,
  refuse: Refuse,
): Uint8Array<ArrayBuffer> {
  const text = from[field];
  const bytes = typeof text === "string" ? fromBase64Url(text) : undefined;
  return bytes?.length === length ? bytes : refuse(`${part}.${field}`);
}

/** One key. Whether the id belongs to it is for the caller to check. */
export function readKey<A extends string>(
  key: unknown,
  part: string,
  lengths: KeyLengths<A>,
  refuse: Refuse,
): KeyEntry<A> {
  if (!isObject(key)) return refuse(part);
  const { alg, kid } = key;
  if (!isKnown(alg, lengths)) return refuse(`${part}.alg`);
  if (typeof kid !== "string" || !KEY_ID.test(kid)) return refuse(`${part}.kid`);
  const fromMs = readTime(key, "from", `${part}.from`, refuse);
  const untilMs = readTime(key, "until", `${part}.until`, refuse);
  if (fromMs !== undefined && untilMs !== undefined && untilMs < fromMs) refuse(`${part}.until`);
  return {
    keyId: kid,
    algorithm: alg,
    publicBytes: readBytes(key, "public", lengths[alg], part, refuse),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
  };
}

/** A list in a file, each with its path. */
export function readList(
  file: Record<string, unknown>,
  field: string,
  max: number,
  refuse: Refuse,
): readonly { readonly item: unknown; readonly part: string }[] {
  const list = file[field];
  if (!Array.isArray(list) || list.length > max) return refuse(field);
  return list.map((item: unknown, at) => ({ item, part: `${field}[${at}]` }));
}

/** True for a key by an algorithm that came after this version. */
export function isUnheardOf(key: unknown, lengths: KeyLengths<string>): boolean {
  return isObject(key) && typeof key.alg === "string" && !isKnown(key.alg, lengths);
}

/** What was revoked. */
export function readRevoked(file: Record<string, unknown>, refuse: Refuse): readonly Revocation[] {
  return readList(file, "revoked", REVOKED_MAX, refuse).map(({ item, part }) => {
    if (!isObject(item)) return refuse(part);
    const { kid, reason } = item;
    if (typeof kid !== "string" || !KEY_ID.test(kid)) return refuse(`${part}.kid`);
    const atMs = readTime(item, "at", `${part}.at`, refuse) ?? refuse(`${part}.at`);
    return { keyId: kid, atMs, ...(typeof reason === "string" ? { reason } : {}) };
  });
}

/** The public half of a key, as files of both kinds write it. */
export function entryOf(
  { keyId, algorithm, publicBytes, fromMs, untilMs }: KeyEntry,
): Readonly<Record<string, string>> {
  return {
    kid: keyId,
    alg: algorithm,
    public: toBase64Url(publicBytes),
    ...(fromMs === undefined ? {} : { from: timeOf(fromMs) }),
    ...(untilMs === undefined ? {} : { until: timeOf(untilMs) }),
  };
}

/** How times are written. */
export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** A file as it is written: indented, so that a person can look at it, and ending in a newline. */
export function writeFile(value: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKnown<A extends string>(alg: unknown, lengths: KeyLengths<A>): alg is A {
  return typeof alg === "string" && Object.hasOwn(lengths, alg);
}
