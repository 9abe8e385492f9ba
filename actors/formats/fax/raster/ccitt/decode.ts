import { type Changes, DAMAGED, LineReader, paint } from "./lines.ts";

/**
 * How lines are coded: `rle` without anything between them, each from a byte (or a word) on (TIFF 6.0 section 10); `g3`
 * with an end-of-line code before each (T.4); `g4` each told by the one above (T.6).
 */
export type CcittScheme =
  | { readonly kind: "rle"; readonly alignBits: 8 | 16 }
  | { readonly kind: "g3"; readonly is2d: boolean }
  | { readonly kind: "g4" };

/** What came of a strip. */
export interface CcittLines {
  /** Lines that stand in the bitmap, with those that were concealed. */
  readonly lines: number;
  /** Lines that were damaged, and show what the line above shows. */
  readonly damaged: number;
  /**
   * Why it ended: all `rows` are there; a `mark` says that no more come (RTC, EOFB); the `data` are used up; `damage`, after
   * which nothing can be read.
   */
  readonly end: "rows" | "mark" | "data" | "damage";
  /** Bits behind the last line that are no mark and no padding: the lines may be other ones than were sent. */
  readonly isFollowed: boolean;
}

/** Where a strip goes. */
export interface CcittTarget {
  /** 0 where the strip goes: a white run leaves what is there. */
  readonly bits: Uint8Array;
  /** Bytes of a row. */
  readonly stride: number;
  /** The row its first line is. */
  readonly row: number;
  /** Rows it may have. */
  readonly rows: number;
  /** Eight pixels with nothing on them: what a damaged line shows that has none above it. */
  readonly paper: 0x00 | 0xff;
}

const EOFB = 0x001001;
/** End-of-line codes in a row that no data has: T.4 ends a page with six, and the last may be lost. */
const RTC_EOLS = 3;
/** Bits that may stand behind the last line without being an end mark: some pad to words. */
const PADDING_BITS = 32;

/** Reads a strip: bits most significant first, a line `columns` pixels wide. Never fails. */
export function decodeCcitt(
  data: Uint8Array,
  scheme: CcittScheme,
  columns: number,
  target: CcittTarget,
): CcittLines {
  const reader = new LineReader(data, columns);
  switch (scheme.kind) {
    case "g3":
      return new G3(reader, scheme.is2d, target).read();
    case "g4":
      return readG4(reader, target);
    case "rle":
      return readRle(reader, scheme.alignBits, target);
  }
}

function readG4(reader: LineReader, target: CcittTarget): CcittLines {
  let above = reader.white(), line = reader.white();
  for (let lines = 0; lines < target.rows; lines++) {
    const start = reader.at, count = reader.line2d(above, line);
    if (count === DAMAGED) {
      reader.at = start;
      const end = reader.peek(24) === EOFB ? "mark" : reader.isAtEnd() ? "data" : "damage";
      return { lines, damaged: 0, end, isFollowed: false };
    }
    paint(target.bits, (target.row + lines) * target.stride, line, count);
    [above, line] = [line, above];
  }
  const isFollowed = reader.peek(24) !== EOFB && reader.left > PADDING_BITS && !reader.isAtEnd();
  return { lines: target.rows, damaged: 0, end: "rows", isFollowed };
}

function readRle(reader: LineReader, alignBits: number, target: CcittTarget): CcittLines {
  const line = reader.white();
  for (let lines = 0; lines < target.rows; lines++) {
    const start = reader.at, count = reader.line1d(line);
    if (count === DAMAGED) {
      reader.at = start;
      return { lines, damaged: 0, end: reader.isAtEnd() ? "data" : "damage", isFollowed: false };
    }
    paint(target.bits, (target.row + lines) * target.stride, line, count);
    reader.align(alignBits);
  }
  const isFollowed = reader.left > PADDING_BITS && !reader.isAtEnd();
  return { lines: target.rows, damaged: 0, end: "rows", isFollowed };
}

/**
 * Lines of T.4. One that is damaged shows what the line above it shows, and reading goes on at the next end-of-line code;
 * lines told by it are damaged too, up to the next that is told by itself.
 */
class G3 {
  #above: Changes;
  #line: Changes;
  #lines = 0;
  #damaged = 0;
  #isAboveGood = true;
  #hasEols = false;
  #lineStart = 0;

  constructor(
    readonly reader: LineReader,
    readonly is2d: boolean,
    readonly target: CcittTarget,
  ) {
    this.#above = reader.white();
    this.#line = reader.white();
  }

  read(): CcittLines {
    const { reader, target } = this;
    while (this.#lines < target.rows) {
      const { eols, is1d } = this.#between();
      if (eols >= RTC_EOLS) return this.#ended("mark");
      if (reader.isAtEnd()) return this.#ended(eols > 1 ? "mark" : "data");
      if (eols === 0 && this.#hasEols) {
        // What was read as a line ends where no line does.
        this.#spoilLast();
        if (!this.#resume()) return this.#ended("data");
        continue;
      }
      if (eols > 1 && this.#lines > 0) this.#conceal();
      if (this.#lines === target.rows) break;
      this.#hasEols ||= eols > 0;
      this.#lineStart = reader.at;
      this.#readLine(is1d);
    }
    return this.#ended("rows");
  }

  /** End-of-line codes before the next line, and how the last of them says it is coded. */
  #between(): { eols: number; is1d: boolean } {
    const { reader } = this;
    let eols = 0, is1d = true;
    const isNext = () => reader.skipEol() || eols === 0 && this.#hasEols && reader.skipSpoiledEol();
    while (eols < RTC_EOLS && isNext()) {
      eols++;
      if (!this.is2d) continue;
      is1d = reader.peek(1) === 1;
      reader.at++;
    }
    return { eols, is1d };
  }

  #readLine(is1d: boolean): void {
    const { reader, target } = this;
    const count = is1d
      ? reader.line1d(this.#line)
      : this.#isAboveGood
      ? reader.line2d(this.#above, this.#line)
      : DAMAGED;
    if (count === DAMAGED) {
      this.#conceal();
      this.#resume();
      return;
    }
    paint(target.bits, (target.row + this.#lines) * target.stride, this.#line, count);
    this.#lines++;
    this.#isAboveGood = true;
    [this.#above, this.#line] = [this.#line, this.#above];
  }

  #conceal(): void {
    showLineAbove(this.target, this.#lines++);
    this.#damaged++;
    this.#isAboveGood = false;
  }

  #spoilLast(): void {
    if (!this.#isAboveGood) return;
    showLineAbove(this.target, this.#lines - 1);
    this.#damaged++;
    this.#isAboveGood = false;
  }

  /** From the line's start: a code that was taken wrongly may have taken a part of the end-of-line code. */
  #resume(): boolean {
    this.reader.at = this.#lineStart;
    const isFound = this.reader.findEol();
    this.#lineStart = this.reader.at;
    return isFound;
  }

  #ended(end: CcittLines["end"]): CcittLines {
    return { lines: this.#lines, damaged: this.#damaged, end, isFollowed: false };
  }
}

/** Makes a line of a strip what the one above it is, which may be the last of the strip before. */
export function showLineAbove(target: CcittTarget, line: number): void {
  const { bits, stride, paper } = target, at = (target.row + line) * stride;
  if (at === 0) bits.fill(paper, 0, stride);
  else bits.copyWithin(at, at - stride, at);
}
