import type { ReadRow, ReadValue } from "../../../../../runtime/contract/document.ts";
import type { Line, PassLayout, PlacedWord } from "../layout/page_layout.ts";
import type { ColumnSpec, TableSpec, ValueType } from "../template.ts";
import { withDecimals } from "../types/lexicons/analytes.ts";
import { type Column, columnsOf, type Heading, wordsIn } from "./columns.ts";
import { combine, CONFLICT_MAX, provenanceOn } from "./combine.ts";
import { settleDrug } from "./drugs.ts";
import { splitFlags } from "./inline_flags.ts";
import type { PageView } from "./labels.ts";
import { settleDecimals } from "./lost_points.ts";
import { nameColumns } from "./name_columns.ts";
import { type Reading, readWords } from "./reading.ts";
import { codesOf, vouch } from "./vouch.ts";
import { vouchUnit } from "./vouch_unit.ts";

/** What stands below one header of a table, on one page. */
export interface TablePart {
  readonly rows: readonly ReadRow[];
  /** What each pass read, row by row. */
  readonly readings: readonly Cells[];
  /** Nothing of the table comes on the next page. */
  readonly hasEnded: boolean;
}

/** Rows are not further apart, in heights of a word: what comes after a wider gap is none of the table. */
const GAP_ROWS = 7;

/** Lines of both passes that stand at the same height. */
interface Band {
  readonly middle: number;
  readonly lines: readonly (Line | undefined)[];
}

/** Reads what stands between two heights of a page, under such headings. */
export function readPart(
  view: PageView,
  spec: TableSpec,
  headings: readonly Heading[],
  from: number,
  to: number,
): TablePart {
  const { unit } = view.layout;
  const until = spec.until.flatMap((phrase) => view.finder.find(phrase))
    .filter((hit) => hit.beginsPiece && hit.middle > from && hit.middle < to).map(({ middle }) => middle);
  const all = bandsOf(view.layout.passes, unit, from, to);
  const isUntil = ({ middle }: Band) => until.some((each) => Math.abs(each - middle) < unit / 2);
  const firstUntil = Math.min(to, ...until) - unit / 2;
  const columns = columnsFor(headings, all.filter(({ middle }) => middle < firstUntil), spec, unit);
  const end = endOf(all, columns, spec, unit, until);
  const bands = all.filter((band) => band.middle < end && !isUntil(band));
  const rows: Row[] = [];
  let last = from;
  let loose: { row: Row; texts: readonly string[]; middle: number } | undefined;
  // Pieces of a row that stand a little higher or lower are no line of their own.
  const doubtLoose = (next: number) => {
    if (loose && next - loose.middle > unit) { for (const name of loose.texts) loose.row.cut.add(name); }
    loose = undefined;
  };
  for (const band of bands) {
    if (Number.isFinite(last) && band.middle - last > GAP_ROWS * unit) break;
    const row = rowAt(band, columns, spec, unit);
    if (row) {
      doubtLoose(band.middle);
      rows.push(row);
      last = band.middle;
    } else if (rows.length > 0 && band.middle - last < GAP_WRAPPED * unit) {
      const above = rows[rows.length - 1];
      const texts = wrap(above, band, columns, spec);
      if (texts === true) last = band.middle;
      else if (band.middle - last > unit) loose ??= { row: above, texts, middle: band.middle };
    } else if (rows.length === 0 && Number.isFinite(from) === false) break;
  }
  doubtLoose(Infinity);
  splitFlags(rows.map(({ cells }) => cells), spec);
  return { ...valuesOf(rows, view, spec), hasEnded: Number.isFinite(end) };
}

/**
 * Where the table ends: at the first phrase that ends it, unless whole rows come close below it. Sums of parts stand
 * between rows.
 */
function endOf(
  bands: readonly Band[],
  columns: readonly Column[],
  spec: TableSpec,
  unit: number,
  until: readonly number[],
): number {
  for (const at of until.toSorted((a, b) => a - b)) {
    const below = bands.filter(({ middle }) => middle > at + unit / 2 && middle < at + GAP_PARTS * unit);
    const goesOn = below.some((band) => {
      const cells = rowAt(band, columns, spec, unit)?.cells;
      return cells !== undefined && spec.key.length > 1 &&
        [...cells.keys()].filter((name) => spec.key.includes(name)).length === spec.key.length &&
        [...cells].every(([name, words]) => !spec.key.includes(name) || !isEmptyCell(name, words, spec));
    });
    if (!goesOn) return at - unit / 2;
  }
  return Infinity;
}

const isEmptyCell = (name: string, words: readonly PlacedWord[][], { columns }: TableSpec) =>
  words.every((each) => each.length === 0 || isNone(columns[name].type, each));

/** The next part begins not further below the sum of the one before, in heights of a word. */
const GAP_PARTS = 4;

/** A line that goes on a description is not further below it, in heights of a word. */
const GAP_WRAPPED = 2.2;

