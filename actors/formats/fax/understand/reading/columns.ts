import type { Hit } from "../layout/phrases.ts";
import { GAP_PIECE, overlaps } from "../layout/phrases.ts";
import { fold, likeness } from "../layout/fold.ts";
import { around } from "../../raster/box.ts";
import type { Line, PageLayout, PlacedWord } from "../layout/page_layout.ts";
import type { TableSpec } from "../template.ts";
import type { PageView } from "./labels.ts";
import { runs } from "./place.ts";

/** A heading where it stands; without a name where the template does not know it. */
export interface Heading {
  readonly column?: string;
  readonly x0: number;
  readonly x1: number;
}

/** The line of a table that names its columns. */
export interface Header {
  readonly page: number;
  readonly y0: number;
  readonly y1: number;
  /** From left to right. */
  readonly headings: readonly Heading[];
}

/** Headings in one line of the page, and how well they were found. */
interface Band {
  readonly hits: Map<string, Hit>;
  readonly y0: number;
  readonly y1: number;
}

/** Share of the columns that have to be named by a line that is a table's header; and how many at least. */
const COLUMNS_SHARE = 0.4;
const COLUMNS_MIN = 3;

/** Headers of a table on a page, from top to bottom. */
export function headersOn(view: PageView, spec: TableSpec): readonly Header[] {
  const { unit, page } = view.layout;
  const wanted = Math.min(
    Object.keys(spec.columns).length,
    Math.max(COLUMNS_MIN, Math.ceil(Object.keys(spec.columns).length * COLUMNS_SHARE)),
  );
  const hits = Object.entries(spec.columns).flatMap(([column, { headers }]) =>
    headers.flatMap((header, order) =>
      // Headings of neighbouring columns may read as one.
      view.finder.find(header).filter((hit) => hit.widestGap <= gapWithin(header)).map((hit) => ({
        column,
        hit,
        order,
      }))
    )
  );
  const named = bounded(longest(hits), unit);
  const headers: Header[] = [];
  let below = -Infinity;
  for (const { hit } of named) {
    if (hit.middle <= below) continue;
    const first = bandAt(named, hit.middle, unit);
    if (first.hits.size < Math.min(2, wanted)) continue;
    const stacked = stackedIn(view, spec, hit.middle - unit, hit.middle + unit * BAND);
    const band = stacked.length === 0 ? first : bandAt(longest([...named, ...stacked]), hit.middle, unit);
    // A word of a label that says more, and a label with its value beside it, are no headings.
    const whole = [...band.hits.values()].filter((hit) => hit.beginsPiece && hit.endsPiece && !hit.hasColon);
    if (whole.length < wanted) continue;
    below = band.y1;
    headers.push({ page: page.page, y0: band.y0, y1: band.y1, headings: headingsOf(band, view.layout) });
  }
  return headers;
}

/** Where two headings lie over each other the longer one is it. */
function longest(hits: readonly Named[]): readonly Named[] {
  return hits.filter(({ hit }) =>
    !hits.some((other) =>
      other.hit.phrase.length > hit.phrase.length && other.hit.likeness > 0.8 &&
      overlaps(other.hit.box, hit.box)
    )
  ).sort((a, b) => a.hit.middle - b.hit.middle);
}

/** Headings may stand as close beside each other as words of one do: another one is a boundary as well. */
function bounded(hits: readonly Named[], unit: number): readonly Named[] {
  const near = ({ hit: left }: Named, { hit: right }: Named) =>
    Math.abs(left.middle - right.middle) < unit / 2 && right.box.x0 > left.box.x1 &&
    right.box.x0 - left.box.x1 < unit * GAP_PIECE * 1.2;
  return hits.map((each) => ({
    ...each,
    hit: {
      ...each.hit,
      beginsPiece: each.hit.beginsPiece || hits.some((other) => near(other, each)),
      endsPiece: each.hit.endsPiece || hits.some((other) => near(each, other)),
    },
  }));
}

