import { errors } from "../../errors.ts";
import { blankBitmap, type Grey, type PageImage, type TextPage } from "../bitmap.ts";
import { RASTER_LIMITS, type RasterLimits } from "../limits.ts";
import { faxDpi } from "../resolution.ts";
import { checkSize } from "../tiff/layout.ts";
import { isSeen } from "./is_seen.ts";
import { contentOf, type PageContent } from "./page_content.ts";
import { type Handle, type LoadedPdfium, loadPdfium, PDF_BYTES_MAX, type Pdfium } from "./pdfium.ts";
import { Scratch } from "./scratch.ts";
import { textLayerOf } from "./text_layer.ts";

const PASSWORD = 4;
/** PDFium's flags: annotations, shades of grey. */
const SHOW_ANNOTATIONS = 0x01, SHOW_GREY = 0x08;
const GREY_FORMAT = 1, WHITE = 0xffffffff, BLACK_BELOW = 128;
const FORM_INFO_BYTES = 256, FORM_INFO_VERSION = 1;
const POINTS_PER_INCH = 72;
/** What pages are shown at that are no scan. */
const PAGE_DPI = 204;
/** A scan as fine as this shows its own pixels; a finer one is shown as any page. */
const SCAN_DPI_MAX = 400;
/** Images of fewer pixels are a letterhead; of more, the page is a scan, whatever its text layer says. */
const LETTERHEAD_PIXELS_MAX = 250_000;
/** How far from its end a PDF says that it ends. */
const END_WITHIN = 2_048;

/** A PDF that is open. Pages are read one at a time; MUST be disposed. */
export class PdfPages implements Disposable {
  /** How many pages. */
  readonly count: number;
  readonly #scratch: Scratch;
  readonly #form: Handle;
  readonly #hasFields: boolean;

  private constructor(
    readonly loaded: LoadedPdfium,
    readonly document: Handle,
    readonly limits: RasterLimits,
  ) {
    const { pdfium } = loaded;
    this.count = pdfium._FPDF_GetPageCount(document);
    if (this.count > limits.pagesMax) errors.fail("FAX_PAGES_TOO_MANY", { pagesMax: limits.pagesMax });
    if (this.count === 0) errors.fail("FAX_PDF_DAMAGED");
    this.#scratch = new Scratch(pdfium);
    this.#hasFields = pdfium._FPDF_GetFormType(document) !== 0;
    this.#form = this.#hasFields ? openForm(pdfium, document) : 0;
  }

  /** Opens a PDF. Fails where it needs a password, is cut off, or has too many pages. */
  static async open(bytes: Uint8Array, limits: RasterLimits = RASTER_LIMITS): Promise<PdfPages> {
    if (!saysItEnds(bytes)) errors.fail("FAX_PDF_DAMAGED");
    const loaded = await loadPdfium(), { pdfium } = loaded;
    return refusing(loaded, () => {
      const at = pdfium.wasmExports.malloc(bytes.length);
      if (at === 0) return failExhausted();
      pdfium.HEAPU8.set(bytes, at);
      const document = pdfium._FPDF_LoadMemDocument(at, bytes.length, 0);
      if (document !== 0) return new PdfPages(loaded, document, limits);
      return errors.fail(pdfium._FPDF_GetLastError() === PASSWORD ? "FAX_PDF_LOCKED" : "FAX_PDF_DAMAGED");
    });
  }