/** Edges are where rows have gaps: lines that are none would hide them, and so are found first with the headings alone. */
function columnsFor(
  headings: readonly Heading[],
  bands: readonly Band[],
  spec: TableSpec,
  unit: number,
): readonly Column[] {
  const rough = columnsOf(headings, linesOf(bands), unit);
  const rows = bands.filter((band) => rowAt(band, rough, spec, unit) !== undefined);
  return rows.length === 0
    ? rough
    : nameColumns(columnsOf(headings, linesOf(rows), unit), linesOf(rows), spec);
}

const linesOf = (bands: readonly Band[]) =>
  bands.flatMap(({ lines }) => lines.filter((line) => line !== undefined));

function bandsOf(passes: readonly PassLayout[], unit: number, from: number, to: number): readonly Band[] {
  const [first, second] = passes.map(({ lines }) =>
    lines.filter(({ middle }) => middle > from && middle < to)
  );
  const bands: Band[] = [];
  let at = 0;
  for (const line of first) {
    while (second && at < second.length && second[at].middle < line.middle - 0.5 * unit) {
      bands.push({ middle: second[at].middle, lines: [undefined, second[at++]] });
    }
    const other = second?.[at];
    if (other && Math.abs(other.middle - line.middle) <= 0.5 * unit) {
      bands.push({ middle: line.middle, lines: [line, other] });
      at++;
    } else bands.push({ middle: line.middle, lines: second ? [line, undefined] : [line] });
  }
  for (const line of second?.slice(at) ?? []) bands.push({ middle: line.middle, lines: [undefined, line] });
  return bands;
}

/** The words of each cell, as each pass has them. */
interface Row {
  readonly middle: number;
  readonly cells: Map<string, readonly PlacedWord[][]>;
  /** Columns whose edge runs between words that belong together. */
  readonly cut: Set<string>;
}

/** A row where the line has values of the key, or of most columns, and of the columns that rows need, in either pass. */
function rowAt(band: Band, columns: readonly Column[], spec: TableSpec, unit: number): Row | undefined {
  const cells = new Map<string, PlacedWord[][]>();
  const cut = new Set<string>();
  for (const column of columns) {
    if (column.name === undefined) continue;
    cells.set(column.name, band.lines.map((line) => line ? [...wordsIn(line.words, column)] : []));
    if (band.lines.some((line) => line && isCut(line.words, column, unit))) cut.add(column.name);
  }
  const has = (name: string) =>
    cells.get(name)?.some((words) => (readWords(spec.columns[name].type, words)?.value ?? null) !== null) ??
      false;
  const known = [...cells.keys()];
  const keys = spec.key.filter((name) => cells.has(name));
  const filled = known.filter(has);
  const needed = known.filter((name) => spec.columns[name].required);
  const isWhole = keys.length > 0 && keys.every((name) => filled.includes(name)) &&
    filled.length >= Math.min(known.length, Math.max(2, Math.ceil(known.length * FILLED_SHARE)));
  const isNearly = filled.length >= Math.ceil(known.length * NEARLY_SHARE) && known.length >= 4;
  if (!isWhole && !isNearly) return undefined;
  if (
    needed.length > 0 && !needed.some((name) => filled.includes(name)) &&
    filled.length < known.length * NEARLY_SHARE
  ) return undefined;
  return { middle: band.middle, cells, cut };
}

/** Words that stand as close as words of one text do, on both sides of an edge: one of them is in the wrong column. */
function isCut(words: readonly PlacedWord[], { x0, x1 }: Column, unit: number): boolean {
  return words.some((word, at) => {
    const next = words[at + 1];
    if (!next || next.box.x0 - word.box.x1 > unit * GAP_CUT) return false;
    const [middle, behind] = [word, next].map(({ box }) => (box.x0 + box.x1) / 2);
    return middle < x0 && behind >= x0 && behind < x1 || middle >= x0 && middle < x1 && behind >= x1;
  });
}

/** Columns are further apart than words, in heights of a word. */
const GAP_CUT = 0.8;

const doubtCut = (value: ReadValue): ReadValue => ({
  ...value,
  confidence: Math.min(value.confidence, CONFLICT_MAX),
  notes: [...value.notes ?? [], "cut"],
});

/** Share of its cells that a row has values in, where it has a key; and where it has none. */
const FILLED_SHARE = 0.4;
const NEARLY_SHARE = 0.6;

/**
 * Puts a line to the row above where nothing stands in it but more of its texts, or of what cannot be read without it.
 * Otherwise tells the texts that it may be more of.
 */
function wrap(
  row: Row,
  band: Band,
  columns: readonly Column[],
  spec: TableSpec,
): true | readonly string[] {
  const more = new Map<string, PlacedWord[][]>();
  let isMore = true;
  for (const column of columns) {
    const words = band.lines.map((line) => line ? [...wordsIn(line.words, column)] : []);
    if (words.every((each) => each.length === 0)) continue;
    if (column.name === undefined || !goesOn(row, column.name, words, spec)) isMore = false;
    if (column.name !== undefined) more.set(column.name, words);
  }
  const texts = [...more.keys()].filter((name) =>
    isText(spec.columns[name]) &&
    !more.get(name)!.some((each, at) => isHeading(each, row.cells.get(name)![at] ?? []))
  );
  if (isMore && more.size > 0) {
    for (const [name, words] of more) {
      row.cells.set(name, row.cells.get(name)!.map((each, at) => [...each, ...words[at] ?? []]));
    }
    return true;
  }
  const isAmount = [...more.keys()].some((name) => spec.columns[name].type.is === "money");
  return isAmount ? [] : texts;
}

