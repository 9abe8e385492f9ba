import { lab as labels, patient, units } from "./_labels.ts";
import { analytes } from "./_analytes.ts";

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
    accession: { anchors: labels.accession, type: "identifier", required: true },
    patientName: { anchors: patient.name, type: "name", required: true },
    dob: { anchors: patient.birthDate, type: "date", required: true },
    sex: { anchors: patient.sex, type: { enum: patient.sexes } },
    mrn: { anchors: patient.record, type: "identifier", required: true },
    collected: { anchors: labels.collected, type: "datetime", required: true },
    status: { anchors: labels.status, type: { enum: labels.statuses } },
    orderer: { anchors: labels.orderer, type: "name" },
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
          headers: labels.columns.name,
          type: { lexicon: Object.keys(analytes), open: true },
          required: true,
        },
        loinc: { headers: labels.columns.loinc, type: "loinc" },
        value: { headers: labels.columns.value, type: "result", required: true },
        flag: { headers: labels.columns.flag, type: { enum: labels.flags } },
        range: { headers: labels.columns.range, type: "range" },
        unit: { headers: labels.columns.unit, type: { lexicon: units, open: true } },
      },
      checks: ["flag = flagOf(value, range)"],
    },
  },
  checks: [],
} as const;
