import { differences } from "../../runtime/contract/differences.ts";
import type { Body, PathBody } from "../../runtime/contract/message.ts";

/** True where a body lists its leaves. */
export function hasLeaves(body: Body): body is PathBody {
  return "leaves" in body;
}

/**
 * What differs between two bodies, a line for each leaf: `- PID-8 "F"` was expected, `+ PID-8 "M"` is there instead.
 * Empty where they hold the same leaves.
 */
export function pathDiff(actual: PathBody, expected: PathBody): readonly string[] {
  const line = (sign: string, path: string, value: string | undefined) =>
    value === undefined ? [] : [`${sign} ${path} ${JSON.stringify(value)}`];
  return differences(expected, actual).flatMap(({ path, expected, actual }) => [
    ...line("-", path, expected),
    ...line("+", path, actual),
  ]);
}
