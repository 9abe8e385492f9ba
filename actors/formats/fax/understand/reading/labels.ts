import { type Hit, overlaps, PhraseFinder } from "../layout/phrases.ts";
import { layOut, type PageLayout } from "../layout/page_layout.ts";
import type { PageWords } from "../../ocr/words.ts";
import type { FieldSpec, Template } from "../template.ts";
import { headersOn } from "./columns.ts";

/** A page that is ready to be looked at by any template. */
export interface PageView {
  readonly layout: PageLayout;
  readonly finder: PhraseFinder;
}

/** Lays out a page. */
export function viewOf(page: PageWords): PageView {
  const layout = layOut(page);
  return { layout, finder: new PhraseFinder(layout) };
}

/** A label of a field. */
export interface Label {
  readonly hit: Hit;
  /** Which of the field's labels it is: those named first are the better ones. */
  readonly order: number;
  /** How much it is a label, and this one. */
  readonly rank: number;
}

/** All labels of a template on a page. Where two lie over each other the longer one is it. */
export class PageLabels {
  readonly #labels = new Map<string, readonly Label[]>();
  /** Where values end: every label, and every phrase that a value stops at. */
  readonly stops: readonly Hit[];

  constructor(view: PageView, template: Template) {
    const all: { field: string; label: Label }[] = [];
    for (const [field, spec] of Object.entries(template.fields)) {
      for (const [order, anchor] of spec.anchors.entries()) {
        for (const hit of view.finder.find(anchor, spec.exactCase)) {
          const label = labelOf(hit, order);
          if (label) all.push({ field, label });
        }
      }
    }
    // Headings of a table are the labels of its columns, and of no field.
    const headers = Object.values(template.tables).flatMap((table) => headersOn(view, table));
    const isHeading = ({ middle }: Hit) => headers.some(({ y0, y1 }) => middle > y0 && middle < y1);
    const kept = all.filter(({ label: { hit } }) =>
      !isHeading(hit) && !all.some((other) => hides(other.label.hit, hit))
    );
    for (const { field, label } of kept) this.#labels.set(field, [...this.#labels.get(field) ?? [], label]);
    for (const labels of this.#labels.values()) (labels as Label[]).sort((a, b) => b.rank - a.rank);
    this.stops = kept.map(({ label }) => label.hit);
  }

  /** Labels of a field, the best first. */
  of(field: string): readonly Label[] {
    return this.#labels.get(field) ?? [];
  }
}

/** Phrases that a field's value stops at, on a page. */
export function untilHits(view: PageView, spec: FieldSpec): readonly Hit[] {
  return spec.until.flatMap((phrase) => view.finder.find(phrase));
}

/** A phrase in running text is no label. */
function labelOf(hit: Hit, order: number): Label | undefined {
  if (hit.isPartOfLabel) return undefined;
  if (!hit.beginsPiece && !hit.hasColon) return undefined;
  const isLabelLike = hit.hasColon || hit.endsPiece;
  const rank = hit.likeness - 0.02 * order - (hit.beginsPiece ? 0 : 0.1) - (isLabelLike ? 0 : 0.1);
  return { hit, order, rank };
}

/** A longer phrase says more, and a misread character takes more away than it says: `Invoice Dated` is not `Invoice Date`. */
function hides(longer: Hit, shorter: Hit): boolean {
  return longer !== shorter && overlaps(longer.box, shorter.box) && saidBy(longer) > saidBy(shorter);
}

const saidBy = ({ phrase, likeness }: Hit) => phrase.length * (1 - 3 * (1 - likeness));
