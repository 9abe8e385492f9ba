import type { PageImage } from "../raster/bitmap.ts";
import { despeckle } from "./despeckle.ts";
import { unpack } from "./ink.ts";
import { type Page, squarePage, straightenPage, turnPage } from "./page.ts";
import { mayStandOnHead, onItsSide } from "./upright.ts";

/** A page as people want to see it. */
export interface Prepared {
  /** With square pixels, without specks, its lines level. */
  readonly page: Page;
  /** It may be upside down: only reading tells. */
  readonly mayStandOnHead: boolean;
}

/** Makes a page ready to be looked at, and read. The same image gives the same page. */
export function prepare({ bitmap, xDpi, yDpi }: PageImage): Prepared {
  // Before there are more lines: a speck of one pixel would be one of two.
  const square = squarePage(despeckle(unpack(bitmap)), xDpi, yDpi);
  const { quarters, skew } = onItsSide(square.ink);
  const page = straightenPage(turnPage(square, quarters), skew.degrees);
  return { page, mayStandOnHead: mayStandOnHead(page.ink) };
}
