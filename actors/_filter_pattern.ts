/**
 * Regular expressions that cannot be made to run for ever. The platform's engine backtracks: `(a+)+$` takes years on
 * thirty letters, and a peer chooses the letters. This one walks all possibilities at once (Thompson's construction,
 * a deterministic automaton made lazily), so its time grows with the text and with nothing else. The price is what
 * needs backtracking: look-around, back-references, `\b`.
 *
 * Single characters, classes and escapes are left to the platform, one character at a time, so they mean exactly what
 * they mean in JavaScript.
 */

/** Says where in the pattern something is not supported. `at` counts from 0. */
export class PatternError extends Error {
  constructor(readonly at: number, readonly expected: string) {
    super(expected);
  }
}

/** True where the text contains a match. */
export type Pattern = (text: string) => boolean;

/** Larger patterns, counted after repeats are written out, are refused. */
const NODES_MAX = 5_000;
/** Transitions kept before the automaton forgets them and starts again. */
const TRANSITIONS_MAX = 20_000;

type Tree =
  | { readonly kind: "atom"; readonly matches: (char: string) => boolean }
  | { readonly kind: "sequence"; readonly items: readonly Tree[] }
  | { readonly kind: "choice"; readonly items: readonly Tree[] }
  | { readonly kind: "repeat"; readonly item: Tree; readonly min: number; readonly max: number }
  | { readonly kind: "start" | "end" };

/** One state of the automaton before it is made deterministic. */
type Node =
  | { readonly kind: "atom"; readonly matches: (char: string) => boolean; readonly next: Node }
  | { readonly kind: "fork"; readonly next: Node[] }
  | { readonly kind: "start" | "end"; readonly next: Node }
  | { readonly kind: "match" };

/**
 * Compiles a pattern.
 *
 * @param source between the slashes
 * @param flags any of `i` (either case), `s` (a dot matches line ends too), `u` (code points, `\p{…}`)
 * @throws PatternError where the pattern is wrong or needs backtracking
 */
export function compilePattern(source: string, flags: string): Pattern {
  if (!/^(?!.*(.).*\1)[isu]*$/.test(flags)) {
    throw new PatternError(source.length + 1, "only the flags i, s and u");
  }
  try {
    new RegExp(source, flags);
  } catch {
    throw new PatternError(0, "a well-formed regular expression");
  }
  const match: Node = { kind: "match" };
  return run(build(new Reader(source, flags).choice(), match, { left: NODES_MAX }), flags.includes("u"));
}

/** Reads a source the platform has already found to be well-formed. */
class Reader {
  #at = 0;
  constructor(readonly source: string, readonly flags: string) {}

  choice(): Tree {
    const items = [this.#sequence()];
    while (this.#take("|")) items.push(this.#sequence());
    return items.length === 1 ? items[0] : { kind: "choice", items };
  }

  #sequence(): Tree {
    const items: Tree[] = [];
    while (this.#at < this.source.length && !"|)".includes(this.source[this.#at])) items.push(this.#repeat());
    return { kind: "sequence", items };
  }

  #repeat(): Tree {
    const item = this.#item();
    const found = this.#match(/(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/y);
    if (!found) return item;
    const [, sign, low, comma, high] = found;
    if (sign) return { kind: "repeat", item, min: sign === "+" ? 1 : 0, max: sign === "?" ? 1 : Infinity };
    const min = Number(low);
    return { kind: "repeat", item, min, max: comma ? (high ? Number(high) : Infinity) : min };
  }

  #item(): Tree {
    const at = this.#at;
    if (this.#take("^")) return { kind: "start" };
    if (this.#take("$")) return { kind: "end" };
    if (this.#take("(")) {
      if (this.#match(/\?(?!:)/y)) throw new PatternError(at, "no look-around and no named group");
      this.#take("?:");
      const inner = this.choice();
      this.#take(")");
      return inner;
    }
    return this.#atom(at);
  }

  #atom(at: number): Tree {
    if (this.#match(/\\[1-9bBk]/y)) throw new PatternError(at, "no back-reference and no \\b");
    const unicode = this.flags.includes("u");
    if (!unicode && this.#match(/\\(?:[pP]|u)\{/y)) {
      throw new PatternError(at, "the flag u for \\p{…} and \\u{…}");
    }
    const special = this.#match(
      /\[(?:\\[\s\S]|[^\]\\])*\]|\.|\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|c[a-zA-Z]|[pP]\{[^}]*\}|[\s\S])/y,
    )?.[0];
    if (special !== undefined) return this.#native(special);
    const char = unicode ? String.fromCodePoint(this.source.codePointAt(at)!) : this.source[at];
    this.#at += char.length;
    if (this.flags.includes("i")) return this.#native(char.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&"));
    return { kind: "atom", matches: (other) => other === char };
  }

  #native(atom: string): Tree {
    const one = new RegExp(`^${atom}$`, this.flags);
    return { kind: "atom", matches: (char) => one.test(char) };
  }

  #take(text: string): boolean {
    if (!this.source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.source);
    if (found) this.#at += found[0].length;
    return found;
  }
}

