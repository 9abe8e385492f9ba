/** A page of black and white. */
export interface Bitmap {
  /** Pixels of a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bytes of a row: `width / 8`, rounded up. */
  readonly stride: number;
  /** Row by row from the top; 1 is black, the most significant bit stands left, bits behind `width` are 0. */
  readonly bits: Uint8Array<ArrayBuffer>;
}

/** A page in shades of grey. */
export interface Grey {
  /** Pixels of a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** A byte for each pixel, row by row from the top; 0 is black, 255 white. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** A page as it arrived: pixels need not be square. */
export interface PageImage {
  /** What is on it. */
  readonly bitmap: Bitmap;
  /** Pixels an inch, across. */
  readonly xDpi: number;
  /** Pixels an inch, down. */
  readonly yDpi: number;
  /** Lines that arrived damaged, and show what the line above them shows. */
  readonly damagedLines: number;
}

/** A word of a document's text layer; its box is in pixels of the page's picture. */
export interface TextLayerWord {
  /** Without spaces. */
  readonly text: string;
  /** In whole pixels from the top left corner; right and lower edges are excluded. */
  readonly box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
}

/** A page of a document that says in letters what stands on it. */
export interface TextPage extends PageImage {
  /** The page as people see it. */
  readonly grey: Grey;
  /** Its words, as the document has them. */
  readonly words: readonly TextLayerWord[];
}

/** Bytes of a row that is `width` pixels wide. */
export function strideOf(width: number): number {
  return (width + 7) >> 3;
}

/** A page with nothing on it. */
export function blankBitmap(width: number, height: number): Bitmap {
  const stride = strideOf(width);
  return { width, height, stride, bits: new Uint8Array(stride * height) };
}

/** What stands in a box, as a bitmap of its own. A box that goes beyond the page ends at its edge. */
export function cropBitmap(page: Bitmap, box: TextLayerWord["box"]): Bitmap {
  const { x0, y0, x1, y1 } = within(page, box);
  const crop = blankBitmap(x1 - x0, y1 - y0);
  const shift = x0 & 7;
  const spare = (crop.stride << 3) - crop.width;
  for (let y = 0; y < crop.height; y++) {
    const from = (y0 + y) * page.stride + (x0 >> 3);
    const rowEnd = (y0 + y + 1) * page.stride;
    const to = y * crop.stride;
    for (let at = 0; at < crop.stride; at++) {
      const next = from + at + 1 < rowEnd ? page.bits[from + at + 1] : 0;
      crop.bits[to + at] = (page.bits[from + at] << shift) | (next >> (8 - shift));
    }
    if (crop.stride > 0) crop.bits[to + crop.stride - 1] &= 0xff << spare;
  }
  return crop;
}

/** What stands in a box, as a picture of its own. A box that goes beyond the page ends at its edge. */
export function cropGrey(page: Grey, box: TextLayerWord["box"]): Grey {
  const { x0, y0, x1, y1 } = within(page, box);
  const width = x1 - x0;
  const pixels = new Uint8Array(width * (y1 - y0));
  for (let y = y0; y < y1; y++) {
    pixels.set(page.pixels.subarray(y * page.width + x0, y * page.width + x1), (y - y0) * width);
  }
  return { width, height: y1 - y0, pixels };
}

function within(page: { readonly width: number; readonly height: number }, box: TextLayerWord["box"]) {
  const x0 = clamp(box.x0, page.width);
  const y0 = clamp(box.y0, page.height);
  return {
    x0,
    y0,
    x1: Math.max(x0, clamp(box.x1, page.width)),
    y1: Math.max(y0, clamp(box.y1, page.height)),
  };
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, Math.trunc(value)));
}
