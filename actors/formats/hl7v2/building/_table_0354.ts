/**
 * Message structures of common events (HL7 table 0354, as of v2.5.1): what MSH-9.3 says beside type and event. An event
 * that is not here is written without.
 */
const EVENTS: Readonly<Record<string, string>> = {
  ADT_A01: "A01 A04 A08 A13",
  ADT_A02: "A02",
  ADT_A03: "A03",
  ADT_A05: "A05 A14 A28 A31",
  ADT_A06: "A06 A07",
  ADT_A09: "A09 A10 A11",
  ADT_A12: "A12",
  ADT_A15: "A15",
  ADT_A16: "A16",
  ADT_A17: "A17",
  ADT_A18: "A18",
  ADT_A20: "A20",
  ADT_A21: "A21 A22 A23 A25 A26 A27 A29 A32 A33",
  ADT_A24: "A24",
  ADT_A30: "A30 A34 A35 A36 A46 A47 A48 A49",
  ADT_A37: "A37",
  ADT_A38: "A38",
  ADT_A39: "A39 A40 A41 A42",
  ADT_A43: "A43 A44",
  ADT_A45: "A45",
  ADT_A50: "A50 A51",
  ADT_A60: "A60",
  BAR_P01: "P01",
  DFT_P03: "P03",
  MDM_T01: "T01 T03 T05 T07 T09 T11",
  MDM_T02: "T02 T04 T06 T08 T10",
  OMG_O19: "O19",
  OML_O21: "O21",
  ORM_O01: "O01",
  ORU_R01: "R01",
  QBP_Q21: "Q21 Q22 Q23",
  RAS_O17: "O17",
  RDE_O11: "O11",
  RDS_O13: "O13",
  REF_I12: "I12 I13 I14 I15",
  SIU_S12: "S12 S13 S14 S15 S16 S17 S18 S19 S20 S21 S22 S23 S24 S26",
  VXU_V04: "V04",
};

const STRUCTURES = new Map(
  Object.entries(EVENTS).flatMap(([structure, events]) =>
    events.split(" ").map((event) => [`${structure.slice(0, 3)}^${event}`, structure])
  ),
);

/** The structure of a type such as `ADT^A04`; empty where it is not known. */
export function structureOf(type: string): string {
  return STRUCTURES.get(type) ?? "";
}
