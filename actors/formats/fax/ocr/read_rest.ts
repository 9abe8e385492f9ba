import { smooth } from "../prepare/grey.ts";
import type { Box } from "../../../../runtime/contract/document.ts";
import { type Ink, release } from "../prepare/ink.ts";
import type { Page } from "../prepare/page.ts";
import type { OcrEngine } from "./engines/engine.ts";
import { gather } from "./gather.ts";
import { lettersOn, unreadPlaces } from "./unread.ts";
import type { Word } from "./words.ts";

/** A reading of a page, and by how much its pixels were made smaller for it. */
export interface Pass {
  readonly words: readonly Word[];
  readonly scale: number;
}

/** Less sure than this, it was no word but a speck, or what is left of a rule. */
const SURE_MIN = 0.5;

/**
 * The readings of a page with what each of them overlooked: engines pass over short words that stand alone, as flags and
 * quantities do. Put together as words of a text are they are read. `bare`: the page without rules.
 */
export async function readRest(bare: Page, passes: readonly Pass[], engine: OcrEngine): Promise<Word[][]> {
  const { marks, unit } = lettersOn(bare.ink, passes[0].words);
  const all: Word[][] = [];
  for (const { words, scale } of passes) {
    const places = unreadPlaces(marks, words, unit);
    all.push([...words, ...places.length === 0 ? [] : await wordsAt(bare, places, unit, scale, engine)]);
  }
  return all;
}

async function wordsAt(
  bare: Page,
  places: ReturnType<typeof unreadPlaces>,
  unit: number,
  scale: number,
  engine: OcrEngine,
): Promise<Word[]> {
  const grey = smooth(bare, scale);
  const scaled = (by: number) => ({ x0, y0, x1, y1 }: Word["box"]) => ({
    x0: Math.round(x0 * by),
    y0: Math.round(y0 * by),
    x1: Math.round(x1 * by),
    y1: Math.round(y1 * by),
  });
  const { picture, placed } = gather(grey, places.map(scaled(scale)), unit * scale);
  release(grey.pixels);
  const { words } = await engine.read(picture, "gathered");
  release(picture.pixels);
  const read = placed(words).filter(({ text, confidence }) =>
    confidence >= SURE_MIN && /[\p{L}\p{N}%]/u.test(text)
  ).map((word) => ({ ...word, box: scaled(1 / scale)(word.box) }));
  return withPoints(read, bare.ink, unit);
}

/** Digits on both sides of a point are not further apart, in heights of a word. */
const GAP_POINT = 1;
/** A point stands in this part of a line, from below. */
const POINT_HEIGHT = 0.45;

/**
 * Numbers whose point is so faint that they were read as two: one where ink is left of it. Where none is, nobody knows what
 * they are.
 */
function withPoints(words: readonly Word[], ink: Ink, unit: number): Word[] {
  const left = words.toSorted((a, b) => a.box.x0 - b.box.x0), found: Word[] = [];
  for (let word = left.shift(); word; word = left.shift()) {
    const { text, box, confidence } = word;
    const at = left.findIndex((other) => isPieceBehind({ text, box }, other, unit));
    if (at < 0) {
      found.push(word);
      continue;
    }
    const [next] = left.splice(at, 1);
    if (!hasPoint(box, next.box, ink)) continue;
    left.unshift({
      text: `${text}.${next.text}`,
      confidence: Math.min(confidence, next.confidence),
      box: { ...box, x1: next.box.x1 },
    });
  }
  return found;
}

const isPieceBehind = ({ text, box }: Pick<Word, "text" | "box">, other: Word, unit: number) =>
  /^\d+$/.test(text) && /^\d+$/.test(other.text) && other.box.x0 - box.x1 < unit * GAP_POINT &&
  other.box.x0 >= box.x0 && Math.min(box.y1, other.box.y1) - Math.max(box.y0, other.box.y0) > unit / 2;

function hasPoint(a: Box, b: Box, { width, ink }: Ink): boolean {
  const bottom = Math.max(a.y1, b.y1);
  const top = bottom - Math.round((bottom - Math.min(a.y0, b.y0)) * POINT_HEIGHT);
  for (let y = top; y < bottom; y++) {
    for (let x = a.x1; x < b.x0; x++) if (ink[y * width + x] === 1) return true;
  }
  return false;
}
