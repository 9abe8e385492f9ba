import type { PlacedWord } from "./page_layout.ts";

/** How far apart digits of a page stand. Most fonts give all digits the same room. */
export interface Pitch {
  /** Pixels from one digit to the next. */
  readonly digit: number;
  /** Room of a point, in digits. */
  readonly point: number;
  /** Usual height of a digit, in pixels. */
  readonly height: number;
}

/** What the ink of a number lacks of the room of its digits: at both ends, and beside a one. */
const ENDS = 0.2;
const ONE = 0.15;
/** Of digits that are as high as this, in their usual height, the room is known. */
const HEIGHT_APART = 0.15;
/** Share of the numbers that may be narrower than usual. */
const NARROW_SHARE = 0.25;
/** From so many numbers on they can be measured. */
const NUMBERS_MIN = 4;

/** Measures the digits of a page; undefined where there are too few. */
export function pitchOf(words: readonly PlacedWord[]): Pitch | undefined {
  const whole = words.filter(({ text }) => /^\d{3,}$/.test(text));
  if (whole.length < NUMBERS_MIN) return undefined;
  const height = median(whole.map(({ box }) => box.y1 - box.y0));
  const usual = whole.filter(({ box }) => isAbout(box.y1 - box.y0, height));
  // Numbers that have lost their points look wider: there may be as many of them as of others.
  const rooms = usual.map(({ text, box }) => (box.x1 - box.x0) / roomOf(text, 0)).sort((a, b) => a - b);
  const digit = rooms[Math.floor(rooms.length * NARROW_SHARE)];
  const pointed = words.filter(({ text, box }) =>
    /^\d+\.\d+$/.test(text) && isAbout(box.y1 - box.y0, height)
  );
  const point = pointed.length < NUMBERS_MIN
    ? POINT_USUAL
    : median(pointed.map(({ text, box }) => (box.x1 - box.x0) / digit - roomOf(text, 0)));
  return { digit, point: Math.min(1.1, Math.max(0.35, point)), height };
}

const POINT_USUAL = 0.5;

/** Words that are long enough to tell how much room a letter has, how many of them, and how many have to have the same. */
const MONO = { letters: 5, words: 8, share: 0.8, apart: 0.05 };

/** Whether all letters have the same room, as those of typewriters and of many laboratories' printers. */
export function isMonospaced(words: readonly PlacedWord[]): boolean {
  const rooms = words.filter(({ folded, text }) =>
    text.length >= MONO.letters && folded.length === text.length
  )
    .map(({ text, box }) => (box.x1 - box.x0) / (text.length - ENDS));
  if (rooms.length < MONO.words) return false;
  const usual = median(rooms);
  return rooms.filter((room) => Math.abs(room - usual) <= MONO.apart * usual).length >=
    MONO.share * rooms.length;
}

/**
 * Room that a number takes beyond what its characters need, in digits: a character was lost in it where that is much.
 * Undefined where it cannot be said.
 */
export function spareRoom(word: PlacedWord, pitch: Pitch): number | undefined {
  const { text, box } = word;
  if (!/^[<>$]?[\d.,-]*\d$/.test(text) || !isAbout(box.y1 - box.y0, pitch.height)) return undefined;
  return (box.x1 - box.x0) / pitch.digit - roomOf(text, pitch.point);
}

function roomOf(text: string, point: number): number {
  let room = -ENDS;
  for (const character of text) {
    room += character === "." || character === "," ? point : character === "-" ? HYPHEN : 1;
  }
  if (text.startsWith("1")) room -= ONE;
  if (text.endsWith("1")) room -= ONE;
  return room;
}

const HYPHEN = 0.6;

const isAbout = (height: number, usual: number) => Math.abs(height - usual) <= HEIGHT_APART * usual + 1;

function median(numbers: number[]): number {
  numbers.sort((a, b) => a - b);
  return numbers[numbers.length >> 1];
}
