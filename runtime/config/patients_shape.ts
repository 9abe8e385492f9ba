import { list, record, text } from "../contract/spec.ts";

/** The section `patients` of a gateway file. */
export const PATIENTS = record(
  "The patient index: who patients are, by what messages say of them. A document is taken for a patient's only where number, " +
    "name and date of birth agree with it.",
  {
    from: list(
      "Channels whose messages feed it: those with ADT messages of HL7 v2.",
      text("Name of a channel."),
      { orOne: true, example: "adt" },
    ),
    authority: text(
      "Who has given the numbers that documents bear, as messages say it (HL7 PID-3.4). Whoever has given them where left " +
        "out: a number that two have given to patients of the same name and date of birth is then nobody's.",
      { optional: true, example: "ST E" },
    ),
  },
  { optional: true },
);
