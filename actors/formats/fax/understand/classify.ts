import type { ReadValue } from "../../../../runtime/contract/document.ts";
import type { Hit } from "./layout/phrases.ts";
import type { DocumentFacts } from "./understand.ts";
import type { PageView } from "./reading/labels.ts";
import type { FoundTable } from "./reading/tables.ts";
import type { MatchSpec, Template } from "./template.ts";
import { MATCHED_MAX } from "./site_pattern.ts";

/** How much each sign of a template weighs. */
const WEIGHTS = { phrases: 2, title: 2, from: 1, barcode: 1, fields: 3, tables: 3 } as const;

/** What may not stand there is not what is only like it: `Tax Invoice` is not `Not an invoice`. */
const LIKENESS_NONE = 0.82;

/** What on the pages of a document speaks for a template, or against it. */
export class Signs {
  readonly #match: MatchSpec;
  /** How well each phrase was read where it was read best. */
  readonly #phrases = new Map<string, number>();
  #title = 0;
  #hasBarcode = false;

  constructor({ match }: Template) {
    this.#match = match;
  }

  /** Goes on with another page. */
  add(view: PageView): void {
    const { all, any, none, titles, barcode } = this.#match;
    for (const phrase of new Set([...all, ...any, ...none])) {
      const likeness = view.finder.find(phrase)[0]?.likeness ?? 0;
      this.#phrases.set(phrase, Math.max(likeness, this.likenessOf(phrase)));
    }
    for (const title of titles) {
      for (const hit of view.finder.find(title)) {
        if (isTitle(view, hit)) this.#title = Math.max(this.#title, hit.likeness);
      }
    }
    this.#hasBarcode ||= barcode !== undefined &&
      view.layout.page.barcodes.some(({ text }) => barcode.test(text.slice(0, MATCHED_MAX)));
  }

  /** How well a phrase of the template was read; 0 where it stands on no page. */
  likenessOf(phrase: string): number {
    return this.#phrases.get(phrase) ?? 0;
  }

  /** How well a title was read; 0 where there is none. */
  get title(): number {
    return this.#title;
  }

  /** Whether a code of the template was found. */
  get hasBarcode(): boolean {
    return this.#hasBarcode;
  }

  /** Whether the template may be meant at all: what needs no reading of values. */
  get arePossible(): boolean {
    const stands = (phrase: string) => this.likenessOf(phrase) > 0;
    const { all, any, none } = this.#match;
    return all.every(stands) && (any.length === 0 || any.some(stands)) &&
      !none.some((phrase) => this.likenessOf(phrase) > LIKENESS_NONE);
  }
}

/** A title stands by itself, in the upper half of a page. */
function isTitle({ layout: { page } }: PageView, hit: Hit): boolean {
  return hit.beginsPiece && hit.endsPiece && hit.box.y0 < page.height / 2;
}

/** Whether a template is of a known sender or letterhead, and so goes before those that are of any. */
export function isSpecific({ match }: Template): boolean {
  return match.all.length > 0 || match.from.length > 0 || match.barcode !== undefined;
}

/** What says whose document it is. */
const WHOSE = ["patientName", "dob", "mrn"];
/** What documents of a kind have, and those that only look like them have not; a title may do instead where it says so. */
const OWN: Partial<
  Record<Template["kind"], { readonly fields: readonly string[]; readonly orTitle: boolean }>
> = {
  invoice: { fields: ["invoiceNo"], orTitle: true },
  // Notes of doctors have tables of results under headings that are titles elsewhere.
  lab_report: { fields: ["accession", "collected"], orTitle: false },
};
/** How well a title has to be read to say what a document is. */
const TITLE_SURE = 0.8;

/**
 * Whether labels say whose document it is, two at least, and that it is of its kind, however their values can be read:
 * estimates, receipts, lists of prices and of controls look like bills and reports, and are none. Asks only for what
 * the template asks for.
 */
export function isPlainly(
  signs: Signs,
  { kind, fields: specs }: Template,
  fields: Readonly<Record<string, ReadValue>>,
): boolean {
  const stands = (name: string) => fields[name] !== undefined && !fields[name].notes?.includes("no_label");
  const asked = WHOSE.filter((name) => specs[name]?.required);
  if (asked.filter(stands).length < Math.min(2, asked.length)) return false;
  const own = OWN[kind];
  if (!own || !own.fields.some((name) => specs[name]?.required)) return true;
  const standsSurely = (name: string) => stands(name) && !fields[name].notes?.includes("label_unsure");
  return own.fields.some(standsSurely) || own.orTitle && signs.title >= TITLE_SURE;
}

/** How much of what speaks for a template is there, between 0 and 1. */
export function scoreOf(
  found: Signs,
  template: Template,
  facts: DocumentFacts,
  fields: Readonly<Record<string, ReadValue>>,
  tables: Readonly<Record<string, FoundTable>>,
): number {
  const { match } = template;
  const signs: (readonly [weight: number, share: number])[] = [];
  if (match.all.length + match.any.length > 0) signs.push([WEIGHTS.phrases, likenessOf(found, match)]);
  if (match.titles.length > 0) signs.push([WEIGHTS.title, found.title]);
  if (match.from.length > 0) signs.push([WEIGHTS.from, Number(isFrom(match.from, facts.from))]);
  if (match.barcode) signs.push([WEIGHTS.barcode, Number(found.hasBarcode)]);
  const required = Object.entries(template.fields).filter(([, spec]) => spec.required);
  if (required.length > 0) {
    const read = required.filter(([name]) =>
      (fields[name]?.value ?? null) !== null && fields[name].source !== "derived"
    );
    signs.push([WEIGHTS.fields, read.length / required.length]);
  }
  const needed = Object.entries(template.tables).filter(([, spec]) => spec.required);
  if (needed.length > 0) {
    signs.push([
      WEIGHTS.tables,
      needed.filter(([name]) => tables[name].rows.length > 0).length / needed.length,
    ]);
  }
  const weights = signs.reduce((sum, [weight]) => sum + weight, 0);
  return weights === 0 ? 0 : signs.reduce((sum, [weight, share]) => sum + weight * share, 0) / weights;
}

/** How well the phrases were read that have to stand there. */
function likenessOf(found: Signs, { all, any }: MatchSpec): number {
  const shares = all.map((phrase) => found.likenessOf(phrase));
  if (any.length > 0) shares.push(Math.max(...any.map((phrase) => found.likenessOf(phrase))));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/** Numbers are the same by their digits; `*` stands for the rest. */
function isFrom(numbers: readonly string[], from: string | undefined): boolean {
  if (from === undefined) return false;
  const digits = from.replace(/\D/g, "");
  return numbers.some((number) => {
    const wanted = number.replace(/\D/g, "");
    return wanted !== "" && (number.endsWith("*") ? digits.startsWith(wanted) : digits === wanted);
  });
}
