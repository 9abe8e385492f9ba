import type { Patient, PatientNumber } from "../../../runtime/contract/patient.ts";
import type { Hl7Message } from "./hl7_message.ts";

/**
 * Everybody a message is about: each PID, and each MRG, whose patient has lost that number and may ask by it all the same.
 * All numbers count, those of early versions too (PID-2 and PID-4, MRG-4). The best stands first, so that a patient is
 * counted by the same one, in whichever order a sender lists them: as {@linkcode keys} takes it.
 */
export function patients(message: Hl7Message): readonly Patient[] {
  return PLACES.flatMap(([segment, fields]) =>
    message.places(segment).map((place) =>
      fields.flatMap((field) =>
        message.places(`${place}-${field}`).flatMap((number) => read(message, number))
      )
    )
  ).map(bestFirst).filter((numbers) => numbers.length > 0);
}

const PLACES = [["PID", [3, 2, 4]], ["MRG", [1, 4]]] as const;

interface Read extends PatientNumber {
  readonly type: string;
}

function read(message: Hl7Message, place: string): readonly Read[] {
  const id = message.get(`${place}.1`) ?? "";
  if (id === "" || id === DELETED) return [];
  const assigner = message.get(`${place}.4.1`) || message.get(`${place}.4.2`);
  return [{ id, type: message.get(`${place}.5`) ?? "", ...(assigner ? { assigner } : {}) }];
}

const DELETED = '""';

function bestFirst(numbers: readonly Read[]): Patient {
  const best = numbers.find(({ type }) => type === "MR") ?? numbers.find(({ type }) => type === "PI") ??
    numbers.find(({ assigner }) => assigner !== undefined) ?? numbers[0];
  const once = new Map(
    [best, ...numbers].filter((each) => each !== undefined)
      .map(({ type: _, ...number }) => [JSON.stringify(number), number]),
  );
  return [...once.values()];
}
