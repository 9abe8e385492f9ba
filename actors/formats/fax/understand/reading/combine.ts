import type { ReadSource, ReadValue } from "../../../../../runtime/contract/document.ts";
import { fold, likeness } from "../layout/fold.ts";
import type { PageLayout } from "../layout/page_layout.ts";
import type { Note } from "../notes.ts";
import { SHARED } from "../types/match.ts";
import type { Reading } from "./reading.ts";

/** What is known of the place that a value was read from. */
export interface Provenance {
  readonly page: number;
  readonly source: ReadSource;
  /** How many passes there were. */
  readonly passes: number;
  /** How well its label was read, between 0 and 1. */
  readonly likeness: number;
  /** Share of the page's words that were read well. */
  readonly quality: number;
  /** See {@linkcode PageLayout.isMonospaced}. */
  readonly isMonospaced: boolean;
}

/** What is known of every place on a page. */
export function provenanceOn({ page, passes, isMonospaced }: PageLayout, likeness: number): Provenance {
  const { page: number, source, quality } = page;
  return { page: number, source, quality, passes: passes.length, likeness, isMonospaced };
}

/** No agreement is surer than this without a check. */
const AGREED_MAX = 0.995;
/** What only one pass has read. */
const ONE_PASS = 0.9;
const ONE_PASS_MAX = 0.9;
/** The same where the other has its letters and digits, and lost a mark. */
const BORNE_OUT_MAX = 0.96;
/** Characters that stand alone are often seen by one pass only, and those it sees so surely are right. */
const SHORT_MIN = 0.93;
const SHORT = 0.955;
const isShort = ({ value, notes }: Reading) => value !== null && value.length < 3 && notes.length === 0;
/** Where they differ, nobody knows. */
export const CONFLICT_MAX = 0.5;
/** A label that is less like it may be another. */
const LIKENESS_SURE = 0.85;
/** Both had to be repaired: the same mistake may have been made twice. */
const BOTH_REPAIRED_MAX = 0.97;

/** One value of what the passes read: agreement makes it surer, conflict leaves it in doubt. */
export function combine(readings: readonly (Reading | undefined)[], from: Provenance): ReadValue | undefined {
  const present = readings.filter((reading) => reading !== undefined);
  if (present.length === 0) return undefined;
  const valued = present.filter((reading) => reading.value !== null);
  const [a, b] = valued;
  const best = (b && knownOf(a, b)) ??
    (valued.length > 0 ? valued : present).reduce((a, b) => b.confidence > a.confidence ? b : a);
  const [confidence, notes] = valued.length === 0
    ? [0, []]
    : judged(valued, present.find(({ value }) => value === null), from);
  const unsure: readonly Note[] = from.likeness < LIKENESS_SURE ? ["label_unsure"] : [];
  return {
    value: best.value,
    raw: best.raw,
    confidence: round(confidence * (from.likeness < LIKENESS_SURE ? 0.97 : 1)),
    source: from.source,
    page: from.page,
    ...best.box && { box: best.box },
    notes: [...new Set<Note>([...notes, ...best.notes, ...unsure])],
  };
}

