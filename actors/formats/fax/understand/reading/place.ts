import type { Hit } from "../layout/phrases.ts";
import type { Line, PageLayout, PassLayout, PlacedWord } from "../layout/page_layout.ts";
import type { Region } from "../template.ts";

/** Words of a value are not further apart, in heights of a word. */
const GAP_VALUE = 2;
/** A value is not further from its label than this, in heights of a word. */
const REACH_RIGHT = 60;
const REACH_BELOW = 3.4;

/** Forms number their boxes: it stands before the next label. */
const BOX_NUMBER = /^\d{1,2}[a-z]?\.?$/;

/** What a pass read right of a label, up to the next label or gap. */
export function wordsRightOf(
  pass: PassLayout,
  layout: PageLayout,
  label: Hit,
  stops: readonly Hit[],
): readonly PlacedWord[] {
  const { unit } = layout;
  const height = Math.max(unit, Math.min(label.box.y1 - label.box.y0, 2 * unit));
  const line = nearestLine(
    pass.lines,
    label.middle,
    0.6 * height,
    (word) => word.box.x0 >= label.box.x1 - 0.3 * unit,
  );
  if (!line) return [];
  const stop = stops.reduce(
    (least, hit) =>
      hit.box.x0 >= label.box.x1 - 0.3 * unit && Math.abs(hit.middle - label.middle) < 0.8 * height
        ? Math.min(least, hit.box.x0)
        : least,
    label.box.x1 + REACH_RIGHT * unit,
  );
  const words = line.words.filter(({ box, text }, at) =>
    box.x0 >= label.box.x1 - 0.3 * unit && box.x0 < stop - 0.2 * unit &&
    !(BOX_NUMBER.test(text) && (line.words[at + 1]?.box.x0 ?? Infinity) === stop)
  );
  return firstRun(words.filter(({ text }) => !/^[:;#.]+$/.test(text)), unit * GAP_VALUE);
}

/** What a pass read below a label: the first line under it, the piece that stands under its words. */
export function wordsBelow(
  pass: PassLayout,
  layout: PageLayout,
  label: Hit,
  stops: readonly Hit[],
): readonly PlacedWord[] {
  const { unit } = layout;
  const right = stops.reduce(
    (least, hit) =>
      hit.box.x0 > label.box.x1 && Math.abs(hit.middle - label.middle) < unit
        ? Math.min(least, hit.box.x0)
        : least,
    Infinity,
  );
  for (const line of pass.lines) {
    if (line.middle < label.middle + 0.7 * unit) continue;
    if (line.middle > label.middle + REACH_BELOW * unit) break;
    const reachable = line.words.filter(({ box }) =>
      box.x1 > label.box.x0 - 1.5 * unit && box.x0 < right - 0.3 * unit
    );
    const under = runs(reachable, unit * GAP_VALUE).find((run) =>
      run[0].box.x0 < label.box.x1 + unit && run[run.length - 1].box.x1 > label.box.x0 - unit / 2
    );
    if (!under) continue;
    const isLabel = stops.some((hit) =>
      Math.abs(hit.middle - line.middle) < 0.6 * unit && Math.abs(hit.box.x0 - under[0].box.x0) < unit
    );
    return isLabel ? [] : under;
  }
  return [];
}

/** What a pass read within a part of the page. */
export function wordsWithin(pass: PassLayout, layout: PageLayout, region: Region): readonly PlacedWord[] {
  const { width, height } = layout.page;
  const x0 = region.x0 * width;
  const x1 = region.x1 * width;
  return pass.lines.filter(({ middle }) => middle >= region.y0 * height && middle < region.y1 * height)
    .flatMap(({ words }) =>
      words.filter(({ box }) => (box.x0 + box.x1) / 2 >= x0 && (box.x0 + box.x1) / 2 < x1)
    );
}

/** Words in runs that a gap divides. */
export function runs(words: readonly PlacedWord[], gap: number): readonly (readonly PlacedWord[])[] {
  const found: PlacedWord[][] = [];
  for (const word of words) {
    const last = found.at(-1);
    if (last && word.box.x0 - last[last.length - 1].box.x1 <= gap) last.push(word);
    else found.push([word]);
  }
  return found;
}

const firstRun = (words: readonly PlacedWord[], gap: number) => runs(words, gap)[0] ?? [];

function nearestLine(
  lines: readonly Line[],
  middle: number,
  within: number,
  has: (word: PlacedWord) => boolean,
): Line | undefined {
  let best: Line | undefined;
  for (const line of lines) {
    const apart = Math.abs(line.middle - middle);
    if (apart > within || best && Math.abs(best.middle - middle) <= apart || !line.words.some(has)) continue;
    best = line;
  }
  return best;
}
