import type { Box } from "../../../../runtime/contract/document.ts";
import { isPlain } from "./plain_words.ts";
import { placesOf, surenessOf, textOf } from "./places.ts";
import type { Word } from "./words.ts";

/** What both passes read alike, and one of them as surely as this, needs no third. */
const SURE = 0.95;
/** The same of words that are plain. */
const SURE_PLAIN = 0.8;

/** Where two readings of a page leave a doubt: where they differ, or neither is sure. */
export function doubtfulPlaces(first: readonly Word[], second: readonly Word[]): Box[] {
  return placesOf([first, second]).filter(({ words: [one, other] }) =>
    textOf(one) !== textOf(other) ||
    Math.max(surenessOf(one), surenessOf(other)) <
      (one.every(({ text }) => isPlain(text)) ? SURE_PLAIN : SURE)
  ).map(({ box }) => box);
}

/**
 * The two readings of a page after a third, of a part of it. Where they differ, the third stands for the one that it does
 * not bear out; where they agree and it does too, they are surer; where it does not, it stands for the second: nobody knows. None
 * overrules what was surer.
 */
export function settle(
  first: readonly Word[],
  second: readonly Word[],
  third: readonly Word[],
): [Word[], Word[]] {
  const replaced = [new Map<Word, readonly Word[]>(), new Map<Word, readonly Word[]>()];
  const added: [Word[], Word[]] = [[], []];
  for (const { words: [one, other, last] } of placesOf([first, second, third])) {
    if (last.length === 0 || one.length + other.length === 0) continue;
    const said = textOf(last);
    if (textOf(one) === textOf(other)) {
      if (said === textOf(other)) put(1, other, other.map((word) => surest(word, last)));
      else if (!isOverruled(last, one, other)) put(1, other, last);
    } else if (said === textOf(one) && isOverruled(other, one, last)) put(1, other, last);
    else if (said === textOf(other) && isOverruled(one, other, last)) put(0, one, last);
  }
  return [take(first, 0), take(second, 1)];

  function isOverruled(it: readonly Word[], ...by: readonly (readonly Word[])[]): boolean {
    return by.every((each) => surenessOf(it) < surenessOf(each));
  }

  function put(reading: 0 | 1, old: readonly Word[], words: readonly Word[]): void {
    if (old.length === 0) added[reading].push(...words);
    for (const [at, word] of old.entries()) replaced[reading].set(word, at === 0 ? words : []);
  }

  function take(words: readonly Word[], reading: 0 | 1): Word[] {
    return [...words.flatMap((word) => replaced[reading].get(word) ?? [word]), ...added[reading]];
  }
}

const surest = (word: Word, words: readonly Word[]): Word => ({
  ...word,
  confidence: Math.max(word.confidence, surenessOf(words)),
});