function judged(
  valued: readonly Reading[],
  other: Reading | undefined,
  from: Provenance,
): readonly [number, readonly Note[]] {
  if (from.source !== "ocr") {
    return [Math.min(valued[0].confidence, AGREED_MAX), from.source === "text" ? ["text_layer"] : []];
  }
  const [a, b] = valued;
  if (b === undefined) {
    const unreadable: readonly Note[] = other ? ["unreadable"] : [];
    // What lost a mark, and is no value without it, has the same letters and digits.
    if (other && fold(other.raw) === fold(a.raw)) {
      const error = (1 - a.confidence) * (1 - other.confidence) * Math.max(a.shared, SHARED.usual);
      return [Math.min(BORNE_OUT_MAX, Math.max(1 - error, a.confidence * ONE_PASS)), [
        "one_pass",
        ...unreadable,
      ]];
    }
    if (!other && isShort(a) && a.confidence >= SHORT_MIN) return [SHORT, ["one_pass"]];
    return [Math.min(a.confidence * ONE_PASS, ONE_PASS_MAX), ["one_pass", ...unreadable]];
  }
  if (a.value !== b.value) {
    const known = knownOf(a, b);
    if (known) return [Math.min(KNOWN_MAX, known.confidence + (1 - known.confidence) * KNOWN), ["vouched"]];
    return [Math.min(CONFLICT_MAX, Math.max(a.confidence, b.confidence)), ["conflict"]];
  }
  // One picture may show that a point is lost, and the other say nothing of it.
  if (a.notes.includes("decimals") !== b.notes.includes("decimals") && !isRepairedIn(a, b)) {
    return [Math.min(a.confidence, b.confidence), ["agreed"]];
  }
  const isShaped = a.isStrict && b.isStrict && from.quality >= QUALITY_GOOD;
  const shared = Math.max(a.shared, b.shared);
  const error = (1 - a.confidence) * (1 - b.confidence) *
    (isShaped && shared >= SHARED.amount ? shared * SHARED_SHAPED : shared);
  const isRepaired = a.notes.includes("repaired") && b.notes.includes("repaired");
  const isNought = mayBeNought(a, b, from);
  const isAmbiguous = isNought || a.notes.includes("ambiguous") && from.quality < QUALITY_POOR;
  const isUnvouched = from.quality < QUALITY_BAD && shared >= SHARED.usual;
  const most = isAmbiguous || isUnvouched ? UNVOUCHED_MAX : isRepaired ? BOTH_REPAIRED_MAX : AGREED_MAX;
  return [
    Math.min(most, Math.max(1 - error, Math.min(a.confidence, b.confidence))),
    isNought ? ["agreed", "ambiguous"] : ["agreed"],
  ];
}

const isRepairedIn = (...readings: readonly Reading[]) =>
  readings.some(({ notes }) => notes.includes("repaired"));

/** What a nought with a dot or a stroke is taken for. */
const LIKE_NOUGHT = /[0689]/;
/** A nought that was read as surely is one. */
const NOUGHT_SURE = 0.93;

/**
 * Where all letters have the same room a nought has a dot or a stroke, which tells it from an O. Lines of standard resolution
 * make a six or an eight of it, for both passes.
 */
function mayBeNought(a: Reading, b: Reading, from: Provenance): boolean {
  return from.isMonospaced && from.quality < QUALITY_GOOD && Math.max(a.shared, b.shared) > SHARED.ordered &&
    LIKE_NOUGHT.test(a.raw) && Math.max(a.confidence, b.confidence) < NOUGHT_SURE;
}

/** What a reading of known words gains by another that is nearly the same, of words that are none. */
const KNOWN = 0.8;
const KNOWN_MAX = 0.96;
const KNOWN_LIKE = 0.8;

/** The one of two readings that has only known words, where the other is a misread of it. */
function knownOf(...readings: readonly [Reading, Reading]): Reading | undefined {
  const isUnknown = ({ notes }: Reading) => notes.includes("unknown_word");
  const [known, unknown] = isUnknown(readings[0]) ? [readings[1], readings[0]] : readings;
  if (isUnknown(known) || !isUnknown(unknown)) return undefined;
  // Words vouch for no number.
  if (numbersIn(known) !== numbersIn(unknown)) return undefined;
  // A word more that the other has, if nothing but a mark, may be one that was lost: `Strep A test` is no `Strep test`.
  const isShorter = fold(known.value!).length <= fold(unknown.value!).length;
  if (isShorter && wordsIn(known) < wordsIn(unknown)) return undefined;
  return likeness(fold(known.value!), fold(unknown.value!)) >= KNOWN_LIKE ? known : undefined;
}

const wordsIn = ({ raw }: Reading) => raw.split(" ").length;
const numbersIn = ({ value }: Reading) => value?.match(/[\d.,]*\d/g)?.join(" ");

/** On a good page what has a shape of its own is hardly ever misread alike, however unsurely it was read. */
const QUALITY_GOOD = 0.9;
const SHARED_SHAPED = 0.4;
/** On a poor page both passes take what looks alike for the same wrong thing, and are sure of it. */
const QUALITY_POOR = 0.87;
const UNVOUCHED_MAX = 0.94;
/** On a bad one strokes are missing, and however often it is looked at, they stay so: what nothing else vouches for is left in doubt. */
const QUALITY_BAD = 0.73;

/** Confidences are kept to four places: more would only seem to say something. */
export const round = (confidence: number): number => Math.round(confidence * 10_000) / 10_000;
