import { placesOf, surenessOf, textOf } from "./places.ts";
import { CONFIDENCE_READ, type Word } from "./words.ts";

/** What both passes read alike was read, where one of them was as sure as this. */
const ALIKE_MIN = 0.6;

/**
 * How well a page could be read, between 0 and 1: the share of words that the first pass was sure of, or that of places
 * where both read the same, whichever is more. Pages of narrow letters are read unsurely and right; those of noise are read
 * differently each time. Marks without a letter or a digit do not count.
 */
export function qualityOf(first: readonly Word[], second: readonly Word[]): number {
  const isCounted = (words: readonly Word[]) => /[\p{L}\p{N}]/u.test(textOf(words));
  const sure = share(
    first.filter((word) => isCounted([word])),
    ({ confidence }) => confidence >= CONFIDENCE_READ,
  );
  const alike = share(
    placesOf([first, second]).filter(({ words }) => words.some(isCounted)),
    ({ words: [one, other] }) =>
      textOf(one) === textOf(other) && Math.max(surenessOf(one), surenessOf(other)) >= ALIKE_MIN,
  );
  return Math.max(sure, alike);
}

function share<T>(all: readonly T[], is: (each: T) => boolean): number {
  return all.length === 0 ? 1 : all.filter(is).length / all.length;
}
