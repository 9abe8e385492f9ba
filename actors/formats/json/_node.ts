import { LongList } from "../../../runtime/contract/long_list.ts";
import { entriesOf } from "./_spans.ts";
import { ALL, type Step } from "./path.ts";

/** A member of an object or an element of a list. Its text is `gap`, `label` and the value's, one behind the other. */
export interface Child {
  /** White space and the comma before it. */
  readonly gap: string;
  /** The name of a member as it stands, with the colon; empty in a list. */
  readonly label: string;
  readonly name: string | undefined;
  readonly node: Node;
}

/** What an object or a list holds, and what stands behind the last: white space and the bracket that closes it. */
interface Inside {
  readonly children: LongList<Child>;
  readonly tail: string;
}

/**
 * A value in the text of a document. Taken apart when somebody looks into it; one that is changed shares all but the way
 * to the change with the one before. Immutable.
 */
export class Node {
  #text: string | undefined;
  #inside: Inside | undefined;
  /** Where members stand, by name. Shared with nodes made from this one, which may have more, or others there. */
  #indexOf: Map<string, number> | undefined;
  /** The character it begins with. */
  readonly first: string;

  private constructor(first: string, text: string | undefined, inside: Inside | undefined) {
    this.first = first;
    this.#text = text;
    this.#inside = inside;
  }

  /** A value by its text, which is valid JSON without white space around it. */
  static of(text: string): Node {
    return new Node(text[0], text, undefined);
  }

  get text(): string {
    return this.#text ??= this.first + Array.from(this.#opened.children, textOf).join("") + this.#opened.tail;
  }

  get isList(): boolean {
    return this.first === "[";
  }

  get isObject(): boolean {
    return this.first === "{";
  }

  get isNull(): boolean {
    return this.first === "n";
  }

  /** What it holds, in order; nothing where it is neither an object nor a list. */
  get children(): LongList<Child> {
    return this.#opened.children;
  }

  /** Where among its children a step leads; -1 where it leads to none. */
  find(step: string | number): number {
    if (typeof step === "number") return this.isList && step < this.children.length ? step : -1;
    if (!this.isObject) return -1;
    this.#indexOf ??= new Map(Array.from(this.children, ({ name }, at) => [name as string, at] as const));
    const at = this.#indexOf.get(step);
    return at !== undefined && this.children.at(at)?.name === step ? at : -1;
  }

  /** What a step leads to. */
  reached(step: Step): readonly Child[] {
    if (step === ALL) return [...this.children];
    const at = this.find(step), child = at < 0 ? undefined : this.children.at(at);
    return child === undefined ? [] : [child];
  }

  /** With another value for the child at an index. */
  with(at: number, node: Node): Node {
    const { children, tail } = this.#opened;
    const child = children.at(at) as Child;
    const changed = this.#made({ children: children.with(at, { ...child, node }), tail });
    changed.#indexOf = this.#indexOf;
    return changed;
  }

  /** With one more child behind the others. */
  appended(name: string | undefined, node: Node): Node {
    const { children, tail } = this.#opened;
    const label = name === undefined ? "" : `${JSON.stringify(name)}:`;
    const child = { gap: children.length === 0 ? "" : ",", label, name, node };
    const changed = this.#made({ children: children.spliced(children.length, 0, [child]), tail });
    if (name !== undefined && this.#indexOf?.has(name) === false) {
      changed.#indexOf = this.#indexOf.set(name, children.length);
    }
    return changed;
  }

  /** Without the children that match, each with a comma beside it. */
  without(isGone: (child: Child, at: number) => boolean): Node {
    const kept: Child[] = [];
    let gap: string | undefined, at = 0;
    for (const child of this.children) {
      if (isGone(child, at++)) gap ??= child.gap;
      else {
        kept.push(gap === undefined ? child : { ...child, gap });
        gap = undefined;
      }
    }
    const { tail } = this.#opened;
    return this.#made({ children: LongList.of(kept), tail: kept.length === 0 ? (gap ?? "") + tail : tail });
  }

  #made(inside: Inside): Node {
    return new Node(this.first, undefined, inside);
  }

  get #opened(): Inside {
    return this.#inside ??= open(this.text);
  }
}

function textOf({ gap, label, node }: Child): string {
  return gap + label + node.text;
}

function open(text: string): Inside {
  let end = 1;
  const children = entriesOf(text, { start: 0, end: text.length }).map(({ name, start, value }): Child => {
    const gap = text.slice(end, start);
    end = value.end;
    return { gap, label: text.slice(start, value.start), name, node: Node.of(text.slice(value.start, end)) };
  });
  return { children: LongList.of(children), tail: text.slice(end) };
}
