/** How large a fax may be. What goes beyond is refused before any of it is unpacked. */
export interface RasterLimits {
  /** Pages of a document. */
  readonly pagesMax: number;
  /** Pixels of a line. */
  readonly widthMax: number;
  /** Lines of a page. */
  readonly heightMax: number;
  /** Pixels of a page: a roll of 40,000 lines is no wider than a fax machine's paper. */
  readonly pagePixelsMax: number;
  /** Pixels of all pages: a thousand at the resolution called fine. */
  readonly pixelsMax: number;
}

/** What is taken where nobody says otherwise. */
export const RASTER_LIMITS: RasterLimits = {
  pagesMax: 1_000,
  widthMax: 10_000,
  heightMax: 40_000,
  pagePixelsMax: 100_000_000,
  pixelsMax: 4_000_000_000,
};
