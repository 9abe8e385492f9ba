import type { Group, Leaf } from "./_decode.ts";

/** How a segment comes to its place. */
export type Fit =
  /** As the structure says, or after a part that should have come before it; what is missing shows when a group ends. */
  | "in order"
  /** Once more, where the structure has it once. */
  | "repeated";

/** Where the next segment goes. */
export interface Place {
  readonly leaf: Leaf;
  /** The group that goes on; those between it and the leaf begin anew. */
  readonly within: Group;
  readonly fit: Fit;
}

/** Places by the leaf the segment before had, and the id that comes: a structure has few, a message many. */
const known = new WeakMap<Leaf | Group, Map<string, Place | undefined>>();

/**
 * The place of a segment, by that of the segment before it (the whole structure for the first); `undefined` where the
 * structure has none from there on. Innermost groups first: in an order's result, OBX goes on with the result. A place
 * is looked for
 *
 * 1. as the structure demands;
 * 2. beyond parts that are missing;
 * 3. as one more of what stands once;
 * 4. inside a group whose own beginning is missing: OBX without OBR;
 * 5. where any segment may stand.
 */
export function nextPlace(from: Leaf | Group, id: string): Place | undefined {
  let places = known.get(from);
  if (!places) known.set(from, places = new Map());
  if (!places.has(id)) places.set(id, find(from, id));
  return places.get(id);
}

function find(from: Leaf | Group, id: string): Place | undefined {
  return onward(from, id, { beyondMissing: false, missing: 0 }) ??
    onward(from, id, { beyondMissing: true, missing: 0 }) ??
    again(from, id) ??
    onward(from, id, { beyondMissing: true, missing: 1 }) ??
    onward(from, id, { beyondMissing: true, missing: Infinity }) ??
    (id === ANY ? undefined : onward(from, ANY, { beyondMissing: true, missing: 0 }));
}

/** Stands for whatever segment a structure does not name. */
export const ANY = "ANY";

interface Tolerance {
  /** Whether what a group still lacks keeps it from ending. */
  readonly beyondMissing: boolean;
  /** How many required segments may be missing at the beginning of what begins with the segment. */
  readonly missing: number;
}

/** From a leaf outwards: the leaf again, what follows it in its group, the group again, what follows the group … */
function onward(from: Leaf | Group, id: string, tolerance: Tolerance): Place | undefined {
  if (from.kind === "group") return after(from, -1, id, tolerance)?.place;
  if (from.repeats && from.ids.includes(id)) return { leaf: from, within: from.parent, fit: "in order" };
  let at = from.at;
  for (let group: Group | undefined = from.parent; group; at = group.at, group = group.parent) {
    const found = after(group, at, id, tolerance);
    if (found) {
      const isGuess = found.place === undefined || tolerance.missing > 0;
      return isGuess ? found.place : newTurn(group, found.place, id) ?? found.place;
    }
    if (!group.repeats) continue;
    const leaf = entry(group, id, 0) ?? (tolerance.missing > 0 ? headless(group, id) : undefined);
    if (leaf) return { leaf, within: group.parent!, fit: "in order" };
  }
  return undefined;
}

/**
 * A repetition of a group around, where a segment would otherwise begin another group in its middle: after a result ORC is
 * the next order, and not a prior result of this one whose patient is left out.
 */
function newTurn(within: Group, found: Place, id: string): Place | undefined {
  if (isFirst(within, found.leaf)) return undefined;
  for (let group = within; group.parent; group = group.parent) {
    const leaf = group.repeats ? entry(group, id, 0) ?? headless(group, id) : undefined;
    if (leaf && leaf !== found.leaf) return { leaf, within: group.parent, fit: "in order" };
  }
  return undefined;
}

/** True for a leaf directly in the group, and for one that all groups between begin with. */
function isFirst(within: Group, leaf: Leaf): boolean {
  for (let part: Leaf | Group = leaf; part.parent !== within; part = part.parent!) {
    if (part.at !== 0) return false;
  }
  return true;
}

/** What follows part `at` of a group; without a place where a missing part ends the search. */
function after(
  group: Group,
  at: number,
  id: string,
  { beyondMissing, missing }: Tolerance,
): { readonly place: Place | undefined } | undefined {
  for (const part of group.parts.slice(at + 1)) {
    const leaf = entry(part, id, missing);
    if (leaf) return { place: { leaf, within: group, fit: "in order" } };
    if (!beyondMissing && demands(part)) return { place: undefined };
  }
  return undefined;
}

/** The leaf for a segment that begins a part, with so many required segments before it left out. */
function entry(part: Leaf | Group, id: string, missing: number): Leaf | undefined {
  if (part.kind === "segment") return part.ids.includes(id) ? part : undefined;
  let left = missing;
  for (const inner of part.parts) {
    const leaf = entry(inner, id, left);
    if (leaf) return leaf;
    left -= demands(inner);
    if (left < 0) return undefined;
  }
  return undefined;
}

/**
 * The leaf for a segment that begins a repetition whose own first segment is missing, an order without ORC for one: what is
 * required next, or begins a group. Anything else is out of order.
 */
function headless({ parts: [first, ...others] }: Group, id: string): Leaf | undefined {
  if (first.kind !== "segment") return undefined;
  for (const part of others) {
    const leaf = part.kind === "group" || part.isRequired ? entry(part, id, 0) : undefined;
    if (leaf) return leaf;
    if (demands(part) > 0) return undefined;
  }
  return undefined;
}

/** A leaf, or a group around it from its beginning, once more although it stands once. */
function again(from: Leaf | Group, id: string): Place | undefined {
  if (from.kind === "group") return undefined;
  const begins = from.at === 0 && from.parent.parent;
  if (from.ids.includes(id) && !begins) return { leaf: from, within: from.parent, fit: "repeated" };
  for (let group = from.parent; group.parent; group = group.parent) {
    const leaf = entry(group, id, 0);
    if (leaf) return { leaf, within: group.parent, fit: "repeated" };
  }
  return undefined;
}

/** How many segments a part must have. */
function demands(part: Leaf | Group): number {
  if (!part.isRequired) return 0;
  if (part.kind === "segment") return 1;
  return part.parts.reduce((sum, inner) => sum + demands(inner), 0);
}
