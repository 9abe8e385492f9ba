import type { Identity } from "../../../runtime/contract/format.ts";

/**
 * Types whose messages each change what the one before left behind, so that one alone makes no sense (HL7 v2.9.1):
 *
 * - Admissions, transfers, discharges and what is known of a patient: ADT (chapter 3).
 * - Orders, which are placed, changed and cancelled (chapter 4): general ORM, OMG; laboratory OML, OPL; imaging OMI; diet
 *   OMD; supplies OMS, OMN; pharmacy OMP; blood OMB; with documents OMQ. What is encoded, dispensed, given and
 *   administered on them (chapter 4A): RDE, RDS, RGV, RAS; for blood BPS, BTS.
 * - Appointments, which are booked, moved and cancelled: SIU (chapter 10).
 */
const BUILT_ON = new Set(
  "ADT ORM OMG OML OPL OMI OMD OMS OMN OMP OMB OMQ RDE RDS RGV RAS BPS BTS SIU".split(" "),
);

/**
 * Whether later messages of the same patient build on one of this type. Results, charges and documents (ORU, DFT, MDM)
 * and all the rest are complete in themselves.
 */
export function isBuiltOn({ type }: Identity): boolean {
  return BUILT_ON.has(type.split("^", 1)[0]);
}
