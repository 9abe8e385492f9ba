import type { WhichPatient } from "../../../journal/disclosures/operations.ts";
import { errors } from "../errors.ts";

/**
 * A patient as HL7 writes a number (CX): `4711`, or `4711^^^ST E` with who has given it; `4711^^^` is the number of which
 * nobody has said that. Errors: CONSOLE_VALUE_WRONG.
 */
export function patientReader(name: string): (text: string) => WhichPatient {
  return (text) => {
    const [id, , , assigner] = text.split("^");
    if (id === "") errors.fail("CONSOLE_VALUE_WRONG", { name, wanted: "NUMBER or NUMBER^^^ASSIGNER" });
    if (assigner === undefined) return { id };
    const [namespace, universal = ""] = assigner.split("&");
    return { id, assigner: namespace || universal };
  };
}

/** The same, as it is printed. */
export function patientText({ id, assigner }: WhichPatient): string {
  return assigner === undefined ? id : `${id}^^^${assigner}`;
}
