import { declareErrors } from "../contract/error.ts";
import { ACT_TABLE } from "./acts.ts";
import type { Database } from "./database.ts";
import { DISCLOSURE_TABLES } from "./disclosures/tables.ts";
import { EXCHANGED_TABLES } from "./exchanged.ts";
import { HOLD_TABLE } from "./holds.ts";
import { LEDGER_TABLES } from "./ledger/tables.ts";
import { PATIENT_TABLES } from "./patients/tables.ts";
import { REVIEW_TABLES } from "./review/tables.ts";
import { STANDING_TABLE } from "./standing.ts";

/** Errors of the journal. */
export const errors = declareErrors("journal", {
  JOURNAL_FOLDER_BUSY: {
    blame: "operator",
    retry: "later",
    says: "Cannot open journal: another process uses its data folder",
  },
  JOURNAL_VERSION_NEWER: {
    blame: "operator",
    retry: "never",
    says: "Cannot open journal: it has version {found}, and this program knows versions up to {known}",
  },
  JOURNAL_VERSION_OLDER: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot use journal: it has version {found}; start the gateway once, which brings it to version {known}",
  },
  JOURNAL_FILE_MISSING: {
    blame: "operator",
    retry: "never",
    says: "Cannot find journal: there is none in {folder}",
  },
  JOURNAL_RESTORE_UNFINISHED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot open journal: a restore into {folder} was cut short; run it again, with --replace, or remove the folder restoring in it",
  },
  JOURNAL_OPEN_FAILED: {
    blame: "operator",
    retry: "never",
    says: "Cannot open journal: the data folder cannot be used ({reason})",
  },
  JOURNAL_STORE_FAILED: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot write to journal: the store failed ({reason}); nothing is acknowledged until it is opened again, which the gateway keeps trying",
  },
  JOURNAL_DAMAGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot use journal: its file is damaged; nothing is acknowledged until it is restored",
  },
  JOURNAL_DISK_FULL: {
    blame: "operator",
    retry: "later",
    says: "Cannot open journal again: {freeBytes} bytes of the disk are free, and it needs {freeBytesMin}",
  },
  JOURNAL_BODY_DAMAGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot read message from journal: its bytes do not match their checksum",
  },
  JOURNAL_PATIENT_DAMAGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot read patient index: row {id} does not open, and nobody can say whose a number is",
  },
  JOURNAL_REWRITE_FAILED: {
    blame: "bug",
    retry: "later",
    says: "Cannot rewrite the journal of version {version}, which is left as it is: {reason}",
  },
  JOURNAL_LEDGER_SHORTENED: {
    blame: "operator",
    retry: "never",
    says:
      "Cannot trust ledger: it has {found} entries, and {size} were signed; somebody has changed the journal, or put back an older one without a restore",
  },
  JOURNAL_LEDGER_CHANGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot trust ledger: its first {size} entries are not those that were signed",
  },
  JOURNAL_LEDGER_GAP: {
    blame: "operator",
    retry: "never",
    says: "Cannot read ledger: of its first {size} entries some are missing or damaged",
  },
  JOURNAL_LEDGER_SHORT: {
    blame: "operator",
    retry: "never",
    says: "Cannot read ledger: it has {found} entries, and {size} were asked for",
  },
  JOURNAL_CLOSED: { blame: "operator", retry: "later", says: "Cannot use journal: it is closed" },
});

/** Version of the schema this program writes. */
export const VERSION = 7;

/** Where a message stands, as `message.state` has it: numbers, so that a partial index holds what is still to do. */
export const MESSAGE = {
  received: 0,
  processed: 1,
  filtered: 2,
  quarantined: 3,
  gathering: 4,
  cancelled: 5,
  /** A person has to look at it first. */
  reviewing: 6,
} as const;
/** Where a delivery stands, as `delivery.state` has it. */
export const DELIVERY = { queued: 0, delivered: 1, quarantined: 2, gathering: 3, cancelled: 4 } as const;
/** What the peer was told, as `message.answered` has it. */
export const ANSWERED = { notYet: 0, positively: 1, negatively: 2 } as const;

/**
 * - `name` has words of the gateway file alone. What a message says is in the sealed columns (`sealed`, `answer`,
 *   `evidence`, `value`, `reason`), or stands in an index as a blind number.
 * - `data_key`: keys of a channel (0: the gateway) and a day (0: none), wrapped by the master key. No number is given twice:
 *   whoever reads remembers keys by it. `vault` has the keys of what is blind, wrapped by it, too.
 * - `message.day`: whose key seals all that belongs to the message: the day it was received, in days since 1970-01-01, or a
 *   later one where it was kept beyond its time. `recognised`: it is found when it comes again. `whole`: null for what goes on by itself, 0 for a piece, and the
 *   message it has become part of.
 * - `found`: messages by what they say: a field, the blind number of its value.
 * - `delivery.batch`: null for what is sent by itself, 0 for what gathers, the batch's delivery for its members, and for
 *   that delivery itself. `keys` are blind. `body` may be the one of the message. `replays`: how often a person has put it
 *   back. `first_body`: what it was before a person corrected it.
 *   `statement`: what this gateway signed of it, where the partner has given its receipt: `answer`.
 * - `sequence`: the last number given to what was sent to a destination.
 * - `hold`: what must be kept whatever its age, by channel, time and field; null: any. `pruning`: days whose keys are gone,
 *   and whose rows are not yet.
 * - `numbering`: the last number of a sender (null: none is known), and the message that had it.
 */
