import type { Grey, TextLayerWord } from "../bitmap.ts";

/** Shades between which there is a difference that people see. */
const CONTRAST_MIN = 32;
/** Share of a word's place that its letters take at least, and leave free at least. */
const SHARE_MIN = 0.05;
/** Around a letter that may be as plain as its place: `I`, `1`. */
const AROUND = 2;

/**
 * Whether people see a word of the text layer where it says it stands. One that is white on white, behind a box, or beyond
 * the edge is in the text and not on the page: somebody may have covered it, or cut it off, so that nobody reads it.
 */
export function isSeen({ text, box }: TextLayerWord, page: Grey): boolean {
  if (!/[\p{L}\p{N}]/u.test(text)) return true;
  const around = [...text].length > 1 ? 0 : AROUND;
  const x0 = Math.max(0, box.x0 - around), x1 = Math.min(page.width, box.x1 + around);
  const y0 = Math.max(0, box.y0 - around), y1 = Math.min(page.height, box.y1 + around);
  if (box.x0 >= box.x1 || box.y0 >= box.y1) return false;
  let darkest = 255, lightest = 0;
  const shades = new Uint32Array(256);
  for (let y = y0; y < y1; y++) {
    for (const shade of page.pixels.subarray(y * page.width + x0, y * page.width + x1)) {
      shades[shade]++;
      if (shade < darkest) darkest = shade;
      if (shade > lightest) lightest = shade;
    }
  }
  if (lightest - darkest < CONTRAST_MIN) return false;
  const dark = shades.subarray(0, (darkest + lightest + 1) >> 1).reduce((sum, count) => sum + count, 0);
  const share = dark / ((x1 - x0) * (y1 - y0));
  return share >= SHARE_MIN && share <= 1 - SHARE_MIN;
}