/** A text may go on; anything else does where it is a value with what stands below it, and none without. */
function goesOn(row: Row, name: string, words: readonly PlacedWord[][], { columns }: TableSpec): boolean {
  const before = row.cells.get(name) ?? [];
  if (before.every((each) => each.length === 0)) return false;
  if (isText(columns[name])) return !words.some((each, at) => isHeading(each, before[at] ?? []));
  return before.every((each, at) =>
    each.length === 0 || isNone(columns[name].type, each) &&
      !isNone(columns[name].type, [...each, ...words[at] ?? []])
  );
}

/** Headings between rows stand further left than their texts, or are in capitals where those are not. */
function isHeading(words: readonly PlacedWord[], above: readonly PlacedWord[]): boolean {
  if (words.length === 0 || above.length === 0) return false;
  const [text, before] = [words, above].map((each) => each.map((word) => word.text).join(""));
  return words[0].box.x0 < above[0].box.x0 - (above[0].box.y1 - above[0].box.y0) / 2 ||
    /\p{Lu}{4}/u.test(text) && !/\p{Ll}/u.test(text) && /\p{Ll}/u.test(before);
}

const isNone = (type: ValueType, words: readonly PlacedWord[]) =>
  (readWords(type, words)?.value ?? null) === null;

const isText = ({ type }: ColumnSpec) => type.is === "text" || type.is === "lexicon" || type.is === "words";

/** What each pass read in each cell of a row. */
type Cells = Map<string, (Reading | undefined)[]>;

function valuesOf(
  rows: readonly Row[],
  view: PageView,
  spec: TableSpec,
): Pick<TablePart, "rows" | "readings"> {
  const { page, passes } = view.layout;
  const read = rows.map(({ cells }): Cells =>
    new Map(
      [...cells].map(([name, words]) => [
        name,
        words.map((each, at) => readWords(spec.columns[name].type, each, passes[at].pitch)),
      ]),
    )
  );
  const named = (...types: ValueType["is"][]) =>
    Object.keys(spec.columns).find((name) => types.includes(spec.columns[name].type.is));
  settle(read, named("result", "number"), named("range"), hasDecimals(read, spec), passes.length);
  const provenance = provenanceOn(view.layout, 1);
  const values = read.map((cells, at) => {
    const values: Record<string, ReadValue> = {};
    for (const [name, readings] of cells) {
      values[name] = combine(readings, provenance) ?? empty(spec.columns[name], page.page);
    }
    vouch(values, cells, spec);
    vouchUnit(values, cells, spec);
    settleDrug(values, spec);
    for (const name of rows[at].cut) values[name] = doubtCut(values[name]);
    return values;
  });
  return { rows: values, readings: read };
}

/** Of which rows the test is one whose results have decimals. */
function hasDecimals(rows: readonly Cells[], { columns }: TableSpec): readonly boolean[] {
  const name = Object.keys(columns).find((each) => codesOf(columns[each]));
  if (name === undefined) return rows.map(() => false);
  const codes = codesOf(columns[name])!;
  const code = Object.keys(columns).find((each) => columns[each].type.is === "loinc");
  return rows.map((cells) =>
    (cells.get(name) ?? []).some((reading) =>
      withDecimals.has(codes.get(reading?.value?.toLowerCase() ?? "") ?? "")
    ) || code !== undefined && (cells.get(code) ?? []).some((reading) =>
        withDecimals.has(reading?.value ?? "")
      )
  );
}

/** Results and ranges of a table have their decimals in common. */
function settle(
  rows: readonly Cells[],
  value: string | undefined,
  range: string | undefined,
  hasDecimals: readonly boolean[],
  passes: number,
): void {
  if (value === undefined) return;
  for (let pass = 0; pass < passes; pass++) {
    const settled = settleDecimals(rows.map((cells, at) => ({
      hasDecimals: hasDecimals[at],
      value: cells.get(value)?.[pass],
      range: range === undefined ? undefined : cells.get(range)?.[pass],
    })));
    for (const [at, cells] of rows.entries()) {
      const [readings, ranges] = [cells.get(value), range === undefined ? undefined : cells.get(range)];
      if (readings) readings[pass] = settled[at].value;
      if (ranges) ranges[pass] = settled[at].range;
    }
  }
}

/** Nothing stands there as far as the passes can tell: a letter alone is lost easily. */
function empty(column: ColumnSpec, page: number): ReadValue {
  return {
    value: column.required ? null : "",
    raw: "",
    confidence: column.required ? 0 : EMPTY,
    source: "ocr",
    page,
    notes: ["empty"],
  };
}

/** How sure it is that nothing stands where neither pass saw anything. */
const EMPTY = 0.9;
