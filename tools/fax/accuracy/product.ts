import { type RecognisedDocument, valuesOf } from "../../../runtime/contract/document.ts";
import type { Doubt } from "../../../runtime/engine/review/doubt.ts";
import { doubtsOf, readPatientOf } from "../../../runtime/engine/review/doubts.ts";
import { judgePatient } from "../../../runtime/engine/patients/judge_patient.ts";
import type { IndexedPatient } from "../../../runtime/journal/patients/operations.ts";
import type { PageWords } from "../../../actors/formats/fax/ocr/words.ts";
import { decoysOf, patientsOf, type Registered } from "./decoys.ts";
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
  const index = [...patients, ...decoysOf(patients)].map(indexed);
  const templates = await loadTemplates(asked.templates);
  return {
    async read({ image }) {
      const name = image.replace(/\.\w+$/, "");
      const pages = JSON.parse(await Deno.readTextFile(`${asked.words}/${name}.json`)) as PageWords[];
      return understand(pages, templates, {});
    },
    review(document) {
      const verdict = judgePatient(readPatientOf(document), index);
      return { doubted: doubtedIn(document, doubtsOf(document, verdict, asked)), verdict };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Values that wait for a person, by path: doubted themselves, of a failed check, or on a page that nobody can read. */
function doubtedIn(document: RecognisedDocument, doubts: readonly Doubt[]): ReadonlySet<string> {
  const pages = new Set(doubts.filter(({ code }) => code === "PAGE_UNREADABLE").map(({ page }) => page));
  const failed = new Set(doubts.filter(({ code }) => code === "CHECK_FAILED").map(({ why }) => why));
  const isSomebody = !doubts.some(({ code }) => code === "PATIENTS_SEVERAL");
  return new Set([
    ...doubts.flatMap(({ code, path }) => code === "VALUE_UNSURE" && path !== undefined ? [path] : []),
    ...document.checks.filter(({ rule, isMet }) => isMet === false && failed.has(rule)).flatMap(({ about }) =>
      about
    ),
    ...[...valuesOf(document)].filter(([, { page }]) => pages.has(page) || !isSomebody).map(([path]) => path),
  ]);
}

/** As the gateway's index keeps somebody whom an ADT message has named. */
const indexed = ({ mrn, family, given, birthDate, sex }: Registered): IndexedPatient => ({
  id: mrn,
  names: [{ family, given }],
  aliases: [],
  birthDate,
  sex,
  former: [],
});
