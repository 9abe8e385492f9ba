import type { Handle, Pdfium } from "./pdfium.ts";
import type { Scratch } from "./scratch.ts";

/** What a page consists of, as far as it says how to read it. */
export interface PageContent {
  /** Pixels of all its images together. */
  readonly imagePixels: number;
  /** The image that has most. */
  readonly largestImage: { readonly width: number; readonly height: number } | undefined;
  /** Whether some of its text cannot be seen: what somebody read from an image, laid over it. */
  readonly hasHiddenText: boolean;
  /** Pixels of the image that the page is, whole or in strips from edge to edge; `undefined` where it is none. */
  readonly scan: { readonly width: number; readonly height: number } | undefined;
}

const TEXT = 1, IMAGE = 3, FORM = 5;
const INVISIBLE = 3;
/** How deep forms are looked into. */
const DEPTH_MAX = 4;
/** Objects that are looked at: a page with more is no scan. */
const OBJECTS_MAX = 100_000;
/** Share of the page that a scan may leave free. */
const MARGIN_MAX = 0.02;

/** Looks through the objects of a page that is `width` by `height` points large. */
export function contentOf(
  pdfium: Pdfium,
  scratch: Scratch,
  page: Handle,
  width: number,
  height: number,
): PageContent {
  let imagePixels = 0, hasHiddenText = false, isScan = true, left = OBJECTS_MAX;
  let scanWidth = 0, scanHeight = 0, covered = 0;
  let largestImage: PageContent["largestImage"];
  const [pixelsX, pixelsY] = scratch.ints;
  const look = (object: Handle, depth: number) => {
    if (left-- <= 0) return;
    const type = pdfium._FPDFPageObj_GetType(object);
    if (type === TEXT) hasHiddenText ||= pdfium._FPDFTextObj_GetTextRenderMode(object) === INVISIBLE;
    if (type === FORM && depth < DEPTH_MAX) {
      const count = pdfium._FPDFFormObj_CountObjects(object);
      for (let at = 0; at < count && left > 0; at++) {
        look(pdfium._FPDFFormObj_GetObject(object, at), depth + 1);
      }
    }
    if (type !== IMAGE) {
      // Text that cannot be seen takes nothing from an image.
      isScan &&= type === TEXT && pdfium._FPDFTextObj_GetTextRenderMode(object) === INVISIBLE;
      return;
    }
    pdfium._FPDFImageObj_GetImagePixelSize(object, pixelsX, pixelsY);
    const across = scratch.int(pixelsX), down = scratch.int(pixelsY);
    imagePixels += across * down;
    if (across * down > (largestImage ? largestImage.width * largestImage.height : 0)) {
      largestImage = { width: across, height: down };
    }
    const [l, b, r, t] = scratch.ints;
    pdfium._FPDFPageObj_GetBounds(object, l, b, r, t);
    const imageWidth = scratch.float(r) - scratch.float(l), imageHeight = scratch.float(t) - scratch.float(b);
    isScan &&= depth === 0 && (scanWidth === 0 || scanWidth === across) &&
      Math.abs(imageWidth / width - 1) <= MARGIN_MAX;
    scanWidth = across;
    scanHeight += down;
    covered += imageHeight;
  };
  const count = pdfium._FPDFPage_CountObjects(page);
  for (let at = 0; at < count && left > 0; at++) look(pdfium._FPDFPage_GetObject(page, at), 0);
  isScan &&= left > 0 && scanWidth > 0 && Math.abs(covered / height - 1) <= MARGIN_MAX;
  const scan = isScan ? { width: scanWidth, height: scanHeight } : undefined;
  return { imagePixels, largestImage, hasHiddenText, scan };
}
