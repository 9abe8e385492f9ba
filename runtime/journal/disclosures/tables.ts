/**
 * What was disclosed of patients, and who was shown what, for six years: whatever becomes of the messages.
 *
 * - `disclosure`: a disclosure, or that a person has seen something, sealed under a key of its year. `kind`: see
 *   {@linkcode KIND}. `person`: who saw it.
 * - `disclosed`: whom it is about. `blind` and `assigner` are 16 bytes of a keyed hash: of a patient's number, and of who has
 *   given it; none: nobody has said. No `blind`: nobody knows whom it is about. `leading`: 1 for the number that stands for the
 *   patient where patients are counted.
 * - `delivery_about`: the same of a delivery, for as long as its message is kept, where its channel declares a disclosure.
 *   `reached`: 1 once an attempt may have put it into its recipient's hands.
 */
export const DISCLOSURE_TABLES = `
CREATE TABLE disclosure (
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, at_ms INTEGER NOT NULL, person TEXT, sealed BLOB NOT NULL
);
CREATE INDEX disclosure_time ON disclosure (kind, at_ms);
CREATE TABLE disclosed (
  disclosure INTEGER NOT NULL, blind BLOB NOT NULL, assigner BLOB NOT NULL, kind INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  leading INTEGER NOT NULL, PRIMARY KEY (disclosure, blind, assigner)
) WITHOUT ROWID;
CREATE INDEX disclosed_patient ON disclosed (blind, kind, at_ms, assigner);
CREATE TABLE delivery_about (
  delivery INTEGER NOT NULL, blind BLOB NOT NULL, assigner BLOB NOT NULL, leading INTEGER NOT NULL,
  reached INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (delivery, blind, assigner)
) WITHOUT ROWID;
`;

/** What is recorded of a patient, as `disclosure.kind` has it. */
export const KIND = {
  /** A disclosure that a patient can ask an account of. */
  accountable: 1,
  /** One that 45 CFR 164.528(a)(1) exempts. */
  exempt: 2,
  /** A person has seen, or taken out, what a message says, or has asked what is recorded of a patient. */
  seen: 3,
} as const;

/** The keys of all this are no channel's. */
const CLASS = -1;
/** 45 CFR 164.528(a)(1), 164.316(b)(2)(i): the six years before the day somebody asks. */
const YEARS = 6;

/** Whose key seals what happened at a time: the class's, and the year's (UTC). */
export function ownerAt(atMs: number): { readonly channel: number; readonly day: number } {
  return { channel: CLASS, day: new Date(atMs).getUTCFullYear() };
}

/**
 * The first year whose keys must be there at a time. A year goes six years after its end, and a day later: the years are UTC's,
 * and somewhere it is still the day before.
 */
export function firstYearKept(nowMs: number): number {
  return new Date(nowMs - 86_400_000).getUTCFullYear() - YEARS;
}
