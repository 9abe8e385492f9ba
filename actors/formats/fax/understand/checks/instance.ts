import { type RecognisedDocument, valueAt } from "../../../../../runtime/contract/document.ts";
import type { CheckSpec } from "../template.ts";
import type { Values } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import { pathsIn } from "./parse_expression.ts";

/** A check of a document, or of one of its rows. */
export interface Instance extends CheckSpec {
  readonly values: Values;
  /** Paths of the values that are there. */
  readonly about: readonly string[];
  /** The path of a value, of a column each of its values. */
  pathsOf(path: Expression & { is: "path" }): readonly string[];
}

/** A check with the values it is about. */
export function instanceOf(
  check: CheckSpec,
  found: Pick<RecognisedDocument, "fields" | "tables">,
  pathsOf: Instance["pathsOf"],
): Instance {
  const values: Values = {
    of(path) {
      const texts = pathsOf(path).map((each) => valueAt(found, each)?.value ?? null);
      return path.table === undefined ? texts[0] ?? null : texts;
    },
  };
  const about = [...pathsIn(check.expression)].flatMap(pathsOf).filter((path) => valueAt(found, path));
  return { ...check, values, about: [...new Set(about)], pathsOf };
}
