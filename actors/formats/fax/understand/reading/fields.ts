import type { ReadValue } from "../../../../../runtime/contract/document.ts";
import type { Hit } from "../layout/phrases.ts";
import type { PageLayout, PassLayout, PlacedWord } from "../layout/page_layout.ts";
import { fold } from "../layout/fold.ts";
import type { FieldSpec, Template, ValueType } from "../template.ts";
import { readerOf } from "../types/readers.ts";
import { combine, CONFLICT_MAX, provenanceOn, round } from "./combine.ts";
import { type Label, PageLabels, type PageView, untilHits } from "./labels.ts";
import { wordsBelow, wordsRightOf, wordsWithin } from "./place.ts";
import { doubtLostPoint } from "./lost_points.ts";
import { type Reading, readWords } from "./reading.ts";
import { MATCHED_MAX } from "../site_pattern.ts";

/** A value at one of the places where its field's label stands. */
export interface Finding {
  readonly value: ReadValue;
  /** Each pass by itself. */
  readonly readings: readonly (Reading | undefined)[];
  /** Left out where it was found without a label. */
  readonly label?: Label;
}

/** Everything that was found of a field, the best first. */
export type Findings = Readonly<Record<string, readonly Finding[]>>;

/** Reads the fields of a template wherever their labels stand. */
export class FieldFinder {
  readonly #template: Template;
  readonly #pages: number;
  readonly #found: ReadonlyMap<string, Sought>;
  #page = 0;

  /** `pages`: how many there are going to be. */
  constructor(template: Template, pages: number) {
    this.#template = template;
    this.#pages = pages;
    this.#found = new Map(Object.keys(template.fields).map((name) => [name, { labelled: [] }]));
  }

