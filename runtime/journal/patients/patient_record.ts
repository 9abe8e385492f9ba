import type { PatientFacts, PatientNumber } from "../../contract/patient.ts";
import { SEALED, type Sealing } from "../sealing.ts";
import { INDEX_OWNER } from "./tables.ts";

/** What is kept of a patient by one number, before it is sealed: what nobody has spoken of is left out. */
export interface PatientRecord extends PatientFacts {
  readonly number: PatientNumber;
}

/** @param row the patient's, in the table */
export function sealPatient(sealing: Sealing, row: number, record: PatientRecord): Uint8Array {
  return sealing.seal(SEALED.patient, row, INDEX_OWNER, utf8.encode(JSON.stringify(record)));
}

/** `undefined` where it is damaged. */
export function openPatient(sealing: Sealing, row: number, sealed: Uint8Array): PatientRecord | undefined {
  const plain = sealing.open(SEALED.patient, row, sealed);
  return plain ? JSON.parse(text.decode(plain)) as PatientRecord : undefined;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();
