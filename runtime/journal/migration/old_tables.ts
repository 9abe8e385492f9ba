import type { Database } from "../database.ts";

/** The last version that kept everything readable, and had nothing in files. */
export const LAST_READABLE = 3;

/** What version 2 added to version 1: parts, held keys, batches, handing on, the state of steps, the times of stages. */
const SINCE_1 = `
ALTER TABLE message ADD COLUMN stages TEXT;
ALTER TABLE message ADD COLUMN parent INTEGER;
ALTER TABLE delivery ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN built_on INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN batch INTEGER;
DROP INDEX delivery_message;
CREATE UNIQUE INDEX delivery_part ON delivery (seq, destination, part);
CREATE TABLE state (
  channel INTEGER NOT NULL, step TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (channel, step, key)
) WITHOUT ROWID;
`;

/** What version 3 added: pieces of messages, and the numbers that senders give. */
const SINCE_2 = `
ALTER TABLE message ADD COLUMN whole INTEGER;
CREATE TABLE numbering (
  channel INTEGER NOT NULL, sender TEXT NOT NULL, last INTEGER, seq INTEGER,
  PRIMARY KEY (channel, sender)
) WITHOUT ROWID;
`;

/** Gives a file of version 1 or 2 the columns and tables of version 3, in one transaction: it is read like one then. */
export function bringToLastReadable(database: Database, version: number): void {
  if (version === LAST_READABLE) return;
  const missing = [SINCE_1, SINCE_2].slice(version - 1).join("");
  database.exec(`BEGIN IMMEDIATE; ${missing} PRAGMA user_version = ${LAST_READABLE}; COMMIT`);
}
