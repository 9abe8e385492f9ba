import type { ReadValue } from "../../../../../runtime/contract/document.ts";
import type { TableSpec } from "../template.ts";

/** A code of a drug begins with a J, which both passes may take for a one. */
const LIKE_DRUG = /^1(?=\d{4}$)/;
/** Drugs are billed by the dose; procedures have none. */
const DOSE = /\d\s?(mg|mcg|g|ml|units?|iu|meq)\b/i;
/** No J that was put in the place of a one is surer than this. */
const DRUG_MAX = 0.96;
/** What describes no drug has a one there, if it was read well otherwise. */
const PROCEDURE = 0.955;
const PROCEDURE_MIN = 0.93;

/** Tells the codes of drugs from those of procedures by what stands beside them. */
export function settleDrug(values: Record<string, ReadValue>, { columns }: TableSpec): void {
  const code = Object.keys(values).find((each) => columns[each].type.is === "procedure");
  const text = Object.keys(values).find((each) => columns[each].type.is === "words");
  if (code === undefined || text === undefined) return;
  const value = values[code];
  if (!LIKE_DRUG.test(value.value ?? "")) return;
  if (DOSE.test(values[text].value ?? "")) {
    values[code] = {
      ...value,
      value: value.value!.replace(LIKE_DRUG, "J"),
      confidence: Math.min(value.confidence, DRUG_MAX),
      notes: [...value.notes ?? [], "repaired"],
    };
  } else if (!values[text].notes?.includes("unknown_word") && value.confidence >= PROCEDURE_MIN) {
    values[code] = { ...value, confidence: Math.max(value.confidence, PROCEDURE) };
  }
}
