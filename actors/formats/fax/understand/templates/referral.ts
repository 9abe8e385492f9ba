import { patient, referral as labels } from "./_labels.ts";

/** Any referral of a patient to somebody else's care, form or letter. */
export const referral = {
  template: "referral",
  version: 1,
  kind: "referral",
  match: {
    titles: [
      "Referral",
      "Referral Request",
      "Referral Form",
      "Referral Request Form",
      "Patient Referral",
      "Referral Letter",
      "Referral for Consultation",
      "Consultation Request",
      "Consult Request",
    ],
    any: [
      ...labels.number,
      "Referred to",
      "Refer to",
      "Reason for referral",
      "Thank you for seeing",
      "I am referring",
    ],
    none: ["Explanation of Benefits"],
  },
  fields: {
    patientName: { at: patient.name, type: "name", required: true },
    dob: { at: patient.birthDate, type: patient.born, required: true },
    mrn: { at: patient.record, type: "identifier", required: true },
    referralNo: { at: labels.number, type: "identifier" },
    sex: { at: patient.sex, type: { enum: patient.sexes } },
  },
  tables: {},
  checks: [],
};