const TABLES_4 = `
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE vault (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE data_key (id INTEGER PRIMARY KEY AUTOINCREMENT, channel INTEGER NOT NULL, day INTEGER NOT NULL, wrapped BLOB NOT NULL);
CREATE TABLE body (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL, file TEXT);
CREATE INDEX body_file ON body (file) WHERE file IS NOT NULL;
CREATE TABLE message (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, channel INTEGER NOT NULL, received_ms INTEGER NOT NULL,
  day INTEGER NOT NULL, adapter INTEGER NOT NULL, sender INTEGER NOT NULL, recognised INTEGER NOT NULL, state INTEGER NOT NULL,
  answered INTEGER NOT NULL, size INTEGER NOT NULL, body INTEGER NOT NULL, answer BLOB, evidence BLOB, trouble TEXT,
  stages TEXT, parent INTEGER, whole INTEGER
);
CREATE UNIQUE INDEX message_id ON message (id);
CREATE INDEX message_channel ON message (channel, received_ms);
CREATE INDEX message_received ON message (received_ms);
CREATE INDEX message_day ON message (channel, day);
CREATE INDEX message_inbox ON message (channel, seq) WHERE state = 0;
CREATE INDEX message_quarantined ON message (channel, seq) WHERE state = 3;
CREATE INDEX message_filtered ON message (channel) WHERE state = 2;
CREATE INDEX message_cancelled ON message (channel) WHERE state = 5;
CREATE INDEX message_gathering ON message (channel, seq) WHERE state = 4;
CREATE INDEX message_unanswered ON message (channel, seq) WHERE answered = 0;
CREATE INDEX message_parent ON message (parent) WHERE parent IS NOT NULL;
CREATE TABLE found (
  field INTEGER NOT NULL, blind INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (field, blind, seq)
) WITHOUT ROWID;
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, destination INTEGER NOT NULL, part INTEGER NOT NULL,
  sequence INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL, keys TEXT NOT NULL,
  built_on INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0, batch INTEGER, size INTEGER NOT NULL, body INTEGER NOT NULL,
  settled_ms INTEGER, answer BLOB, trouble TEXT, replays INTEGER NOT NULL DEFAULT 0, first_body INTEGER
);
CREATE UNIQUE INDEX delivery_part ON delivery (seq, destination, part);
CREATE INDEX delivery_outbox ON delivery (destination, id) WHERE state = 0;
CREATE INDEX delivery_cancelled ON delivery (id) WHERE state = 4;
CREATE INDEX delivery_quarantined ON delivery (destination, id) WHERE state = 2;
CREATE INDEX delivery_gathering ON delivery (destination, id) WHERE state = 3 AND batch = 0;
CREATE INDEX delivery_batch ON delivery (batch) WHERE batch > 0;
CREATE INDEX delivery_held ON delivery (destination) WHERE held = 1;
CREATE TABLE sequence (destination INTEGER PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE history (
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, event TEXT NOT NULL,
  destination INTEGER, code TEXT
);
CREATE INDEX history_message ON history (seq);
CREATE TABLE state (
  channel INTEGER NOT NULL, key INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (channel, key)
) WITHOUT ROWID;
CREATE TABLE numbering (
  channel INTEGER NOT NULL, sender INTEGER NOT NULL, last INTEGER, seq INTEGER, PRIMARY KEY (channel, sender)
) WITHOUT ROWID;
CREATE TABLE pruning (channel INTEGER NOT NULL, day INTEGER NOT NULL, PRIMARY KEY (channel, day)) WITHOUT ROWID;
${ACT_TABLE}
${HOLD_TABLE}${STANDING_TABLE}
INSERT INTO setting VALUES ('epoch', 1);
`;

/** What version 5 added: what gateways have exchanged. */
const SINCE_4 = EXCHANGED_TABLES;
/** What version 6 added: the ledger, and what it points at; what was disclosed of patients. */
const SINCE_5 = `${LEDGER_TABLES}${DISCLOSURE_TABLES}
ALTER TABLE delivery ADD COLUMN statement BLOB;
`;
/** What version 7 added: documents that people review, and patients as messages name them. */
const SINCE_6 = `${REVIEW_TABLES}${PATIENT_TABLES}`;

/** Makes the tables in a new file, and those a file of a version since 4 lacks. Errors: JOURNAL_VERSION_NEWER. */
export function prepareSchema(database: Database): void {
  const found = versionOf(database);
  if (found > VERSION) errors.fail("JOURNAL_VERSION_NEWER", { found, known: VERSION });
  if (found === VERSION) return;
  const since = [SINCE_6];
  if (found < 6) since.unshift(SINCE_5);
  if (found < 5) since.unshift(SINCE_4);
  if (found < 4) since.unshift(TABLES_4);
  database.exec(`BEGIN IMMEDIATE; ${since.join("")} PRAGMA user_version = ${VERSION}; COMMIT`);
}

/** Version of the schema of a file; 0 for a new one. */
export function versionOf(database: Database): number {
  return Number(database.prepare("PRAGMA user_version").get()!.user_version);
}

/** For what cannot bring a file up to date. Errors: JOURNAL_VERSION_NEWER, JOURNAL_VERSION_OLDER. */
export function mustBeCurrent(database: Database): void {
  const found = versionOf(database);
  if (found > VERSION) errors.fail("JOURNAL_VERSION_NEWER", { found, known: VERSION });
  if (found < VERSION) errors.fail("JOURNAL_VERSION_OLDER", { found, known: VERSION });
}
