import { smooth } from "../prepare/grey.ts";
import { pack, release, unpack } from "../prepare/ink.ts";
import { onlyAt, type Page, withoutPlaces, withoutRulesOf } from "../prepare/page.ts";
import { prepare } from "../prepare/prepare.ts";
import type { Bitmap, Grey, PageImage, TextPage } from "../raster/bitmap.ts";
import { isTextPage } from "../raster/pages.ts";
import type { ReadBarcodes } from "./barcodes.ts";
import type { OcrEngine } from "./engines/engine.ts";
import { plainWords, withPlainWords } from "./plain_words.ts";
import { qualityOf } from "./quality.ts";
import { readRest } from "./read_rest.ts";
import { doubtfulPlaces, settle } from "./settle.ts";
import { uprightByReading } from "./upright_by_reading.ts";
import type { PageWords, Word } from "./words.ts";

/** What pages are read with. */
export interface PageReaders {
  /** Opens it where a page has no words of its own. */
  engine(): Promise<OcrEngine>;
  readonly barcodes: ReadBarcodes;
}

/**
 * By how much pixels of a fax, 204 to the inch, are made smaller ones: engines read them best at about 300. Two passes that
 * see the same words in different sizes misread different ones.
 */
const SCALES = { columns: 1.25, scattered: 1.5 } as const;
/** A page that is read as well as this needs no third look: it would take a second, and settle next to nothing. */
const QUALITY_SURE = 0.9;
/** A picture with more pixels than this is not made larger: it has enough. */
const LARGER_PIXELS_MAX = 8_000_000;

/**
 * Reads a page: by its own words where it has some, and otherwise twice by the engine, and what was doubtful
 * or overlooked then once more.
 */
export async function readPage(
  page: number,
  image: PageImage | TextPage,
  { engine: open, barcodes }: PageReaders,
): Promise<PageWords> {
  if (isTextPage(image)) return await readTextPage(page, image, barcodes);
  const engine = await open(), { damagedLines } = image;
  const upright = await uprightByReading(prepare(image), engine);
  const { width, height } = upright.ink;
  const first = await readPass(upright, "columns", engine);
  const plain = plainWords(first.words);
  const unruled = withoutRulesOf(upright);
  const bare = withoutPlaces(unruled, plain.map(({ box }) => box));
  const second = withPlainWords((await readPass(bare, "scattered", engine)).words, plain);
  // What is black and white once more is another picture: its mistakes are others.
  const doubtful = qualityOf(first.words, second) < QUALITY_SURE
    ? onlyAt(bare.ink, doubtfulPlaces(first.words, second))
    : undefined;
  const third = doubtful && await readPass(doubtful, "scattered", engine);
  const settled = third ? settle(first.words, second, third.words) : [first.words, second] as const;
  const [one, other] = await readRest(unruled, [
    { words: settled[0], scale: scaleOf(upright, "columns") },
    { words: settled[1], scale: scaleOf(upright, "scattered") },
  ], engine);
  return {
    page,
    width,
    height,
    passes: [one, other],
    quality: qualityOf(one, other),
    barcodes: await barcodes(upright.ink),
    text: first.text,
    source: "ocr",
    damagedLines,
  };
}

/** A page as {@linkcode readPage} sees it, for people: its boxes are places on this picture. */
export async function showPage(
  image: PageImage | TextPage,
  engine: () => Promise<OcrEngine>,
): Promise<Bitmap | Grey> {
  if (isTextPage(image)) return image.grey;
  const prepared = prepare(image);
  if (!prepared.mayStandOnHead) return pack(prepared.page.ink);
  return pack((await uprightByReading(prepared, await engine())).ink);
}

const scaleOf = ({ ink: { width, height } }: Page, layout: keyof typeof SCALES) =>
  width * height > LARGER_PIXELS_MAX ? 1 : SCALES[layout];

async function readPass(
  page: Page,
  layout: keyof typeof SCALES,
  engine: OcrEngine,
): Promise<{ words: Word[]; text: string }> {
  const { width, height } = page.ink;
  const scale = scaleOf(page, layout);
  const picture = smooth(page, scale);
  const { words, text } = await engine.read(picture, layout);
  release(picture.pixels);
  const places = words.map(({ box: { x0, y0, x1, y1 }, ...word }) => ({
    ...word,
    box: {
      x0: Math.floor(x0 / scale),
      y0: Math.floor(y0 / scale),
      x1: Math.min(width, Math.ceil(x1 / scale)),
      y1: Math.min(height, Math.ceil(y1 / scale)),
    },
  }));
  return { words: places, text };
}

async function readTextPage(page: number, image: TextPage, barcodes: ReadBarcodes): Promise<PageWords> {
  const { grey: { width, height }, damagedLines } = image;
  const words = image.words.map((word) => ({ ...word, confidence: 1 }));
  return {
    page,
    width,
    height,
    passes: [words, []],
    quality: 1,
    barcodes: await barcodes(unpack(image.bitmap)),
    text: linesOf(words),
    source: "text",
    damagedLines,
  };
}

/** A word begins a line where it stands left of the one before, or beside no part of it. */
function linesOf(words: readonly Word[]): string {
  return words.map(({ text, box }, at) => {
    const before = words[at - 1]?.box;
    if (!before) return text;
    return (box.x0 < before.x0 || box.y0 >= before.y1 || box.y1 <= before.y0 ? "\n" : " ") + text;
  }).join("");
}
