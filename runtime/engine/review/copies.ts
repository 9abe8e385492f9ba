import type { DocumentKind, ReadRow, RecognisedDocument } from "../../contract/document.ts";
import type { Journal } from "../../journal/journal.ts";
import { FIELD } from "../../journal/names.ts";
import type { Found } from "../../journal/operations.ts";
import { limits } from "../limits.ts";

/** What two copies of a document have in common, and nothing else of its kind has. */
interface Telling {
  /** Its number. */
  readonly number: string;
  /** Each says, by itself, whose number it is; so does the patient. */
  readonly givenBy: readonly string[];
  /** What matters of the rest. A document that was corrected says something else there. */
  readonly fields: readonly string[];
  /** The same, in each row of `lines`. */
  readonly columns: readonly string[];
}

/** Kinds whose messages do harm when they come twice. */
const TELLING: Partial<Readonly<Record<DocumentKind, Telling>>> = {
  invoice: { number: "invoiceNo", givenBy: ["npi", "taxId", "provider"], fields: ["total"], columns: [] },
  lab_report: {
    number: "accession",
    givenBy: ["orderer"],
    fields: ["collected", "status"],
    columns: ["name", "value"],
  },
};

/** Where a document stands in the journal. */
interface Place {
  readonly channel: string;
  readonly seq: number;
}

/**
 * What a document and its copies are found by: one value for each that says whose number it is, so that another which was
 * not read the second time hides nothing. Nothing where its number was not read, or its kind has none.
 */
export function copyKeys({ kind, fields, tables, patient }: RecognisedDocument): readonly string[] {
  const telling = TELLING[kind];
  if (!telling) return [];
  const named = (name: string) => bare(fields[name]?.value);
  const number = named(telling.number);
  if (number === "") return [];
  const said = (row: ReadRow) => (name: string) => compact(row[name]?.value);
  const says = [
    telling.fields.map(said(fields)),
    (tables.lines ?? []).map((row) => telling.columns.map(said(row))),
  ];
  const whose = telling.givenBy.map((name) => [name, named(name)]);
  return [...whose, ["patient", bare(patient?.mrn ?? fields.mrn?.value)]]
    .filter(([, text]) => text !== "")
    .map((by) => JSON.stringify([kind, number, ...by, says]));
}

/** The same, as the journal keeps it. */
export function foundByCopies(document: RecognisedDocument): readonly Found[] {
  return copyKeys(document).map((key) => [FIELD.copy, key]);
}

/**
 * Id of a document that says the same, and waits before it, or has gone on; `undefined`: there is none.
 *
 * @param passing one that may be on its way into the journal
 */
export async function knownCopy(
  journal: Pick<Journal, "ask">,
  { channel, seq }: Place,
  document: RecognisedDocument,
  passing?: number,
): Promise<string | undefined> {
  const keys = copyKeys(document);
  if (keys.length === 0) return undefined;
  return await journal.ask({
    ask: "copyOf",
    channel,
    seq,
    keys,
    ...(passing === undefined ? {} : { passing }),
  });
}

/** Documents that may be between their review and their commit: the journal does not find them yet. */
export class PassingCopies {
  readonly #passing = new Map<string, number>();

  /** The last before it that says the same; from now on it is such a one itself. */
  pass(document: RecognisedDocument, seq: number): number | undefined {
    let last: number | undefined;
    for (const key of copyKeys(document)) {
      const before = this.#passing.get(key);
      // After a crash of the line those behind it are known already.
      if (before !== undefined && before < seq) last ??= before;
      this.#passing.delete(key);
      this.#passing.set(key, seq);
    }
    // Oldest first: those are in the journal.
    for (const key of this.#passing.keys()) {
      if (this.#passing.size <= PASSING_MAX) break;
      this.#passing.delete(key);
    }
    return last;
  }
}

/** No more documents are on the work line, and each has a few keys. */
const PASSING_MAX = 8 * limits.workOpenMax;

/** A number or a name: what stands between its letters and digits is written one way here, and another way there. */
function bare(value: string | null | undefined): string {
  return (value ?? "").normalize("NFKC").toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** What was found or is to be paid, where a sign is something else. */
function compact(value: string | null | undefined): string {
  return (value ?? "").normalize("NFKC").toUpperCase().replace(/\s/gu, "");
}
