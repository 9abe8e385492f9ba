/**
 * Lets a message on where its body meets a condition.
 *
 * ```yaml
 * filter: MSH-9.1 = ORU and any OBX-3.1 in table reportable.csv
 * ```
 *
 * ## Grammar
 *
 * ```
 * expression  = all { "or" all }
 * all         = term { "and" term }
 * term        = "not" term | "(" expression ")" | condition
 * condition   = PATH ( "exists" | "absent" )
 *             | [ "any" | "every" ] PATH comparison
 * comparison  = "=" VALUE | "!=" VALUE
 *             | "in" "(" VALUE { "," VALUE } ")"
 *             | "in" "table" FILE
 *             | "matches" "/" REGEX "/" FLAGS
 * ```
 *
 * - **PATH** is handed to the body as it stands: `PID-3[2].1`, `$.a[0].b`. It ends at a blank or at one of
 *   `= ! ( ) , " '`, except between brackets, which may hold anything. A path that would not survive that, or that is
 *   called `not`, `any` or `every`, is quoted.
 * - **VALUE** and **FILE** are bare words without blanks and `( ) , " ' =`, or quoted with `"` or `'`, where
 *   `\n \r \t \" \' \\ \uXXXX` are escapes. `and`, `or` and `not` are quoted. Words of the language are in lower case.
 * - Values are compared as text, case included: `0042` is not `42`.
 * - **Absent values**: where the body has nothing at PATH, `=`, `in` and `matches` are false and `!=` is true. Empty
 *   text is a value (`PID-8 = ""`); whether an empty field is absent is the format's business.
 * - **any** and **every** look at all values the path can mean. With none at all, `any` is false and `every` is true.
 * - **table**: a text file, relative to the folder of the gateway file, read again when it has changed. Its first
 *   comma-separated column counts; empty lines and lines that begin with `#` do not.
 * - **REGEX** is JavaScript's, found anywhere in the value unless `^` and `$` say otherwise, with the flags `i`, `s`
 *   and `u`. Look-around, back-references, named groups and `\b` are refused, so that the time a match takes grows
 *   with the length of the value and with nothing else, whatever a peer sends.
 * - `not` binds tightest, then `and`, then `or`.
 *
 * @module
 */
import { defineTransformer, type PrepareTools } from "../runtime/contract/actor.ts";
import { MitralError } from "../runtime/contract/error.ts";
import type { Format } from "../runtime/contract/format.ts";
import { hasPaths, type Message } from "../runtime/contract/message.ts";
import { type Spec, text } from "../runtime/contract/spec.ts";
import { filterErrors } from "./_filter_errors.ts";
import { type FilterTest, parseFilter } from "./_filter_parser.ts";
import { readTable } from "./_filter_table.ts";

export type { FilterTest } from "./_filter_parser.ts";

/**
 * Compiles an expression and reads the tables it names.
 *
 * @param live reads a table now and when it has changed; rejects where it cannot
 * @param body the format of the bodies, where it is known: paths it does not have are then found here
 * @returns a function that holds no state but the tables and may be called for any number of bodies
 * @throws MitralError FILTER_EXPRESSION_INVALID with `column` (from 1) and `expected`, FILTER_TABLE_UNREADABLE and
 * FILTER_TABLE_EMPTY with `table`; the format's own error for a path
 */
export async function compileFilter(
  expression: string,
  live: PrepareTools<Spec, string>["live"],
  body?: Format,
): Promise<FilterTest> {
  const { test, tables, paths } = parseFilter(expression);
  for (const { path, use } of paths) body?.checkPath(path, use);
  for (const table of tables) {
    table.source = await live(table.file, (text) => valuesOf(text, table.file)).catch((cause) => {
      if (cause instanceof MitralError) throw cause;
      return filterErrors.fail("FILTER_TABLE_UNREADABLE", { table: table.file }, cause);
    });
  }
  return test;
}

function valuesOf(text: string, table: string): ReadonlySet<string> {
  const values = new Set(readTable(text));
  return values.size > 0 ? values : filterErrors.fail("FILTER_TABLE_EMPTY", { table });
}

/** Lets a message on where its body meets a condition; the grammar is at the top of this module. */
export default defineTransformer({
  name: "filter",
  about: "Lets a message on where its body meets a condition.",
  config: text("The condition, such as MSH-9.1 = ORU.", { example: "MSH-9.1 = ORU and PID-3 exists" }),
  errors: filterErrors.faults,
  prepare: ({ config, live, body }) => compileFilter(config, live, body),
  transform(message: Message, { prepared: test, fail }) {
    const { body } = message;
    if (!hasPaths(body)) return fail("FILTER_BODY_UNSUPPORTED");
    return test(body) ? message : null;
  },
});
