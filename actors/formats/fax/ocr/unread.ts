import type { Box } from "../../../../runtime/contract/document.ts";
import type { Ink } from "../prepare/ink.ts";
import { union } from "../raster/box.ts";
import { marksOf } from "../prepare/marks.ts";
import { usualHeight, type Word } from "./words.ts";

/** All in heights of a word. What is smaller is a speck or a mark; what is larger is more than a line, or a picture. */
const HEIGHT = { least: 0.5, most: 1.7 };
const WIDTH = { least: 0.12, most: 14 };
/** Strokes of one letter are not further apart, */
const GAP_STROKES = 0.35;
/** letters of one word and words of one value not further than this. */
const GAP_LETTERS = 0.9;
/** A page has no more that is worth another look: with so many it is a picture, or noise. */
const PLACES_MAX = 250;

/** Marks of a page that are as large as letters and words. */
export function lettersOn(ink: Ink, words: readonly Word[]): { marks: readonly Box[]; unit: number } {
  const unit = usualHeight(words);
  const marks = marksOf(ink, Math.round(unit * GAP_STROKES)).filter(({ x0, y0, x1, y1 }) =>
    within((y1 - y0) / unit, HEIGHT) && within((x1 - x0) / unit, WIDTH)
  );
  return { marks, unit };
}

/** Where marks stand at which a reading has no word: engines overlook what stands alone. Those close beside each other are one. */
export function unreadPlaces(marks: readonly Box[], words: readonly Word[], unit: number): Box[] {
  const left = marks.filter((mark) => !words.some(({ box }) => touches(box, mark)))
    .toSorted((a, b) => a.x0 - b.x0);
  const places: Box[] = [];
  for (const mark of left) {
    const at = places.findIndex((place) =>
      mark.x0 - place.x1 < unit * GAP_LETTERS &&
      Math.min(place.y1, mark.y1) - Math.max(place.y0, mark.y0) > (mark.y1 - mark.y0) / 2
    );
    if (at < 0) places.push(mark);
    else places[at] = union(places[at], mark);
  }
  return places.length > PLACES_MAX ? [] : places.sort((a, b) => a.y0 - b.y0);
}

const within = (size: number, { least, most }: typeof HEIGHT) => size > least && size < most;

const touches = (a: Box, b: Box) =>
  Math.min(a.x1, b.x1) > Math.max(a.x0, b.x0) && Math.min(a.y1, b.y1) > Math.max(a.y0, b.y0);