/** Headings whose words stand under each other: `Unit` over `Price`. */
function stackedIn(view: PageView, spec: TableSpec, from: number, to: number): readonly Named[] {
  const { unit, page } = view.layout;
  const found: Named[] = [];
  for (const pass of view.layout.passes) {
    const lines = pass.lines.filter(({ middle }) => middle >= from && middle <= to);
    for (const [at, upper] of lines.entries()) {
      const below = lines.slice(at + 1).filter(({ middle }) => middle > upper.middle + unit / 2)[0];
      if (!below) continue;
      for (const over of runs(upper.words, unit * GAP_HEADING)) {
        const under = runs(below.words, unit * GAP_HEADING).find((run) =>
          run[0].box.x0 < over[over.length - 1].box.x1 && run[run.length - 1].box.x1 > over[0].box.x0
        );
        if (!under) continue;
        const folded = [...over, ...under].map((word) => word.folded).join("");
        const box = around([...over, ...under].map((word) => word.box))!;
        for (const [column, { headers }] of Object.entries(spec.columns)) {
          for (const [order, phrase] of headers.entries()) {
            const alike = phrase.includes(" ") ? likeness(folded, fold(phrase)) : 0;
            if (alike === 0) continue;
            const hit = {
              phrase,
              page: page.page,
              box,
              middle: upper.middle,
              likeness: alike,
              widestGap: 0,
              beginsPiece: true,
              endsPiece: true,
              hasColon: false,
              isPartOfLabel: false,
            };
            found.push({ column, order, hit });
          }
        }
      }
    }
  }
  return found;
}

type Named = { readonly column: string; readonly hit: Hit; readonly order: number };

/** Headings of one header, which may be written in two lines. */
function bandAt(named: readonly Named[], middle: number, unit: number): Band {
  const near = named.filter(({ hit }) => hit.middle >= middle - 1 && hit.middle < middle + unit * BAND);
  const best = new Map<string, Named>();
  for (const each of near) {
    const rival = best.get(each.column);
    if (!rival || worth(each) > worth(rival)) best.set(each.column, each);
  }
  const hits = new Map<string, Hit>();
  for (const [column, each] of best) {
    // One heading names one column: the better of two that want it.
    const rival = [...best].find(([other, { hit }]) =>
      other !== column && overlaps(hit.box, each.hit.box) &&
      (worth(best.get(other)!) > worth(each) || worth(best.get(other)!) === worth(each) && other < column)
    );
    if (!rival) hits.set(column, each.hit);
  }
  const middles = [...hits.values()].map((hit) => hit.middle);
  return {
    hits,
    y0: Math.min(...middles) - unit / 2,
    y1: Math.max(...middles, ...[...hits.values()].map(({ box }) => box.y1 - unit / 2)) + unit / 2,
  };
}

/** Lines of one header are not further apart, in heights of a word. */
const BAND = 1.8;

const worth = ({ hit, order }: Named) =>
  hit.likeness - 0.004 * order + (hit.beginsPiece ? 0.2 : 0) + (hit.endsPiece ? 0.2 : 0);

/** Those that the template knows, and whatever else stands in the line as a heading of its own. */
function headingsOf({ hits, y0, y1 }: Band, layout: PageLayout): readonly Heading[] {
  const headings: Heading[] = [...hits].map(([column, { box }]) => ({ column, x0: box.x0, x1: box.x1 }));
  for (const { lines } of layout.passes) {
    for (const line of lines) {
      if (line.middle < y0 || line.middle > y1) continue;
      for (const run of runs(line.words, layout.unit * GAP_HEADING)) {
        const heading = { x0: run[0].box.x0, x1: run[run.length - 1].box.x1 };
        const isLetters = run.some(({ text }) => /\p{L}{2}/u.test(text));
        if (
          isLetters &&
          !headings.some((known) =>
            heading.x0 < known.x1 + layout.unit && heading.x1 > known.x0 - layout.unit
          )
        ) headings.push(heading);
      }
    }
  }
  return headings.sort((a, b) => a.x0 - b.x0);
}

