import type { Node } from "./_node.ts";
import { childPath, type Step } from "./path.ts";

/** A value of a document, with its exact path. */
export interface Place {
  readonly path: string;
  readonly node: Node;
}

/**
 * Follows steps from the root. `enter` says what a step leads to, `spread` what a value stands for where a name is asked
 * of it: itself, or, for a list, all its elements.
 */
export function follow<P>(
  root: P,
  steps: readonly Step[],
  spread: (from: P) => readonly P[],
  enter: (from: P, step: Step) => readonly P[],
): readonly P[] {
  let found: readonly P[] = [root];
  for (const step of steps) {
    const from = typeof step === "string" ? found.flatMap(spread) : found;
    found = from.flatMap((each) => enter(each, step));
  }
  return found;
}

/** What a step leads to from a value. */
export function entered(node: Node, step: Step): readonly Node[] {
  return node.reached(step).map((child) => child.node);
}

/** All elements of a list; anything else alone. */
export function spread(node: Node): readonly Node[] {
  return node.isList ? Array.from(node.children, (child) => child.node) : [node];
}

/** A string as its characters, anything else as its text; `undefined` for `null`. */
export function valueOf({ text, first, isNull }: Node): string | undefined {
  return isNull ? undefined : first === '"' ? JSON.parse(text) as string : text;
}

/** The places a path can mean: those of its elements where it names a list, none for `null`. */
export function placesOf(root: Node, steps: readonly Step[]): readonly Place[] {
  const spread = (from: Place) => from.node.isList ? placesIn(from) : [from];
  const found = follow<Place>(
    { path: "$", node: root },
    steps,
    spread,
    ({ path, node }, step) =>
      typeof step === "symbol"
        ? placesIn({ path, node })
        : node.reached(step).map((child) => ({ path: childPath(path, step), node: child.node })),
  );
  const last = steps.at(-1);
  const isNamed = last === undefined || typeof last === "string";
  return (isNamed ? found.flatMap(spread) : found).filter(({ node }) => !node.isNull);
}

/** Every value within a place that holds no others, but for `null`. */
export function* leavesIn(place: Place): Generator<readonly [path: string, value: string]> {
  if (place.node.isList || place.node.isObject) {
    for (const inner of placesIn(place)) yield* leavesIn(inner);
    return;
  }
  const value = valueOf(place.node);
  if (value !== undefined) yield [place.path, value];
}

function placesIn({ path, node }: Place): readonly Place[] {
  return Array.from(node.children, (child, at) => ({
    path: childPath(path, child.name ?? at),
    node: child.node,
  }));
}