  /** Goes on with the next page. */
  add(view: PageView): void {
    this.#page++;
    const labels = new PageLabels(view, this.#template);
    for (const [name, found] of this.#found) {
      const spec = this.#template.fields[name];
      found.labelled.push(...findingsOn(view, labels, name, spec));
      if (found.labelled.some(isValued)) continue;
      found.barcode ??= byBarcode(view, spec);
      found.text ??= byText(view, spec);
      if (this.#page === pageOf(spec, this.#pages)) found.region = byRegion(view, spec);
    }
  }

  /** What was found on the pages so far. */
  get findings(): Findings {
    const findings: Record<string, readonly Finding[]> = {};
    for (const [name, { labelled, barcode, text, region }] of this.#found) {
      const found = labelled.toSorted((a, b) =>
        Number(isValued(b)) - Number(isValued(a)) || rankOf(b) - rankOf(a)
      );
      findings[name] = found.some(isValued)
        ? found
        : [...found, ...[barcode, text, region].filter((each) => each !== undefined)];
    }
    return Object.fromEntries(
      Object.entries(findings).map(([name, found]) => [name, found.toSorted((a, b) => lent(a) - lent(b))]),
    );

    /** A label may be one of two fields: where it is the better of the other, and this one has others, those are meant. */
    function lent({ label, value }: Finding): number {
      const isOthers = label !== undefined && value.value !== null &&
        Object.values(findings).some(([best]) =>
          best?.label?.hit === label.hit && best.label.order < label.order
        );
      return Number(isOthers);
    }
  }
}

/** What was found of a field; by a code, by a pattern of the text, by a part of the page only where no label has a value. */
interface Sought {
  readonly labelled: Finding[];
  barcode?: Finding | undefined;
  text?: Finding | undefined;
  region?: Finding | undefined;
}

const isValued = ({ value }: Finding) => value.value !== null;
const rankOf = ({ label }: Finding) => label?.rank ?? 0;

/** The value of a field; undefined where nothing of it was found and nothing has to be. */
export function chosen(findings: readonly Finding[], spec: FieldSpec): ReadValue | undefined {
  const valued = findings.filter(isValued);
  if (valued.length === 0) {
    const [first] = findings;
    if (first) return first.value;
    return spec.required
      ? { value: null, raw: "", confidence: 0, source: "ocr", notes: ["no_label"] }
      : undefined;
  }
  const [first] = valued;
  const rivals = valued.filter((each) =>
    rankOf(first) - rankOf(each) < 0.01 && each.value.value !== first.value.value
  );
  if (rivals.length === 0) return first.value;
  const best = [first, ...rivals].reduce((a, b) => b.value.confidence > a.value.confidence ? b : a).value;
  return {
    ...best,
    confidence: Math.min(best.confidence, CONFLICT_MAX),
    notes: [...best.notes ?? [], "several"],
  };
}

function findingsOn(view: PageView, labels: PageLabels, name: string, spec: FieldSpec): readonly Finding[] {
  const own = labels.of(name);
  if (own.length === 0) return [];
  const stops = [...labels.stops, ...untilHits(view, spec)];
  return own.slice(0, LABELS_MAX).map((label) => readAt(view, spec, label, stops)).filter((found) =>
    found !== undefined
  );
}

/** A label that stands there more often than this is running text. */
const LABELS_MAX = 12;

type Placing = (
  pass: PassLayout,
  layout: PageLayout,
  label: Hit,
  stops: readonly Hit[],
) => readonly PlacedWord[];

function readAt(view: PageView, spec: FieldSpec, label: Label, stops: readonly Hit[]): Finding | undefined {
  const right = spec.where === "below" ? undefined : readBy(wordsRightOf, view, spec, label, stops);
  if (spec.where === "right" || right?.value.value != null) return right;
  const below = readBy(wordsBelow, view, spec, label, stops);
  return below?.value.value != null ? below : right ?? below;
}

function readBy(
  place: Placing,
  view: PageView,
  spec: FieldSpec,
  label: Label,
  stops: readonly Hit[],
): Finding | undefined {
  const { layout } = view;
  const readings = layout.passes.map((pass) => read(spec.type, place(pass, layout, label.hit, stops), pass));
  const value = combine(readings, provenanceOn(layout, label.hit.likeness));
  return value && { value, readings, label };
}

function read(type: ValueType, words: readonly PlacedWord[], { pitch }: PassLayout): Reading | undefined {
  const reading = readWords(type, words, pitch);
  return reading && (type.is === "number" || type.is === "result") ? doubtLostPoint(reading) : reading;
}

function byBarcode({ layout: { page } }: PageView, { barcode, type }: FieldSpec): Finding | undefined {
  if (!barcode) return undefined;
  for (const code of page.barcodes) {
    const match = barcode.exec(code.text.slice(0, MATCHED_MAX));
    const text = match?.[1] ?? match?.[0];
    const read = text === undefined ? undefined : readerOf(type).read(text);
    if (text === undefined || !read) continue;
    return {
      readings: [],
      value: {
        value: read.value,
        raw: text,
        confidence: 0.99,
        source: "barcode",
        page: page.page,
        box: code.box,
        notes: [],
      },
    };
  }
  return undefined;
}

function byText({ layout }: PageView, { text: pattern, type }: FieldSpec): Finding | undefined {
  if (!pattern) return undefined;
  const readings = layout.passes.map((pass) => {
    for (const { words } of pass.lines) {
      const found = wordsMatching(words, pattern);
      if (found) return read(type, found, pass);
    }
    return undefined;
  });
  const value = combine(readings, provenanceOn(layout, 1));
  return value && { value, readings };
}

/** The words of a line that the pattern's first group covers, or all of it. */
function wordsMatching(words: readonly PlacedWord[], pattern: RegExp): readonly PlacedWord[] | undefined {
  const line = words.map(({ text }) => text).join(" ");
  const match = pattern.exec(line.slice(0, MATCHED_MAX));
  if (!match) return undefined;
  const wanted = match[1] ?? match[0];
  const from = match.index + match[0].indexOf(wanted);
  let at = 0;
  const covered: PlacedWord[] = [];
  for (const word of words) {
    const start = Math.max(from, at);
    const end = Math.min(from + wanted.length, at + word.text.length);
    if (start < end) {
      const text = word.text.slice(start - at, end - at);
      covered.push({ ...word, text, folded: fold(text) });
    }
    at += word.text.length + 1;
  }
  return covered;
}

/** On which page a field's part of it is; pages that count from the end have negative numbers. */
function pageOf({ region }: FieldSpec, pages: number): number | undefined {
  return region && (region.page < 0 ? pages + region.page + 1 : region.page);
}

function byRegion({ layout }: PageView, { region, type }: FieldSpec): Finding | undefined {
  if (!region) return undefined;
  const readings = layout.passes.map((pass) => read(type, wordsWithin(pass, layout, region), pass));
  const value = combine(readings, provenanceOn(layout, 1));
  return value && { value: { ...value, confidence: round(value.confidence) }, readings };
}
