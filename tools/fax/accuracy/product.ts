import { type RecognisedDocument, valuesOf } from "../../../runtime/contract/document.ts";
import type { PatientVerdict } from "../../../runtime/engine/patients/verdict.ts";
import type { PageWords } from "../../../actors/formats/fax/ocr/words.ts";
import { decoysOf, nameOf, patientsOf, type Registered } from "./decoys.ts";
import type { Reader } from "./measure.ts";
import type { Truth } from "./samples.ts";
import { loadTemplates, understand } from "./_understand.ts";

/** How the product is asked. */
export interface Asked {
  readonly images: string;
  readonly truths: readonly Truth[];
  readonly templates?: string;
  readonly below: number;
  readonly words?: string;
}

/** The product itself, as a gateway would run it: its templates, its rules of doubt, and a patient index. */
export async function openReader(asked: Asked): Promise<Reader & AsyncDisposable> {
  const patients = patientsOf(asked.truths);
  const index = [...patients, ...decoysOf(patients)];
  const templates = await loadTemplates(asked.templates);
  return {
    async read({ image }) {
      const name = image.replace(/\.\w+$/, "");
      const pages = JSON.parse(await Deno.readTextFile(`${asked.words}/${name}.json`)) as PageWords[];
      return understand(pages, templates, {});
    },
    review(document) {
      const doubted = new Set<string>();
      for (const [path, value] of valuesOf(document)) {
        const gated = value.page !== undefined && document.pages[value.page - 1]?.isGated;
        if (value.value === null || value.confidence < asked.below || gated) doubted.add(path);
      }
      for (const check of document.checks) {
        if (check.isMet === false) check.about.forEach((path) => doubted.add(path));
      }
      return { doubted, verdict: judgePatient(document, index) };
    },
    async [Symbol.asyncDispose]() {},
  };
}

const letters = (name: string) => name.toUpperCase().normalize("NFKD").replace(/[^A-Z]/g, "");

function judgePatient({ fields }: RecognisedDocument, index: readonly Registered[]): PatientVerdict {
  const { mrn, patientName, dob } = fields;
  if (!mrn?.value || !patientName?.value || !dob?.value) return { kind: "incomplete", missing: [] };
  const found = index.find((each) => each.mrn === mrn.value);
  if (!found) return { kind: "unknown" };
  const name = nameOf(patientName.value);
  if (letters(name.family) !== letters(found.family) || letters(name.given) !== letters(found.given)) {
    return { kind: "differs", about: ["name"] };
  }
  if (found.birthDate !== dob.value) return { kind: "differs", about: ["birthDate"] };
  return { kind: "matched", patient: { ...found, authority: "", source: "index" } };
}
