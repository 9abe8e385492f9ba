import type { Box } from "../../../../runtime/contract/document.ts";
import { around } from "../raster/box.ts";
import type { Word } from "./words.ts";

/** Words of several readings that stand at the same place: mostly one of each. */
export interface Place {
  readonly box: Box;
  /** By reading, each from left to right. */
  readonly words: readonly (readonly Word[])[];
}

/** Boxes that share less of the smaller one, across and down, are beside each other. */
const SHARED_MIN = { across: 0.3, down: 0.5 };

/** Brings together what readings have at the same place. */
export function placesOf(readings: readonly (readonly Word[])[]): Place[] {
  const all = readings.flatMap((words, reading) => words.map((word) => ({ word, reading })));
  all.sort((a, b) => a.word.box.y0 - b.word.box.y0);
  const leaders = all.map((_, at) => at);
  const leaderOf = (at: number): number => {
    while (leaders[at] !== at) at = leaders[at] = leaders[leaders[at]];
    return at;
  };
  for (let at = 0; at < all.length; at++) {
    const { box } = all[at].word;
    for (let other = at + 1; other < all.length && all[other].word.box.y0 < box.y1; other++) {
      if (isSamePlace(box, all[other].word.box)) leaders[leaderOf(other)] = leaderOf(at);
    }
  }
  const groups = Map.groupBy(all.keys(), leaderOf);
  return [...groups.values()].map((members) => {
    const words = readings.map(() => [] as Word[]);
    for (const at of members) words[all[at].reading].push(all[at].word);
    for (const each of words) each.sort((a, b) => a.box.x0 - b.box.x0);
    return { words, box: around(words.flat().map(({ box }) => box))! };
  });
}

/** What stands at a place by one reading. */
export const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(" ");

/** How sure a reading is of what stands at a place. */
export const surenessOf = (words: readonly Word[]): number =>
  words.reduce((least, { confidence }) => Math.min(least, confidence), words.length === 0 ? 0 : 1);

/** Whether two words stand at the same place. */
export function isSamePlace(a: Box, b: Box): boolean {
  const across = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);
  const down = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  return across > SHARED_MIN.across * Math.min(a.x1 - a.x0, b.x1 - b.x0) &&
    down > SHARED_MIN.down * Math.min(a.y1 - a.y0, b.y1 - b.y0);
}
