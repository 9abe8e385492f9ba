import type { PageWords } from "../../ocr/words.ts";
import { parseExpression, pathsIn } from "../checks/parse_expression.ts";
import { fold } from "../layout/fold.ts";
import { FieldFinder, type Finding, type Findings } from "../reading/fields.ts";
import { type PageView, viewOf } from "../reading/labels.ts";
import type { CheckSpec, Template } from "../template.ts";
import { understand } from "../understand.ts";
import { proposePhrases } from "./phrases.ts";
import { textIn } from "./pieces.ts";
import type { Proposal, ProposedField } from "./proposal.ts";
import { shapeOf } from "./shapes.ts";
import { proposeTables } from "./tables.ts";
import { unknownLabels } from "./unknown_labels.ts";
import { writeProposal } from "./write_proposal.ts";

/** A document that shows a layout, as the built-in template of its kind reads it. */
export interface Example {
  readonly views: readonly PageView[];
  readonly findings: Findings;
}

/**
 * A template for a layout, from a few documents of it: what `known` says of any document of the kind, made as narrow as
 * the examples are. The text quotes what they have in common, and nothing that differs between them.
 */
export function proposeTemplate(
  name: string,
  documents: readonly (readonly PageWords[])[],
  known: readonly Template[],
): string {
  const kinds = documents.map((pages) => understand(pages, known).kind);
  const views = documents.map((pages) => pages.map(viewOf));
  const base = mostFitting(kinds, views, known);
  const examples = views.map((each) => ({ views: each, findings: findingsOn(each, base) }));
  const fields = Object.keys(base.fields).flatMap((field) => proposeField(field, examples, base));
  const { phrases, titles } = proposePhrases(examples, base);
  const tables = proposeTables(examples, base);
  const proposal: Proposal = {
    name,
    kind: base.kind,
    isKindSure: kinds.every((kind) => kind === base.kind),
    examples: examples.length,
    phrases,
    titles,
    fields,
    unknown: unknownLabels(examples, base),
    tables,
    checks: checksOf(
      base.checks,
      (table, value) =>
        table === undefined
          ? fields.some((field) => field.name === value)
          : tables.some((each) =>
            each.name === table && each.columns.some((column) => column.name === value)
          ),
    ),
  };
  return writeProposal(proposal);
}

/** The built-in template that took most of them; where none did, the one whose labels stand on them. */
function mostFitting(
  kinds: readonly string[],
  views: readonly (readonly PageView[])[],
  known: readonly Template[],
): Template {
  const worth = (template: Template) => {
    const taken = kinds.filter((kind) => kind === template.kind).length;
    const found = views.map((each) =>
      Object.values(findingsOn(each, template)).filter(([best]) => best?.label).length
    );
    return taken * 1000 +
      found.reduce((sum, count) => sum + count, 0) / Math.max(1, Object.keys(template.fields).length);
  };
  return known.reduce((best, each) => worth(each) > worth(best) ? each : best);
}

function findingsOn(views: readonly PageView[], template: Template): Findings {
  const finder = new FieldFinder(template, views.length);
  for (const view of views) finder.add(view);
  return finder.findings;
}

/** Checks all of whose values are read; what is said of a value that there is not is left out. */
export function checksOf(
  checks: readonly CheckSpec[],
  isRead: (table: string | undefined, name: string) => boolean,
): string[] {
  const plain = checks.map(({ rule }) => {
    const absent = /^if empty\((\w+)\) then (.+)$/.exec(rule);
    return absent && !isRead(undefined, absent[1]) ? absent[2] : rule;
  });
  return plain.filter((rule) =>
    [...pathsIn(parseExpression(rule))].every(({ table, name }) => isRead(table, name))
  );
}

function proposeField(name: string, examples: readonly Example[], base: Template): readonly ProposedField[] {
  const spec = base.fields[name];
  const found = examples.flatMap(({ views, findings }) => {
    const [best] = findings[name];
    return best?.label && best.value.value !== null ? [{ best, printed: labelOf(best, views) }] : [];
  });
  if (found.length === 0) return [];
  const anchor = mostCommon(found.map(({ printed }) => printed));
  const same = found.filter(({ printed }) => fold(printed) === fold(anchor));
  const values = same.map(({ best }) => best.value.value!);
  const shape = spec.type.is === "identifier" ? shapeOf(values) : undefined;
  return [{
    name,
    anchor,
    where: same.filter(({ best }) => isRightOf(best)).length * 2 >= same.length ? "right" : "below",
    type: shape ?? spec.type,
    examples: found.length,
    isRequired: spec.required && found.length === examples.length,
    doubts: [
      ...found.length < examples.length
        ? [`${name} was found in ${found.length} of ${examples.length} examples`]
        : [],
      ...same.length < found.length ? ["its label was read in several ways, of which this is one"] : [],
      ...spec.type.is === "identifier" && !shape && values.length > 1
        ? ["what it looks like differs too much to say"]
        : [],
      ...spec.type.is === "identifier" && new Set(values).size < values.length
        ? ["several examples have the same value: is it the patient's at all?"]
        : [],
    ],
  }];
}

/** The label as the page has it, unless it was misread: then as the label is known. */
function labelOf({ label }: Finding, views: readonly PageView[]): string {
  const { hit } = label!;
  return spelled(textIn(views.find(({ layout }) => layout.page.page === hit.page)!, hit.box), hit.phrase);
}

/** What is printed, where it differs from a known phrase by more than misread characters; else the better spelling. */
export function spelled(printed: string, phrase: string): string {
  const plain = printed.replace(/\s*[:;.]+$/, "");
  const isMisread = fold(plain) === fold(phrase) && lettersOf(plain) !== lettersOf(phrase);
  return fold(plain) === "" || isMisread ? phrase : plain;
}

const lettersOf = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}#]/gu, "");

function isRightOf({ label, value }: Finding): boolean {
  const { box } = label!.hit;
  return value.box !== undefined && value.box.x0 >= box.x1 - (box.y1 - box.y0) &&
    (value.box.y0 + value.box.y1) / 2 < box.y1;
}

/** Of several as common, the first. */
export function mostCommon(texts: readonly string[]): string {
  const counts = Map.groupBy(texts, (text) => text);
  return [...counts].reduce((best, each) => each[1].length > best[1].length ? each : best)[0];
}
