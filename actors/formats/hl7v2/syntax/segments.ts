import { LongList } from "../../../../runtime/contract/long_list.ts";
import type { Delimiters } from "./delimiters.ts";
import { leafOf, type LeafSteps } from "./leaf.ts";

/** The segments of a message as they came, in one text: each with CR behind it, and nothing else. */
export interface Source {
  readonly text: string;
  /** Where each segment starts. */
  readonly starts: readonly number[];
  /** The id of each, by `idOf`. */
  readonly ids: readonly number[];
}

/** A segment that was changed. */
interface Patch {
  readonly at: number;
  readonly text: string;
}

/** More are not patches any more: the segments are taken out of the text. */
const PATCHES_MAX = 8;
/** Up to here it is faster to look than to make an index. */
const FEW = 8;
const NOTHING: Source = { text: "", starts: [], ids: [] };

/**
 * The segments of one message, as encoded text without terminators. They stay places in the text of the whole message
 * while only a few are changed: most messages are read in a few fields, changed in one or two, and passed on.
 */
export class Segments {
  readonly #source: Source;
  /** Where the segments of each id stand in the source; made for whoever asks for many of them. */
  #index: ReadonlyMap<number, readonly number[]> | undefined;
  /** In order of `at`. Each keeps the id of what it stands for. */
  #patches: readonly Patch[];
  /** Instead of the source, once there is more to it than patches. */
  #list: LongList<string> | undefined;

  constructor(source: Source, patches: readonly Patch[] = [], list?: LongList<string>) {
    this.#source = source;
    this.#patches = patches;
    this.#list = list;
  }

  static of(segments: LongList<string>): Segments {
    return new Segments(NOTHING, [], segments);
  }

  get count(): number {
    return this.#list?.length ?? this.#source.ids.length;
  }

  /** The encoded text of a leaf of segment `at`; `undefined` where the segment does not reach it. */
  leaf(at: number, steps: LeafSteps, delimiters: Delimiters): string | undefined {
    const own = this.#apart(at);
    if (own !== undefined) return leafOf(own, 0, own.length, steps, delimiters);
    return leafOf(this.#source.text, this.#source.starts[at], this.#end(at), steps, delimiters);
  }

  /** Segment `at` as a text of its own. */
  one(at: number): string {
    return this.#apart(at) ?? this.#source.text.slice(this.#source.starts[at], this.#end(at));
  }

  all(): string[] {
    return this.#list ? [...this.#list] : this.#source.ids.map((_, at) => this.one(at));
  }

  /** Where the `occurrence`-th segment with this id (by `idOf`) stands; -1 where there is none. */
  find(id: number, occurrence: number): number {
    if (this.#list) return findIn(this.#list, id, occurrence);
    if (occurrence > FEW) return this.#indexed(id)[occurrence - 1] ?? -1;
    const { ids } = this.#source;
    for (let at = 0, left = occurrence; at < ids.length; at++) {
      if (ids[at] === id && --left === 0) return at;
    }
    return -1;
  }

  findAll(id: number): readonly number[] {
    if (!this.#list) return this.#indexed(id);
    const found: number[] = [];
    let at = 0;
    for (const segment of this.#list) {
      if (idOf(segment) === id) found.push(at);
      at++;
    }
    return found;
  }

  /** How many segments with this id there are. */
  countOf(id: number): number {
    if (!this.#list) return this.#indexed(id).length;
    return this.#list.blocks.reduce((sum, block) => sum + (countsIn(block).get(id) ?? 0), 0);
  }

  /** Puts another text, with the same id, in place of segment `at`. */
  replace(at: number, text: string): void {
    if (this.#list) this.#list = this.#list.with(at, text);
    else if (this.#patches.length < PATCHES_MAX || this.#apart(at) !== undefined) {
      const others = this.#patches.filter((patch) => patch.at !== at);
      const place = others.findLastIndex((patch) => patch.at < at) + 1;
      this.#patches = others.toSpliced(place, 0, { at, text });
    } else this.#list = LongList.of(this.all()).with(at, text);
  }

  /** Takes out `remove` segments from `at` on and puts others there. */
  splice(at: number, remove: number, segments: readonly string[] = []): void {
    this.#list = (this.#list ?? LongList.of(this.all())).spliced(at, remove, segments);
  }

  /** Those from `start` up to `end`. */
  slice(start: number, end: number): Segments {
    return Segments.of(LongList.of(Array.from({ length: end - start }, (_, nth) => this.one(start + nth))));
  }

  copy(): Segments {
    return new Segments(this.#source, this.#patches, this.#list);
  }

  /** All of them, each with CR behind it. */
  join(): string {
    if (this.#list) return [...this.#list].join("\r") + "\r";
    const { text, starts } = this.#source;
    let joined = "", from = 0;
    for (const patch of this.#patches) {
      joined += text.slice(from, starts[patch.at]) + patch.text;
      from = this.#end(patch.at);
    }
    return joined + text.slice(from);
  }

  /** Segment `at` where it stands by itself. */
  #apart(at: number): string | undefined {
    if (this.#list) return this.#list.at(at);
    if (this.#patches.length === 0) return undefined;
    return this.#patches.find((patch) => patch.at === at)?.text;
  }

  #end(at: number): number {
    const { starts, text } = this.#source;
    return (at + 1 < starts.length ? starts[at + 1] : text.length) - 1;
  }

  #indexed(id: number): readonly number[] {
    const { ids } = this.#source;
    this.#index ??= Map.groupBy(ids.keys(), (at) => ids[at]);
    return this.#index.get(id) ?? [];
  }
}

/** The three characters of a segment id as one number, which compares faster than text. */
export function idOf(text: string, at = 0): number {
  return text.charCodeAt(at) << 16 | text.charCodeAt(at + 1) << 8 | text.charCodeAt(at + 2);
}

/** What paths call each segment, by their ids or texts in order: `OBX[1]`, `OBX[2]`. */
export function segmentNames(segments: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return segments.map((segment) => {
    const id = segment.slice(0, 3), count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    return `${id}[${count}]`;
  });
}

/** What stands before the first of `starts`, with what stands from the nth of them to the next. */
export function cutter<T>(all: readonly T[], starts: readonly number[]): (nth: number) => LongList<T> {
  const before = LongList.of(all.slice(0, starts[0]));
  return (nth) => before.spliced(before.length, 0, all.slice(starts[nth], starts[nth + 1]));
}

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
