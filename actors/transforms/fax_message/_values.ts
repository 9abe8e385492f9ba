import type { ReadRow } from "../../../runtime/contract/document.ts";

/** What a field or a cell says; empty where it says nothing, or could not be read. */
export function textOf(values: ReadRow, name: string): string {
  return values[name]?.value ?? "";
}

/** A person's name as pages have it, by its components in XPN and XCN (HL7 v2.5.1 chapter 2A.3.88 and 2A.3.86). */
export interface PersonName {
  readonly family: string;
  readonly given: string;
  readonly middle: string;
  readonly suffix: string;
  readonly prefix: string;
  readonly degree: string;
}

const PREFIX = /^(dr|mr|mrs|ms|prof)\.?$/i;
const SUFFIX = /^(jr|sr|ii|iii|iv)\.?$/i;
const DEGREE = /^(m\.?d|d\.?o|n\.?p|p\.?a(-c)?|r\.?n|d\.?p\.?m|d\.?d\.?s|ph\.?d|crna|aprn|fnp|dnp)\.?$/i;

/** Takes `Dr. Helen Abara, MD` and `Voss, Karen MD` apart. What it cannot place stays with the family name. */
export function personName(text: string): PersonName {
  const marks = { prefix: "", suffix: "", degree: "" };
  const kept = text.split(",").map((part) =>
    part.trim().split(/\s+/).filter((word) => {
      const mark = PREFIX.test(word)
        ? "prefix"
        : SUFFIX.test(word)
        ? "suffix"
        : DEGREE.test(word)
        ? "degree"
        : "";
      if (mark === "" || marks[mark]) return word !== "";
      marks[mark] = word;
      return false;
    })
  ).filter((words) => words.length > 0);
  const [first = [], second] = kept;
  const family = second ? first.join(" ") : first.at(-1) ?? "";
  const [given = "", ...middle] = second ?? first.slice(0, -1);
  return { family, given, middle: middle.join(" "), ...marks };
}
