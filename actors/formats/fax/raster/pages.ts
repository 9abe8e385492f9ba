import type { PageImage, TextPage } from "./bitmap.ts";
import { RASTER_LIMITS, type RasterLimits } from "./limits.ts";
import { PdfPages } from "./pdf/open_pdf.ts";
import { sniff } from "./sniff.ts";
import { openTiff } from "./tiff/open_tiff.ts";

export { isTextPage } from "./pdf/open_pdf.ts";

/** A fax whose pages can be read, each when it is asked for. MUST be disposed. */
export interface Pages extends Disposable {
  /** How many pages. */
  readonly count: number;
  /** Reads a page, which counts from 1. Nothing of it is kept. */
  read(page: number): PageImage | TextPage;
}

/**
 * Opens a TIFF or PDF, whatever it is called. Fails where it cannot be read as a whole; a page that is damaged inside fails
 * when it is read.
 */
export async function openPages(bytes: Uint8Array, limits: RasterLimits = RASTER_LIMITS): Promise<Pages> {
  if (sniff(bytes) === "pdf") return await PdfPages.open(bytes, limits);
  const { layouts, read } = openTiff(bytes, limits);
  return { count: layouts.length, read, [Symbol.dispose]() {} };
}
