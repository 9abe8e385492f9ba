/**
 * Patients as messages of the gateway's channels have named them, by each number they have or had. They outlive the messages.
 *
 * - `patient`: `written`, `number` and `plain` are keyed hashes: of a number as it is written and who has given it; of the
 *   number as numbers are compared and who has given it; and of that number alone. `0012` and `12` may be two patients, so
 *   that each has a row. `seq`: the message that has changed it last; an earlier one changes nothing any more.
 *   `merged_into`: who has the number now. `sealed`: number, names, date of birth and sex, under a key of the index; null:
 *   nobody has the number any more.
 * - `patient_name`: patients by a keyed hash of family name and date of birth.
 */
export const PATIENT_TABLES = `
CREATE TABLE patient (
  id INTEGER PRIMARY KEY, written BLOB NOT NULL UNIQUE, number BLOB NOT NULL, plain BLOB NOT NULL, seq INTEGER NOT NULL,
  merged_into INTEGER, sealed BLOB
);
CREATE INDEX patient_number ON patient (number);
CREATE INDEX patient_plain ON patient (plain);
CREATE INDEX patient_merged ON patient (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE patient_name (
  blind BLOB NOT NULL, patient INTEGER NOT NULL, PRIMARY KEY (blind, patient)
) WITHOUT ROWID;
CREATE INDEX patient_name_of ON patient_name (patient);
`;

/** The key of the index is no channel's, and of no day. */
export const INDEX_OWNER = { channel: -2, day: 0 } as const;
