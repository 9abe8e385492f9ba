import { type TemplateNode, templateNode } from "./_template_node.ts";
import { readType } from "./_template_type.ts";
import { ExpressionError, parseExpression, pathsIn } from "./checks/parse_expression.ts";
import type { CheckSpec, ColumnSpec, FieldSpec, MatchSpec, Region, TableSpec, Template } from "./template.ts";

const KINDS = ["invoice", "lab_report", "referral"] as const;
const WHERE = ["right", "below", "either"] as const;
/** How much of what speaks for a template has to be there, where it does not say. */
const SCORE_USUAL = 0.6;

/**
 * Reads a template; docs/fax_templates.md describes the language.
 *
 * @throws MitralError FAX_TEMPLATE_INVALID, with the place of the first thing that is wrong
 */
export function readTemplate(text: string, file: string): Template {
  const root = templateNode(text, file);
  const parts = root.entries(["template", "version", "kind", "match", "fields", "tables", "checks"]);
  const fields = readFields(parts.get("fields"));
  const tables = readTables(parts.get("tables"), Object.keys(fields));
  return {
    name: needed(parts, "template", root).phrase(),
    version: parts.get("version")?.number(1, 1_000_000) ?? 1,
    kind: needed(parts, "kind", root).choice(KINDS),
    match: readMatch(parts.get("match")),
    fields,
    tables,
    checks: readChecks(
      parts.get("checks"),
      (table, name) =>
        table === undefined ? Object.hasOwn(fields, name) : Object.hasOwn(tables[table]?.columns ?? {}, name),
    ),
  };
}

type Parts = ReadonlyMap<string, TemplateNode>;

function needed(parts: Parts, name: string, within: TemplateNode): TemplateNode {
  return parts.get(name) ?? within.fail(`${name} is missing`);
}

function readMatch(node: TemplateNode | undefined): MatchSpec {
  const parts = node?.entries(["all", "any", "none", "titles", "from", "barcode", "score"]) ??
    new Map<string, TemplateNode>();
  const texts = (name: string) => parts.get(name)?.texts() ?? [];
  return {
    all: texts("all"),
    any: texts("any"),
    none: texts("none"),
    titles: texts("titles"),
    from: texts("from"),
    ...parts.has("barcode") && { barcode: parts.get("barcode")!.pattern() },
    score: parts.get("score")?.number(0, 1) ?? SCORE_USUAL,
  };
}

const NAME = /^[a-z]\w*$/;

function named<T>(
  node: TemplateNode | undefined,
  read: (each: TemplateNode) => T,
): Readonly<Record<string, T>> {
  const found: Record<string, T> = {};
  for (const [name, each] of node?.entries() ?? []) {
    if (!NAME.test(name)) each.fail("a name here begins with a small letter and has letters and digits");
    found[name] = read(each);
  }
  return found;
}

function readFields(node: TemplateNode | undefined): Template["fields"] {
  return named(node, (field): FieldSpec => {
    const parts = field.entries([
      "type",
      "at",
      "where",
      "until",
      "exactCase",
      "region",
      "barcode",
      "text",
      "required",
    ]);
    if (!["at", "region", "barcode", "text"].some((name) => parts.has(name))) {
      field.fail("a field needs at, region, barcode or text");
    }
    return {
      type: readType(parts.get("type")),
      anchors: parts.get("at")?.texts() ?? [],
      where: parts.get("where")?.choice(WHERE) ?? "either",
      until: parts.get("until")?.texts() ?? [],
      exactCase: parts.get("exactCase")?.flag() ?? false,
      ...parts.has("region") && { region: readRegion(parts.get("region")!) },
      ...parts.has("barcode") && { barcode: parts.get("barcode")!.pattern() },
      ...parts.has("text") && { text: parts.get("text")!.pattern() },
      required: parts.get("required")?.flag() ?? false,
    };
  });
}

function readRegion(node: TemplateNode): Region {
  const parts = node.entries(["page", "left", "top", "right", "bottom"]);
  const share = (name: string) => needed(parts, name, node).number(0, 1);
  const region = {
    page: parts.get("page")?.number(-1, 10_000) ?? 1,
    x0: share("left"),
    y0: share("top"),
    x1: share("right"),
    y1: share("bottom"),
  };
  if (region.x0 >= region.x1 || region.y0 >= region.y1) {
    node.fail("left is less than right, and top less than bottom");
  }
  if (region.page === 0 || !Number.isInteger(region.page)) node.fail("pages count from 1; -1 is the last");
  return region;
}

function readTables(node: TemplateNode | undefined, fields: readonly string[]): Template["tables"] {
  return named(node, (table): TableSpec => {
    const parts = table.entries(["columns", "until", "key", "checks", "required"]);
    const columns = named(needed(parts, "columns", table), readColumn);
    const key = parts.get("key")?.items() ?? [];
    for (const each of key) {
      if (!Object.hasOwn(columns, each.text())) each.fail("the key is a column of the table");
    }
    return {
      columns,
      until: parts.get("until")?.texts() ?? [],
      key: key.length > 0 ? key.map((each) => each.text()) : Object.keys(columns).slice(0, 1),
      checks: readChecks(
        parts.get("checks"),
        (of, name) => of === undefined && (Object.hasOwn(columns, name) || fields.includes(name)),
      ),
      required: parts.get("required")?.flag() ?? true,
    };
  });
}

function readColumn(column: TemplateNode): ColumnSpec {
  const parts = column.entries(["type", "at", "required"]);
  return {
    type: readType(parts.get("type")),
    headers: needed(parts, "at", column).texts(),
    required: parts.get("required")?.flag() ?? false,
  };
}

function readChecks(
  node: TemplateNode | undefined,
  isKnown: (table: string | undefined, name: string) => boolean,
): readonly CheckSpec[] {
  return (node?.items() ?? []).map((item) => {
    const rule = item.phrase();
    try {
      const expression = parseExpression(rule);
      for (const { table, name } of pathsIn(expression)) {
        if (!isKnown(table, name)) {
          item.fail(
            `the check names ${table === undefined ? "" : `${table}.`}${name}, which is no value here`,
          );
        }
      }
      return { rule, expression };
    } catch (cause) {
      if (cause instanceof ExpressionError) return item.fail(`the check ${cause.message}`);
      throw cause;
    }
  });
}
