import type { PatientName, PatientNumber } from "../../contract/patient.ts";
import { PatientBlinds } from "../disclosures/patient_blinds.ts";
import { nameWords, normalNumber, sameLooking } from "./normal_forms.ts";

/** What stands for the patients of the index in its tables. */
export class IndexBlinds {
  readonly #blinds: PatientBlinds;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#blinds = new PatientBlinds(key);
  }

  /** Of a number exactly as it is written, and of who has given it: no two patients share one. */
  writtenOf({ id, assigner = "" }: PatientNumber): Uint8Array {
    return this.#blinds.blind("index written", id.trim(), assigner);
  }

  /** Of a number as numbers are compared, and of who has given it. */
  numberOf({ id, assigner = "" }: PatientNumber): Uint8Array {
    return this.#blinds.blind("index number", normalNumber(id), assigner);
  }

  /** Of a number, whoever has given it. */
  plainOf(id: string): Uint8Array {
    return this.#blinds.blind("index plain", normalNumber(id));
  }

  /** Of a family name, and the day of birth (`YYYYMMDD`). */
  personOf(family: PatientName["family"], birthDate: string): Uint8Array {
    return this.#blinds.blind("index person", sameLooking(nameWords(family)), birthDate);
  }
}
