import { join, resolve } from "node:path";
import type { PageWords } from "../../../actors/formats/fax/ocr/words.ts";
import { openRecogniser } from "../../../actors/formats/fax/recogniser.ts";
import { TemplateFolder } from "../../../actors/formats/fax/template_folder.ts";
import { builtInTemplates } from "../../../actors/formats/fax/understand/templates/mod.ts";
import { understand } from "../../../actors/formats/fax/understand/understand.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { type RecognisedDocument, valuesOf } from "../../../runtime/contract/document.ts";
import type { Doubt } from "../../../runtime/engine/review/doubt.ts";
import { doubtsOf, readPatientOf } from "../../../runtime/engine/review/doubts.ts";
import { judgePatient } from "../../../runtime/engine/patients/judge_patient.ts";
import type { IndexedPatient } from "../../../runtime/journal/patients/operations.ts";
import { decoysOf, patientsOf, type Registered } from "./decoys.ts";
import type { Reader } from "./measure.ts";
import type { Truth } from "./samples.ts";

/** How the product is asked. */
export interface Asked {
  /** Folder of the images. */
  readonly images: string;
  readonly truths: readonly Truth[];
  /** Folder of a site's templates, or one of them. */
  readonly templates?: string;
  /** A value of less confidence waits for a person. */
  readonly below: number;
  /** Folder with the words of images that were read before, as `IMAGE.json`: these are not read again. */
  readonly words?: string;
}

/** The product itself, as a gateway would run it: its templates, its rules of doubt, and a patient index. */
export async function openReader(asked: Asked): Promise<Reader & AsyncDisposable> {
  const patients = patientsOf(asked.truths);
  const index = [...patients, ...decoysOf(patients)].map(indexed);
  const read = asked.words === undefined
    ? await fromImages(asked)
    : await fromWords(asked.words, asked.templates);
  return {
    read: ({ image }) => read(image),
    review(document) {
      const verdict = judgePatient(readPatientOf(document), index);
      return { doubted: doubtedIn(document, doubtsOf(document, verdict, asked)), verdict };
    },
    [Symbol.asyncDispose]: () => read[Symbol.asyncDispose](),
  };
}

type Read = ((image: string) => Promise<RecognisedDocument>) & AsyncDisposable;

/** By the recogniser, as a channel reads. */
async function fromImages({ images, templates }: Asked): Promise<Read> {
  const config = {
    templates: templates && resolve(templates),
    ocr: "auto",
    threads: navigator.hardwareConcurrency,
    pageMsMax: 300_000,
  } as const;
  const recogniser = await openRecogniser({ config, world: denoWorld });
  const read = async (image: string) => {
    const bytes = await Deno.readFile(join(images, image));
    return (await recogniser.recognise(bytes, undefined, new AbortController().signal)).document;
  };
  return Object.assign(read, { [Symbol.asyncDispose]: () => recogniser[Symbol.asyncDispose]() });
}

/** From words that were kept: what templates make of them, and nothing of how they are read. */
async function fromWords(folder: string, templates: string | undefined): Promise<Read> {
  const site = templates === undefined ? undefined : await TemplateFolder.open(denoWorld, resolve(templates));
  const all = [...await site?.current() ?? [], ...builtInTemplates()];
  const read = async (image: string) => {
    const text = await Deno.readTextFile(join(folder, image.replace(/\.\w+$/, ".json")));
    return understand(JSON.parse(text) as PageWords[], all);
  };
  return Object.assign(read, { [Symbol.asyncDispose]: () => Promise.resolve() });
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
