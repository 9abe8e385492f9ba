import type { EntryKind, EntryPlace, LedgerEntry } from "./entry.ts";
import { ledgerErrors } from "./ledger_errors.ts";
import { isSame } from "./tree.ts";

/**
 * The bytes of an entry, as they are hashed: one flat JSON object as RFC 8785 writes it, with short keys.
 * Version 1. Strings that nobody bounded are cut, so that an entry is always one: a commit MUST NOT fail for its ledger.
 */

/** Most bytes an entry has: C2SP tlog-tiles gives its length two. */
export const ENTRY_BYTES_MAX = 65_535;

/** Most UTF-16 units of a string in an entry: 14 of them, each unit escaped, stay below {@linkcode ENTRY_BYTES_MAX}. */
export const ENTRY_TEXT_MAX = 512;

const VERSION = 1;

/** Texts of an entry by their short keys, in the order of RFC 8785. */
const TEXTS = {
  act: "act",
  before: "before",
  body: "body",
  by: "by",
  ch: "channel",
  code: "code",
  dst: "destination",
  env: "envelope",
  gw: "gateway",
  hash: "hash",
  id: "message",
  k: "kind",
  out: "outcome",
  rcpt: "receipt",
  stmt: "statement",
} as const satisfies Readonly<Record<string, keyof LedgerEntry>>;

const KINDS: Readonly<Record<EntryKind, true>> = {
  began: true,
  started: true,
  stopped: true,
  received: true,
  acknowledged: true,
  filtered: true,
  attempted: true,
  delivered: true,
  receipted: true,
  quarantined: true,
  act: true,
  config: true,
  keys: true,
  partner: true,
  login: true,
  alarm: true,
};

/** Every kind of entry. */
export const ENTRY_KINDS = Object.keys(KINDS) as readonly EntryKind[];

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Writes an entry. */
export function encodeEntry(entry: LedgerEntry): Uint8Array<ArrayBuffer> {
  return encoder.encode(entryText(entry));
}

/**
 * The same as text. Written out, since every message passes here several times, and sorting keys costs more than all else.
 * `place`: in the place of what the entry says of it.
 */
export function entryText(entry: LedgerEntry, place: EntryPlace = entry): string {
  const { channel, destination, message } = place;
  const { act, before, body, by, code, envelope, gateway } = entry;
  const { hash, kind, outcome, receipt, serial, statement, atMs } = entry;
  let json = "{";
  if (act !== undefined) json += `"act":${textOf(act)},`;
  if (before !== undefined) json += `"before":${textOf(before)},`;
  if (body !== undefined) json += `"body":${textOf(body)},`;
  if (by !== undefined) json += `"by":${textOf(by)},`;
  if (channel !== undefined) json += `"ch":${textOf(channel)},`;
  if (code !== undefined) json += `"code":${textOf(code)},`;
  if (destination !== undefined) json += `"dst":${textOf(destination)},`;
  if (envelope !== undefined) json += `"env":${textOf(envelope)},`;
  if (gateway !== undefined) json += `"gw":${textOf(gateway)},`;
  if (hash !== undefined) json += `"hash":${textOf(hash)},`;
  if (message !== undefined) json += `"id":${textOf(message)},`;
  json += `"k":"${kind}",`;
  if (outcome !== undefined) json += `"out":${textOf(outcome)},`;
  if (receipt !== undefined) json += `"rcpt":${textOf(receipt)},`;
  if (serial !== undefined) json += `"ser":${serial},`;
  if (statement !== undefined) json += `"stmt":${textOf(statement)},`;
  return `${json}"t":${atMs},"v":${VERSION}}`;
}

/** Reads what {@linkcode encodeEntry} writes, and nothing else. Throws `LEDGER_ENTRY_INVALID`. */
export function decodeEntry(bytes: Uint8Array): LedgerEntry {
  const said = objectIn(bytes);
  if (said.v !== VERSION) return ledgerErrors.fail("LEDGER_ENTRY_INVALID", { part: "v" });
  const entry: Record<string, string | number> = { kind: kindOf(said.k), atMs: countOf("t", said.t) };
  for (const [key, name] of Object.entries(TEXTS)) {
    const text = said[key];
    if (typeof text === "string") entry[name] = text;
  }
  if (said.ser !== undefined) entry.serial = countOf("ser", said.ser);
  const read = entry as unknown as LedgerEntry;
  // Says the same in one way alone: whatever was left out, doubled, moved or spelt otherwise is found here.
  if (!isSame(encodeEntry(read), bytes)) {
    return ledgerErrors.fail("LEDGER_ENTRY_INVALID", { part: "the form" });
  }
  return read;
}

function objectIn(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    if (bytes.length <= ENTRY_BYTES_MAX) value = JSON.parse(decoder.decode(bytes));
  } catch {
    // The same refusal as for every other text that is no object.
  }
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  return ledgerErrors.fail("LEDGER_ENTRY_INVALID", { part: "the object" });
}

function kindOf(value: unknown): EntryKind {
  if (typeof value === "string" && Object.hasOwn(KINDS, value)) return value as EntryKind;
  return ledgerErrors.fail("LEDGER_ENTRY_INVALID", { part: "k" });
}

function countOf(part: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  return ledgerErrors.fail("LEDGER_ENTRY_INVALID", { part });
}

/** Text that is spelt as it is: most is, and this is found several times faster than it is spelt. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** As RFC 8785 section 3.2.2.2 writes strings, which is how the platform does. */
function textOf(text: string): string {
  if (text.length <= ENTRY_TEXT_MAX && PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(
    text.length > ENTRY_TEXT_MAX ? text.slice(0, ENTRY_TEXT_MAX).toWellFormed() : text.toWellFormed(),
  );
}
