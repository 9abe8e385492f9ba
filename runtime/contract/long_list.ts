/** Blocks hold at most twice as many. */
const BLOCK = 256;

/**
 * A list that is cheap to change, however long it is: a changed one shares with the one before all but what is near the
 * change. Bodies whose parts are written one by one are made of these, since each change gives a new body. Immutable.
 */
export class LongList<T> implements Iterable<T> {
  /** What it is made of, in order; none is empty. Those that two lists share are the same. */
  readonly blocks: readonly (readonly T[])[];
  /** How many there are. */
  readonly length: number;

  private constructor(blocks: readonly (readonly T[])[], length: number) {
    this.blocks = blocks;
    this.length = length;
  }

  /** A list of these. */
  static of<T>(items: readonly T[]): LongList<T> {
    return new LongList(blocksOf(items), items.length);
  }

  /** The one at an index, which counts from the end where it is negative; `undefined` where there is none. */
  at(index: number): T | undefined {
    const from = index < 0 ? index + this.length : index;
    if (from < 0 || from >= this.length) return undefined;
    const [block, within] = this.#locate(from);
    return this.blocks[block][within];
  }

  /** A list with another at an index that is there. */
  with(index: number, item: T): LongList<T> {
    return this.spliced(index, 1, [item]);
  }

  /** A list without some from an index on, and with others there. */
  spliced(index: number, remove: number, items: readonly T[] = []): LongList<T> {
    const [first, from] = this.#locate(index);
    let last = first, to = from + remove;
    while (last < this.blocks.length && to > this.blocks[last].length) to -= this.blocks[last++].length;
    const changed = [
      ...(this.blocks[first]?.slice(0, from) ?? []),
      ...items,
      ...(this.blocks[last]?.slice(to) ?? []),
    ];
    const blocks = this.blocks.toSpliced(first, last - first + 1, ...blocksOf(changed));
    const removed = Math.min(remove, this.length - index);
    return new LongList(blocks, this.length - removed + items.length);
  }

  /** All of them, in order. */
  *[Symbol.iterator](): Generator<T> {
    for (const block of this.blocks) yield* block;
  }

  /** The block an index lies in, and where; the end lies behind what the last block holds. */
  #locate(index: number): readonly [block: number, within: number] {
    let left = index;
    const last = this.blocks.length - 1;
    for (let block = 0; block < last; block++) {
      if (left < this.blocks[block].length) return [block, left];
      left -= this.blocks[block].length;
    }
    return [Math.max(last, 0), left];
  }
}

function blocksOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length === 0) return [];
  if (items.length <= 2 * BLOCK) return [items];
  return Array.from(
    { length: Math.ceil(items.length / BLOCK) },
    (_, at) => items.slice(at * BLOCK, (at + 1) * BLOCK),
  );
}
