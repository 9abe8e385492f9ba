/**
 * The ledger, an RFC 6962 tree for each epoch of the journal. Numbers of entries begin at 0 in each.
 *
 * - `ledger`: what one commit has added. `place`: epoch × 2^40 + number of the first entry. `entries`: each behind its length
 *   (2 bytes, big-endian), as C2SP tlog-tiles has entry bundles.
 * - `tile`: 256 hashes of a level that is a multiple of 8, once all of them are known (C2SP tlog-tiles).
 * - `checkpoint`: signed heads; `note` as C2SP tlog-checkpoint has it. `cosignature`: lines that witnesses have added to one.
 * - `handed_file`: partner files that this gateway has handed out or taken, as they were: what signatures are checked with.
 */
export const LEDGER_TABLES = `
CREATE TABLE ledger (place INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE TABLE tile (
  epoch INTEGER NOT NULL, level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL,
  PRIMARY KEY (epoch, level, number)
);
CREATE TABLE checkpoint (
  epoch INTEGER NOT NULL, size INTEGER NOT NULL, at_ms INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (epoch, size)
) WITHOUT ROWID;
CREATE TABLE cosignature (
  epoch INTEGER NOT NULL, size INTEGER NOT NULL, witness INTEGER NOT NULL, at_ms INTEGER NOT NULL, line TEXT NOT NULL,
  PRIMARY KEY (epoch, size, witness)
) WITHOUT ROWID;
CREATE TABLE handed_file (
  sha256 TEXT PRIMARY KEY, gateway INTEGER NOT NULL, serial INTEGER NOT NULL, at_ms INTEGER NOT NULL, bytes BLOB NOT NULL
) WITHOUT ROWID;
`;
