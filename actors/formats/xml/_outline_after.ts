import type { Document } from "./_find.ts";
import type { Element, Outline } from "./_outline.ts";
import { type Limits, scan } from "./_scan.ts";
import { declarationsOf } from "./_standalone.ts";
import type { Edit } from "./_write.ts";

/**
 * The outline of a document after a change, made of the one before: what is written by path, value by value, would
 * otherwise be looked through as often as there are values. `undefined` where the whole has to be looked through.
 */
export function outlineAfter(
  { outline }: Document,
  edits: readonly Edit[],
  limits: Limits,
): Outline | undefined {
  if (edits.length !== 1) return undefined;
  const [{ from, to, by, within, makes }] = edits;
  if (within) return outline.lengthened(within, to, by.length - (to - from));
  if (!makes || makes.scope.size > limits.attributesMax) return undefined;
  const { parent, at, scope } = makes;
  const made = scan(`<_${declarationsOf(scope, true)}>${by}</_>`, { ...limits, depthMax: Infinity });
  // What is made stands one in the other.
  const depth = depthOf(outline, parent) + made.count - 1;
  return depth > limits.depthMax ? undefined : outline.extended(parent, at, from, made);
}

function depthOf(outline: Outline, element: Element): number {
  let depth = 1;
  for (let at = element.parent; at >= 0; at = outline.at(at).parent) depth++;
  return depth;
}