/** The automaton for a tree, from its last state backwards: returns the state in front of `next`. */
function build(tree: Tree, next: Node, budget: { left: number }): Node {
  if (--budget.left < 0) throw new PatternError(0, "a smaller pattern");
  switch (tree.kind) {
    case "atom":
      return { kind: "atom", matches: tree.matches, next };
    case "start":
    case "end":
      return { kind: tree.kind, next };
    case "sequence":
      return tree.items.reduceRight((after, item) => build(item, after, budget), next);
    case "choice":
      return { kind: "fork", next: tree.items.map((item) => build(item, next, budget)) };
    case "repeat": {
      let entry = next;
      if (tree.max === Infinity) {
        const loop: Node = { kind: "fork", next: [] };
        loop.next.push(build(tree.item, loop, budget), next);
        entry = loop;
      } else {
        for (let count = tree.min; count < tree.max; count++) {
          entry = { kind: "fork", next: [build(tree.item, entry, budget), next] };
        }
      }
      for (let count = 0; count < tree.min; count++) entry = build(tree.item, entry, budget);
      return entry;
    }
  }
}

/** All states one can be in at once, as one state. */
interface State {
  readonly nodes: ReadonlySet<Node>;
  readonly matches: boolean;
  readonly matchesAtEnd: boolean;
  next: Map<number, State>;
}

/** Adds `node` and all that is reached from it without a character. */
function reach(node: Node, into: Set<Node>, at: { readonly start: boolean; readonly end: boolean }): void {
  const open = [node];
  for (let now = open.pop(); now; now = open.pop()) {
    if (into.has(now)) continue;
    into.add(now);
    if (now.kind === "fork") open.push(...now.next);
    else if ((now.kind === "start" && at.start) || (now.kind === "end" && at.end)) open.push(now.next);
  }
}

function holdsMatch(nodes: Iterable<Node>): boolean {
  for (const node of nodes) if (node.kind === "match") return true;
  return false;
}

function run(entry: Node, unicode: boolean): Pattern {
  const ids = new Map<Node, number>();
  const idOf = (node: Node) => ids.get(node) ?? (ids.set(node, ids.size), ids.size - 1);
  let known = new Map<string, State>();
  let transitions = 0;

  function stateOf(nodes: Set<Node>, start: boolean): State {
    const atEnd = new Set<Node>();
    for (const node of nodes) reach(node, atEnd, { start, end: true });
    return { nodes, matches: holdsMatch(nodes), matchesAtEnd: holdsMatch(atEnd), next: new Map() };
  }

  function step(from: State, code: number): State {
    const char = unicode ? String.fromCodePoint(code) : String.fromCharCode(code);
    const nodes = new Set<Node>();
    for (const node of from.nodes) {
      if (node.kind === "atom" && node.matches(char)) reach(node.next, nodes, MIDDLE);
    }
    reach(entry, nodes, MIDDLE);
    const key = Array.from(nodes, idOf).sort((a, b) => a - b).join();
    let to = known.get(key);
    if (!to) known.set(key, to = stateOf(nodes, false));
    if (++transitions > TRANSITIONS_MAX) {
      for (const state of known.values()) state.next = new Map();
      first.next = new Map();
      known = new Map();
      transitions = 0;
    } else from.next.set(code, to);
    return to;
  }

  const start = new Set<Node>();
  reach(entry, start, { start: true, end: false });
  const first = stateOf(start, true);
  return (text) => {
    let state = first;
    for (let at = 0; at < text.length && !state.matches; at++) {
      const code = unicode ? text.codePointAt(at)! : text.charCodeAt(at);
      if (code > 0xffff) at++;
      state = state.next.get(code) ?? step(state, code);
    }
    return state.matches || state.matchesAtEnd;
  };
}

const MIDDLE = { start: false, end: false };
