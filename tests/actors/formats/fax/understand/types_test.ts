import { assert, assertEquals } from "@std/assert";
import { readTemplate } from "../../../../../actors/formats/fax/understand/read_template.ts";
import { isLoinc, isLuhn, isNpi } from "../../../../../actors/formats/fax/understand/types/check_digits.ts";
import { readerOf } from "../../../../../actors/formats/fax/understand/types/readers.ts";

/** What a type reads: the text, and its value; without one it is none of the type; `~` where it is less sure. */
type Case = readonly [text: string, value?: string, sure?: "~"];

const cases: Readonly<Record<string, readonly Case[]>> = {
  '{ pattern: "INV-######" }': [
    ["INV-135503", "INV-135503"],
    ["INV-13S5O3", "INV-135503", "~"],
    ["lNV-135503", "INV-135503", "~"],
    ["INV 135503", "INV-135503", "~"],
    ["INV~135503", "INV-135503", "~"],
    ["INV-1355034"],
    ["INV-13550"],
    ["1NV-I35503.", "INV-135503", "~"],
  ],
  '{ pattern: ["@@@#########", "##-#######"] }': [
    ["KTB733955830", "KTB733955830"],
    ["KT8733955830", "KTB733955830", "~"],
    ["89-5590527", "89-5590527"],
    ["895590527", "89-5590527", "~"],
  ],
  '{ pattern: "*-###" }': [["Q-123", "Q-123", "~"], ["q-123", "Q-123", "~"], ["--123"]],
  "{ digits: 7 }": [
    ["7486688", "7486688"],
    ["74866B8", "7486688", "~"],
    ["748 6688", "7486688", "~"],
    ["748668", "748668", "~"],
    ["Delacroix"],
    ["SOLO"],
  ],
  digits: [["12", "12"], ["2.", "2"], ["l", undefined]],
  identifier: [
    ["2026953-35", "2026953-35"],
    ["A48321725", "A48321725", "~"],
    ["20269O3-35", "2026903-35", "~"],
    ["A4B32I725", "A4B32I725", "~"],
    ["L26-224912", "L26-224912", "~"],
    ["Q/77", "Q/77"],
    ["Friday"],
    ["12 Main Street"],
  ],
  date: [
    ["09/04/2026", "20260904"],
    ["9/4/26", "20260904", "~"],
    ["9-4-2026", "20260904"],
    ["2026-09-04", "20260904"],
    ["4-Sep-2026", "20260904"],
    ["Sep 4, 2026", "20260904"],
    ["September 4, 2026", "20260904"],
    ["4 September 2026", "20260904"],
    ["Fri, Sep 4, 2026", "20260904"],
    ["04SEP2026", "20260904"],
    ["7-0ct-1986", "19861007", "~"],
    ["O9/O4/2O26", "20260904", "~"],
    ["09/0472026", "20260904", "~"],
    ["09042026", "20260904", "~"],
    ["13/04/2026"],
    ["02/30/2026"],
    ["02/29/2024", "20240229"],
    ["09/04/1726"],
    ["1/2/3"],
    ["12345"],
  ],
  "{ date: { order: dmy, pivot: 30 } }": [["04/09/2026", "20260904"], ["04.09.31", "19310904", "~"], [
    "04.09.30",
    "20300904",
    "~",
  ]],
  "{ date: { order: ymd } }": [["26/09/04", "20260904", "~"], ["2026.09.04", "20260904"]],
  datetime: [
    ["09/04/2026 08:30", "202609040830"],
    ["09/04/2026 8:30 AM", "202609040830"],
    ["09/04/2026 8:30 pm", "202609042030"],
    ["09/04/2026 12:05 AM", "202609040005"],
    ["2026-09-04T08:30:59", "202609040830"],
    ["4-Sep-2026 at 0830", "202609040830"],
    ["09/04/2026", "20260904", "~"],
    ["09/04/2026 25:00"],
    ["09/04/2026 13:00 PM"],
  ],
  money: [
    ["$1,068.40", "1068.40"],
    ["12.00", "12.00"],
    ["-79.04", "-79.04"],
    ["(79.04)", "-79.04"],
    ["79.04 CR", "-79.04"],
    ["$ 12.00", "12.00"],
    ["1,068 .40", "1068.40", "~"],
    ["72 80", "72.80", "~"],
    ["447,91", "447.91", "~"],
    ["S26.9S", "526.95", "~"],
    ["3110", "31.10", "~"],
    ["1,200", "1200.00", "~"],
    ["6 40 6.40"],
    ["Total"],
    ["0.00", "0.00"],
  ],
  number: [["5.4", "5.4"], ["<0.01", "<0.01"], ["1,234", "1234"], ["l.2", "1.2", "~"], ["019", "0.19", "~"], [
    "-1.5",
    "-1.5",
  ], ["high"]],
  result: [["5.4", "5.4"], ["Negative", "Negative", "~"], ["Not detected", "Not detected", "~"], ["5.4.1.2"]],
  range: [
    ["70-99", "70-99"],
    ["3.5 - 5.1", "3.5-5.1"],
    ["3.5 to 5.1", "3.5-5.1"],
    ["(0.6–1.2)", "0.6-1.2"],
    ["<200", "<200"],
    [">= 40", ">=40"],
    ["70 99", "70-99", "~"],
    ["0 45-4.50", "0.45-4.50"],
    ["3.5-51", "3.5-5.1", "~"],
    ["3.55.1", "3.5-5.1", "~"],
    ["86-10.2", "8.6-10.2", "~"],
    ["8-10.2", "8-10.2", "~"],
    ["99-70"],
    ["normal"],
  ],
  "{ enum: { M: Male, F: [Female, Woman] } }": [
    ["Male", "M"],
    ["F", "F"],
    ["FEMALE", "F"],
    ["Fema1e", "F", "~"],
    ["Femsle", "F", "~"],
    ["Other"],
  ],
  "{ lexicon: [Glucose, Sodium, Potassium] }": [["glucose", "Glucose", "~"], ["Glucase", "Glucose", "~"], [
    "Iron",
  ]],
  "{ lexicon: { terms: [Glucose], open: true } }": [["GLUCOSE", "GLUCOSE"], ["Iron", "Iron", "~"]],
  unit: [["mg/dL", "mg/dL"], ["%", "%"]],
  service: [
    ["Office visit, established patient", "Office visit, established patient"],
    ["Hemoglobin Alc", "Hemoglobin A1c", "~"],
    ["Melhylprednisolone 40 mg", "Methylprednisolone 40 mg", "~"],
    ["Manual therapy techniques", "Manual therapy techniques"],
    ["Joint injection. major", "Joint injection. major", "~"],
    ["Qwyjibo visit", "Qwyjibo visit", "~"],
  ],
  name: [
    ["O'Connell, Ingrid", "O'Connell, Ingrid"],
    ["O’Connell , Ingrid", "O'Connell, Ingrid"],
    ["0'Connell, lngrid", "O'Connell, Ingrid", "~"],
    ["Margaret J lyer", "Margaret J Iyer", "~"],
    ["Luz de la Cruz", "Luz de la Cruz"],
    ["Or. Helen Abara, MO", "Dr. Helen Abara, MD", "~"],
    ["MARCH. ELEANOR MD", "MARCH, ELEANOR MD", "~"],
    ["7486688"],
    ["was seen today"],
    ["Patient Financial Services"],
    ["REFERRAL"],
    ["Delacroix", "Delacroix", "~"],
  ],
  text: [["| Chest X-ray, 2 views", "Chest X-ray, 2 views"], ["Glucose.", "Glucose.", "~"], ["—"], [
    "A1c",
    "A1c",
    "~",
  ]],
  npi: [["1234567893", "1234567893"], ["I234567893", "1234567893", "~"], ["1234567890", "1234567890", "~"], [
    "12345",
  ]],
  loinc: [["2345-7", "2345-7"], ["2345.7", "2345-7"], ["2345-1", "2345-1", "~"], ["Glucose"]],
  procedure: [
    ["99213", "99213"],
    ["J1030", "J1030", "~"],
    ["0042T", "0042T", "~"],
    ["99213-25", "99213-25"],
    ["9921E"],
    ["9921B", "99218", "~"],
    ["992134"],
    ["09214", "09214", "~"],
  ],
  icd10: [
    ["M17.11", "M17.11"],
    ["M1711", "M17.11", "~"],
    ["110", "I10", "~"],
    ["RO7.9", "R07.9", "~"],
    ["200,00", "Z00.00", "~"],
    ["S52.501A", "S52.501A", "~"],
    ["148.91", "I48.91", "~"],
    ["£83.42", "E83.42", "~"],
    // Its end was lost.
    ["N40", "N40", "~"],
    ["M17."],
    ["17.11.2"],
    ["MM.11"],
  ],
  phone: [["(217) 555-0142", "2175550142"], ["+1 217 555 0142", "2175550142"], ["555-0142"]],
};

for (const [type, each] of Object.entries(cases)) {
  Deno.test(`${type} reads what is of its type, and repairs by what has to stand there`, () => {
    const { fields } = readTemplate(
      `template: t\nkind: invoice\nfields: { f: { at: F, type: ${type} } }`,
      "t.yaml",
    );
    const reader = readerOf(fields.f.type);
    for (const [text, value, sure] of each) {
      const match = reader.read(text);
      assertEquals(match?.value, value, text);
      if (match && sure === "~") assert(match.certainty < 1 || match.notes.length > 0, text);
      else if (match) assertEquals(match.certainty, 1, text);
    }
  });
}

Deno.test("check digits are those of Luhn, NPI and LOINC", () => {
  assertEquals(["79927398713", "79927398710", "x"].map(isLuhn), [true, false, false]);
  assertEquals(["1234567893", "1234567890", "3234567893", ""].map(isNpi), [true, false, false, false]);
  assertEquals(["2345-7", "718-7", "17861-6", "2345-6", "23457"].map(isLoinc), [
    true,
    true,
    true,
    false,
    false,
  ]);
});
