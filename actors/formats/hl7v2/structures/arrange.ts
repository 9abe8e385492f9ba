import type { Group, Leaf } from "./_decode.ts";
import { ANY, nextPlace } from "./_next_place.ts";

/** A group where it stands in a message. */
export interface Arranged {
  readonly name: string;
  /** Its first segment, counted from 0. */
  readonly start: number;
  /** Behind its last segment. */
  readonly end: number;
  /** The groups within it, in order. */
  readonly groups: readonly Arranged[];
}

/** Where a message departs from its structure. */
export type Departure =
  /** A segment the structure has nowhere. */
  | { readonly kind: "unexpected"; readonly at: number }
  /** A segment the structure has elsewhere. */
  | { readonly kind: "out of order"; readonly at: number }
  /** A segment, or the first of a group, that the structure has once. */
  | { readonly kind: "repeated"; readonly at: number }
  /** A segment without which the group that ends before segment `at` is not complete. */
  | { readonly kind: "missing"; readonly at: number; readonly id: string; readonly group: string };

interface Open {
  readonly name: string;
  readonly start: number;
  end: number;
  readonly groups: Open[];
  readonly group: Group;
  /** Places of the parts that have come; kept only where somebody asks what is missing. */
  readonly seen: Set<number> | undefined;
}

/**
 * Puts the segments of a message into the groups of its structure. Nothing is refused (HL7 v2.9.1 section 2.5.2: a
 * receiver ignores what it does not expect): a segment without a place, Z-segments among them, stays in the innermost
 * group it stands in. Linear in the segments.
 */
export function arrange(
  structure: Group,
  ids: readonly string[],
  report?: (departure: Departure) => void,
): Arranged {
  const expected = idsIn(structure);
  const open = (group: Group, start: number): Open => ({
    name: group.name,
    start,
    end: ids.length,
    groups: [],
    group,
    seen: report && new Set(),
  });
  const whole = open(structure, 0);
  const stack = [whole];
  let from: Leaf | Group = structure;
  for (const [at, id] of ids.entries()) {
    const isExpected = expected.has(id);
    const place = nextPlace(from, isExpected ? id : ANY);
    if (place === undefined) {
      if (!id.startsWith("Z")) report?.({ kind: isExpected ? "out of order" : "unexpected", at });
      continue;
    }
    while (stack[stack.length - 1].group !== place.within) close(stack.pop()!, at, report);
    for (const group of groupsBetween(place.within, place.leaf)) {
      const begun = open(group, at), outer = stack[stack.length - 1];
      outer.groups.push(begun);
      outer.seen?.add(group.at);
      stack.push(begun);
    }
    stack[stack.length - 1].seen?.add(place.leaf.at);
    if (place.fit === "repeated") report?.({ kind: "repeated", at });
    from = place.leaf;
  }
  while (stack.length > 0) close(stack.pop()!, ids.length, report);
  return whole;
}

function close(open: Open, at: number, report?: (departure: Departure) => void): void {
  open.end = at;
  if (report === undefined) return;
  for (const part of open.group.parts) {
    const id = open.seen?.has(part.at) ? undefined : firstDemanded(part);
    if (id !== undefined) report({ kind: "missing", at, id, group: open.name });
  }
}

/** The first segment a part must have. */
function firstDemanded(part: Leaf | Group): string | undefined {
  if (!part.isRequired) return undefined;
  if (part.kind === "segment") return part.ids[0];
  return part.parts.map(firstDemanded).find((id) => id !== undefined);
}

/** The groups that begin with a leaf, from the outside in. */
function groupsBetween(within: Group, leaf: Leaf): Group[] {
  const groups: Group[] = [];
  for (let group = leaf.parent; group !== within; group = group.parent!) groups.unshift(group);
  return groups;
}

const idsOf = new WeakMap<Group, ReadonlySet<string>>();

function idsIn(structure: Group): ReadonlySet<string> {
  const known = idsOf.get(structure);
  if (known) return known;
  const leaves = (group: Group): string[] =>
    group.parts.flatMap((part) => part.kind === "segment" ? part.ids : leaves(part));
  const ids = new Set(leaves(structure));
  idsOf.set(structure, ids);
  return ids;
}
