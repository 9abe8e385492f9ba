/**
 * The segments of one message, as encoded text without terminators. Until the first change they are places in the text
 * of the whole message: most messages are read in a few fields and passed on.
 */
export class Segments {
  #text: string;
  /** Start and end of each segment in turn; gives way to `#edited`. */
  readonly #places: readonly number[];
  #edited: string[] | undefined;

  constructor(text: string, places: readonly number[], edited?: string[]) {
    this.#text = text;
    this.#places = places;
    this.#edited = edited;
  }

  static of(segments: readonly string[]): Segments {
    return new Segments("", [], [...segments]);
  }

  get count(): number {
    return this.#edited?.length ?? this.#places.length / 2;
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
    return this.#edited?.slice() ?? Array.from({ length: this.count }, (_, at) => this.one(at));
  }

  /** Where the `occurrence`-th segment with this id stands; -1 where there is none. */
  find(id: string, occurrence: number): number {
    const count = this.count;
    for (let at = 0, left = occurrence; at < count; at++) {
      if (this.#is(at, id) && --left === 0) return at;
    }
    return -1;
  }

  findAll(id: string): number[] {
    const found: number[] = [];
    for (let at = 0; at < this.count; at++) if (this.#is(at, id)) found.push(at);
    return found;
  }

  /** Takes out `remove` segments from `at` on and puts others there. */
  splice(at: number, remove: number, ...segments: string[]): void {
    this.#edited ??= this.all();
    this.#text = "";
    this.#edited.splice(at, remove, ...segments);
  }

  copy(): Segments {
    return new Segments(this.#text, this.#places, this.#edited?.slice());
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

  #is(at: number, id: string): boolean {
    const text = this.text(at), start = this.start(at);
    return text.charCodeAt(start) === id.charCodeAt(0) && text.charCodeAt(start + 1) === id.charCodeAt(1) &&
      text.charCodeAt(start + 2) === id.charCodeAt(2);
  }
}
