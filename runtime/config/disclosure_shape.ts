import { choice, record, text } from "../contract/spec.ts";
import { PURPOSE_NAMES } from "../contract/purposes.ts";

/** What a destination says where what goes out there is a disclosure. */
export const DISCLOSURE = record(
  "What goes out there discloses patients' data, as 45 CFR 164.528 has it: each time is recorded, with its patients, for six " +
    "years.",
  {
    to: text("Name of the recipient, as a patient is told.", { example: "State Immunization Registry" }),
    address: text("Its address.", { optional: true, example: "1 Capitol Sq, Springfield, IL 62701" }),
    what: text("What is disclosed, in brief.", { example: "Immunisation record" }),
    purpose: choice(
      "What for. From `treatment` on 45 CFR 164.528(a)(1) exempts it: it is recorded, and left out of the account unless " +
        "somebody asks for all.",
      PURPOSE_NAMES,
    ),
  },
  { optional: true },
);
