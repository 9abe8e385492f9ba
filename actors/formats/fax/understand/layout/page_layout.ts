import { type PageWords, usualHeight, type Word } from "../../ocr/words.ts";
import { fold } from "./fold.ts";
import { isMonospaced, type Pitch, pitchOf } from "./spread.ts";

/** A word with what it is compared by. */
export interface PlacedWord extends Word {
  readonly folded: string;
  readonly middle: number;
}

/** Words that stand beside each other, from left to right. */
export interface Line {
  readonly words: readonly PlacedWord[];
  readonly y0: number;
  readonly y1: number;
  readonly middle: number;
}

/** What one pass read on a page, in lines from top to bottom. */
export interface PassLayout {
  /** Left out where there are too few numbers on the page. */
  readonly pitch?: Pitch;
  readonly lines: readonly Line[];
}

/** A page, as both passes read it. */
export interface PageLayout {
  readonly page: PageWords;
  readonly passes: readonly PassLayout[];
  /** Usual height of a word, in pixels: what distances are measured by. */
  readonly unit: number;
  /** All its letters have the same room. */
  readonly isMonospaced: boolean;
}

/** Words that are lower are no letters. */
const UNIT_MIN = 6;

/** Puts the words of a page in lines. */
export function layOut(page: PageWords): PageLayout {
  const words = page.passes[0].length > 0 ? page.passes[0] : page.passes[1];
  const unit = Math.max(UNIT_MIN, usualHeight(words));
  const passes = page.source === "text" ? [page.passes[0]] : page.passes.map((words) => level(words, unit));
  const laidOut = passes.map((words) => passOf(words, unit));
  const placed = laidOut[0].lines.flatMap((line) => line.words);
  return { page, unit, passes: laidOut, isMonospaced: isMonospaced(placed) };
}

/** Boxes that are so many times as high as usual reach into other lines. */
const TALL = 1.55;
/** Letters of larger print are wider than this as well, in heights of a word. */
const WIDE = 0.9;

/** Gives words whose boxes reach into other lines the height of the nearest word that stands within theirs. */
function level(words: readonly Word[], unit: number): readonly Word[] {
  const isTall = ({ box, text }: Word) =>
    box.y1 - box.y0 > TALL * unit && box.x1 - box.x0 < WIDE * unit * text.length;
  if (!words.some(isTall)) return words;
  const usual = words.filter((word) => !isTall(word) && /[\p{L}\p{N}]{2}/u.test(word.text));
  return words.map((word) => {
    if (!isTall(word)) return word;
    const { x0, x1, y0, y1 } = word.box;
    const gap = ({ box }: Word) => Math.max(box.x0 - x1, x0 - box.x1, 0);
    const within = usual.filter(({ box }) => box.y0 >= y0 - 1 && box.y1 <= y1 + 1);
    if (within.length === 0) return word;
    const { box } = within.reduce((a, b) => gap(b) < gap(a) ? b : a);
    return { ...word, box: { x0, x1, y0: box.y0, y1: box.y1 } };
  });
}

function passOf(words: readonly Word[], unit: number): PassLayout {
  const lines = linesOf(words, unit);
  const pitch = pitchOf(lines.flatMap((line) => line.words));
  return { lines, ...pitch && { pitch } };
}

/** Marks that come from rules and specks, not from letters. */
const NOISE = /^[|_\-—–~.'`´‘’"“”,:;[\](){}<>=*•°¢«»\\/!]+$/u;
/** A label and its value without a space between them. No time of day. */
const GLUED = /^([\p{L}#.()]{2,}[:;])([^\s:;]{2,}.*)$/u;

function linesOf(words: readonly Word[], unit: number): Line[] {
  const placed: PlacedWord[] = [];
  for (const word of words) {
    for (const part of parted(word)) {
      const text = part.text.replace(/^[|[\]{}]+(?=[\p{L}\p{N}$#("'-])/u, "").replace(
        /(?<=[\p{L}\p{N}%.):])[|[\]{}]+$/u,
        "",
      );
      if (text === "" || (NOISE.test(text) && !/^[-–—<>=]+$/.test(text))) continue;
      placed.push({ ...part, text, folded: fold(text), middle: (part.box.y0 + part.box.y1) / 2 });
    }
  }
  placed.sort((a, b) => a.middle - b.middle || a.box.x0 - b.box.x0);
  const open: PlacedWord[][] = [];
  const middles: number[] = [];
  for (const word of placed) {
    let best = -1;
    for (let at = open.length - 1; at >= Math.max(0, open.length - LINES_OPEN); at--) {
      if (Math.abs(middles[at] - word.middle) >= unit * 0.5) continue;
      if (best < 0 || Math.abs(middles[at] - word.middle) < Math.abs(middles[best] - word.middle)) best = at;
    }
    if (best < 0) {
      open.push([word]);
      middles.push(word.middle);
    } else {
      open[best].push(word);
      middles[best] += (word.middle - middles[best]) / open[best].length;
    }
  }
  return open.map((line, at) => {
    line.sort((a, b) => a.box.x0 - b.box.x0);
    return { words: line, y0: middles[at] - unit / 2, y1: middles[at] + unit / 2, middle: middles[at] };
  }).sort((a, b) => a.middle - b.middle);
}

/** Lines that a word may still belong to. */
const LINES_OPEN = 4;

function parted(word: Word): readonly Word[] {
  const match = GLUED.exec(word.text);
  if (!match) return [word];
  const { x0, x1 } = word.box;
  const cut = x0 + Math.round((x1 - x0) * match[1].length / word.text.length);
  return [
    { ...word, text: match[1], box: { ...word.box, x1: cut } },
    { ...word, text: match[2], box: { ...word.box, x0: cut } },
  ];
}
