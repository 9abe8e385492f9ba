import type { PatientNumber } from "../../../runtime/contract/patient.ts";
import type {
  FoundPatient,
  GatewayPatients,
  WantedPatient,
} from "../../../runtime/engine/patients/patients_api.ts";
import type { By } from "../../../runtime/journal/acts.ts";

/** Somebody who has had two numbers. */
export const ingrid: FoundPatient = {
  mrn: "100417",
  authority: "ST E",
  family: "BAXTER-HILL",
  given: "INGRID M",
  birthDate: "19700131",
  sex: "F",
  aliases: ["HILL, INGRID"],
  formerly: [{ id: "200417", assigner: "ST E" }],
};

/** A patient index that knows one patient by whatever is asked. */
export class FakePatients implements GatewayPatients {
  readonly #asked: unknown[][];
  found: readonly FoundPatient[] = [ingrid];

  constructor(asked: unknown[][]) {
    this.#asked = asked;
  }

  judge = () => Promise.resolve({ kind: "unasked" as const });
  find = (wanted: WantedPatient, by?: By) => {
    this.#asked.push(["find", wanted, by]);
    return Promise.resolve(this.found);
  };
  forget = (number: PatientNumber, by?: By) => {
    this.#asked.push(["forget", number, by]);
    return Promise.resolve({ numbers: this.found.length * 2 });
  };
  figures = () => Promise.resolve({ numbers: 12, merged: 3 });
  rebuild = (by?: By) => {
    this.#asked.push(["rebuild", by]);
    return Promise.resolve({ messages: 40, unreadable: 2 });
  };
}
