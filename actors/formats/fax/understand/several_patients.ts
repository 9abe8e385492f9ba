import type { ReadValue } from "../../../../runtime/contract/document.ts";
import { distance, fold } from "./layout/fold.ts";
import type { Finding, Findings } from "./reading/fields.ts";

/** Confidence from which a value says that there is somebody else. */
const SURE = 0.6;

/** Fields that tell people apart, and whether two values of them are of two people. */
const TELLING: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  mrn: (a, b) => apart(a, b) > 1,
  dob: (a, b) => apart(a, b) > 1,
  patientName: isOtherName,
};

/**
 * Whether the labels of a patient stand beside values of different people. Values that differ by what is easily misread
 * are the same.
 */
export function hasSeveralPatients(findings: Findings): boolean {
  return Object.entries(TELLING).some(([field, differ]) => {
    const [best, ...others] = (findings[field] ?? []).filter(isSure);
    if (!best) return false;
    // A name may be anything behind other words: `Patient Financial Services`.
    const alike = field === "patientName"
      ? others.filter(({ label }) => label!.hit.phrase === best.label!.hit.phrase)
      : others;
    const values = [best, ...alike].map(({ value }) => value.value!);
    return values.some((value, at) => values.slice(0, at).some((other) => differ(value, other)));
  });
}

const isSure = ({ value, label }: Finding) =>
  isValue(value) && value.confidence >= SURE && label !== undefined && label.rank > 0.85;
const isValue = ({ value }: ReadValue) => value !== null && value !== "";

const apart = (a: string, b: string) => distance(fold(a), fold(b), 4);

/** Names are of one person where the words of the shorter one are all in the longer, in any order. */
function isOtherName(a: string, b: string): boolean {
  const [shorter, longer] = [wordsOf(a), wordsOf(b)].sort((x, y) => x.length - y.length);
  const found = shorter.filter((word) =>
    longer.some((other) => distance(word, other, 2) <= (word.length < 4 ? 0 : 2))
  );
  return found.length < Math.min(2, shorter.length);
}

const wordsOf = (name: string) => name.split(/[\s,.]+/).map(fold).filter((word) => word.length > 1);
