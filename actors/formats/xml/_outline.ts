/** An element in the text, with offsets into it. */
export interface Element {
  /** Its number among all elements, in the order of their start tags. */
  readonly index: number;
  /** The number of the element around it; -1 for the root. */
  readonly parent: number;
  /** Where its `<` is. */
  readonly start: number;
  readonly nameEnd: number;
  /** Behind its start tag. */
  readonly inner: number;
  /** Where its end tag begins; an element without one, `<a/>`, ends there. */
  readonly innerEnd: number;
  readonly end: number;
  /** The number of the first element behind it. */
  readonly next: number;
  /** The namespace of its name; empty where it is in none. */
  readonly namespace: string;
}

const CELLS = 8;
/** Of these: offsets into the text stand from START to END. */
const START = 1, INNER = 3, INNER_END = 4, END = 5, NEXT = 6;

/** The elements of a document. Kept as plain numbers: a tree of objects would be many times the text. */
export class Outline {
  #cells: Int32Array;
  readonly #namespaces: string[];
  readonly #numberOf: Map<string, number>;
  #count: number;

  constructor(
    cells: Int32Array = new Int32Array(CELLS * 64),
    namespaces: string[] = [],
    numberOf: Map<string, number> = new Map(),
    count = 0,
  ) {
    this.#cells = cells;
    this.#namespaces = namespaces;
    this.#numberOf = numberOf;
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds an element, whose end is not known yet, and returns its number. */
  open(parent: number, start: number, nameEnd: number, inner: number, namespace: string): number {
    const index = this.#count++;
    if (this.#count * CELLS > this.#cells.length) {
      const grown = new Int32Array(this.#cells.length * 2);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#cells.set([parent, start, nameEnd, inner, 0, 0, 0, this.#number(namespace)], index * CELLS);
    return index;
  }

  /** Says where an element ends; every element within it has been closed. */
  close(index: number, innerEnd: number, end: number): void {
    this.#cells.set([innerEnd, end, this.#count], index * CELLS + 4);
  }

  /** The outline once the text of an element without elements, or an attribute of one, is `by` characters longer. */
  lengthened(element: Element, to: number, by: number): Outline {
    const lengthened = new Outline(this.#cells.slice(), this.#namespaces, this.#numberOf, this.#count);
    const cells = lengthened.#cells;
    for (let at = 0; at < this.#count * CELLS; at += CELLS) {
      for (let cell = at + START; cell <= at + END; cell++) if (cells[cell] >= to) cells[cell] += by;
    }
    // Of an element without text the text begins where it ends.
    if (element.inner === to) cells[element.index * CELLS + INNER] = to;
    return lengthened;
  }

  /**
   * The outline once more elements stand at an offset, last in `parent` or before the element `at`, which is the first
   * behind them: those of `made` within its root, whose text begins at `made.at(0).inner`.
   */
  extended(parent: Element, at: number, offset: number, made: Outline): Outline {
    const { inner, innerEnd } = made.at(0);
    const added = made.count - 1, by = innerEnd - inner;
    const cells = new Int32Array((this.#count + added) * CELLS);
    cells.set(this.#cells.subarray(0, at * CELLS));
    cells.set(this.#cells.subarray(at * CELLS, this.#count * CELLS), (at + added) * CELLS);
    for (let index: number = parent.index; index >= 0; index = cells[index * CELLS]) {
      cells[index * CELLS + INNER_END] += by;
      cells[index * CELLS + END] += by;
      cells[index * CELLS + NEXT] += added;
    }
    for (let cell = (at + added) * CELLS; cell < cells.length; cell += CELLS) {
      if (cells[cell] >= at) cells[cell] += added;
      for (let each = START; each <= END; each++) cells[cell + each] += by;
      cells[cell + NEXT] += added;
    }
    for (let index = 1; index < made.count; index++) {
      const one = made.at(index);
      const offsets = [one.start, one.nameEnd, one.inner, one.innerEnd, one.end].map((each) =>
        each - inner + offset
      );
      const around = one.parent === 0 ? parent.index : one.parent + at - 1;
      cells.set(
        [around, ...offsets, one.next + at - 1, this.#number(one.namespace)],
        (at + index - 1) * CELLS,
      );
    }
    return new Outline(cells, this.#namespaces, this.#numberOf, this.#count + added);
  }

  /** The number of a namespace. Outlines made of one another share them. */
  #number(namespace: string): number {
    let number = this.#numberOf.get(namespace);
    if (number === undefined) {
      number = this.#namespaces.push(namespace) - 1;
      this.#numberOf.set(namespace, number);
    }
    return number;
  }

  at(index: number): Element {
    const cells = this.#cells, at = index * CELLS;
    return {
      index,
      parent: cells[at],
      start: cells[at + 1],
      nameEnd: cells[at + 2],
      inner: cells[at + 3],
      innerEnd: cells[at + 4],
      end: cells[at + 5],
      next: cells[at + 6],
      namespace: this.#namespaces[cells[at + 7]],
    };
  }

  /** The elements directly within one, in order. */
  *childrenOf(parent: Element): Iterable<Element> {
    for (let index = parent.index + 1; index < parent.next;) {
      const child = this.at(index);
      yield child;
      index = child.next;
    }
  }
}
