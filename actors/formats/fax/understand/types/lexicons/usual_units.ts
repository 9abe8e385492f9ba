import { analytes } from "./analytes.ts";

/** What results of tests are measured in, where these have few units that nobody takes for each other. */
const GROUPS: readonly (readonly [units: readonly string[], names: readonly string[]])[] = [
  [["mg/dL", "mmol/L"], [
    ...["Glucose", "BUN", "Calcium", "Magnesium", "Phosphorus", "Total Cholesterol", "Triglycerides", "HDL"],
    ...["LDL", "VLDL Cholesterol"],
  ]],
  [["mg/dL", "umol/L"], ["Creatinine", "Uric Acid", "Bilirubin, Total", "Bilirubin, Direct"]],
  [["mmol/L", "mEq/L"], ["Sodium", "Potassium", "Chloride", "Carbon Dioxide", "Bicarbonate", "Anion Gap"]],
  [["g/dL", "g/L"], ["Total Protein", "Albumin", "Globulin", "Hemoglobin", "MCHC"]],
  [["U/L"], ["Alkaline Phosphatase", "AST", "ALT", "GGT", "LDH", "Amylase", "Lipase", "CK"]],
  [["%"], ["Hemoglobin A1c", "Hematocrit", "RDW", "Neutrophils", "Lymphocytes", "Monocytes", "Eosinophils"]],
  [["%"], ["Basophils", "Iron Saturation"]],
  [["fL"], ["MCV", "MPV"]],
  [["pg"], ["MCH"]],
  [["K/uL", "Thousand/uL"], ["WBC", "Platelets"]],
  [["M/uL", "Million/uL"], ["RBC"]],
  [["ug/dL", "mcg/dL"], ["Iron", "TIBC"]],
  [["ng/mL"], ["Ferritin", "Folate", "Vitamin D, 25-Hydroxy", "PSA"]],
  [["pg/mL"], ["Vitamin B12", "BNP", "NT-proBNP"]],
  [["ng/dL"], ["Free T4"]],
];

/** Units by the LOINC codes of {@linkcode analytes}, in small letters. */
export const usualUnits: ReadonlyMap<string, readonly string[]> = new Map(
  GROUPS.flatMap(([units, names]) =>
    names.map((name) => [analytes[name], units.map((unit) => unit.toLowerCase())] as const)
  ),
);
