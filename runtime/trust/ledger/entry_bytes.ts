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
  return scratch.slice(0, writeEntry(scratch, 0, entry));
}

const scratch = new Uint8Array(ENTRY_BYTES_MAX);

/**
 * Writes an entry into bytes, of which {@linkcode ENTRY_BYTES_MAX} MUST be free from `start` on, and gives where it ends.
 * Written out, letter by letter: every message passes here several times, and to sort keys, or to join strings and encode
 * them, costs several times as much.
 *
 * @param place in the place of what the entry says of it
 */
export function writeEntry(
  bytes: Uint8Array,
  start: number,
  entry: LedgerEntry,
  place: EntryPlace = entry,
): number {
  let at = put(bytes, start, "{");
  at = putText(bytes, at, '"act":"', entry.act);
  at = putText(bytes, at, '"before":"', entry.before);
  at = putText(bytes, at, '"body":"', entry.body);
  at = putText(bytes, at, '"by":"', entry.by);
  at = putText(bytes, at, '"ch":"', place.channel);
  at = putText(bytes, at, '"code":"', entry.code);
  at = putText(bytes, at, '"dst":"', place.destination);
  at = putText(bytes, at, '"env":"', entry.envelope);
  at = putText(bytes, at, '"gw":"', entry.gateway);
  at = putText(bytes, at, '"hash":"', entry.hash);
  at = putText(bytes, at, '"id":"', place.message);
  at = putText(bytes, at, '"k":"', entry.kind);
  at = putText(bytes, at, '"out":"', entry.outcome);
  at = putText(bytes, at, '"rcpt":"', entry.receipt);
  if (entry.serial !== undefined) at = put(bytes, at, `"ser":${entry.serial},`);
  at = putText(bytes, at, '"stmt":"', entry.statement);
  return put(bytes, at, `"t":${entry.atMs},"v":${VERSION}}`);
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

function putText(bytes: Uint8Array, at: number, key: string, text: string | undefined): number {
  if (text === undefined) return at;
  const start = put(bytes, at, key);
  const end = text.length > ENTRY_TEXT_MAX ? spell(bytes, start, text) : spellPlain(bytes, start, text);
  return put(bytes, end, `",`);
}

/** Most is spelt as it is. */
function spellPlain(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) return spell(bytes, at, text);
    bytes[at + index] = code;
  }
  return at + text.length;
}

const [SPACE, QUOTE, BACKSLASH, TILDE] = [0x20, 0x22, 0x5c, 0x7e];

/** As RFC 8785 section 3.2.2.2 writes strings, which is how the platform does. */
function spell(bytes: Uint8Array, at: number, text: string): number {
  const json = JSON.stringify(text.slice(0, ENTRY_TEXT_MAX).toWellFormed());
  return at + encoder.encodeInto(json.slice(1, -1), bytes.subarray(at)).written;
}

function put(bytes: Uint8Array, at: number, ascii: string): number {
  for (let index = 0; index < ascii.length; index++) bytes[at + index] = ascii.charCodeAt(index);
  return at + ascii.length;
}
