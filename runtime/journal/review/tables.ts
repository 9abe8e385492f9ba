/**
 * - `review`: documents that wait, or waited, for people, by the message. `state`: 0 waiting, 1 approved, 2 rejected.
 *   `read`: as it was recognised, `document`: with what people have set and the patient the index had then (null: neither); both sealed under the key of the
 *   message's day. `below`, `approvals_needed`: what the channel asked for when it was held. `approved_by`: JSON, in order;
 *   empty again once a value is set. `set_by`: who set the last value. Who did what, and when, is in `act`.
 * - `correction`: what became of values, by template and field. Counts alone, which outlive the messages.
 */
export const REVIEW_TABLES = `
CREATE TABLE review (
  seq INTEGER PRIMARY KEY, channel INTEGER NOT NULL, opened_ms INTEGER NOT NULL, state INTEGER NOT NULL,
  kind TEXT NOT NULL, template TEXT NOT NULL, pages INTEGER NOT NULL, doubts INTEGER NOT NULL, revision INTEGER NOT NULL,
  below REAL NOT NULL, approvals_needed INTEGER NOT NULL, approved_by TEXT NOT NULL, set_by TEXT, disposition TEXT,
  read BLOB NOT NULL, document BLOB
);
CREATE INDEX review_state ON review (state, seq);
CREATE INDEX review_channel ON review (channel, state, seq);
CREATE INDEX message_reviewing ON message (channel, seq) WHERE state = 6;
CREATE TABLE correction (
  template TEXT NOT NULL, field TEXT NOT NULL, read INTEGER NOT NULL, accepted INTEGER NOT NULL,
  confirmed INTEGER NOT NULL, corrected INTEGER NOT NULL, PRIMARY KEY (template, field)
) WITHOUT ROWID;
`;
