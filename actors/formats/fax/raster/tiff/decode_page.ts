import { errors } from "../../errors.ts";
import { type Bitmap, blankBitmap, type PageImage, strideOf } from "../bitmap.ts";
import { type CcittLines, type CcittScheme, decodeCcitt, showLineAbove } from "../ccitt/decode.ts";
import { reverseBits } from "../reverse_bits.ts";
import type { PageLayout } from "./layout.ts";
import { thresholdSamples } from "./samples.ts";
import { inflate, unpackBits, unpackLzw } from "./unpack.ts";
import { type Window, windowsOf } from "./windows.ts";

/** A page, and whether its strips are what its directory says: whoever follows that finds the same lines. */
export interface DecodedPage extends PageImage {
  /** False where lines were damaged or missing, or strips had other sizes than said. */
  readonly isAsSaid: boolean;
}

/** Share of a page's lines that may have got lost on the way; more, and it was cut off. */
const LOST_MAX = 0.1;
/** Share of a page's lines that may be damaged. */
const DAMAGED_MAX = 0.5;

/** Where a piece goes. */
interface Target {
  readonly bits: Uint8Array<ArrayBuffer>;
  readonly stride: number;
  readonly row: number;
  readonly rows: number;
  readonly paper: 0x00 | 0xff;
}

/**
 * Reads a page of a TIFF. Damaged lines of G3 are concealed by the line above; the page ends early where its last strip
 * says so. Fails by FAX_IMAGE_TRUNCATED where lines are missing, and FAX_IMAGE_DAMAGED where nobody can tell what they were.
 */
export function decodePage(bytes: Uint8Array, layout: PageLayout): DecodedPage {
  return new PageDecoder(bytes, layout).decode();
}

class PageDecoder {
  readonly #windows: readonly Window[];
  readonly #page: Bitmap;
  readonly #paper: 0x00 | 0xff;
  #damaged = 0;
  #lost = 0;
  #isAsSaid: boolean;
  /** Bytes that may be read again because a piece is said to be shorter than it is. */
  #againBytes: number;

  constructor(readonly bytes: Uint8Array, readonly layout: PageLayout) {
    this.#windows = windowsOf(layout, bytes.length);
    this.#page = blankBitmap(layout.width, layout.height);
    // Samples of 8 bits become bits of which 1 is black; others stay as they are until the page is there.
    this.#paper = layout.isZeroBlack && layout.bits === 1 ? 0xff : 0x00;
    this.#isAsSaid = layout.pieceHeight !== undefined;
    this.#againBytes = bytes.length;
  }

  decode(): DecodedPage {
    const { height, xDpi, yDpi } = this.layout;
    const lines = this.layout.across === 1 && this.layout.pieceWidth === this.layout.width
      ? this.#decodeStrips()
      : this.#decodeTiles();
    const isCutOff = lines === 0 || this.#lost > height * LOST_MAX && this.#lost * 2 > this.#damaged;
    if (isCutOff) this.#fail("FAX_IMAGE_TRUNCATED");
    if (this.#lost > height * LOST_MAX || this.#damaged > height * DAMAGED_MAX) {
      this.#fail("FAX_IMAGE_DAMAGED", { linesGood: height - this.#damaged, lines: height });
    }
    const bitmap = this.#finished(lines);
    const isAsSaid = this.#isAsSaid && this.#damaged === 0 && lines === height;
    return { bitmap, xDpi, yDpi, damagedLines: this.#damaged, isAsSaid };
  }

  /** How many lines the page has. */
  #decodeStrips(): number {
    const { height, pieceHeight } = this.layout, { bits, stride } = this.#page;
    let row = 0;
    for (const [at, window] of this.#windows.entries()) {
      if (row === height) break;
      const rows = Math.min(pieceHeight ?? height, height - row);
      const target = { bits, stride, row, rows, paper: this.#paper };
      const { lines, end } = this.#decodePiece(window, target, row, pieceHeight !== undefined);
      const isLast = at === this.#windows.length - 1 || row + rows === height && pieceHeight !== undefined;
      row += lines;
      if (lines === rows) continue;
      if (isLast && end === "mark") return row;
      if (!isLast && pieceHeight === undefined) continue;
      const missing = isLast ? height - row : rows - lines;
      this.#conceal(window, target, lines, missing);
      row += missing;
    }
    return row;
  }

  #decodeTiles(): number {
    const { width, height, across, pieceWidth, packing } = this.layout,
      pieceHeight = this.layout.pieceHeight ?? 0;
    const { bits, stride } = this.#page;
    const tileStride = strideOf(pieceWidth), tileBits = new Uint8Array(tileStride * pieceHeight);
    const needed = across * Math.ceil(height / pieceHeight);
    for (const [at, window] of this.#windows.entries()) {
      if (at >= needed) break;
      const left = (at % across) * pieceWidth, top = Math.floor(at / across) * pieceHeight;
      const rows = Math.min(pieceHeight, height - top);
      const target = { bits: tileBits, stride: tileStride, row: 0, rows: pieceHeight, paper: this.#paper };
      tileBits.fill(0);
      const { lines } = this.#decodePiece(window, target, top, true);
      if (lines < rows) this.#conceal(window, target, lines, rows - lines);
      const rowBytes = Math.min(tileStride, strideOf(width - left));
      for (let y = 0; y < rows; y++) {
        const piece = tileBits.subarray(y * tileStride, y * tileStride + rowBytes);
        bits.set(piece, (top + y) * stride + (left >> 3));
      }
    }
    if (packing === "g3") this.#isAsSaid = false;
    return height;
  }

  /** Tries the bytes that are said to be the piece's; where lines are missing, those up to the next piece. */
  #decodePiece(window: Window, target: Target, row: number, isSizeSaid: boolean): CcittLines {
    const { bytes, layout } = this;
    let outcome = this.#unpack(bytes.subarray(window.from, window.to), target);
    const more = window.toMax - window.from;
    // Where it is cut off within a code, that looks like damage.
    const isShort = isSizeSaid && (outcome.end === "data" || outcome.end === "damage");
    if (isShort && window.isSaid && window.toMax > window.to && more <= this.#againBytes) {
      this.#againBytes -= more;
      this.#isAsSaid = false;
      const { stride } = target, from = target.row * stride, to = from + target.rows * stride;
      const before = target.bits.slice(from, to);
      target.bits.fill(0, from, to);
      const again = this.#unpack(bytes.subarray(window.from, window.toMax), target);
      if (again.lines === target.rows && again.damaged <= outcome.damaged) outcome = again;
      else target.bits.set(before, from);
    }
    if (outcome.end === "damage" || outcome.isFollowed && window.isSaid) {
      if (window.isClipped) this.#fail("FAX_IMAGE_TRUNCATED");
      const linesGood = row + (outcome.end === "damage" ? outcome.lines : 0);
      this.#fail("FAX_IMAGE_DAMAGED", { linesGood, lines: layout.height });
    }
    this.#damaged += outcome.damaged;
    return outcome;
  }

