import type { Box } from "../../../../runtime/contract/document.ts";
import type { Scale, Shades } from "../prepare/grey.ts";
import type { Ink } from "../prepare/ink.ts";
import type { OcrEngine } from "./engines/engine.ts";
import { readGathered } from "./gather.ts";
import { lettersOn, unreadPlaces } from "./unread.ts";
import type { Word } from "./words.ts";

/** A reading of a page, and how large it was for it. */
export interface Pass {
  readonly words: readonly Word[];
  readonly scale: Scale;
}

/** Less sure than this, it was no word but a speck, or what is left of a rule. */
const SURE_MIN = 0.5;

/**
 * The readings of a page with what each of them overlooked: engines pass over short words that stand alone, as flags and
 * quantities do. Put together as words of a text are they are read. `ink` and `shades`: those of the page without rules.
 */
export async function readRest(
  ink: Ink,
  shades: Shades,
  passes: readonly Pass[],
  engine: OcrEngine,
): Promise<Word[][]> {
  const { marks, unit } = lettersOn(ink, passes[0].words);
  const all: Word[][] = [];
  for (const { words, scale } of passes) {
    const places = unreadPlaces(marks, words, unit);
    all.push([...words, ...withPoints(await wordsAt(shades, places, unit, scale, engine), ink, unit)]);
  }
  return all;
}

async function wordsAt(
  shades: Shades,
  places: readonly Box[],
  unit: number,
  scale: Scale,
  engine: OcrEngine,
): Promise<Word[]> {
  const pieces = places.map((box) => ({ box, baseline: box.y1, size: unit }));
  const words = await readGathered(shades, pieces, scale, engine);
  return words.filter(({ text, confidence }) => confidence >= SURE_MIN && /[\p{L}\p{N}%]/u.test(text));
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
