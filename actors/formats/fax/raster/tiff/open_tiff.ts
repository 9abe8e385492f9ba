import { errors } from "../../errors.ts";
import { RASTER_LIMITS, type RasterLimits } from "../limits.ts";
import { type DecodedPage, decodePage } from "./decode_page.ts";
import { readDirectories } from "./directory.ts";
import { layoutOf, type PageLayout } from "./layout.ts";
import { windowsOf } from "./windows.ts";

/** A TIFF whose directories are read, and none of its pages. */
export interface TiffPages {
  /** What each page says it is, in order. */
  readonly layouts: readonly PageLayout[];
  /** Reads a page, which counts from 1. Fails as {@linkcode decodePage} does. */
  read(page: number): DecodedPage;
}

/** How many times its own size the pieces of a file may have: they may overlap a little, where sizes are wrong. */
const OVERLAP_MAX = 2;

/**
 * Reads the directories of a TIFF. What is wrong in any of them is found here, before a page is read: the document is refused
 * as a whole. Work is linear in the file's size.
 */
export function openTiff(bytes: Uint8Array, limits: RasterLimits = RASTER_LIMITS): TiffPages {
  const layouts = readDirectories(bytes, limits).map((directory) => layoutOf(directory, bytes, limits));
  checkPieces(layouts, bytes.length);
  let pixels = 0;
  for (const { page, width, height } of layouts) {
    pixels += width * height;
    if (pixels <= limits.pixelsMax) continue;
    errors.fail("FAX_IMAGE_TOO_LARGE", { page, width, height, rule: "pixelsMax", max: limits.pixelsMax });
  }
  return { layouts, read: (page) => decodePage(bytes, layouts[page - 1]) };
}

/** Pieces that many pages share would make a small file a lot of work. */
function checkPieces(layouts: readonly PageLayout[], fileBytes: number): void {
  let pieces = 0, pieceBytes = 0;
  const rule = "they overlap";
  for (const layout of layouts) {
    pieces += layout.offsets.count;
    if (pieces > fileBytes) errors.fail("FAX_STRIPS_WRONG", { page: layout.page, rule });
    for (const { from, to } of windowsOf(layout, fileBytes)) pieceBytes += to - from;
    if (pieceBytes > OVERLAP_MAX * fileBytes) errors.fail("FAX_STRIPS_WRONG", { page: layout.page, rule });
  }
}