  #unpack(data: Uint8Array, target: Target): CcittLines {
    const { packing, pieceWidth, bits, samples, isLsbFirst, is2d } = this.layout;
    const packed = isLsbFirst ? reverseBits(data) : data;
    const scheme = schemeOf(packing, is2d);
    if (scheme) return decodeCcitt(packed, scheme, pieceWidth, target);
    const rowBytes = bits === 8 ? pieceWidth * samples : target.stride;
    const unpacked = unpackBytes(packed, packing, rowBytes * target.rows);
    if (!unpacked) return { lines: 0, damaged: 0, end: "damage", isFollowed: false };
    const lines = Math.min(target.rows, Math.floor(unpacked.length / rowBytes));
    if (bits === 8) thresholdSamples(unpacked.slice(), lines, pieceWidth, this.layout, target);
    else target.bits.set(unpacked.subarray(0, lines * rowBytes), target.row * target.stride);
    return { lines, damaged: 0, end: lines === target.rows ? "rows" : "data", isFollowed: false };
  }

  /** Lines that got lost on a telephone line show the one above; elsewhere none can be lost. */
  #conceal(window: Window, target: Target, from: number, missing: number): void {
    if (this.layout.packing !== "g3" || window.isClipped) this.#fail("FAX_IMAGE_TRUNCATED");
    for (let line = from; line < from + missing; line++) showLineAbove(target, line);
    this.#damaged += missing;
    this.#lost += missing;
  }

  #finished(lines: number): Bitmap {
    const { width, height, stride, bits } = this.#page;
    if (this.#paper === 0xff) { for (let at = 0; at < bits.length; at++) bits[at] ^= 0xff; }
    const spare = 0xff << (stride * 8 - width);
    for (let at = stride - 1; at < bits.length; at += stride) bits[at] &= spare;
    if (lines === height) return this.#page;
    return { width, height: lines, stride, bits: bits.subarray(0, lines * stride) };
  }

  #fail(code: "FAX_IMAGE_TRUNCATED" | "FAX_IMAGE_DAMAGED", facts?: Readonly<Record<string, number>>): never {
    return errors.fail(code, { page: this.layout.page, ...facts });
  }
}

function schemeOf(packing: PageLayout["packing"], is2d: boolean): CcittScheme | undefined {
  switch (packing) {
    case "g3":
      return { kind: "g3", is2d };
    case "g4":
      return { kind: "g4" };
    case "rle":
      return { kind: "rle", alignBits: 8 };
    case "rle_words":
      return { kind: "rle", alignBits: 16 };
    default:
      return undefined;
  }
}

function unpackBytes(
  packed: Uint8Array,
  packing: PageLayout["packing"],
  size: number,
): Uint8Array | undefined {
  switch (packing) {
    case "packbits":
      return unpackBits(packed, size);
    case "lzw":
      return unpackLzw(packed, size);
    case "deflate":
      return inflate(packed, size);
    default:
      return packed.subarray(0, size);
  }
}
