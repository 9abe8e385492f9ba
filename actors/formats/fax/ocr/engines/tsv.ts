import type { Word } from "../words.ts";
import type { Reading } from "./engine.ts";

/** Columns of Tesseract's TSV: `level page block paragraph line word left top width height confidence text`. */
const LEVEL = 0, BLOCK = 2, LINE = 4, LEFT = 6, TOP = 7, WIDTH = 8, HEIGHT = 9, CONFIDENCE = 10, TEXT = 11;
const WORD = "5";

/** What Tesseract's TSV says was read. Its own confidences go to 100. */
export function readTsv(tsv: string): Reading {
  const words: Word[] = [];
  const lines: string[] = [];
  let place = "";
  for (const row of tsv.split("\n")) {
    const cells = row.split("\t");
    const text = cells[TEXT]?.trim();
    if (cells[LEVEL] !== WORD || !text) continue;
    const [x0, y0, width, height] = [LEFT, TOP, WIDTH, HEIGHT].map((at) => Number(cells[at]));
    const confidence = Math.min(Math.max(Number(cells[CONFIDENCE]) / 100, 0), 1);
    words.push({ text, confidence, box: { x0, y0, x1: x0 + width, y1: y0 + height } });
    const line = cells.slice(BLOCK, LINE + 1).join(".");
    if (line === place) lines[lines.length - 1] += ` ${text}`;
    else lines.push(text);
    place = line;
  }
  return { words, text: lines.join("\n") };
}
