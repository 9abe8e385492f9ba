/**
 * Patients as messages of the gateway's channels have named them. `number`: blind, of authority and number; `sealed`: name,
 * date of birth, sex and the number itself, under the gateway's key for the index, which outlives messages.
 * `merged_into`: the blind number of who it is now.
 */
export const PATIENT_TABLES = `
CREATE TABLE patient (
  number INTEGER NOT NULL, plain INTEGER NOT NULL, changed_ms INTEGER NOT NULL, merged_into INTEGER, sealed BLOB NOT NULL,
  PRIMARY KEY (number)
) WITHOUT ROWID;
CREATE INDEX patient_plain ON patient (plain);
`;
