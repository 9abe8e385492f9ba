/** Handle of something of PDFium's; 0 is none. */
export type Handle = number;

/** What is called of PDFium's public API (fpdfview.h, fpdf_text.h, fpdf_edit.h, fpdf_formfill.h), and its memory. */
export interface Pdfium {
  readonly HEAPU8: Uint8Array;
  readonly wasmExports: {
    readonly memory: WebAssembly.Memory;
    malloc(bytes: number): number;
    free(at: number): void;
  };
  _FPDF_InitLibrary(): void;
  _FPDF_LoadMemDocument(at: number, bytes: number, password: number): Handle;
  _FPDF_CloseDocument(document: Handle): void;
  _FPDF_GetLastError(): number;
  _FPDF_GetPageCount(document: Handle): number;
  _FPDF_GetFormType(document: Handle): number;
  _FPDFDOC_InitFormFillEnvironment(document: Handle, info: number): Handle;
  _FPDF_LoadPage(document: Handle, index: number): Handle;
  _FPDF_ClosePage(page: Handle): void;
  _FORM_OnAfterLoadPage(page: Handle, form: Handle): void;
  _FORM_OnBeforeClosePage(page: Handle, form: Handle): void;
  _FPDF_GetPageWidthF(page: Handle): number;
  _FPDF_GetPageHeightF(page: Handle): number;
  _FPDFPage_CountObjects(page: Handle): number;
  _FPDFPage_GetObject(page: Handle, index: number): Handle;
  _FPDFFormObj_CountObjects(object: Handle): number;
  _FPDFFormObj_GetObject(object: Handle, index: number): Handle;
  _FPDFPageObj_GetType(object: Handle): number;
  _FPDFPageObj_GetBounds(
    object: Handle,
    left: number,
    bottom: number,
    right: number,
    top: number,
  ): number;
  _FPDFImageObj_GetImagePixelSize(object: Handle, width: number, height: number): number;
  _FPDFTextObj_GetTextRenderMode(object: Handle): number;
  _FPDFText_LoadPage(page: Handle): Handle;
  _FPDFText_ClosePage(text: Handle): void;
  _FPDFText_CountChars(text: Handle): number;
  _FPDFText_GetUnicode(text: Handle, index: number): number;
  _FPDFText_GetCharBox(
    text: Handle,
    index: number,
    left: number,
    right: number,
    bottom: number,
    top: number,
  ): number;
  _FPDF_PageToDevice(
    page: Handle,
    startX: number,
    startY: number,
    sizeX: number,
    sizeY: number,
    rotate: number,
    x: number,
    y: number,
    deviceX: number,
    deviceY: number,
  ): number;
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, at: number, stride: number): Handle;
  _FPDFBitmap_FillRect(
    bitmap: Handle,
    left: number,
    top: number,
    width: number,
    height: number,
    colour: number,
  ): number;
  _FPDFBitmap_GetBuffer(bitmap: Handle): number;
  _FPDFBitmap_GetStride(bitmap: Handle): number;
  _FPDFBitmap_Destroy(bitmap: Handle): void;
  _FPDF_RenderPageBitmap(
    bitmap: Handle,
    page: Handle,
    startX: number,
    startY: number,
    sizeX: number,
    sizeY: number,
    rotate: number,
    flags: number,
  ): void;
  _FPDF_FFLDraw(
    form: Handle,
    bitmap: Handle,
    page: Handle,
    startX: number,
    startY: number,
    sizeX: number,
    sizeY: number,
    rotate: number,
    flags: number,
  ): void;
}

/** As much memory as a document may take: the largest page in grey, what it is unpacked from, and fonts. */
export const PDF_BYTES_MAX = 268_435_456;
const WASM_PAGE_BYTES = 65_536;

/** A PDFium of its own for one document: what a document does to it ends with it, and so does the memory it took. */
export interface LoadedPdfium {
  readonly pdfium: Pdfium;
  /** Whether it was refused memory: what it shows since then may lack what it had no room for. */
  isExhausted(): boolean;
}

/** Starts a PDFium. Loads the package when it is first called. */
export async function loadPdfium(): Promise<LoadedPdfium> {
  const { PDFiumModule } = await import("@hyzyla/pdfium");
  const silent = { print: () => {}, printErr: () => {} };
  const pdfium = await PDFiumModule(silent as Parameters<typeof PDFiumModule>[0]) as unknown as Pdfium;
  const { memory } = pdfium.wasmExports;
  const grow = memory.grow.bind(memory);
  let isExhausted = false;
  // PDFium grows its memory by this method, and takes what it throws for a machine that has no more.
  memory.grow = (pages) => {
    isExhausted ||= memory.buffer.byteLength + pages * WASM_PAGE_BYTES > PDF_BYTES_MAX;
    if (isExhausted) throw new RangeError("no more memory for this document");
    return grow(pages);
  };
  pdfium._FPDF_InitLibrary();
  return { pdfium, isExhausted: () => isExhausted };
}
