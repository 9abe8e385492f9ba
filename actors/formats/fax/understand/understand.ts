import type {
  ReadCheck,
  ReadPage,
  ReadRow,
  ReadValue,
  RecognisedDocument,
} from "../../../../runtime/contract/document.ts";
import type { PageWords } from "../ocr/words.ts";
import { applyChecks, writable } from "./checks/apply_checks.ts";
import { isPlainly, isSpecific, scoreOf, Signs } from "./classify.ts";
import { CONFLICT_MAX } from "./reading/combine.ts";
import { doubtFarField } from "./reading/far_dates.ts";
import { chosen, FieldFinder, type Findings } from "./reading/fields.ts";
import { viewOf } from "./reading/labels.ts";
import { valuesIn } from "./reading/reading.ts";
import { type FoundTable, TableFinder } from "./reading/tables.ts";
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
 * Pure; work grows with the words. Pages are gone through several times, and of all that they are laid out for no more than
 * one is there at a time: where they come from need not keep them either.
 */
export function understand(
  pages: Iterable<PageWords>,
  templates: readonly Template[],
  facts: DocumentFacts = {},
): RecognisedDocument {
  const read: ReadPage[] = [];
  const signs = templates.map((template) => new Signs(template));
  for (const page of pages) {
    read.push(readPage(page));
    const view = viewOf(page);
    for (const each of signs) each.add(view);
  }
  let best: Trial | undefined;
  for (const [at, template] of templates.entries()) {
    if (!signs[at].arePossible) continue;
    const trial = attempt(pages, read.length, template, signs[at], facts);
    if (trial.score < template.match.score) continue;
    if (!isSpecific(template) && !isPlainly(signs[at], template, trial.fields)) continue;
    if (!best || isBetter(trial, best)) best = trial;
  }
  const document = { version: 1, pages: read } as const;
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
  const signs = new Signs(template);
  for (const page of pages) signs.add(viewOf(page));
  return attempt(pages, pages.length, template, signs, facts);
}

function attempt(
  pages: Iterable<PageWords>,
  count: number,
  template: Template,
  signs: Signs,
  facts: DocumentFacts,
): Trial {
  const finder = new FieldFinder(template, count);
  const finders = Object.entries(template.tables).map(([name, spec]) =>
    [name, new TableFinder(spec)] as const
  );
  const gated = new Set<number>();
  for (const page of pages) {
    const view = viewOf(page);
    finder.add(view);
    for (const [, each] of finders) each.add(view);
    if (isGated(page)) gated.add(page.page);
  }
  const { findings } = finder;
  const fields: Record<string, ReadValue> = {};
  for (const [name, spec] of Object.entries(template.fields)) {
    const value = chosen(findings[name], spec);
    if (value) fields[name] = value;
  }
  const found = Object.fromEntries(finders.map(([name, each]) => [name, each.found]));
  const rows = Object.fromEntries(Object.entries(found).map(([name, table]) => [name, table.rows]));
  doubtFarField(fields, rows, template);
  const score = scoreOf(signs, template, facts, fields, found);
  const read = { fields, tables: writable(rows), others: othersIn(fields, findings, found) };
  const checks = applyChecks(template, read);
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
  const add = (path: string, { value }: ReadValue, read: readonly string[]) => {
    const differ = read.filter((other) => other !== value);
    if (differ.length > 0) others.set(path, differ);
  };
  for (const [name, value] of Object.entries(fields)) {
    add(name, value, valuesIn(findings[name][0]?.readings ?? []));
  }
  for (const [table, { rows, passes }] of Object.entries(found)) {
    for (const [at, row] of rows.entries()) {
      for (const [name, value] of Object.entries(row)) {
        add(`${table}[${at + 1}].${name}`, value, passes[at].get(name) ?? []);
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
