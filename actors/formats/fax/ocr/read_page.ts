import { type Scale, Shades, smooth } from "../prepare/grey.ts";
import { type Ink, pack, release, unpack } from "../prepare/ink.ts";
import { onlyAt, type Page, withoutPlaces, withoutRulesOf } from "../prepare/page.ts";
import { prepare } from "../prepare/prepare.ts";
import type { Bitmap, Grey, PageImage, TextPage } from "../raster/bitmap.ts";
import { isTextPage } from "../raster/pages.ts";
import type { ReadBarcodes } from "./barcodes.ts";
import type { Layout, OcrEngine } from "./engines/engine.ts";
import { readGathered } from "./gather.ts";
import { piecesOf } from "./pieces.ts";
import { plainWords, withPlainWords } from "./plain_words.ts";
import { qualityOf } from "./quality.ts";
import { readRest } from "./read_rest.ts";
import { doubtfulPlaces, settle } from "./settle.ts";
import { uprightByReading } from "./upright_by_reading.ts";
import { type PageWords, usualHeight, type Word } from "./words.ts";

/** What pages are read with. */
export interface PageReaders {
  /** Opens it where a page has no words of its own. */
  engine(): Promise<OcrEngine>;
  readonly barcodes: ReadBarcodes;
}

/**
 * How large engines are shown a fax, of 204 pixels to the inch. Two passes that see the same words in different sizes and
 * widths misread different ones; and the narrower words are, the sooner they are read.
 */
const SCALES = {
  columns: { across: 0.9, down: 1 },
  gathered: { across: 1.35, down: 1.5 },
} as const satisfies Partial<Record<Layout, Scale>>;
/** A page that is read as well as this needs no third look: it would take a second, and settle next to nothing. */
const QUALITY_SURE = 0.9;
/** A page of more pixels than this has words that are large enough. */
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
  const { passes, text } = await readPasses(upright, engine);
  return {
    page,
    width,
    height,
    passes,
    quality: qualityOf(...passes),
    barcodes: await barcodes(upright.ink),
    text,
    source: "ocr",
    damagedLines,
  };
}

/** What both passes read of a page, and what the first does line by line. */
async function readPasses(upright: Page, engine: OcrEngine): Promise<Pick<PageWords, "passes" | "text">> {
  const scales = scalesOf(upright.ink);
  const { words: first, text } = await readColumns(upright, scales.columns, engine);
  const unit = usualHeight(first), plain = plainWords(first);
  const unruled = withoutRulesOf(upright);
  using shades = new Shades(unruled);
  const bare = withoutPlaces(unruled.ink, plain.map(({ box }) => box));
  const gathered = await readGathered(shades, piecesOf(bare, unit), scales.gathered, engine);
  const second = withPlainWords(gathered, plain);
  const third = qualityOf(first, second) < QUALITY_SURE
    ? await lookAgain(onlyAt(bare, doubtfulPlaces(first, second)), unit, scales.gathered, engine)
    : [];
  const settled = settle(first, second, third);
  const [one, other] = await readRest(unruled.ink, shades, [
    { words: settled[0], scale: scales.columns },
    { words: settled[1], scale: scales.gathered },
  ], engine);
  return { passes: [one, other], text };
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

const scalesOf = ({ width, height }: Ink): Readonly<Record<keyof typeof SCALES, Scale>> =>
  width * height > LARGER_PIXELS_MAX ? { ...SCALES, gathered: SCALES.columns } : SCALES;

/** A page as it is, with its columns and rules. */
async function readColumns(
  page: Page,
  scale: Scale,
  engine: OcrEngine,
): Promise<{ words: Word[]; text: string }> {
  const { width, height } = page.ink;
  const picture = smooth(page, scale);
  const { words, text } = await engine.read(picture, "columns");
  release(picture.pixels);
  const places = words.map(({ box: { x0, y0, x1, y1 }, ...word }) => ({
    ...word,
    box: {
      x0: Math.floor(x0 / scale.across),
      y0: Math.floor(y0 / scale.down),
      x1: Math.min(width, Math.ceil(x1 / scale.across)),
      y1: Math.min(height, Math.ceil(y1 / scale.down)),
    },
  }));
  return { words: places, text };
}

/** What is black and white once more is another picture: its mistakes are others. */
async function lookAgain(page: Page, unit: number, scale: Scale, engine: OcrEngine): Promise<Word[]> {
  using shades = new Shades(page);
  return await readGathered(shades, piecesOf(page.ink, unit), scale, engine);
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
