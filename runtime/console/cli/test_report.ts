import type { NamedDifference } from "../testing/compare.ts";
import type { CaseResult } from "../testing/run_tests.ts";
import { countText, plural } from "./figures.ts";
import type { Paint } from "./paint.ts";
import { plain } from "./plain.ts";

/** A result with the file its case stands in, as it was typed. */
export interface CountedResult extends CaseResult {
  readonly file: string;
}

/** A case as people read it: one line, and below it what is not as it should be. */
export function caseLines({ file, name, line, failures }: CountedResult, paint: Paint): string {
  if (failures.length === 0) return `${paint.good("ok")}   ${plain(name)}`;
  const lines = [`${paint.bad("FAIL")} ${plain(name)} ${paint.faint(`${file}:${line}`)}`];
  for (const { place, about, says, differences = [] } of failures) {
    const where = `${file}:${place.line}:${place.column}`;
    lines.push(`     ${paint.bold(where)} ${about}${says === undefined ? "" : `: ${plain(says)}`}`);
    lines.push(...differenceLines(differences, paint));
  }
  return lines.join("\n");
}

/** One line for each path that differs, in columns, with what its place is called. */
function differenceLines(differences: readonly NamedDifference[], paint: Paint): readonly string[] {
  const width = Math.max(...differences.map(({ path }) => path.length));
  const widest = (values: readonly (string | undefined)[]) =>
    Math.min(40, Math.max(...values.map((value) => valueText(value).length)));
  const wanted = widest(differences.map(({ expected }) => expected));
  const got = widest(differences.map(({ actual }) => actual));
  return differences.map(({ path, name, expected, actual }) => {
    const found = valueText(actual);
    const said = name === undefined
      ? paint.bad(found)
      : `${paint.bad(found.padEnd(got))}  ${paint.faint(plain(name))}`;
    return `       ${plain(path).padEnd(width)}  expected ${
      paint.good(valueText(expected).padEnd(wanted))
    }  got ${said}`;
  });
}

function valueText(value: string | undefined): string {
  return value === undefined ? "nothing" : value === "" ? '""' : plain(value);
}

/** What all of it came to: `3 passed, 1 failed`. */
export function countLine(results: readonly CountedResult[], problems: number, paint: Paint): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const parts = [`${countText(results.length - failed)} passed`];
  if (failed > 0) parts.push(paint.bad(`${countText(failed)} failed`));
  if (problems > 0) parts.push(paint.bad(plural(problems, "problem")));
  return parts.join(", ");
}
