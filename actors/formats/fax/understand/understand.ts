import type {
  ReadPage,
  ReadRow,
  ReadValue,
  RecognisedDocument,
} from "../../../../runtime/contract/document.ts";
import type { PageWords } from "../ocr/words.ts";
import { chosen, findFields } from "./reading/fields.ts";
import { viewsOf } from "./reading/labels.ts";
import type { Template } from "./template.ts";

/** Share of a page's words that have to be read well; below it nothing on the page is taken without a person. */
export const QUALITY_GATE = 0.6;

/** What is known of a document beside its pages. */
export interface DocumentFacts {
  /** The number it was sent from. */
  readonly from?: string;
}

/** What the pages say, by the template that fits them best. Pure; work grows with the words. */
export function understand(
  pages: readonly PageWords[],
  templates: readonly Template[],
  _facts: DocumentFacts = {},
): RecognisedDocument {
  const views = viewsOf(pages);
  const [template] = templates;
  const fields: Record<string, ReadValue> = {};
  if (template) {
    const findings = findFields(views, template);
    for (const [name, spec] of Object.entries(template.fields)) {
      const value = chosen(findings[name], spec);
      if (value) fields[name] = value;
    }
  }
  return {
    version: 1,
    kind: template?.kind ?? "unknown",
    pages: pages.map(readPage),
    fields: fields satisfies ReadRow,
    tables: {},
    checks: [],
    hasSeveralPatients: false,
  };
}

function readPage(page: PageWords): ReadPage {
  const { width, height, quality, text, barcodes, damagedLines } = page;
  return { width, height, quality, isGated: quality < QUALITY_GATE, text, barcodes, damagedLines };
}
