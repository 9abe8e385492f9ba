import type { Told } from "../exchange/control.ts";
import { HASH_BYTES, PROOF_HASHES_MAX } from "../../trust/ledger/tree.ts";
import type { errors } from "./errors.ts";

/** What a gateway shows a partner that is to witness its ledger. */
export interface CheckpointTold {
  readonly type: "checkpoint";
  /** The signed head: a C2SP checkpoint. */
  readonly note: string;
  /** When it was told, by its gateway's clock: one that comes late is not taken for a step back. */
  readonly atMs: number;
  /** The proof shows that the head grew out of the one of this size; 0: nothing is shown. */
  readonly from: number;
  /** Hashes, in base64. */
  readonly proof: readonly string[];
  /** Of a ledger that began after a restore, its first entry and what shows that it is that, in base64. */
  readonly began?: { readonly entry: string; readonly proof: readonly string[] };
}

/** What a witness says of a head it was shown. */
export interface CosignatureTold {
  readonly type: "cosignature";
  /** Of the ledger. */
  readonly origin: string;
  /** Of the head it was shown. */
  readonly size: number;
  /** Its signature: a line of the checkpoint, with its line feed. */
  readonly line?: string;
  /** It has signed this one before, and is to be shown that the ledger grew out of it. */
  readonly known?: ObjectionTold;
  /** It has signed this one, and the one it was shown contradicts it. */
  readonly conflict?: ObjectionTold;
}

/** A checkpoint a witness has signed, and what it was shown: whoever hears of it may not be who has shown that. */
export interface ObjectionTold {
  readonly note: string;
  readonly shown?: string;
}

/** A {@linkcode CheckpointTold} that was read. */
export interface ShownCheckpoint {
  readonly note: string;
  readonly atMs: number;
  readonly from: number;
  readonly proof: readonly Uint8Array[];
  readonly began?: { readonly entry: Uint8Array; readonly proof: readonly Uint8Array[] };
}

/** What a witness holds against a head, or wants to be shown. */
export interface Objection {
  /** The checkpoint that it has signed. */
  readonly note: string;
  readonly isConflict: boolean;
  /** The one it was shown. */
  readonly shown?: string;
}

/** How far a partner's clock may be from ours: as for the times of an envelope. */
export const APART_MS_MAX = 300_000;

const NOTE_CHARS_MAX = 4_096;
const LINE_CHARS_MAX = 512;
const ORIGIN_CHARS_MAX = 512;
/** `began` says little. */
const ENTRY_CHARS_MAX = 4_096;

type Refuse = (part: string) => never;
type Codes = Parameters<typeof errors.fail>[0];

/** Says which part of what a partner told is wrong. */
export function refusalBy(fail: typeof errors.fail, code: Codes, partner: string): Refuse {
  return (part) => fail(code, { partner, part });
}

/** Reads what a partner shows. */
export function readCheckpointTold(told: Told, refuse: Refuse): ShownCheckpoint {
  const { note, atMs, from, proof, began } = told;
  return {
    note: textOf(note, NOTE_CHARS_MAX) ?? refuse("note"),
    atMs: isCount(atMs) ? atMs : refuse("atMs"),
    from: isCount(from) ? from : refuse("from"),
    proof: hashesOf(proof) ?? refuse("proof"),
    ...(began === undefined ? {} : { began: beganOf(began) ?? refuse("began") }),
  };
}

/** Reads what a witness says: a line, or what it objects to. */
export function readCosignatureTold(
  told: Told,
  refuse: Refuse,
): { readonly origin: string; readonly size: number; readonly said: string | Objection } {
  const { origin, size, line, known, conflict } = told;
  if ([line, known, conflict].filter((each) => each !== undefined).length !== 1) refuse("type");
  const said = line === undefined
    ? objectionIn(known ?? conflict, conflict !== undefined, refuse)
    : textOf(line, LINE_CHARS_MAX) ?? refuse("line");
  return {
    origin: textOf(origin, ORIGIN_CHARS_MAX) ?? refuse("origin"),
    size: isCount(size) ? size : refuse("size"),
    said,
  };
}

function beganOf(value: unknown): ShownCheckpoint["began"] {
  if (!isObject(value)) return undefined;
  const entry = textOf(value.entry, ENTRY_CHARS_MAX), proof = hashesOf(value.proof);
  const bytes = entry === undefined ? undefined : bytesOf(entry);
  return bytes && proof && { entry: bytes, proof };
}

function objectionIn(value: unknown, isConflict: boolean, refuse: Refuse): Objection {
  const { note, shown } = isObject(value) ? value : {};
  return {
    note: textOf(note, NOTE_CHARS_MAX) ?? refuse("note"),
    isConflict,
    ...(shown === undefined ? {} : { shown: textOf(shown, NOTE_CHARS_MAX) ?? refuse("shown") }),
  };
}

function hashesOf(value: unknown): readonly Uint8Array[] | undefined {
  if (!Array.isArray(value) || value.length > PROOF_HASHES_MAX) return undefined;
  const hashes = value.map((each) => textOf(each, 44)).map((text) =>
    text === undefined ? text : bytesOf(text)
  );
  return hashes.every((hash) => hash?.length === HASH_BYTES) ? hashes as Uint8Array[] : undefined;
}

function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(base64, { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}

function textOf(value: unknown, charsMax: number): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= charsMax ? value : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
