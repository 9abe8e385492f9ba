import { lab as labels, patient } from "./_labels.ts";

/** Any laboratory report with a table of results, whoever made it. */
export const labReport = {
  template: "lab_report",
  version: 1,
  kind: "lab_report",
  match: {
    titles: [
      "Laboratory Report",
      "Lab Report",
      "Laboratory Results",
      "Lab Results",
      "Laboratory",
      "Clinical Laboratory",
      "Final Report",
      "Test Results",
      "Results",
      "Pathology",
    ],
    any: [...labels.columns.range, "LOINC", "CLIA"],
    none: ["Invoice", "Discharge Summary", "Order Form", "Requisition Form"],
  },
  fields: {
    accession: { at: labels.accession, type: "identifier", required: true },
    patientName: { at: patient.name, type: "name", required: true },
    dob: { at: patient.birthDate, type: "date", required: true },
    sex: { at: patient.sex, type: { enum: patient.sexes } },
    mrn: { at: patient.record, type: "identifier", required: true },
    collected: { at: labels.collected, type: "datetime", required: true },
    status: { at: labels.status, type: { enum: labels.statuses } },
    orderer: { at: labels.orderer, type: "name" },
  },
  tables: {
    lines: {
      required: true,
      key: ["name"],
      until: [
        "Comment",
        "Comments",
        "Reviewed by",
        "End of report",
        "Performed at",
        "Notes",
        "Interpretation",
      ],
      columns: {
        name: {
          at: labels.columns.name,
          type: "analyte",
          required: true,
        },
        loinc: { at: labels.columns.loinc, type: "loinc" },
        value: { at: labels.columns.value, type: "result", required: true },
        flag: { at: labels.columns.flag, type: { enum: labels.flags } },
        range: { at: labels.columns.range, type: "range" },
        unit: { at: labels.columns.unit, type: "unit" },
      },
      checks: ["flag <=> outside(value, range)", "decimals(value) = decimals(range)"],
    },
  },
  checks: [],
};
