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
  let patients = 0, merged = 0;
  for (const segment of message.segments) {
    const key = segment === "PID"
      ? keyOf(message, `PID[${++patients}]`, [3, 2, 4])
      : segment === "MRG"
      ? keyOf(message, `MRG[${++merged}]`, [1, 4])
      : undefined;
    if (key !== undefined) found.add(key);
  }
  return [...found];
}

function keyOf(message: Hl7Message, segment: string, fields: readonly number[]): string | undefined {
  for (const field of fields) {
    const identifiers = identifiersIn(message, `${segment}-${field}`);
    const best = identifiers.find(({ type }) => type === "MR") ??
      identifiers.find(({ type }) => type === "PI") ??
      identifiers.find(({ authority }) => authority !== "") ??
      identifiers[0];
    if (best !== undefined) return `${best.id}^${best.authority}`;
  }
  return undefined;
}

const DELETED = '""';

function identifiersIn(message: Hl7Message, field: string) {
  const { repetition, component } = message.delimiters;
  return (message.raw(field) ?? "").split(repetition)
    .map((one) => one.split(component))
    .map(([id, , , authority = "", type = ""]) => ({ id, authority, type }))
    .filter(({ id }) => id !== "" && id !== DELETED);
}
