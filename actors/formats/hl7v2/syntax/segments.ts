import { LongList } from "../../../../runtime/contract/long_list.ts";

/**
 * The segments of one message, as encoded text without terminators. Until the first change they are places in the text
 * of the whole message: most messages are read in a few fields and passed on.
 */
export class Segments {
  readonly #text: string;
  /** Start and end of each segment in turn; of use, with `#ids`, until `#edited` is there. */
  readonly #places: readonly number[];
  readonly #ids: readonly number[];
  /** Where the segments of each id stand in `#ids`; made for whoever asks for many of them. */
  #index: ReadonlyMap<number, readonly number[]> | undefined;
  #edited: LongList<string> | undefined;

  constructor(text: string, places: readonly number[], ids: readonly number[], edited?: LongList<string>) {
    this.#text = text;
    this.#places = places;
    this.#ids = ids;
    this.#edited = edited;
  }

  static of(segments: LongList<string>): Segments {
    return new Segments("", [], [], segments);
  }

  get count(): number {
    return this.#edited?.length ?? this.#ids.length;
  }

  /** The text that segment `at` is part of; where, say `start` and `end`. */
  text(at: number): string {
    return this.#edited?.at(at) ?? this.#text;
  }

  start(at: number): number {
    return this.#edited ? 0 : this.#places[2 * at];
  }

  end(at: number): number {
    return this.#edited?.at(at)?.length ?? this.#places[2 * at + 1];
  }

  /** Segment `at` as a text of its own. */
  one(at: number): string {
    return this.#edited?.at(at) ?? this.#text.slice(this.#places[2 * at], this.#places[2 * at + 1]);
  }

  all(): string[] {
    return this.#edited ? [...this.#edited] : this.#ids.map((_, at) => this.one(at));
  }

  /** Where the `occurrence`-th segment with this id (by `idOf`) stands; -1 where there is none. */
  find(id: number, occurrence: number): number {
    if (this.#edited) return findIn(this.#edited, id, occurrence);
    if (occurrence > FEW) return this.#indexed(id)[occurrence - 1] ?? -1;
    const ids = this.#ids;
    for (let at = 0, left = occurrence; at < ids.length; at++) {
      if (ids[at] === id && --left === 0) return at;
    }
    return -1;
  }

  findAll(id: number): readonly number[] {
    if (!this.#edited) return this.#indexed(id);
    const found: number[] = [];
    let at = 0;
    for (const segment of this.#edited) {
      if (idOf(segment) === id) found.push(at);
      at++;
    }
    return found;
  }

  /** How many segments with this id there are. */
  countOf(id: number): number {
    if (!this.#edited) return this.#indexed(id).length;
    return this.#edited.blocks.reduce((sum, block) => sum + (countsIn(block).get(id) ?? 0), 0);
  }

  /** Takes out `remove` segments from `at` on and puts others there. */
  splice(at: number, remove: number, segments: readonly string[] = []): void {
    this.#edited = (this.#edited ?? LongList.of(this.all())).spliced(at, remove, segments);
  }

  /** Those from `start` up to `end`. */
  slice(start: number, end: number): Segments {
    if (this.#edited) return Segments.of(LongList.of(this.all().slice(start, end)));
    return new Segments(this.#text, this.#places.slice(2 * start, 2 * end), this.#ids.slice(start, end));
  }

  copy(): Segments {
    return new Segments(this.#text, this.#places, this.#ids, this.#edited);
  }

  /** All of them, each with CR behind it. */
  join(): string {
    return this.#isJoined() ? this.#text : this.all().join("\r") + "\r";
  }

  #isJoined(): boolean {
    if (this.#edited) return false;
    const places = this.#places;
    for (let place = 0, next = 0; place < places.length; place += 2) {
      if (places[place] !== next || this.#text.charCodeAt(places[place + 1]) !== 0x0d) return false;
      next = places[place + 1] + 1;
    }
    return places[places.length - 1] + 1 === this.#text.length;
  }

  #indexed(id: number): readonly number[] {
    this.#index ??= Map.groupBy(this.#ids.keys(), (at) => this.#ids[at]);
    return this.#index.get(id) ?? [];
  }
}

/** The three characters of a segment id as one number, which compares faster than text. */
export function idOf(text: string, at = 0): number {
  return text.charCodeAt(at) << 16 | text.charCodeAt(at + 1) << 8 | text.charCodeAt(at + 2);
}

/** What stands before the first of `starts`, with what stands from the nth of them to the next. */
export function cutter<T>(all: readonly T[], starts: readonly number[]): (nth: number) => LongList<T> {
  const before = LongList.of(all.slice(0, starts[0]));
  return (nth) => before.spliced(before.length, 0, all.slice(starts[nth], starts[nth + 1]));
}

/** Up to here it is faster to look than to make an index. */
const FEW = 8;

function findIn({ blocks }: LongList<string>, id: number, occurrence: number): number {
  let before = 0, left = occurrence;
  for (const block of blocks) {
    const here = blocks.length === 1 ? left : countsIn(block).get(id) ?? 0;
    if (here < left) left -= here;
    else {
      for (let at = 0; at < block.length; at++) {
        if (idOf(block[at]) === id && --left === 0) return before + at;
      }
    }
    before += block.length;
  }
  return -1;
}

/** How many segments of each id a block has. Blocks do not change, and most outlive a change of the list. */
const counts = new WeakMap<readonly string[], ReadonlyMap<number, number>>();

function countsIn(block: readonly string[]): ReadonlyMap<number, number> {
  let found = counts.get(block);
  if (!found) {
    const made = new Map<number, number>();
    for (const segment of block) made.set(idOf(segment), (made.get(idOf(segment)) ?? 0) + 1);
    counts.set(block, found = made);
  }
  return found;
}
