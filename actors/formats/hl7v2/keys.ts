import { partOf } from "./syntax/parts.ts";
import type { Delimiters } from "./syntax/delimiters.ts";
import type { Hl7Message } from "./hl7_message.ts";

/**
 * The patients of a message, each as `id^authority` in encoded text: what its order is kept by.
 *
 * Every PID and every MRG counts, whatever the event: a swap, link or merge (A17, A18, A24, A30, A34 to A37, A39 to A51)
 * then waits for, and holds up, both patients, and so does a result message about several. The same patient twice is
 * one key. A message that names no patient has none, and is a barrier.
 *
 * Of several identifiers in PID-3 or MRG-1 one is taken by its type, so that the order in which a sender lists them
 * does not matter: the medical record number (MR), else the patient internal identifier (PI), else the first that has
 * an authority, else the first. Where PID-3 is empty, as in early versions, PID-2 and PID-4 stand in; for MRG-1, MRG-4.
 */
export function keys(message: Hl7Message): readonly string[] {
  const found = new Set<string>();
  for (const [segment, fields] of PLACES) {
    for (const text of message.getAll(segment)) {
      const key = keyOf(text, fields, message.delimiters);
      if (key !== undefined) found.add(key);
    }
  }
  return [...found];
}

/** Where a patient's identifiers stand, best first. */
const PLACES = [["PID", [3, 2, 4]], ["MRG", [1, 4]]] as const;

function keyOf(segment: string, fields: readonly number[], delimiters: Delimiters): string | undefined {
  for (const field of fields) {
    const identifiers = identifiersIn(partOf(segment, delimiters.field, field + 1) ?? "", delimiters);
    const best = identifiers.find(({ type }) => type === "MR") ??
      identifiers.find(({ type }) => type === "PI") ??
      identifiers.find(({ authority }) => authority !== "") ??
      identifiers[0];
    if (best !== undefined) return `${best.id}^${best.authority}`;
  }
  return undefined;
}

const DELETED = '""';

function identifiersIn(field: string, { repetition, component }: Delimiters) {
  return field.split(repetition)
    .map((one) => one.split(component))
    .map(([id, , , authority = "", type = ""]) => ({ id, authority, type }))
    .filter(({ id }) => id !== "" && id !== DELETED);
}
