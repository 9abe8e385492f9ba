import { errors } from "../../errors.ts";
import type { RasterLimits } from "../limits.ts";
import { faxDpi } from "../resolution.ts";
import { type Directory, TAG, type TagValues, valueOf } from "./directory.ts";

/** How a page's pixels are packed, by TIFF's number: what is read. */
export const COMPRESSIONS: ReadonlyMap<number, Packing> = new Map<number, Packing>([
  [1, "none"],
  [2, "rle"],
  [3, "g3"],
  [4, "g4"],
  [5, "lzw"],
  [8, "deflate"],
  [32946, "deflate"],
  [32771, "rle_words"],
  [32773, "packbits"],
]);

/** How pixels are packed. */
export type Packing = "none" | "rle" | "rle_words" | "g3" | "g4" | "lzw" | "deflate" | "packbits";

/** What a page's directory says, checked against the limits and the file. */
export interface PageLayout {
  /** Counts from 1. */
  readonly page: number;
  /** Pixels of a line. */
  readonly width: number;
  /** Lines, as said; a page that was received by modem may end before. */
  readonly height: number;
  /** Pixels an inch, across. */
  readonly xDpi: number;
  /** Pixels an inch, down. */
  readonly yDpi: number;
  /** How pixels are packed. */
  readonly packing: Packing;
  /** Whether lines of G3 may be told by the one above. */
  readonly is2d: boolean;
  /** Whether the first pixel is in the least significant bit. */
  readonly isLsbFirst: boolean;
  /** Whether 0 is black. */
  readonly isZeroBlack: boolean;
  /** Bits of a sample: 1, or 8. */
  readonly bits: number;
  /** Samples of a pixel. */
  readonly samples: number;
  /** Whether each sample of 8 bits is the difference from the one left of it. */
  readonly isDifference: boolean;
  /** Pieces of the page across: 1 where it is in strips. */
  readonly across: number;
  /** Pixels of a piece's line. */
  readonly pieceWidth: number;
  /** Lines of a piece; `undefined` where what is said cannot be: each then has as many as there are in it. */
  readonly pieceHeight: number | undefined;
  /** Where pieces begin, in bytes from the start of the file, row by row. */
  readonly offsets: TagValues;
  /** Bytes of each piece; `undefined` where it is not said. */
  readonly byteCounts: TagValues | undefined;
}

const CENTIMETRES = 3, CM_PER_INCH = 2.54;
const RGB = 2;

/** Reads a directory. Fails where it says what is not read or cannot be. */
export function layoutOf(
  { page, tags }: Directory,
  bytes: Uint8Array,
  limits: RasterLimits,
): PageLayout {
  const width = valueOf(tags, TAG.imageWidth, 0), height = valueOf(tags, TAG.imageLength, 0);
  if (width === 0 || height === 0) errors.fail("FAX_DIRECTORY_WRONG", { page, rule: "it has no size" });
  checkSize(page, width, height, limits);
  return {
    page,
    width,
    height,
    ...resolutionOf(tags, width, height),
    ...packingOf(page, tags),
    ...samplesOf(page, tags),
    ...piecesOf(page, tags, width, height, bytes.length, limits),
  };
}

/** Fails where so many pixels are more than a page may have. */
export function checkSize(page: number, width: number, height: number, limits: RasterLimits): void {
  const exceed = (rule: string, max: number) =>
    errors.fail("FAX_IMAGE_TOO_LARGE", { page, width, height, rule, max });
  if (width > limits.widthMax) exceed("widthMax", limits.widthMax);
  if (height > limits.heightMax) exceed("heightMax", limits.heightMax);
  if (width * height > limits.pagePixelsMax) exceed("pagePixelsMax", limits.pagePixelsMax);
}

function resolutionOf(tags: Directory["tags"], width: number, height: number) {
  const unit = valueOf(tags, TAG.resolutionUnit, 2) === CENTIMETRES ? CM_PER_INCH : 1;
  const xDpi = valueOf(tags, TAG.xResolution, 0) * unit, yDpi = valueOf(tags, TAG.yResolution, 0) * unit;
  return faxDpi(width, height, xDpi, yDpi);
}

function packingOf(page: number, tags: Directory["tags"]) {
  const compression = valueOf(tags, TAG.compression, 1);
  const packing = COMPRESSIONS.get(compression) ??
    errors.fail("FAX_COMPRESSION_UNSUPPORTED", { page, compression });
  return {
    packing,
    is2d: (valueOf(tags, TAG.t4Options, 0) & 1) === 1,
    isLsbFirst: valueOf(tags, TAG.fillOrder, 1) === 2,
  };
}

function samplesOf(page: number, tags: Directory["tags"]) {
  const samples = valueOf(tags, TAG.samplesPerPixel, 1), bits = valueOf(tags, TAG.bitsPerSample, 1);
  const photometric = valueOf(tags, TAG.photometric, 0);
  const isCcitt = [2, 3, 4, 32771].includes(valueOf(tags, TAG.compression, 1));
  const isBlackAndWhite = bits === 1 && samples === 1 && photometric <= 1;
  const isGrey = bits === 8 && photometric <= 1 && samples >= 1 && samples <= 2;
  const isRgb = bits === 8 && photometric === RGB && samples >= 3 && samples <= 4;
  const isInterleaved = samples === 1 || valueOf(tags, TAG.planarConfiguration, 1) === 1;
  if (!isBlackAndWhite && (isCcitt || !isInterleaved || !isGrey && !isRgb)) {
    errors.fail("FAX_PIXELS_UNSUPPORTED", { page });
  }
  return {
    bits,
    samples,
    isZeroBlack: photometric !== 0,
    isDifference: bits === 8 && valueOf(tags, TAG.predictor, 1) === 2,
  };
}

function piecesOf(
  page: number,
  tags: Directory["tags"],
  width: number,
  height: number,
  fileBytes: number,
  limits: RasterLimits,
) {
  const isTiled = tags.has(TAG.tileWidth);
  const offsets = tags.get(isTiled ? TAG.tileOffsets : TAG.stripOffsets);
  const wrong = (rule: string) => errors.fail("FAX_STRIPS_WRONG", { page, rule });
  if (!offsets || offsets.count === 0) return wrong("the table of them is missing or goes beyond the file");
  if (offsets.count > fileBytes) return wrong("more than the file has bytes");
  const counts = tags.get(isTiled ? TAG.tileByteCounts : TAG.stripByteCounts);
  const byteCounts = counts && counts.count >= offsets.count ? counts : undefined;
  if (!isTiled) {
    const said = Math.min(valueOf(tags, TAG.rowsPerStrip, height), height);
    if (offsets.count > height) return wrong("more than it has lines");
    const isRight = said > 0 && Math.ceil(height / said) === offsets.count;
    const pieceHeight = isRight ? said : undefined;
    return { across: 1, pieceWidth: width, pieceHeight, offsets, byteCounts };
  }
  const pieceWidth = valueOf(tags, TAG.tileWidth, 0), pieceHeight = valueOf(tags, TAG.tileLength, 0);
  if (pieceWidth === 0 || pieceHeight === 0) return wrong("tiles without a size");
  const across = Math.ceil(width / pieceWidth), down = Math.ceil(height / pieceHeight);
  // The last tiles may go beyond the page, and are unpacked in whole.
  checkSize(page, across * pieceWidth, down * pieceHeight, limits);
  if (offsets.count < across * down) return wrong("fewer tiles than it needs");
  return { across, pieceWidth, pieceHeight, offsets, byteCounts };
}
