import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { FoundPatient, RebuiltIndex, WantedPatient } from "../../engine/patients/patients_api.ts";
import type { PatientNumber } from "../../contract/patient.ts";
import type { PatientFigures } from "../../journal/patients/operations.ts";
import { by, type Params, record, text } from "./params.ts";
import { malformed } from "./protocol.ts";

interface Reasoned {
  readonly reason?: string;
}

/** What is asked of the patient index, and what it gives. Errors: GATEWAY_PATIENTS_MISSING. */
export interface PatientMethods {
  /** Who may be meant. Whoever asks is recorded with each patient. */
  readonly "patients.find": {
    readonly params: Reasoned & { readonly number?: PatientNumber; readonly person?: NamedPerson };
    readonly result: readonly FoundPatient[];
  };
  /** How many there are. */
  readonly "patients.figures": { readonly params: Record<never, never>; readonly result: PatientFigures };
  /** Takes a patient out, by the number; says how many numbers went. */
  readonly "patients.forget": {
    readonly params: Reasoned & { readonly number: PatientNumber };
    readonly result: { readonly numbers: number };
  };
  /** Reads what the journal still has. */
  readonly "patients.rebuild": { readonly params: Reasoned; readonly result: RebuiltIndex };
}

/** A name as people write it, and a date of birth, `YYYYMMDD`. */
interface NamedPerson {
  readonly name: string;
  readonly birthDate: string;
}

type Service = { readonly gateway: Pick<RunningGateway, "patients"> };

/** What answers them. */
export const patientMethods: {
  readonly [M in keyof PatientMethods]: (
    service: Service,
    params: Params,
    person: string,
  ) => Promise<PatientMethods[M]["result"]>;
} = {
  "patients.find": async ({ gateway }, params, person) =>
    await gateway.patients.find(readWanted(params), by(person, params)),
  "patients.figures": async ({ gateway }) => await gateway.patients.figures(),
  "patients.forget": async ({ gateway }, params, person) => {
    text(params, "reason");
    return await gateway.patients.forget(readNumber(params), by(person, params));
  },
  "patients.rebuild": async ({ gateway }, params, person) =>
    await gateway.patients.rebuild(by(person, params)),
};

/** Errors: CONTROL_REQUEST_MALFORMED. */
function readWanted(params: Params): WantedPatient {
  if (params.number !== undefined) return readNumber(params);
  const person = record(params, "person");
  return { name: text(person, "name"), birthDate: text(person, "birthDate") };
}

function readNumber(params: Params): PatientNumber {
  const number = record(params, "number"), { assigner } = number;
  if (assigner !== undefined && typeof assigner !== "string") return malformed("assigner");
  return { id: text(number, "id"), ...(assigner === undefined ? {} : { assigner }) };
}
