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
const NEAR = 64;

/**
 * The encoded text of one leaf of the segment between `start` and `end`; `undefined` where the segment does not reach
 * it. In one pass and without cutting anything else out.
 */
export function leafOf(text: string, start: number, end: number, steps: LeafSteps, delimiters: Delimiters) {
  const field = delimiters.field.charCodeAt(0);
  const repetition = delimiters.repetition.charCodeAt(0);
  const component = delimiters.component.charCodeAt(0);
  const subcomponent = delimiters.subcomponent.charCodeAt(0);
  let at = start, code = 0;
  for (let left = steps.part; left > 1; left--) {
    at = placeOf(text, delimiters.field, field, at, end) + 1;
    if (at > end) return undefined;
  }
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
  const rest = text.slice(at, placeOf(text, delimiters.field, field, at, end));
  return firstPart(
    firstPart(firstPart(rest, delimiters.repetition), delimiters.component),
    delimiters.subcomponent,
  );
}

function placeOf(text: string, delimiter: string, code: number, from: number, end: number): number {
  const near = Math.min(from + NEAR, end);
  for (let at = from; at < near; at++) if (text.charCodeAt(at) === code) return at;
  if (near === end) return end;
  const found = text.indexOf(delimiter, near);
  return found < 0 || found > end ? end : found;
}

function firstPart(text: string, delimiter: string): string {
  return partOf(text, delimiter, 1) as string;
}
