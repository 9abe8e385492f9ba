import { declareErrors } from "../contract/error.ts";
import type { Database } from "./database.ts";

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
  JOURNAL_CLOSED: { blame: "operator", retry: "later", says: "Cannot use journal: it is closed" },
});

/** Version of the schema this program writes. It opens those of every version before. */
const VERSION = 3;

/** Where a message stands, as `message.state` has it: numbers, so that a partial index holds what is still to do. */
export const MESSAGE = { received: 0, processed: 1, filtered: 2, quarantined: 3, gathering: 4 } as const;
/** Where a delivery stands, as `delivery.state` has it. */
export const DELIVERY = { queued: 0, delivered: 1, quarantined: 2, gathering: 3 } as const;
/** What the peer was told, as `message.answered` has it. */
export const ANSWERED = { notYet: 0, positively: 1, negatively: 2 } as const;

/** Version 1, as it was. */
const TABLES = `
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE body (id INTEGER PRIMARY KEY, crc32 INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE message (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL, channel INTEGER NOT NULL, received_ms INTEGER NOT NULL,
  adapter INTEGER NOT NULL, peer TEXT NOT NULL, partner TEXT, control_id TEXT NOT NULL, type TEXT NOT NULL,
  sender TEXT NOT NULL, content_type INTEGER NOT NULL, identity TEXT, state INTEGER NOT NULL, answered INTEGER NOT NULL,
  size INTEGER NOT NULL, body INTEGER NOT NULL, answer BLOB, answer_type INTEGER, evidence BLOB, trouble TEXT
);
CREATE UNIQUE INDEX message_id ON message (id);
CREATE INDEX message_identity ON message (channel, identity) WHERE identity IS NOT NULL;
CREATE INDEX message_inbox ON message (channel, seq) WHERE state = 0;
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, destination INTEGER NOT NULL, sequence INTEGER NOT NULL,
  state INTEGER NOT NULL, attempts INTEGER NOT NULL, keys TEXT NOT NULL, control_id TEXT NOT NULL,
  content_type INTEGER NOT NULL, size INTEGER NOT NULL, body INTEGER NOT NULL, settled_ms INTEGER, answer BLOB,
  trouble TEXT
);
CREATE UNIQUE INDEX delivery_message ON delivery (seq, destination);
CREATE INDEX delivery_outbox ON delivery (destination, id) WHERE state = 0;
CREATE TABLE history (
  id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, event TEXT NOT NULL,
  destination INTEGER, code TEXT
);
CREATE INDEX history_message ON history (seq);
INSERT INTO setting VALUES ('epoch', 1);
`;

/**
 * What version 2 adds: parts, held keys, batches, handing on, the state of steps, the times of stages. `batch` is null for
 * what is sent by itself, 0 for what gathers, the batch's delivery for its members, and for that delivery itself.
 */
const SINCE_1 = `
ALTER TABLE message ADD COLUMN stages TEXT;
ALTER TABLE message ADD COLUMN parent INTEGER;
CREATE INDEX message_parent ON message (parent) WHERE parent IS NOT NULL;
ALTER TABLE delivery ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN built_on INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN batch INTEGER;
DROP INDEX delivery_message;
CREATE UNIQUE INDEX delivery_part ON delivery (seq, destination, part);
CREATE INDEX delivery_held ON delivery (destination) WHERE held = 1;
CREATE INDEX delivery_gathering ON delivery (destination, id) WHERE state = 3 AND batch = 0;
CREATE INDEX delivery_batch ON delivery (batch) WHERE batch > 0;
CREATE TABLE state (
  channel INTEGER NOT NULL, step TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (channel, step, key)
) WITHOUT ROWID;
`;

/**
 * What version 3 adds: pieces of messages, and the numbers that senders give. `whole` is null for what goes on by itself,
 * 0 for a piece, and the message it has become part of. `numbering` has the last number of a sender (null: none is
 * known), and the message that had it.
 */
const SINCE_2 = `
ALTER TABLE message ADD COLUMN whole INTEGER;
CREATE INDEX message_gathering ON message (channel, seq) WHERE state = 4;
CREATE TABLE numbering (
  channel INTEGER NOT NULL, sender TEXT NOT NULL, last INTEGER, seq INTEGER,
  PRIMARY KEY (channel, sender)
) WITHOUT ROWID;
`;

/** What each version adds to the one before. */
const VERSIONS = [TABLES, SINCE_1, SINCE_2];

/** Makes the tables in a new file; brings an old one up to date, in one transaction. Errors: JOURNAL_VERSION_NEWER. */
export function prepareSchema(database: Database): void {
  const found = Number(database.prepare("PRAGMA user_version").get()!.user_version);
  if (found > VERSION) errors.fail("JOURNAL_VERSION_NEWER", { found, known: VERSION });
  if (found === VERSION) return;
  const missing = VERSIONS.slice(found).join("");
  database.exec(`BEGIN IMMEDIATE; ${missing} PRAGMA user_version = ${VERSION}; COMMIT`);
}
