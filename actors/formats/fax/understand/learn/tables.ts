import type { ReadRow } from "../../../../../runtime/contract/document.ts";
import { fold } from "../layout/fold.ts";
import { type Header, headersOn } from "../reading/columns.ts";
import type { PageView } from "../reading/labels.ts";
import { TableFinder } from "../reading/tables.ts";
import type { TableSpec, Template } from "../template.ts";
import { textIn } from "./pieces.ts";
import type { ProposedTable } from "./proposal.ts";
import { checksOf, type Example, mostCommon } from "./propose.ts";

/** Tables that every example has, with the headings that stand over their columns. */
export function proposeTables(
  examples: readonly Example[],
  base: Template,
): readonly ProposedTable[] {
  return Object.entries(base.tables).flatMap(([name, spec]) => {
    const headed = examples.flatMap(({ views }) => {
      const view = views.find((each) => headersOn(each, spec).length > 0);
      return view ? [printed(view, headersOn(view, spec)[0])] : [];
    });
    if (headed.length === 0) return [];
    const rows = examples.flatMap(({ views }) => rowsOn(views, spec));
    const order = headed[0].map(([column]) => column);
    const columns = order.map((column) => ({
      name: column,
      header: mostCommon(
        headed.flatMap((each) => each.filter(([other]) => other === column).map(([, text]) => text)),
      ),
      type: spec.columns[column].type,
      isRequired: spec.columns[column].required,
      rows: rows.filter((row) => row[column]?.value).length,
    }));
    const isRead = (_: string | undefined, value: string) =>
      order.includes(value) || Object.hasOwn(base.fields, value);
    return [{
      name,
      columns,
      rows: rows.length,
      key: spec.key.filter((column) => order.includes(column)),
      checks: checksOf(spec.checks, isRead),
      until: endings(examples, spec.until),
    }];
  });
}

function rowsOn(views: readonly PageView[], spec: TableSpec): readonly ReadRow[] {
  const finder = new TableFinder(spec);
  for (const view of views) finder.add(view);
  return finder.found.rows;
}

type Printed = readonly (readonly [column: string, text: string])[];

/** Columns that have a name, from left to right, with their headings. */
function printed(view: PageView, { headings, y0, y1 }: Header): Printed {
  return headings.flatMap(({ column, x0, x1 }) => {
    const text = textIn(view, { x0, x1, y0, y1 });
    return column === undefined || text === "" ? [] : [[column, text] as const];
  });
}

/** Of the phrases that end such tables those that stand on every example, each in one spelling. */
function endings(examples: readonly Example[], until: readonly string[]): readonly string[] {
  const found = until.filter((phrase) =>
    examples.every(({ views }) =>
      views.some(({ finder }) => finder.find(phrase).some((hit) => hit.beginsPiece))
    )
  );
  return found.filter((phrase, at) =>
    !found.slice(0, at).some((other) => fold(phrase).startsWith(fold(other)))
  );
}
