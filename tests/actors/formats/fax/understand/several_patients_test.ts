import { assertEquals } from "@std/assert";
import { understand } from "../../../../../actors/formats/fax/understand/understand.ts";
import { pageOf, templateOf } from "./_pages.ts";

const template = templateOf(
  "{ patientName: { at: [Patient, Name], type: name }, dob: { at: [DOB, Born], type: date }, mrn: { at: [MRN, Chart No], type: digits } }",
);
const patient = (
  name: string,
  born: string,
  mrn: string,
  page: number,
  labels = ["Patient:", "DOB:", "MRN:"],
) =>
  pageOf(
    [[[150, labels[0]], [400, name]], [[150, labels[1]], [400, born]], [[150, labels[2]], [400, mrn]]],
    page,
  );
const first = patient("Nwosu, Priya", "02/11/1961", "7486688", 1);

for (
  const [says, second, several] of [
    ["the same patient", patient("Nwosu, Priya", "02/11/1961", "7486688", 2), false],
    ["the same patient, one character misread", patient("Nwosu, Prjya", "02/11/1961", "7486683", 2), false],
    [
      "the same patient, the name the other way round",
      patient("Priya R Nwosu", "02/11/1961", "7486688", 2),
      false,
    ],
    [
      "the same patient under other labels",
      patient("Nwosu, Priya", "02/11/1961", "7486688", 2, ["Name:", "Born:", "Chart No:"]),
      false,
    ],
    ["another number", patient("Nwosu, Priya", "02/11/1961", "1234567", 2), true],
    [
      "another number under another label",
      patient("Nwosu, Priya", "02/11/1961", "1234567", 2, ["Name:", "Born:", "Chart No:"]),
      true,
    ],
    ["another date of birth", patient("Nwosu, Priya", "10/23/1984", "7486688", 2), true],
    ["another name", patient("Delacroix, William", "02/11/1961", "7486688", 2), true],
    ["no patient", pageOf([[[150, "Page 2 of 2"]]], 2), false],
  ] as const
) {
  Deno.test(`a document with ${says} on its second page ${several ? "speaks of several" : "speaks of one"}`, () => {
    assertEquals(understand([first, second], [template]).hasSeveralPatients, several);
  });
}

Deno.test("what was read unsurely is no other patient", () => {
  const second = patient("Delacroix, William", "10/23/1984", "1234567", 2);
  const words = second.passes[0].map((word) => word.text.endsWith(":") ? word : { ...word, confidence: 0.1 });
  assertEquals(
    understand([first, { ...second, passes: [words, words] }], [template]).hasSeveralPatients,
    false,
  );
});
