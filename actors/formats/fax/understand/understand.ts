import type {
  ReadCheck,
  ReadPage,
  ReadRow,
  ReadValue,
  RecognisedDocument,
} from "../../../../runtime/contract/document.ts";
import type { PageWords } from "../ocr/words.ts";
import { applyChecks, writable } from "./checks/apply_checks.ts";
import { isPlainly, isPossible, isSpecific, scoreOf } from "./classify.ts";
import { CONFLICT_MAX } from "./reading/combine.ts";
import { doubtFarField } from "./reading/far_dates.ts";
import { chosen, findFields, type Findings } from "./reading/fields.ts";
import { type PageView, viewsOf } from "./reading/labels.ts";
import type { Reading } from "./reading/reading.ts";
import { findTable, type FoundTable } from "./reading/tables.ts";
import { hasSeveralPatients } from "./several_patients.ts";
import type { Template } from "./template.ts";

/** Share of a page's words that have to be read well; below it nothing on the page is taken without a person. */
export const QUALITY_GATE = 0.6;

/** What is known of a document beside its pages. */
export interface DocumentFacts {
  /** The number it was sent from. */
  readonly from?: string;
}

/** What one template makes of a document. */
export interface Trial {
  readonly template: Template;
  /** How much of what speaks for it is there, between 0 and 1. */
  readonly score: number;
  /** Everything that was found of each field, each pass by itself: what shows why a confidence is what it is. */
  readonly findings: Findings;
  readonly fields: ReadRow;
  readonly tables: Readonly<Record<string, readonly ReadRow[]>>;
  readonly checks: readonly ReadCheck[];
}

/**
 * What the pages say, by the template that fits them best; of kind `unknown`, with text and codes alone, where none does.
 * Pure; work grows with the words.
 */
export function understand(
  pages: readonly PageWords[],
  templates: readonly Template[],
  facts: DocumentFacts = {},
): RecognisedDocument {
  const views = viewsOf(pages);
  const trials = templates.filter((template) => isPossible(views, template))
    .map((template) => attempt(views, template, facts))
    .filter(({ score, template, fields }) =>
      score >= template.match.score && (isSpecific(template) || isPlainly(views, template, fields))
    );
  const best = trials.reduce<Trial | undefined>((a, b) => a && !isBetter(b, a) ? a : b, undefined);
  const document = { version: 1, pages: pages.map(readPage) } as const;
  if (!best) {
    return { ...document, kind: "unknown", fields: {}, tables: {}, checks: [], hasSeveralPatients: false };
  }
  const { template: { name, version, kind }, score, fields, tables, checks, findings } = best;
  return {
    ...document,
    kind,
    template: { name, version, score: Math.round(score * 100) / 100 },
    fields,
    tables,
    checks,
    hasSeveralPatients: hasSeveralPatients(findings),
  };
}

/** What one template makes of a document, whether it fits or not. */
export function tryTemplate(
  pages: readonly PageWords[],
  template: Template,
  facts: DocumentFacts = {},
): Trial {
  return attempt(viewsOf(pages), template, facts);
}

function attempt(views: readonly PageView[], template: Template, facts: DocumentFacts): Trial {
  const findings = findFields(views, template);
  const fields: Record<string, ReadValue> = {};
  for (const [name, spec] of Object.entries(template.fields)) {
    const value = chosen(findings[name], spec);
    if (value) fields[name] = value;
  }
  const found: Record<string, FoundTable> = {};
  for (const [name, spec] of Object.entries(template.tables)) found[name] = findTable(views, spec);
  const rows = Object.fromEntries(Object.entries(found).map(([name, table]) => [name, table.rows]));
  doubtFarField(fields, rows, template);
  const score = scoreOf(views, template, facts, fields, found);
  const read = { fields, tables: writable(rows), others: othersIn(fields, findings, found) };
  const checks = applyChecks(template, read);
  const gated = new Set(views.map(({ layout }) => layout.page).filter(isGated).map(({ page }) => page));
  if (gated.size > 0) gate(read, gated);
  return { template, score, findings, fields: read.fields, tables: read.tables, checks };
}

/** What passes read of values beside what was taken, by path. */
function othersIn(
  fields: Readonly<Record<string, ReadValue>>,
  findings: Findings,
  found: Readonly<Record<string, FoundTable>>,
): ReadonlyMap<string, readonly string[]> {
  const others = new Map<string, readonly string[]>();
  const add = (path: string, { value }: ReadValue, readings: readonly (Reading | undefined)[]) => {
    const read = readings.flatMap((reading) => reading?.value ?? []).filter((other) => other !== value);
    if (read.length > 0) others.set(path, read);
  };
  for (const [name, value] of Object.entries(fields)) add(name, value, findings[name][0]?.readings ?? []);
  for (const [table, { rows, readings }] of Object.entries(found)) {
    for (const [at, row] of rows.entries()) {
      for (const [name, value] of Object.entries(row)) {
        add(`${table}[${at + 1}].${name}`, value, readings[at].get(name) ?? []);
      }
    }
  }
  return others;
}

/** Templates of a known sender go before those of any, then the one that fits better. */
function isBetter(a: Trial, b: Trial): boolean {
  const [first, second] = [isSpecific(a.template), isSpecific(b.template)];
  return first === second ? a.score > b.score : first;
}

/** What stands on a page that was read badly is in doubt, whatever else speaks for it. */
function gate(
  { fields, tables }: {
    fields: Record<string, ReadValue>;
    tables: Record<string, Record<string, ReadValue>[]>;
  },
  gated: ReadonlySet<number>,
): void {
  for (const values of [fields, ...Object.values(tables).flat()]) {
    for (const [name, value] of Object.entries(values)) {
      if (value.page === undefined || !gated.has(value.page) || value.source === "barcode") continue;
      values[name] = {
        ...value,
        confidence: Math.min(value.confidence, CONFLICT_MAX),
        notes: [...value.notes ?? [], "gated"],
      };
    }
  }
}

const isGated = ({ quality }: PageWords) => quality < QUALITY_GATE;

function readPage(page: PageWords): ReadPage {
  const { width, height, quality, text, barcodes, damagedLines } = page;
  return { width, height, quality, isGated: isGated(page), text, barcodes, damagedLines };
}
