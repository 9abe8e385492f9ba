import {
  cellAt,
  type ReadCheck,
  type RecognisedDocument,
  valueAt,
} from "../../../../../runtime/contract/document.ts";
import { evaluate, truthOf } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { instanceOf } from "./instance.ts";
import { ExpressionError, parseExpression, pathsIn } from "./parse_expression.ts";

/**
 * The checks of a document made anew, by the rules that stand in it: after a person has changed values, or rows. A rule
 * about one row is made for each row of its table that has what it asks for.
 */
export function recheck(document: RecognisedDocument): readonly ReadCheck[] {
  const made = new Set<string>();
  return document.checks.flatMap((check) => {
    const { rule } = check, table = rowTableOf(check);
    const key = `${table ?? ""}\n${rule}`;
    if (made.has(key)) return [];
    made.add(key);
    const expression = parsed(rule);
    if (!expression) return [check];
    if (table === undefined) return [madeAnew(rule, expression, document)];
    return (document.tables[table] ?? []).flatMap((row, at) => {
      const has = [...pathsIn(expression)].some(({ name }) => Object.hasOwn(row, name));
      return has ? [madeAnew(rule, expression, document, { table, row: at + 1 })] : [];
    });
  });
}

/** A row of a table, from 1. */
interface Place {
  readonly table: string;
  readonly row: number;
}

function madeAnew(
  rule: string,
  expression: Expression,
  document: RecognisedDocument,
  place?: Place,
): ReadCheck {
  const pathsOf = ({ table, name }: Expression & { is: "path" }): readonly string[] => {
    if (table !== undefined) {
      return (document.tables[table] ?? []).map((_, at) => `${table}[${at + 1}].${name}`);
    }
    if (!place) return [name];
    const inRow = `${place.table}[${place.row}].${name}`;
    return [valueAt(document, inRow) ? inRow : name];
  };
  const { values, about } = instanceOf({ rule, expression }, document, pathsOf);
  return { rule, isMet: truthOf(evaluate(expression, values)), about };
}

/** The table whose rows a check is about, where it is about one row. */
function rowTableOf({ rule, about }: ReadCheck): string | undefined {
  const expression = parsed(rule);
  if (!expression) return undefined;
  const whole = new Set(
    [...pathsIn(expression)].map(({ table }) => table).filter((table) => table !== undefined),
  );
  const cell = about.map(cellAt).find((found) => found && !whole.has(found.table));
  return cell?.table;
}

function parsed(rule: string): Expression | undefined {
  try {
    return parseExpression(rule);
  } catch (cause) {
    if (cause instanceof ExpressionError) return undefined;
    throw cause;
  }
}
