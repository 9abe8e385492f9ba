import type { DocumentPatient, ReadRow, RecognisedDocument } from "../../../runtime/contract/document.ts";
import { type Made, Placed } from "./_made.ts";
import { patientWrites } from "./_patient.ts";
import { personName, textOf } from "./_values.ts";
import { segment } from "./_writes.ts";

/** What an invoice is told by the channel. */
export interface InvoiceSettings {
  /** ISO 4217 code of the amounts. */
  readonly currency: string;
  /** IN1-2: the plan of a document that names only the number of the insured. */
  readonly insurancePlan: string;
  /** IN1-3: who insures. */
  readonly insurer: string;
}

/**
 * An invoice as detail financial transactions (DFT^P03; HL7 v2.5.1 section 6.4.1): an FT1 for each line with its
 * diagnosis and procedure, one for what was adjusted, and IN1 where there is a number of the insured.
 */
export function invoiceOf(
  document: RecognisedDocument,
  patient: DocumentPatient,
  settings: InvoiceSettings,
): Made {
  const { fields } = document;
  const before = new Placed(), after = new Placed();
  const account = textOf(fields, "accountNo");
  before.add(patientWrites(patient, account));
  if (account !== "") before.places.set("accountNo", "PID-18");
  const lines = document.tables.lines ?? [];
  lines.forEach((line, at) => writeLine(after, line, at + 1, fields, settings));
  writeAdjustment(after, lines.length + 1, fields, settings);
  const insured = textOf(fields, "insuranceId");
  if (insured !== "") {
    after.add(segment("IN1", { 1: "1", "2.1": settings.insurancePlan, "3.1": settings.insurer }));
    after.value("insuranceId", "IN1-36", insured);
  }
  return {
    before: before.writes,
    documentObx: 1,
    after: after.writes,
    places: new Map([...before.places, ...after.places]),
  };
}

function writeLine(
  placed: Placed,
  line: ReadRow,
  number: number,
  fields: ReadRow,
  { currency }: InvoiceSettings,
): void {
  const ft1 = `FT1[${number}]`, value = (name: string) => textOf(line, name);
  const cell = (name: string, place: string) =>
    placed.value(`lines[${number}].${name}`, `${ft1}-${place}`, value(name));
  const money = (name: string, place: string) => {
    cell(name, `${place}.1.1`);
    if (value(name) !== "") placed.add([[`${ft1}-${place}.1.2`, currency]]);
  };
  const invoiceNo = textOf(fields, "invoiceNo");
  placed.add(segment(ft1, { 1: `${number}` }));
  if (invoiceNo !== "") placed.value("invoiceNo", `${ft1}-2`, `${invoiceNo}-${number}`);
  placed.value(`lines[${number}].date`, `${ft1}-4`, value("date") || textOf(fields, "invoiceDate"));
  placed.value("invoiceDate", `${ft1}-5`, textOf(fields, "invoiceDate"));
  placed.add(segment(ft1, { 6: "CG" }));
  cell("code", "7.1");
  cell("desc", "7.2");
  placed.add(segment(ft1, { "7.3": procedureSystem(value("code")) }));
  cell("qty", "10");
  money("amount", "11");
  money("price", "12");
  if (value("dx") !== "") {
    cell("dx", "19.1");
    placed.add(segment(ft1, { "19.3": "I10" }));
  }
  writeProvider(placed, ft1, fields);
  placed.add(
    segment(ft1, { "25.1": value("code"), "25.2": value("desc"), "25.3": procedureSystem(value("code")) }),
  );
}

function writeProvider(placed: Placed, ft1: string, fields: ReadRow): void {
  const npi = textOf(fields, "npi"), provider = textOf(fields, "provider");
  placed.value("npi", `${ft1}-20.1`, npi);
  const { family, given, middle, suffix, prefix, degree } = personName(provider);
  placed.value("provider", `${ft1}-20.2`, family);
  placed.add(segment(ft1, { "20.3": given, "20.4": middle, "20.5": suffix, "20.6": prefix, "20.7": degree }));
  if (npi !== "") placed.add(segment(ft1, { "20.9": "NPI", "20.13": "NPI" }));
}

/** What was taken off the sum is a transaction of its own (table 0017: AJ), so that they add up to what is due. */
function writeAdjustment(
  placed: Placed,
  number: number,
  fields: ReadRow,
  { currency }: InvoiceSettings,
): void {
  const adjustments = textOf(fields, "adjustments");
  if (!(Number(adjustments) > 0)) return;
  const ft1 = `FT1[${number}]`, invoiceNo = textOf(fields, "invoiceNo"), date = textOf(fields, "invoiceDate");
  placed.add(segment(ft1, {
    1: `${number}`,
    2: invoiceNo && `${invoiceNo}-${number}`,
    4: date,
    5: date,
    6: "AJ",
    "7.1": "ADJ",
    "7.2": "Adjustments",
    "7.3": "L",
  }));
  placed.value("adjustments", `${ft1}-11.1.1`, `-${adjustments}`);
  placed.add(segment(ft1, { "11.1.2": currency }));
}

/** CPT has five digits, HCPCS a letter and four (HL7 table 0396: C4, HCPCS). */
function procedureSystem(code: string): string {
  if (/^\d{4}[\dA-Z]$/.test(code)) return "C4";
  return /^[A-Z]\d{4}$/.test(code) ? "HCPCS" : code && "L";
}