  /** Reads a page, which counts from 1: with its words where it has them in letters, people see all of them, and it is no scan. */
  read(page: number): PageImage | TextPage {
    const { pdfium } = this.loaded;
    return refusing(this.loaded, () => {
      const handle = pdfium._FPDF_LoadPage(this.document, page - 1);
      if (handle === 0) errors.fail("FAX_PDF_DAMAGED");
      if (this.#form !== 0) pdfium._FORM_OnAfterLoadPage(handle, this.#form);
      const shown = this.#show(page, handle);
      if (this.#form !== 0) pdfium._FORM_OnBeforeClosePage(handle, this.#form);
      pdfium._FPDF_ClosePage(handle);
      if (this.loaded.isExhausted()) failExhausted();
      return shown;
    });
  }

  /** Gives up the document. What it took of memory goes with its PDFium, which may have failed and is not asked. */
  [Symbol.dispose](): void {}

  #show(page: number, handle: Handle): PageImage | TextPage {
    const { pdfium } = this.loaded;
    const inchesX = pdfium._FPDF_GetPageWidthF(handle) / POINTS_PER_INCH;
    const inchesY = pdfium._FPDF_GetPageHeightF(handle) / POINTS_PER_INCH;
    const content = contentOf(
      pdfium,
      this.#scratch,
      handle,
      inchesX * POINTS_PER_INCH,
      inchesY * POINTS_PER_INCH,
    );
    const size = sizeOf(content, inchesX, inchesY);
    if (!(size.width > 0 && size.height > 0)) errors.fail("FAX_PDF_DAMAGED");
    checkSize(page, size.width, size.height, this.limits);
    const { largestImage } = content;
    if (largestImage) checkSize(page, largestImage.width, largestImage.height, this.limits);
    // Before it is shown: PDFium drops what it knows of the text.
    const words = this.#hasFields || content.hasHiddenText || content.imagePixels > LETTERHEAD_PIXELS_MAX
      ? []
      : textLayerOf(pdfium, this.#scratch, handle, size.width, size.height);
    const grey = this.#render(handle, size.width, size.height);
    const image = { bitmap: blackBelow(grey), xDpi: size.xDpi, yDpi: size.yDpi, damagedLines: 0 };
    const isTrue = words.length > 0 && words.every((word) => isSeen(word, grey));
    return isTrue ? { ...image, grey, words } : image;
  }

  #render(page: Handle, width: number, height: number): Grey {
    const { pdfium } = this.loaded;
    const bitmap = pdfium._FPDFBitmap_CreateEx(width, height, GREY_FORMAT, 0, 0);
    if (bitmap === 0) errors.fail("FAX_PDF_DAMAGED");
    const flags = SHOW_ANNOTATIONS | SHOW_GREY;
    pdfium._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    pdfium._FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags);
    if (this.#form !== 0) pdfium._FPDF_FFLDraw(this.#form, bitmap, page, 0, 0, width, height, 0, flags);
    const from = pdfium._FPDFBitmap_GetBuffer(bitmap), stride = pdfium._FPDFBitmap_GetStride(bitmap);
    const pixels = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      pixels.set(pdfium.HEAPU8.subarray(from + y * stride, from + y * stride + width), y * width);
    }
    pdfium._FPDFBitmap_Destroy(bitmap);
    return { width, height, pixels };
  }
}

/** Whether a page says in letters what stands on it. */
export function isTextPage(page: PageImage | TextPage): page is TextPage {
  return "words" in page;
}

/** What PDFium itself dies of is the document's fault. */
function refusing<T>(loaded: LoadedPdfium, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (!(cause instanceof WebAssembly.RuntimeError) && !(cause instanceof RangeError)) throw cause;
    return loaded.isExhausted() ? failExhausted() : errors.fail("FAX_PDF_DAMAGED", {}, cause);
  }
}

function failExhausted(): never {
  return errors.fail("FAX_PDF_TOO_LARGE", { pdfBytesMax: PDF_BYTES_MAX });
}

/** Without its end, a PDF may open all the same, and lack pages. Zeros and line ends may follow. */
function saysItEnds(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return String.fromCharCode(...bytes.subarray(Math.max(0, end - END_WITHIN), end)).includes("%%EOF");
}

/** What people filled in is shown by this, and by nothing else. */
function openForm(pdfium: Pdfium, document: Handle): Handle {
  const info = pdfium.wasmExports.malloc(FORM_INFO_BYTES);
  pdfium.HEAPU8.fill(0, info, info + FORM_INFO_BYTES);
  pdfium.HEAPU8[info] = FORM_INFO_VERSION;
  return pdfium._FPDFDOC_InitFormFillEnvironment(document, info);
}

function sizeOf({ scan }: PageContent, inchesX: number, inchesY: number) {
  if (scan) {
    const xDpi = scan.width / inchesX, yDpi = scan.height / inchesY;
    if (Math.max(xDpi, yDpi) <= SCAN_DPI_MAX) {
      return { ...scan, ...faxDpi(scan.width, scan.height, xDpi, yDpi) };
    }
  }
  const width = Math.round(inchesX * PAGE_DPI), height = Math.round(inchesY * PAGE_DPI);
  return { width, height, xDpi: PAGE_DPI, yDpi: PAGE_DPI };
}

function blackBelow({ width, height, pixels }: Grey) {
  const bitmap = blankBitmap(width, height), { bits, stride } = bitmap;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, row = y * stride; x < width; x++, at++) {
      if (pixels[at] < BLACK_BELOW) bits[row + (x >> 3)] |= 0x80 >> (x & 7);
    }
  }
  return bitmap;
}
