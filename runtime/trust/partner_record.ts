import { declareErrors } from "../contract/error.ts";
import { bytesOf, checkKind, type HeldPartner, neededTime, readHeld } from "./_handed_file.ts";
import { toBase64Url } from "./_key_encoding.ts";
import { isObject, readObject, type Refuse, timeOf, writeFile } from "./_key_file.ts";
import { TOKEN_BYTES } from "./invitation.ts";
import type { PartnerState } from "./partner_book.ts";

/** Errors of what we keep of a partner. None shows a token. */
export const recordErrors = declareErrors("record", {
  RECORD_FILE_INVALID: {
    blame: "operator",
    retry: "never",
    says: "Cannot read what is kept of partner {partner}: {part} is missing or not as it must be in {file}",
  },
  RECORD_FILE_UNREADABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot read what is kept of partners: {file} cannot be read ({reason})",
  },
  RECORD_FILE_UNWRITABLE: {
    blame: "operator",
    retry: "later",
    says: "Cannot write what is kept of partners: {file} cannot be written ({reason})",
  },
  RECORD_FILE_BUSY: {
    blame: "operator",
    retry: "later",
    says: "Cannot change partners: somebody else is changing one; remove {file} where nobody is",
  },
  RECORD_NAME_INVALID: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot name a partner so: up to 63 letters, digits, dots, dashes and underscores, a letter or digit first, and not partners",
  },
  RECORD_NAME_TAKEN: {
    blame: "operator",
    retry: "never",
    says: "Cannot call a partner {partner}: one of that name is {state}",
  },
  RECORD_PARTNER_UNKNOWN: {
    blame: "operator",
    retry: "never",
    says: "Cannot find partner {partner}: {folder} has none of that name",
  },
  RECORD_STATE_WRONG: {
    blame: "operator",
    retry: "never",
    says: "Cannot {act} partner {partner}: it is {state}",
  },
  RECORD_GATEWAY_OURS: {
    blame: "operator",
    retry: "never",
    says: "Cannot make {gateway} a partner: that is this gateway itself",
  },
  RECORD_GATEWAY_TAKEN: {
    blame: "operator",
    retry: "never",
    says: "Cannot make {gateway} partner {partner}: it is partner {other} already",
  },
  RECORD_WORD_STRANGE: {
    blame: "operator",
    retry: "never",
    says: "Cannot confirm partner {partner}: {words} is no word that could have been read out; listen again",
  },
  RECORD_WORDS_DIFFERENT: {
    blame: "operator",
    retry: "never",
    says: "Cannot confirm partner {partner}: {count} of {of} words differ from ours",
  },
  RECORD_WORDS_UNCOUNTED: {
    blame: "operator",
    retry: "never",
    says: "Cannot confirm partner {partner}: there must be {of} words, not {count}",
  },
  RECORD_ROOT_CHANGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot take another file of partner {partner}: it has another root key; invite the partner anew",
  },
  RECORD_GATEWAY_CHANGED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot take another file of partner {partner}: it is that of {found}, and the partner is {gateway}",
  },
  RECORD_SERIAL_OLD: {
    blame: "operator",
    retry: "never",
    says: "Cannot take another file of partner {partner}: its serial is {found}, older than {serial}",
  },
  RECORD_SERIAL_REUSED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot take another file of partner {partner}: it says something else under the same serial, {serial}, and is no newer",
  },
});

/** Who did something, and when. */
export interface Deed {
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** The person's name. */
  readonly by: string;
}

/** An invitation of ours that nobody has answered. */
export interface PendingInvitation {
  /** 16 bytes. Never shown. */
  readonly token: Uint8Array<ArrayBuffer>;
  readonly expiresAtMs: number;
}

/** What is kept of a partner. */
export interface PartnerRecord {
  /** Our name for it. */
  readonly name: string;
  readonly state: PartnerState;
  /** The last change by a person. */
  readonly changed: Deed;
  /** Hash of the invitation it came by, whoever invited. It is good for no other. */
  readonly invitation: string;
  /** While it is `invited`. */
  readonly pending?: PendingInvitation;
  /** From `unconfirmed` on: its newest file. The root in it is the pinned one, whatever file is taken. */
  readonly held?: HeldPartner;
  /** From `unconfirmed` on: what the words are made of; 64 hexadecimal digits. */
  readonly transcript?: string;
  /** From `active` on. */
  readonly confirmed?: Deed;
}

const FORMAT = "mitral-partner-record";
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const HASH = /^[0-9a-f]{64}$/;
const STATES: readonly unknown[] = ["invited", "unconfirmed", "active", "suspended"] satisfies PartnerState[];

/** True for a name a partner may have: it goes into metrics, logs and file names. */
export function isPartnerName(name: string): boolean {
  return NAME.test(name) && name !== "partners";
}

/** Writes what is kept of a partner: with a token, so the file is for nobody else to read. */
export function writeRecord(record: PartnerRecord): Uint8Array<ArrayBuffer> {
  const { name, state, changed, invitation, pending, held, transcript, confirmed } = record;
  return writeFile({
    format: FORMAT,
    version: 1,
    partner: name,
    state,
    changed: writeDeed(changed),
    invitation,
    ...(pending
      ? { pending: { token: toBase64Url(pending.token), expires: timeOf(pending.expiresAtMs) } }
      : {}),
    ...(held ? { root: toBase64Url(held.partner.root.publicBytes), file: held.said, transcript } : {}),
    ...(confirmed ? { confirmed: writeDeed(confirmed) } : {}),
  });
}

/** Reads what is kept of the partner of this name. Errors: RECORD_FILE_INVALID, those of `parsePartnerFile`. */
export async function parseRecord(bytes: Uint8Array, name: string, file: string): Promise<PartnerRecord> {
  const refuse: Refuse = (part) => recordErrors.fail("RECORD_FILE_INVALID", { partner: name, part, file });
  const read = readObject(bytes, refuse);
  checkKind(read, FORMAT, refuse);
  // Under another name a copied file would be a partner twice.
  if (read.partner !== name) refuse("partner");
  const { state, invitation, transcript } = read;
  if (!isState(state)) return refuse("state");
  if (!isHash(invitation)) return refuse("invitation");
  const head = { name, state, changed: readDeed(read.changed, "changed", refuse), invitation };
  if (state === "invited") return { ...head, pending: readPending(read.pending, refuse) };
  const held = await readHeld(read.file, "file", file, refuse);
  if (read.root !== toBase64Url(held.partner.root.publicBytes)) refuse("root");
  if (!isHash(transcript)) return refuse("transcript");
  if (state === "unconfirmed") return { ...head, held, transcript };
  return { ...head, held, transcript, confirmed: readDeed(read.confirmed, "confirmed", refuse) };
}

function readPending(value: unknown, refuse: Refuse): PendingInvitation {
  if (!isObject(value)) return refuse("pending");
  return {
    token: bytesOf(value.token, TOKEN_BYTES) ?? refuse("pending.token"),
    expiresAtMs: neededTime(value, "expires", refuse, "pending.expires"),
  };
}

function readDeed(value: unknown, part: string, refuse: Refuse): Deed {
  if (!isObject(value) || typeof value.by !== "string") return refuse(part);
  return { atMs: neededTime(value, "at", refuse, `${part}.at`), by: value.by };
}

function writeDeed({ atMs, by }: Deed) {
  return { at: timeOf(atMs), by };
}

function isState(value: unknown): value is PartnerState {
  return STATES.includes(value);
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && HASH.test(value);
}