/** Words of one heading are not further apart than this where they read as one, in heights of a word. */
const GAP_WITHIN = 1.2;
/** A stroke between two of them takes room, and is no word; what is one word has no gaps but those of bad pages. */
const gapWithin = (heading: string) =>
  !heading.includes(" ") ? GAP_WITHIN / 2 : heading.includes(" / ") ? 2 * GAP_WITHIN : GAP_WITHIN;
/** Words of one heading are not further apart, in heights of a word. */
const GAP_HEADING = 1;

/** Where a column is: from one edge to the next. */
export interface Column {
  readonly name?: string;
  readonly x0: number;
  readonly x1: number;
}

/**
 * Where one column ends and the next begins: between the middles of their headings, where the least stands in the lines
 * below. Left and right alignment come out by themselves.
 */
export function columnsOf(
  headings: readonly Heading[],
  lines: readonly Line[],
  unit: number,
): readonly Column[] {
  const edges = headings.slice(1).map((next, at) => edgeBetween(headings[at], next, lines, unit));
  let [left, right] = [headings[0].x0 - REACH_LEFT * unit, headings[edges.length].x1 + REACH_RIGHT * unit];
  // A text that begins before an outer edge goes on behind it.
  for (const run of lines.flatMap(({ words }) => runs(words, unit * GAP_PIECE))) {
    const [from, to] = [run[0].box.x0, run[run.length - 1].box.x1];
    if (from < left && to > left) left = from;
    if (from < right && to > right) right = to;
  }
  return headings.map(({ column }, at) => ({
    ...column !== undefined && { name: column },
    x0: at === 0 ? left : edges[at - 1],
    x1: at === edges.length ? right : edges[at],
  }));
}

/** What stands beside the first and behind the last heading is of their columns, in heights of a word. */
const REACH_LEFT = 4;
const REACH_RIGHT = 6;

function edgeBetween(left: Heading, right: Heading, lines: readonly Line[], unit: number): number {
  const from = Math.floor((left.x0 + left.x1) / 2);
  const to = Math.ceil((right.x0 + right.x1) / 2);
  if (to <= from) return (left.x1 + right.x0) / 2;
  const covered = new Int32Array(to - from + 2);
  for (const { words } of lines) {
    for (const { box } of words) {
      if (box.x1 <= from || box.x0 >= to) continue;
      covered[Math.max(0, box.x0 - from)]++;
      covered[Math.min(to, box.x1) - from + 1]--;
    }
  }
  let depth = 0;
  let least = Infinity;
  for (let at = 0; at <= to - from; at++) {
    depth += covered[at];
    covered[at] = depth;
    if (depth < least) least = depth;
  }
  // The stretch that leaves something under both headings; of those the widest, and of two as wide the one nearer to the
  // next heading.
  let best = { at: 0, width: -1, served: -1 };
  let start = -1;
  for (let at = 0; at <= to - from + 1; at++) {
    const isOpen = at <= to - from && covered[at] === least;
    if (isOpen && start < 0) start = at;
    if (isOpen || start < 0) continue;
    const served = Number(standsUnder(left, lines, -Infinity, from + start)) +
      Number(standsUnder(right, lines, from + at, Infinity));
    const isWider = at - start >= best.width - unit / 4;
    if (served === best.served ? isWider : served > best.served) {
      best = { at: start, width: at - start, served };
    }
    start = -1;
  }
  return from + best.at + best.width / 2;
}

/** Whether a word under the heading stands between two edges: otherwise the column would be empty. */
function standsUnder({ x0, x1 }: Heading, lines: readonly Line[], from: number, to: number): boolean {
  return lines.some(({ words }) =>
    words.some(({ box }) => {
      const middle = (box.x0 + box.x1) / 2;
      return box.x0 >= from - 1 && box.x1 <= to + 1 && middle > x0 && middle < x1;
    })
  );
}

/** The words of a line that stand in a column. */
export function wordsIn(words: readonly PlacedWord[], column: Column): readonly PlacedWord[] {
  return words.filter(({ box }) => {
    const middle = (box.x0 + box.x1) / 2;
    return middle >= column.x0 && middle < column.x1;
  });
}
