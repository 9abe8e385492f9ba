import type { DocumentPatient, ReadRow, RecognisedDocument } from "../../../runtime/contract/document.ts";
import { type Made, Placed } from "./_made.ts";
import { patientWrites } from "./_patient.ts";
import { personName, textOf } from "./_values.ts";
import { segment } from "./_writes.ts";

/** What stands on reports, as result status (HL7 table 0123 and 0085). */
const STATUS: readonly (readonly [RegExp, string])[] = [
  [/^(amend|correct)/i, "C"],
  [/^fin/i, "F"],
  [/^(pre|part|interim)/i, "P"],
];

/**
 * A laboratory report as results (ORU^R01; HL7 v2.5.1 section 7.3.1): one OBR, an OBX for each line with value, unit,
 * range and flag.
 */
export function labReportOf(document: RecognisedDocument, patient: DocumentPatient): Made {
  const { fields } = document, placed = new Placed();
  placed.add(patientWrites(patient));
  placed.add(segment("OBR", { 1: "1" }));
  placed.value("accession", "OBR-3.1", textOf(fields, "accession"));
  placed.add(segment("OBR", { "4.1": "11502-2", "4.2": "Laboratory report", "4.3": "LN" }));
  placed.value("collected", "OBR-7", textOf(fields, "collected"));
  const { family, given, middle, suffix, prefix, degree } = personName(textOf(fields, "orderer"));
  placed.value("orderer", "OBR-16.2", family);
  placed.add(
    segment("OBR", { "16.3": given, "16.4": middle, "16.5": suffix, "16.6": prefix, "16.7": degree }),
  );
  const status = statusOf(textOf(fields, "status"));
  placed.value("status", "OBR-25", status);
  const lines = document.tables.lines ?? [];
  lines.forEach((line, at) => writeResult(placed, line, at + 1, status, textOf(fields, "collected")));
  return { before: placed.writes, documentObx: lines.length + 1, after: [], places: placed.places };
}

function writeResult(placed: Placed, line: ReadRow, number: number, status: string, collected: string): void {
  const obx = `OBX[${number}]`, value = (name: string) => textOf(line, name);
  const cell = (name: string, place: string) =>
    placed.value(`lines[${number}].${name}`, `${obx}-${place}`, value(name));
  const result = value("value"), compared = /^([<>]=?)\s*(\d+(?:\.\d+)?)$/.exec(result);
  const type = compared ? "SN" : /^-?\d+(\.\d+)?$/.test(result) ? "NM" : "ST";
  placed.add(segment(obx, { 1: `${number}`, 2: type }));
  cell("loinc", "3.1");
  if (value("loinc") === "") {
    cell("name", "3.1");
    placed.add(segment(obx, { "3.2": value("name"), "3.3": "L" }));
  } else {
    cell("name", "3.2");
    placed.add(segment(obx, { "3.3": "LN" }));
  }
  if (compared) {
    placed.value(`lines[${number}].value`, `${obx}-5.1`, compared[1]);
    placed.add(segment(obx, { "5.2": compared[2] }));
  } else cell("value", "5");
  cell("unit", "6.1");
  cell("range", "7");
  cell("flag", "8");
  placed.add(segment(obx, { 11: status, 14: collected }));
}

/** A report that does not say what it is counts as not verified (R), never as final. */
function statusOf(text: string): string {
  return STATUS.find(([looks]) => looks.test(text))?.[1] ?? "R";
}
