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
      "Cannot write to journal: the store failed ({reason}); nothing is acknowledged until the gateway is restarted",
  },
  JOURNAL_BODY_DAMAGED: {
    blame: "operator",
    retry: "never",
    says: "Cannot read message from journal: its bytes do not match their checksum",
  },
  JOURNAL_CLOSED: { blame: "operator", retry: "later", says: "Cannot use journal: it is closed" },
});

/** Version of the schema this program writes. */
const VERSION = 1;

/** Where a message stands, as `message.state` has it: numbers, so that a partial index holds what is still to do. */
export const MESSAGE = { received: 0, processed: 1, filtered: 2, quarantined: 3 } as const;
/** Where a delivery stands, as `delivery.state` has it. */
export const DELIVERY = { queued: 0, delivered: 1, quarantined: 2 } as const;
/** What the peer was told, as `message.answered` has it. */
export const ANSWERED = { notYet: 0, positively: 1, negatively: 2 } as const;

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

/** Makes the tables in a new file; checks the version of an old one. */
export function prepareSchema(database: Database): void {
  const found = Number(database.prepare("PRAGMA user_version").get()!.user_version);
  if (found > VERSION) errors.fail("JOURNAL_VERSION_NEWER", { found, known: VERSION });
  if (found === 0) database.exec(`BEGIN IMMEDIATE; ${TABLES} PRAGMA user_version = ${VERSION}; COMMIT`);
}
