import type { Pdfium } from "./pdfium.ts";

/** A little of PDFium's memory, for what its functions give back by address. */
export class Scratch {
  /** Addresses of four doubles. */
  readonly doubles: readonly [number, number, number, number];
  /** Addresses of four floats, or whole numbers, of 32 bits. */
  readonly ints: readonly [number, number, number, number];
  readonly #pdfium: Pdfium;

  constructor(pdfium: Pdfium) {
    this.#pdfium = pdfium;
    const at = pdfium.wasmExports.malloc(48);
    this.doubles = [at, at + 8, at + 16, at + 24];
    this.ints = [at + 32, at + 36, at + 40, at + 44];
  }

  /** A double by its address. */
  double(at: number): number {
    return this.#view().getFloat64(at, true);
  }

  /** A float by its address. */
  float(at: number): number {
    return this.#view().getFloat32(at, true);
  }

  /** A whole number by its address. */
  int(at: number): number {
    return this.#view().getInt32(at, true);
  }

  // Made anew each time: memory moves when it grows.
  #view(): DataView {
    return new DataView(this.#pdfium.HEAPU8.buffer);
  }
}
