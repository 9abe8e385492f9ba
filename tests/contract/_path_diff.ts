import type { Body, PathBody } from "../../runtime/contract/message.ts";

/** True where a body lists its leaves. */
export function hasLeaves(body: Body): body is PathBody {
  return "leaves" in body;
}

/**
 * What differs between two bodies, a line for each leaf: `- PID-8 "F"` was expected, `+ PID-8 "M"` is there instead.
 * Empty where they hold the same leaves in the same order.
 */
export function pathDiff(actual: PathBody, expected: PathBody): readonly string[] {
  const wanted = [...expected.leaves()], found = [...actual.leaves()];
  const has = (leaves: typeof wanted) => new Set(leaves.map((leaf) => JSON.stringify(leaf)));
  const isWanted = has(wanted), isFound = has(found);
  const lines = [
    ...wanted.filter((leaf) => !isFound.has(JSON.stringify(leaf))).map(line("-")),
    ...found.filter((leaf) => !isWanted.has(JSON.stringify(leaf))).map(line("+")),
  ];
  const order = new Map([...wanted, ...found].map(([path], at) => [path, at]));
  return lines.sort((a, b) => order.get(a.path)! - order.get(b.path)!).map(({ text }) => text);
}

function line(
  sign: string,
): (leaf: readonly [path: string, value: string]) => { path: string; text: string } {
  return ([path, value]) => ({ path, text: `${sign} ${path} ${JSON.stringify(value)}` });
}
