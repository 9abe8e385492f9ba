import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { PatientNumber } from "../../contract/patient.ts";

/** So much of a hash that no two of all numbers there are share one: nobody's account is to hold another's. */
const BYTES = 16;

/** Stands for nobody. */
export const NOBODY: Uint8Array = new Uint8Array();

/** What stands for the numbers of patients, under a key of its own: it finds them for six years, whatever else is forgotten. */
export class PatientBlinds {
  readonly #mac: ReturnType<typeof hmac.create>;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#mac = hmac.create(sha256, key);
  }

  /** Of the number itself. */
  numberOf({ id }: PatientNumber): Uint8Array {
    return this.blind("number", id);
  }

  /** Of who has given that number: another for each number, so that nobody can tell whose patients are how many. */
  assignerOf({ id, assigner = "" }: PatientNumber): Uint8Array {
    return assigner === "" ? NOBODY : this.blind("assigner", id, assigner);
  }

  /** Of anything, by what it is and what tells it from others of its kind. */
  blind(...parts: readonly string[]): Uint8Array {
    return this.#mac.clone().update(utf8.encode(parts.join("\0"))).digest().slice(0, BYTES);
  }
}

const utf8 = new TextEncoder();
