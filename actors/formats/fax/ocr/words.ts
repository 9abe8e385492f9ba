import type { Box, ReadBarcode } from "../../../../runtime/contract/document.ts";

/** A word as one pass of reading has it. */
export interface Word {
  /** Without spaces; never empty. */
  readonly text: string;
  /** Between 0 and 1, as the engine says; 1 where it comes from a text layer. */
  readonly confidence: number;
  /** In pixels of the page's picture. */
  readonly box: Box;
}

/** A page as far as it was read: words and codes, of which nobody has yet said what they mean. Plain data. */
export interface PageWords {
  /** Counts from 1. */
  readonly page: number;
  /** Pixels of its picture: upright, straight, with square pixels. */
  readonly width: number;
  /** Pixels of its picture. */
  readonly height: number;
  /**
   * Words in the order of reading. First as a page with columns, with its rules; second by the pieces that their ink forms
   * without these, gathered as a text, and without what is plain, which both then have as the first read it; where a third
   * look at what was doubtful bore out one of them, it stands for the other. What a
   * pass overlooked was read by itself. A page with a text layer has its words once: the second is empty.
   */
  readonly passes: readonly [readonly Word[], readonly Word[]];
  /** How well it could be read, as `qualityOf` has it; 1 where there is no word. */
  readonly quality: number;
  /** Codes found on it. */
  readonly barcodes: readonly ReadBarcode[];
  /** All text of the first pass, line by line. */
  readonly text: string;
  /** `text` where the document brought its words along. */
  readonly source: "ocr" | "text";
  /** Lines of the image that arrived damaged, and were concealed. */
  readonly damagedLines: number;
}

/** A word counts as read from here on. */
export const CONFIDENCE_READ = 0.8;

/** Of a page without words. */
const HEIGHT_USUAL = 20;

/** The usual height of a word, in pixels. */
export function usualHeight(words: readonly Word[]): number {
  const heights = words.filter(({ text }) => /[\p{L}\p{N}]{2}/u.test(text)).map(({ box }) => box.y1 - box.y0);
  return heights.sort((a, b) => a - b)[heights.length >> 1] ?? HEIGHT_USUAL;
}
