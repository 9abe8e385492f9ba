import { BLACK_RUNS, HORIZONTAL, MODES, PASS, WHITE_RUNS } from "./codes.ts";

/** Where the colour changes along a line: to black, to white, and so on; ended by several times the line's width. */
export type Changes = Int32Array;

/** A line that could not be read. */
export const DAMAGED = -1;

/** Zeros behind the data, so that looking ahead needs no bounds. */
const SPARE_BYTES = 8;
/** Ends of a line that stand behind its changes: as many as may be looked at beyond the last. */
const ENDS = 4;
/** Zeros of an end-of-line code (T.4 section 4.1.2). */
const EOL_ZEROS = 11;

/** Reads lines of T.4 and T.6 from bits, most significant first. */
export class LineReader {
  /** The next bit. */
  at = 0;
  readonly #data: Uint8Array;
  readonly #end: number;

  constructor(data: Uint8Array, readonly columns: number) {
    this.#data = new Uint8Array(data.length + SPARE_BYTES);
    this.#data.set(data);
    this.#end = data.length * 8;
  }

  /** A line as white as the one above the first is (T.6 section 2.1). */
  white(): Changes {
    return new Int32Array(this.columns + ENDS + 2).fill(this.columns);
  }

  /** Bits that are left; less than 0 where more were taken than there are. */
  get left(): number {
    return this.#end - this.at;
  }

  /** The next bits, up to 24 of them; those behind the end are 0. */
  peek(bits: number): number {
    const byte = this.at >> 3, data = this.#data;
    if (this.at >= this.#end) return 0;
    const word = data[byte] << 24 | data[byte + 1] << 16 | data[byte + 2] << 8 | data[byte + 3];
    return (word << (this.at & 7)) >>> (32 - bits);
  }

  /** A one-dimensional line (T.4 section 4.1). How many changes it has; {@linkcode DAMAGED} where it is none. */
  line1d(into: Changes): number {
    const { columns } = this;
    let count = 0, x = 0, isBlack = false;
    while (x < columns) {
      const run = this.#run(isBlack ? BLACK_RUNS : WHITE_RUNS);
      x += run;
      if (run < 0 || x > columns) return DAMAGED;
      count = changeAt(into, count, x);
      isBlack = !isBlack;
    }
    return this.#ended(into, count);
  }

  /** A line told by the one above it (T.4 section 4.2, T.6 section 2.2). */
  line2d(above: Changes, into: Changes): number {
    const { columns } = this, data = this.#data;
    // As the recommendations call them: a0 is where the line stands, b1 the next change above to the other colour.
    let a0 = -1, b1 = 0, count = 0;
    while (a0 < columns) {
      const at = this.at;
      if (at >= this.#end) return DAMAGED;
      const entry = MODES[((data[at >> 3] << 8 | data[(at >> 3) + 1]) >> (9 - (at & 7))) & 0x7f];
      if (entry === 0) return DAMAGED;
      this.at = at + (entry & 15);
      while (above[b1] <= a0 && above[b1] < columns) b1 += 2;
      const mode = entry >> 4;
      if (mode === PASS) {
        a0 = above[b1 + 1];
        if (a0 >= columns) return DAMAGED;
      } else if (mode === HORIZONTAL) {
        const isBlack = (count & 1) === 1;
        const first = this.#run(isBlack ? BLACK_RUNS : WHITE_RUNS);
        if (first < 0) return DAMAGED;
        const second = this.#run(isBlack ? WHITE_RUNS : BLACK_RUNS);
        const a1 = (a0 < 0 ? 0 : a0) + first;
        a0 = a1 + second;
        if (second < 0 || a0 > columns) return DAMAGED;
        count = changeAt(into, changeAt(into, count, a1), a0);
      } else {
        const a1 = above[b1] + mode - 3;
        if (a1 <= a0 || a1 > columns) return DAMAGED;
        a0 = a1;
        count = changeAt(into, count, a1);
        b1 += b1 > 0 ? -1 : 1;
      }
    }
    return this.#ended(into, count);
  }

  /** Takes an end-of-line code and the fill before it; false, and nothing is taken, where none is next. */
  skipEol(): boolean {
    if (this.peek(EOL_ZEROS) !== 0) return false;
    const at = this.#nextOne(this.at);
    if (at >= this.#end) return false;
    this.at = at + 1;
    return true;
  }

  /**
   * Takes an end-of-line code one of whose zeros is a 1, where one has to be next; false, and nothing is taken, where it is
   * something else.
   */
  skipSpoiledEol(): boolean {
    const spoiled = this.#nextOne(this.at), at = this.#nextOne(spoiled + 1);
    if (at - this.at < EOL_ZEROS || at >= this.#end) return false;
    this.at = at + 1;
    return true;
  }

  /** Goes on to the next end-of-line code, which is not taken; false, and at the end, where there is none. */
  findEol(): boolean {
    const data = this.#data;
    let zeros = 0;
    for (let at = this.at; at < this.#end; at++) {
      if ((data[at >> 3] & 0x80 >> (at & 7)) === 0) zeros++;
      else if (zeros < EOL_ZEROS) zeros = 0;
      else {
        this.at = at - EOL_ZEROS;
        return true;
      }
    }
    this.at = this.#end;
    return false;
  }

  /** Whether nothing but zeros is left. */
  isAtEnd(): boolean {
    return this.#nextOne(this.at) >= this.#end;
  }

  /** Goes on to where the next piece of so many bits begins. */
  align(bits: number): void {
    this.at = Math.ceil(this.at / bits) * bits;
  }

  #nextOne(from: number): number {
    const data = this.#data;
    let at = from;
    while (at < this.#end) {
      if ((at & 7) === 0 && data[at >> 3] === 0) at += 8;
      else if ((data[at >> 3] & 0x80 >> (at & 7)) === 0) at++;
      else return at;
    }
    return this.#end;
  }

  /** Pixels of a run; less than 0 where no code is next. */
  #run(runs: Uint16Array): number {
    const data = this.#data, end = this.#end;
    let at = this.at, run = 0;
    while (at < end && run <= this.columns) {
      const byte = at >> 3;
      const bits = (data[byte] << 16 | data[byte + 1] << 8 | data[byte + 2]) >> (11 - (at & 7)) & 0x1fff;
      const entry = runs[bits];
      if (entry === 0) break;
      at += entry & 15;
      run += entry >> 4;
      if (entry < 64 << 4) {
        this.at = at;
        return run;
      }
    }
    return DAMAGED;
  }

  #ended(into: Changes, count: number): number {
    if (this.left < 0) return DAMAGED;
    into.fill(this.columns, count, count + ENDS);
    return count;
  }
}

/** Two changes at one place are none: a run without pixels lies between them. */
function changeAt(into: Changes, count: number, x: number): number {
  if (count > 0 && into[count - 1] === x) return count - 1;
  into[count] = x;
  return count + 1;
}

/** Blackens what lies between changes, in a row that begins at byte `row` and is white. */
export function paint(bits: Uint8Array, row: number, changes: Changes, count: number): void {
  for (let at = 0; at < count; at += 2) {
    const from = changes[at], to = changes[at + 1];
    if (from >= to) continue;
    const first = row + (from >> 3), last = row + ((to - 1) >> 3);
    const left = 0xff >> (from & 7), right = 0xff << (7 - ((to - 1) & 7));
    if (first === last) bits[first] |= left & right;
    else {
      bits[first] |= left;
      if (last - first > 1) bits.fill(0xff, first + 1, last);
      bits[last] |= right;
    }
  }
}
