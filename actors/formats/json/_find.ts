import { entriesOf, rootOf, type Span } from "./_spans.ts";
import { ALL, childPath, type Step } from "./path.ts";

/** A value in the text of a document, with its exact path. */
export interface Place {
  readonly path: string;
  readonly span: Span;
}

/**
 * Follows steps from the root. `enter` says what a step leads to, `spread` what a value stands for where a name is asked
 * of it: itself, or, for a list, all its elements.
 */
export function follow<P>(
  root: P,
  steps: readonly Step[],
  spread: (from: P) => P[],
  enter: (from: P, step: Step) => P[],
): P[] {
  let found = [root];
  for (const step of steps) {
    const from = typeof step === "string" ? found.flatMap(spread) : found;
    found = from.flatMap((each) => enter(each, step));
  }
  return found;
}

/** True where a step leads to the member with that name, or to the element at that index. */
export function leadsTo(step: Step, name: string | undefined, at: number): boolean {
  return step === ALL || step === (name ?? at);
}

/** True for a list. */
export function isList(text: string, { start }: Span): boolean {
  return text[start] === "[";
}

/** A string as its characters, anything else as its text; `undefined` for `null`. */
export function valueOf(text: string, { start, end }: Span): string | undefined {
  const value = text.slice(start, end);
  return value === "null" ? undefined : value[0] === '"' ? JSON.parse(value) as string : value;
}

/** The places a path can mean: those of its elements where it names a list, none for `null`. */
export function placesOf(text: string, steps: readonly Step[]): Place[] {
  const inside = (from: Place) => placesIn(text, from);
  const spread = (from: Place) => isList(text, from.span) ? inside(from) : [from];
  const found = follow(
    { path: "$", span: rootOf(text) },
    steps,
    spread,
    (from, step) =>
      entriesOf(text, from.span).flatMap(({ name, value }, at) =>
        leadsTo(step, name, at) ? [{ path: childPath(from.path, name ?? at), span: value }] : []
      ),
  );
  const last = steps.at(-1);
  const isNamed = last === undefined || typeof last === "string";
  return (isNamed ? found.flatMap(spread) : found).filter(({ span }) => !text.startsWith("null", span.start));
}

/** Every value within a place that holds no others, but for `null`. */
export function* leavesIn(text: string, place: Place): Generator<readonly [path: string, value: string]> {
  const first = text[place.span.start];
  if (first === "{" || first === "[") {
    for (const inner of placesIn(text, place)) yield* leavesIn(text, inner);
    return;
  }
  const value = valueOf(text, place.span);
  if (value !== undefined) yield [place.path, value];
}

function placesIn(text: string, { path, span }: Place): Place[] {
  return entriesOf(text, span).map(({ name, value }, at) => ({
    path: childPath(path, name ?? at),
    span: value,
  }));
}
