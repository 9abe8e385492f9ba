import { partOf } from "./parts.ts";
import type { Delimiters } from "./delimiters.ts";

/** Where a leaf lies: each counts from 1, `part` among the parts the field separator makes. */
export interface LeafSteps {
  readonly part: number;
  readonly repetition: number;
  readonly component: number;
  readonly subcomponent: number;
}

/** Fields are short as a rule; the platform's search is faster only beyond this, and much so in a document. */
const NEAR = 512;

/**
 * The encoded text of one leaf of the segment between `start` and `end`; `undefined` where the segment does not reach
 * it. In one pass and without cutting anything else out.
 */
export function leafOf(
  text: string,
  start: number,
  end: number,
  steps: LeafSteps,
  delimiters: Delimiters,
): string | undefined {
  const field = delimiters.field.charCodeAt(0);
  const repetition = delimiters.repetition.charCodeAt(0);
  const component = delimiters.component.charCodeAt(0);
  const subcomponent = delimiters.subcomponent.charCodeAt(0);
  let at = fieldStart(text, start, end, steps.part - 1, delimiters.field), code = 0;
  if (at < 0) return undefined;
  for (let left = steps.repetition; left > 1;) {
    if (at >= end || (code = text.charCodeAt(at++)) === field) return undefined;
    if (code === repetition) left--;
  }
  for (let left = steps.component; left > 1;) {
    if (at >= end || (code = text.charCodeAt(at++)) === field || code === repetition) return undefined;
    if (code === component) left--;
  }
  for (let left = steps.subcomponent; left > 1;) {
    if (at >= end || (code = text.charCodeAt(at++)) === field) return undefined;
    if (code === repetition || code === component) return undefined;
    if (code === subcomponent) left--;
  }
  const near = Math.min(at + NEAR, end);
  for (let last = at; last < near; last++) {
    code = text.charCodeAt(last);
    if (code === field || code === repetition || code === component || code === subcomponent) {
      return text.slice(at, last);
    }
  }
  if (near === end) return text.slice(at, end);
  const found = text.indexOf(delimiters.field, near);
  const rest = text.slice(at, found < 0 || found > end ? end : found);
  return firstPart(
    firstPart(firstPart(rest, delimiters.repetition), delimiters.component),
    delimiters.subcomponent,
  );
}

/** Where the part behind `skip` separators starts; -1 where there are fewer. */
function fieldStart(text: string, start: number, end: number, skip: number, separator: string): number {
  if (skip === 0) return start;
  const field = separator.charCodeAt(0), near = Math.min(start + NEAR, end);
  let at = start, left = skip;
  while (at < near) if (text.charCodeAt(at++) === field && --left === 0) return at;
  if (near === end) return -1;
  for (; left > 0; left--) {
    const found = text.indexOf(separator, at);
    if (found < 0 || found >= end) return -1;
    at = found + 1;
  }
  return at;
}

function firstPart(text: string, delimiter: string): string {
  return partOf(text, delimiter, 1) as string;
}
