import type { PageImage } from "../raster/bitmap.ts";
import { despeckle } from "./despeckle.ts";
import { type Ink, unpack } from "./ink.ts";
import { straighten } from "./rotate.ts";
import { squarePixels } from "./square.ts";
import { mayStandOnHead, offItsSide } from "./upright.ts";

/** A page as people want to see it. */
export interface Prepared {
  /** With square pixels, without specks, its lines level. */
  readonly page: Ink;
  /** It may be upside down: only reading tells. */
  readonly mayStandOnHead: boolean;
}

/** Makes a page ready to be looked at, and read. The same image gives the same page. */
export function prepare({ bitmap, xDpi, yDpi }: PageImage): Prepared {
  // Before there are more lines: a speck of one pixel would be one of two.
  const square = squarePixels(despeckle(unpack(bitmap)), xDpi, yDpi);
  const { page, skew } = offItsSide(square);
  const level = straighten(page, skew.degrees);
  return { page: level, mayStandOnHead: mayStandOnHead(level) };
}
