import { errors } from "../../errors.ts";
import { RASTER_LIMITS, type RasterLimits } from "../limits.ts";

/** Values of a tag, found where they stand when they are asked for: a table may be long. */
export interface TagValues {
  /** How many. */
  readonly count: number;
  /** One of them; rationals as they come out. */
  at(index: number): number;
}

/** A directory: what is said of one image (TIFF 6.0 section 2). */
export interface Directory {
  /** Counts from 1, among the images that are pages. */
  readonly page: number;
  /** By number; tags whose values are text are left out. */
  readonly tags: ReadonlyMap<number, TagValues>;
}

/** Numbers of the tags that are read. */
export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  t4Options: 292,
  resolutionUnit: 296,
  predictor: 317,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
} as const;

const READ: ReadonlySet<number> = new Set(Object.values(TAG));
const ENTRY_BYTES = 12;
/** Bytes of a value, by type: byte, ASCII, short, long, rational. */
const SIZES = [0, 1, 1, 2, 4, 8];
const ASCII = 2;
/** Bits of NewSubfileType: a smaller copy of another image, and a mask. Neither is a page. */
const NO_PAGE = 0b101;

/** Every page's directory, in order. Fails where they are none, lead in a circle, or are too many. */
export function readDirectories(bytes: Uint8Array, limits: RasterLimits = RASTER_LIMITS): Directory[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = bytes[0] === 0x49;
  const pages: Directory[] = [], seen = new Set<number>();
  if (bytes.length < 8) errors.fail("FAX_IMAGE_TRUNCATED", { page: 1 });
  let images = 0;
  for (let at = view.getUint32(4, isLittle); at !== 0;) {
    const page = pages.length + 1;
    if (seen.has(at)) errors.fail("FAX_DIRECTORY_WRONG", { page, rule: "they lead in a circle" });
    seen.add(at);
    if (++images > limits.pagesMax) errors.fail("FAX_PAGES_TOO_MANY", { pagesMax: limits.pagesMax });
    if (at + 2 > bytes.length) errors.fail("FAX_IMAGE_TRUNCATED", { page });
    const count = view.getUint16(at, isLittle), end = at + 2 + count * ENTRY_BYTES;
    if (end > bytes.length) errors.fail("FAX_IMAGE_TRUNCATED", { page });
    const tags = readTags(view, isLittle, at + 2, count);
    if ((valueOf(tags, TAG.newSubfileType, 0) & NO_PAGE) === 0) pages.push({ page, tags });
    // Some writers leave out the 0 that says there is no other.
    at = end + 4 <= bytes.length ? view.getUint32(end, isLittle) : 0;
  }
  if (pages.length === 0) errors.fail("FAX_DIRECTORY_WRONG", { page: 1, rule: "no page" });
  return pages;
}

/** The first value of a tag. */
export function valueOf(tags: Directory["tags"], tag: number, otherwise: number): number {
  const values = tags.get(tag);
  return values && values.count > 0 ? values.at(0) : otherwise;
}

function readTags(view: DataView, isLittle: boolean, from: number, count: number): Map<number, TagValues> {
  const tags = new Map<number, TagValues>();
  for (let entry = from; entry < from + count * ENTRY_BYTES; entry += ENTRY_BYTES) {
    const tag = view.getUint16(entry, isLittle), type = view.getUint16(entry + 2, isLittle);
    if (!READ.has(tag) || tags.has(tag) || SIZES[type] === undefined || type === ASCII || type === 0) {
      continue;
    }
    const values = view.getUint32(entry + 4, isLittle), bytes = SIZES[type] * values;
    const at = bytes <= 4 ? entry + 8 : view.getUint32(entry + 8, isLittle);
    // A table that goes beyond the file has no values: whoever needs them says what is missing.
    if (at + bytes > view.byteLength) continue;
    tags.set(tag, {
      count: values,
      at: (index) => readValue(view, isLittle, type, at + SIZES[type] * index),
    });
  }
  return tags;
}

function readValue(view: DataView, isLittle: boolean, type: number, at: number): number {
  switch (type) {
    case 1:
      return view.getUint8(at);
    case 3:
      return view.getUint16(at, isLittle);
    case 4:
      return view.getUint32(at, isLittle);
    default:
      return view.getUint32(at, isLittle) / view.getUint32(at + 4, isLittle);
  }
}
