import type { Secret } from "../contract/spec.ts";
import type { Place, Spot } from "./problem.ts";

/** What every node knows. */
interface Base extends Spot {
  /** From the top, as a person would say it: `channels.lab.listen.mllp`; `the gateway file` for the whole. */
  readonly path: string;
  /** Where the value begins. */
  readonly place: Place;
  /** Where its key begins; where it has none, where it begins itself. */
  readonly keyPlace: Place;
}

/** One value, as the file spells it: nothing has been guessed about its type. */
export interface ScalarNode extends Base {
  readonly kind: "scalar";
  readonly text: string;
  /** Already wrapped, where settings were given as an object. */
  readonly secret?: Secret;
  /** The text as the file has it, where variables stand in it: `Bearer ${TOKEN}`. */
  readonly written?: string;
}
/** A key with nothing behind it. */
export interface EmptyNode extends Base {
  readonly kind: "empty";
  /** True for a bare word in braces, `{ a, b: 1 }`: mostly text that had a comma. */
  readonly bare: boolean;
}
/** Items in order. */
export interface ListNode extends Base {
  readonly kind: "list";
  readonly items: readonly ConfigNode[];
  /** True for `[a, b]`: mostly text that had brackets where text was wanted. */
  readonly flow: boolean;
}
/** Keys with values, in order, each key once. */
export interface MapNode extends Base {
  readonly kind: "map";
  readonly entries: readonly Entry[];
}
/** One key of a map. */
export interface Entry {
  readonly key: string;
  readonly value: ConfigNode;
}

/** A part of a gateway file: neither YAML nor a JavaScript value, so that both are read alike. */
export type ConfigNode = ScalarNode | EmptyNode | ListNode | MapNode;

/** The value of a key. */
export function valueOf(node: MapNode, key: string): ConfigNode | undefined {
  return node.entries.find((entry) => entry.key === key)?.value;
}

/** What a node is, for a message. Never quotes it. */
export function kindOf(node: ConfigNode): string {
  return { scalar: "text", empty: "nothing", list: "a list", map: "settings" }[node.kind];
}

/** The key of a node, as a place to report: what is missing is reported where it should have been. */
export function keySpot(node: ConfigNode): Spot {
  return { path: node.path, place: node.keyPlace };
}

/** The path of a part. A name with other characters is quoted: `set."PID-3.1"`. */
export function pathOf(parent: string, part: string | number): string {
  if (typeof part === "number") return `${parent}[${part}]`;
  const name = /^[\w-]+$/.test(part) ? part : JSON.stringify(part);
  return WHOLES.includes(parent) ? name : `${parent}.${name}`;
}

/** The path of the whole file. */
export const WHOLE = "the gateway file";
/** The path of a whole file of tests. */
export const WHOLE_TESTS = "the test file";
/** The path of a whole network file. */
export const WHOLE_NETWORK = "the network file";
const WHOLES = [WHOLE, WHOLE_TESTS, WHOLE_NETWORK];

/** The node at a path of keys, or the last one on the way that is there. */
export function nearestNode(node: ConfigNode, ...keys: readonly string[]): ConfigNode {
  let at = node;
  for (const key of keys) {
    const next = at.kind === "map" ? valueOf(at, key) : undefined;
    if (!next) return at;
    at = next;
  }
  return at;
}
