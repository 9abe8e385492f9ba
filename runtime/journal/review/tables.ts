/**
 * - `review`: documents that wait, or waited, for people, by the message. `state`: 0 waiting, 1 approved, 2 rejected.
 *   `read`: as it was recognised, `document`: with what people have set; both sealed under the key of the message's day.
 * - `review_step`: who did what, when; `path` is a name of the template, never a value.
 * - `correction`: what became of values, by template and field. Counts alone, which outlive the messages.
 */
export const REVIEW_TABLES = `
CREATE TABLE review (
  seq INTEGER PRIMARY KEY, channel INTEGER NOT NULL, opened_ms INTEGER NOT NULL, state INTEGER NOT NULL,
  kind TEXT NOT NULL, template TEXT NOT NULL, pages INTEGER NOT NULL, doubts INTEGER NOT NULL, revision INTEGER NOT NULL,
  approvals_needed INTEGER NOT NULL, disposition TEXT, decided_ms INTEGER, read BLOB NOT NULL, document BLOB NOT NULL
);
CREATE INDEX review_waiting ON review (channel, seq) WHERE state = 0;
CREATE TABLE review_step (
  id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, at_ms INTEGER NOT NULL, person TEXT NOT NULL, did TEXT NOT NULL,
  path TEXT, disposition TEXT
);
CREATE INDEX review_step_seq ON review_step (seq);
CREATE TABLE correction (
  template TEXT NOT NULL, field TEXT NOT NULL, read INTEGER NOT NULL, accepted INTEGER NOT NULL,
  confirmed INTEGER NOT NULL, corrected INTEGER NOT NULL, PRIMARY KEY (template, field)
) WITHOUT ROWID;
`;
