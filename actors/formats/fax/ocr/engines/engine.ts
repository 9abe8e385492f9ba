import type { Grey } from "../../raster/bitmap.ts";
import type { Word } from "../words.ts";

/**
 * How a picture is looked at: as a page with its columns and blocks, as Tesseract's page segmentation mode 3 does; as one block
 * of lines, as mode 6 does, where it is gathered of pieces of a page.
 */
export type Layout = "columns" | "gathered";

/** What an engine has read. */
export interface Reading {
  /** In the order of reading, in pixels of the picture it was given. */
  readonly words: readonly Word[];
  /** The same, line by line. */
  readonly text: string;
}

/** Reads letters. One page at a time. */
export interface OcrEngine {
  /** Reads a page of 200 to 300 dots an inch. Gives exactly the same for exactly the same page. */
  read(page: Grey, layout: Layout): Promise<Reading>;
  /** Bytes of memory it holds and cannot give back but by its end. */
  readonly heldBytes: number;
}

/** Dots an inch that engines take pictures to have. */
export const ENGINE_DPI = 300;
/** Tesseract's page segmentation mode for each layout. */
export const SEGMENTATION: Readonly<Record<Layout, number>> = {
  columns: 3,
  gathered: 6,
};
