/** Somebody who does not exist. */
interface Patient {
  readonly number: string;
  readonly name: string;
}

const people: readonly Patient[] = [
  { number: "N-1001", name: "Haverström^Ingeborg" },
  { number: "N-1002", name: "Papadimitriou^Stavros" },
  { number: "N-1003", name: "Oyelaran^Temitope" },
  { number: "N-1004", name: "Winterbottom^Archibald" },
];

/** What nobody but the two hospitals may read. */
export const secrets: readonly string[] = [
  ...people.flatMap(({ name }) => name.split("^")),
  "Natriuretic peptide",
];

/** A laboratory's result on its way. */
export interface Result {
  /** MSH-10, no other has it. */
  readonly controlId: string;
  /** Whom it is about, from 0: results about one patient stay in order. */
  readonly patient: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** So many results of one hospital. */
export function resultsOf(hospital: string, count: number): readonly Result[] {
  return Array.from({ length: count }, (_, at) => {
    const patient = at % people.length, { number, name } = people[patient];
    const controlId = `${hospital}-${String(at + 1).padStart(5, "0")}`;
    const segments = [
      `MSH|^~\\&|LAB|${hospital}|EHR||20260101120000||ORU^R01^ORU_R01|${controlId}|P|2.5.1|||||||UNICODE UTF-8`,
      `PID|1||${number}^^^${hospital}||${name}||19700101|F`,
      `OBR|1|||33762-6^NT-proBNP^LN`,
      `OBX|1|NM|33762-6^Natriuretic peptide^LN||${100 + at}|pg/mL|0-125|H|||F`,
    ];
    return { controlId, patient, bytes: new TextEncoder().encode(segments.join("\r") + "\r") };
  });
}

/** Which patient a control id is about. */
export function patientOf(controlId: string): number {
  return (Number(controlId.slice(controlId.lastIndexOf("-") + 1)) - 1) % people.length;
}
