/**
 * The segments of one message, as encoded text without terminators. Until the first change they are places in the text
 * of the whole message: most messages are read in a few fields and passed on.
 */
export class Segments {
  #text: string;
  /** Start and end of each segment in turn; gives way to `#edited`. */
  readonly #places: readonly number[];
  readonly #ids: number[];
  #edited: string[] | undefined;

  constructor(text: string, places: readonly number[], ids: number[], edited?: string[]) {
    this.#text = text;
    this.#places = places;
    this.#ids = ids;
    this.#edited = edited;
  }

  static of(segments: readonly string[]): Segments {
    return new Segments("", [], segments.map((segment) => idOf(segment)), [...segments]);
  }

  get count(): number {
    return this.#ids.length;
  }

  /** The text that segment `at` is part of; where, say `start` and `end`. */
  text(at: number): string {
    return this.#edited?.[at] ?? this.#text;
  }

  start(at: number): number {
    return this.#edited ? 0 : this.#places[2 * at];
  }

  end(at: number): number {
    return this.#edited?.[at].length ?? this.#places[2 * at + 1];
  }

  /** Segment `at` as a text of its own. */
  one(at: number): string {
    return this.#edited?.[at] ?? this.#text.slice(this.#places[2 * at], this.#places[2 * at + 1]);
  }

  all(): string[] {
    if (this.#edited) return this.#edited.slice();
    const segments: string[] = [];
    for (let at = 0; at < this.count; at++) segments.push(this.one(at));
    return segments;
  }

  /** Where the `occurrence`-th segment with this id (by `idOf`) stands; -1 where there is none. */
  find(id: number, occurrence: number): number {
    const ids = this.#ids;
    for (let at = 0, left = occurrence; at < ids.length; at++) {
      if (ids[at] === id && --left === 0) return at;
    }
    return -1;
  }

  findAll(id: number): number[] {
    return this.#ids.flatMap((one, at) => one === id ? [at] : []);
  }

  /** Takes out `remove` segments from `at` on and puts others there. */
  splice(at: number, remove: number, ...segments: string[]): void {
    this.#edited ??= this.all();
    this.#text = "";
    this.#edited.splice(at, remove, ...segments);
    this.#ids.splice(at, remove, ...segments.map((segment) => idOf(segment)));
  }

  copy(): Segments {
    return new Segments(this.#text, this.#places, this.#ids.slice(), this.#edited?.slice());
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
}

/** The three characters of a segment id as one number, which compares faster than text. */
export function idOf(text: string, at = 0): number {
  return text.charCodeAt(at) << 16 | text.charCodeAt(at + 1) << 8 | text.charCodeAt(at + 2);
}
