import type { TextLayerWord } from "../bitmap.ts";
import { union } from "../box.ts";
import type { Handle, Pdfium } from "./pdfium.ts";
import type { Scratch } from "./scratch.ts";

/** What PDFium has for a hyphen at the end of a line, and for nothing: they end a word as white space does. */
const NO_LETTERS: ReadonlySet<number> = new Set([0x0000, 0x0002, 0xfffe]);
const CODE_POINT_MAX = 0x10ffff;

/** The words of a page's text layer, in its order, with where they stand on a picture of `width` by `height` pixels. */
export function textLayerOf(
  pdfium: Pdfium,
  scratch: Scratch,
  page: Handle,
  width: number,
  height: number,
): TextLayerWord[] {
  const text = pdfium._FPDFText_LoadPage(page);
  if (text === 0) return [];
  const words: TextLayerWord[] = [];
  let letters = "", box: TextLayerWord["box"] | undefined;
  const end = () => {
    if (letters !== "" && box) words.push({ text: letters, box });
    letters = "";
    box = undefined;
  };
  const count = pdfium._FPDFText_CountChars(text);
  for (let at = 0; at < count; at++) {
    const code = pdfium._FPDFText_GetUnicode(text, at);
    const letter = code <= CODE_POINT_MAX && !NO_LETTERS.has(code) ? String.fromCodePoint(code) : " ";
    if (letter.trim() === "") {
      end();
      continue;
    }
    letters += letter;
    const place = placeOf(pdfium, scratch, page, text, at, width, height);
    if (place) box = box ? union(box, place) : place;
  }
  end();
  pdfium._FPDFText_ClosePage(text);
  return words;
}

function placeOf(
  pdfium: Pdfium,
  scratch: Scratch,
  page: Handle,
  text: Handle,
  index: number,
  width: number,
  height: number,
): TextLayerWord["box"] | undefined {
  const [left, right, bottom, top] = scratch.doubles;
  if (!pdfium._FPDFText_GetCharBox(text, index, left, right, bottom, top)) return undefined;
  const [xa, xb, ya, yb] = [left, right, bottom, top].map((at) => scratch.double(at));
  const [deviceX, deviceY] = scratch.ints;
  const toPixels = (x: number, y: number) => {
    pdfium._FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, deviceX, deviceY);
    return [scratch.int(deviceX), scratch.int(deviceY)];
  };
  const [px, py] = toPixels(xa, ya), [qx, qy] = toPixels(xb, yb);
  const clampX = (x: number) => Math.max(0, Math.min(width, x));
  const clampY = (y: number) => Math.max(0, Math.min(height, y));
  return {
    x0: clampX(Math.min(px, qx)),
    y0: clampY(Math.min(py, qy)),
    x1: clampX(Math.max(px, qx) + 1),
    y1: clampY(Math.max(py, qy) + 1),
  };
}
