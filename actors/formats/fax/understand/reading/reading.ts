import type { Box } from "../../../../../runtime/contract/document.ts";
import { around } from "../../raster/box.ts";
import type { PlacedWord } from "../layout/page_layout.ts";
import { type Pitch, spareRoom } from "../layout/spread.ts";
import type { Note } from "../notes.ts";
import type { ValueType } from "../template.ts";
import { type Match, SHARED } from "../types/match.ts";
import { readerOf } from "../types/readers.ts";

/** What one pass read where a value stands. */
export interface Reading {
  /** `null` where words stand there that are none of the type. */
  readonly value: string | null;
  readonly raw: string;
  /** Of what is no value: how surely its words were read. */
  readonly confidence: number;
  readonly notes: readonly Note[];
  readonly isStrict: boolean;
  /** See {@linkcode SHARED}. */
  readonly shared: number;
  readonly box?: Box;
  /** Room that its digits leave, in digits; see {@linkcode spareRoom}. Left out where that cannot be said. */
  readonly spare?: number;
  /** Room of a point on its page, in digits. */
  readonly point?: number;
  /** It was read as one word. */
  readonly isOneWord: boolean;
}

/** The values among what passes read. */
export function valuesIn(readings: readonly (Reading | undefined)[]): readonly string[] {
  return readings.flatMap((reading) => reading?.value ?? []);
}

/** Reads a value from words that stand where it should; undefined where there is no word. */
export function readWords(type: ValueType, words: readonly PlacedWord[], pitch?: Pitch): Reading | undefined {
  if (words.length === 0) return undefined;
  const reader = readerOf(type);
  let best: Reading | undefined;
  let bestWorth = 0;
  for (const [from, to] of windows(words.length, reader.wordsMax)) {
    const used = words.slice(from, to);
    const match = reader.read(textOf(used));
    if (!match) continue;
    const behind = words.slice(to);
    // What goes on with a label that nobody knows is the next value.
    const hasRest = used.length < words.length && !behind.some(({ text }) => text.endsWith(":"));
    // Words at the front that were skipped may be what the value begins with.
    const worth = match.certainty * SKIPPED ** from *
      (hasRest ? isTimeless(match, type) ? TIMELESS : REST : 1);
    if (worth <= bestWorth) continue;
    bestWorth = worth;
    best = {
      value: match.value,
      raw: textOf(used),
      confidence: worth * confidenceOf(used, match),
      notes: hasRest ? [...match.notes, "rest"] : match.notes,
      isStrict: match.isStrict ?? false,
      shared: match.shared ?? SHARED.usual,
      box: around(used.map(({ box }) => box)),
      isOneWord: used.length === 1,
      ...spareIn(used, pitch),
    };
    if (NAMED.includes(type.is)) best = doubtSpread(best);
  }
  return best ?? {
    value: null,
    raw: textOf(words),
    confidence: Math.min(...words.map(({ confidence }) => confidence)),
    notes: ["unreadable"],
    isStrict: false,
    shared: SHARED.usual,
    isOneWord: words.length === 1,
    box: around(words.map(({ box }) => box)),
  };
}

/**
 * The least sure word decides. Where characters had to be repaired, and only one thing can stand there, they are why it
 * was read unsurely: then the doubt is in the repair already.
 */
function confidenceOf(used: readonly PlacedWord[], match: Match): number {
  const isKnown = ({ text }: PlacedWord) =>
    match.known === "term" || match.known === "words" && !/\d/.test(text);
  const least = Math.min(
    ...used.map((word) => isKnown(word) ? Math.max(word.confidence, EXPLAINED) : word.confidence),
  );
  const isExplained = match.explainsDoubt === true && match.certainty > 0.85;
  return isExplained && least > EXPLAINED_MIN ? Math.max(least, EXPLAINED) : least;
}

const EXPLAINED_MIN = 0.4;
const EXPLAINED = 0.85;

/** How sure a value still is with a word skipped before it, and with words left behind it. */
const SKIPPED = 0.8;
const REST = 0.85;
/** What stands behind a day may be its time. */
const TIMELESS = 0.4;
const isTimeless = ({ value }: Match, { is }: ValueType) => is === "datetime" && value.length === 8;
/** Words at the front that may be none of the value. */
const SKIPPED_MAX = 2;

/** Numbers that name something: a digit that is lost leaves its room, and nothing else tells. */
const NAMED: readonly ValueType["is"][] = ["digits", "identifier", "npi", "pattern", "procedure"];
/** Digits that stand further apart or closer than this, by digits, are too few or too many. */
const SPREAD_MAX = 0.7;

function doubtSpread(reading: Reading): Reading {
  if (!/^\d{3,}$/.test(reading.raw) || Math.abs(reading.spare ?? 0) < SPREAD_MAX) return reading;
  return { ...reading, confidence: reading.confidence * 0.5, notes: [...reading.notes, "spacing"] };
}

function spareIn(used: readonly PlacedWord[], pitch: Pitch | undefined): { spare?: number; point?: number } {
  if (!pitch) return {};
  const spares = used.map((word) => spareRoom(word, pitch)).filter((spare) => spare !== undefined);
  return spares.length === 0 ? {} : { spare: Math.max(...spares), point: pitch.point };
}

/** Which words may be the value: many before few, those at the front before those behind. */
function* windows(count: number, wordsMax: number): Iterable<readonly [from: number, to: number]> {
  if (!Number.isFinite(wordsMax)) return yield [0, count];
  for (let from = 0; from <= Math.min(SKIPPED_MAX, count - 1); from++) {
    for (let to = Math.min(count, from + wordsMax); to > from; to--) yield [from, to];
  }
}

const textOf = (words: readonly PlacedWord[]) => words.map(({ text }) => text).join(" ");
