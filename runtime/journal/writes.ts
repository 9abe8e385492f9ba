import { GIVE_BACK_PAGES } from "./retention_operations.ts";
import { type Database, prepareAll } from "./database.ts";

/**
 * What is asked of an earlier message: a piece that has become part of a whole is answered as that is, since the answer
 * to it says what became of the whole.
 */
const EARLIER = ["seq", "id", "received_ms", "answered", "answer"]
  .map((name) => `iif(whole.seq IS NULL, given.${name}, whole.${name}) AS ${name}`).join(", ");
const WHOLE = "LEFT JOIN message AS whole ON whole.seq = given.whole";

/** The statements {@linkcode prepareWrites} makes. */
export type Writes = ReturnType<typeof prepareWrites>;

/** The statements of everything that is written, prepared once. Their numbers for states are those of the schema. */
export function prepareWrites(database: Database) {
  const statements = {
    freePages: "PRAGMA freelist_count",
    vacuum: `PRAGMA incremental_vacuum(${GIVE_BACK_PAGES})`,
    begin: "BEGIN IMMEDIATE",
    commit: "COMMIT",
    rollback: "ROLLBACK",
    insertMessage:
      `INSERT INTO message (id, channel, received_ms, day, adapter, sender, recognised, state, answered, size, body,
       evidence, trouble, parent, whole) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    insertFound: "INSERT OR IGNORE INTO found (field, blind, seq) VALUES (?, ?, ?)",
    sameIdentity: `SELECT ${EARLIER}, given.body AS body, given.size AS size FROM found
       JOIN message AS given ON given.seq = found.seq ${WHOLE}
       WHERE found.field = ? AND found.blind = ? AND given.channel = ? AND given.recognised = 1
       ORDER BY found.seq DESC LIMIT 16`,
    lastNumbered: `SELECT ${EARLIER}, given.body AS body FROM numbering
       JOIN message AS given ON given.seq = numbering.seq ${WHOLE}
       WHERE numbering.channel = ? AND numbering.sender = ?`,
    setNumber: "INSERT OR REPLACE INTO numbering (channel, sender, last, seq) VALUES (?, ?, ?, ?)",
    newerOfSender: "SELECT 1 FROM message WHERE channel = ? AND seq > ? AND seq <= ? AND sender = ? LIMIT 1",
    moveMessage:
      "UPDATE message SET state = ?, answered = max(answered, ?), stages = ? WHERE seq = ? AND state = 0",
    bodyOf: "SELECT body, size FROM message WHERE seq = ?",
    deliveryOf: "SELECT id, sequence FROM delivery WHERE seq = ? AND destination = ? AND part = ?",
    insertDelivery:
      `INSERT INTO delivery (seq, destination, part, sequence, state, attempts, keys, built_on, size, body, settled_ms,
       batch) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)`,
    settleDelivery:
      `UPDATE delivery SET state = ?, attempts = ?, settled_ms = ?, answer = ?, trouble = ?, held = ?, statement = ?
       WHERE id = ? AND state IN (0, 3)`,
    countGathered:
      "SELECT count(*) AS members FROM delivery WHERE destination = ? AND state = 3 AND batch = 0 AND id <= ?",
    joinBatch: "UPDATE delivery SET batch = ? WHERE destination = ? AND state = 3 AND batch = 0 AND id <= ?",
    markBatch: "UPDATE delivery SET batch = id WHERE id = ?",
    settleMembers: `UPDATE delivery SET state = ?, settled_ms = ?, trouble = ?
       WHERE batch = ? AND batch > 0 AND id <> batch AND state = 3`,
    noteMembers:
      `INSERT INTO history (seq, at_ms, event, destination, code) SELECT seq, ?, ?, destination, ? FROM delivery
       WHERE batch = ? AND batch > 0 AND id <> batch`,
    requeueMembers: `UPDATE delivery SET state = 3, settled_ms = NULL, trouble = NULL
       WHERE batch = ? AND batch > 0 AND id <> batch`,
    gathered: "SELECT id FROM delivery WHERE destination = ? AND state = 3 AND batch = 0 ORDER BY id",
    sendAlone: "UPDATE delivery SET state = 0, batch = NULL, sequence = ? WHERE id = ?",
    gatherAgain:
      `UPDATE delivery SET state = 3, batch = 0, settled_ms = NULL, trouble = NULL, replays = replays + 1
       WHERE id = ?`,
    deliveryById: "SELECT seq, destination FROM delivery WHERE id = ?",
    leftOf:
      "SELECT sum(state IN (0, 3)) AS queued, sum(state IN (2, 4)) AS quarantined FROM delivery WHERE seq = ?",
    moreFor: "SELECT 1 FROM delivery WHERE seq = ? AND state = 0 AND " +
      "destination = (SELECT destination FROM delivery WHERE id = ?) LIMIT 1",
    countAttempt: "UPDATE delivery SET attempts = ?, trouble = ? WHERE id = ? AND state = 0",
    // A piece that waits in vain is taken anew when it comes again, though its sender was told that it is here.
    quarantineMessage:
      "UPDATE message SET state = 3, trouble = ?, answered = iif(answered = 0 OR state = 4, 2, answered) WHERE seq = ? AND state IN (0, 4)",
    isRefusable: "SELECT 1 FROM message WHERE seq = ? AND (answered = 0 OR state = 4)",
    concludeMessage: "UPDATE message SET answered = ? WHERE seq = ? AND answered = 0",
    answerMessage: "UPDATE message SET answered = ?, answer = ? WHERE seq = ?",
    answerWaiting: "UPDATE message SET answered = ?, answer = ? WHERE seq = ? AND answered = 0",
    unanswered: "SELECT 1 FROM message WHERE seq = ? AND answered = 0",
    messageBySeq: "SELECT channel, day, state, size, whole FROM message WHERE seq = ?",
    isDropped: "SELECT 1 FROM pruning WHERE channel = ? AND day = ?",
    requeueMessage: "UPDATE message SET state = iif(whole = 0, 4, 0), trouble = NULL WHERE seq = ?",
    joinPiece: "UPDATE message SET state = 1, whole = ? WHERE seq = ? AND state = 4",
    unpiece: "UPDATE message SET state = 0, whole = NULL WHERE seq = ? AND state = 4",
    deliveriesOf:
      `SELECT id, destination, state, attempts, keys, size, held, batch, body, first_body FROM delivery
       WHERE seq = ?`,
    deliveredAfter:
      "SELECT id, keys FROM delivery WHERE destination = ? AND id > ? AND state = 1 AND id <> ifnull(?, 0)",
    isDelivered: "SELECT 1 FROM delivery WHERE id = ? AND state = 1",
    correctDelivery:
      "UPDATE delivery SET first_body = ifnull(first_body, body), body = ?, size = ? WHERE id = ?",
    cancelCorrected: "UPDATE message SET state = 5 WHERE seq = ? AND state = 3",
    dropBody: "DELETE FROM body WHERE id = ?",
    requeueDelivery:
      `UPDATE delivery SET state = 0, settled_ms = NULL, trouble = NULL, held = 0, replays = replays + 1
       WHERE id = ?`,
    releaseDelivery: "UPDATE delivery SET held = 0 WHERE id = ?",
    setState: "INSERT OR REPLACE INTO state (channel, key, value) VALUES (?, ?, ?)",
    dropState: "DELETE FROM state WHERE channel = ? AND key = ?",
    insertHistory: "INSERT INTO history (seq, at_ms, event, destination, code) VALUES (?, ?, ?, ?, ?)",
  };
  return prepareAll(database, statements);
}
