import type { Note } from "../notes.ts";
import type { DateOrder } from "../template.ts";
import { digitsOf, type Match, SHARED, type TypeReader } from "./match.ts";

/** `YYYYMMDD` of a date in any of the usual forms. */
export function dateReader(order: DateOrder, pivot: number): TypeReader {
  return { wordsMax: 4, read: (text) => dateOf(text, order, pivot) };
}

/** `YYYYMMDDHHMM`; `YYYYMMDD` where no time stands there. */
export function datetimeReader(order: DateOrder, pivot: number): TypeReader {
  return {
    wordsMax: 6,
    read(text) {
      const parts = TIME.exec(text);
      if (!parts) {
        const date = dateOf(text, order, pivot);
        return date && { ...date, certainty: date.certainty * 0.9 };
      }
      const date = dateOf(text.slice(0, parts.index), order, pivot);
      const hours = digitsOf(parts[1]);
      const minutes = digitsOf(parts[2]);
      if (!date || !hours || !minutes) return undefined;
      let hour = Number(hours.text);
      const half = parts[3]?.toLowerCase();
      if (half !== undefined && (hour < 1 || hour > 12)) return undefined;
      if (half === "p" && hour < 12) hour += 12;
      if (half === "a" && hour === 12) hour = 0;
      if (hour > 23 || Number(minutes.text) > 59) return undefined;
      const certainty = date.certainty * hours.certainty * minutes.certainty;
      return {
        ...date,
        value: `${date.value}${String(hour).padStart(2, "0")}${minutes.text}`,
        certainty,
        notes: certainty < 1 && date.notes.length === 0 ? ["repaired"] : date.notes,
      };
    },
  };
}

/** A time of day at the end: `08:30`, `8:30 AM`, `0830`, with seconds that are left out. */
const TIME =
  /(?:[\sT]|^|@\s*|at\s+)([\dOoIl]{1,2})[:.h]?([\dOoIl]{2})(?:[:.][\dOo]{2})?\s*(?:([AaPp])\.?[Mm]?\.?)?(?:\s*(?:[A-Z]{2,3}T|hrs|h))?$/u;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTHS_LONG = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

function dateOf(text: string, order: DateOrder, pivot: number): Match | undefined {
  const plain = text.trim().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "").replace(
    /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[.,]?\s+/i,
    "",
  );
  return named(plain, pivot) ?? numbered(plain, order, pivot);
}

/** `4-Sep-2026`, `Sep 4, 2026`, `4 September 2026`, `04SEP26`. */
function named(text: string, pivot: number): Match | undefined {
  const first =
    /^([\p{L}\d]{3,9})\.?[\s\-–,./]*([\dOoIlSZB]{1,2})(?:st|nd|rd|th)?[\s\-–,./]+([\dOoIlSZB]{2,4})$/u.exec(
      text,
    );
  const second =
    /^([\dOoIlSZB]{1,2})(?:st|nd|rd|th)?[\s\-–—,./]*([\p{L}0]{3,9})[\s\-–—,./']*([\dOoIlSZB]{2,4})$/u
      .exec(text);
  for (
    const [day, month, year] of [first && [first[2], first[1], first[3]], second && second.slice(1)].filter((
      each,
    ) => !!each)
  ) {
    const found = monthOf(month);
    if (found) return dated(year, found.text, day, pivot, found.certainty);
  }
  return undefined;
}

function monthOf(name: string): { text: string; certainty: number } | undefined {
  const plain = name.toLowerCase().replaceAll("0", "o").replaceAll("1", "l").replaceAll("5", "s");
  const at = plain === "sept"
    ? 8
    : MONTHS_LONG.indexOf(plain) >= 0
    ? MONTHS_LONG.indexOf(plain)
    : MONTHS.indexOf(plain);
  if (at >= 0) return { text: String(at + 1), certainty: plain === name.toLowerCase() ? 1 : 0.95 };
  if (plain.length > 4) {
    const near = MONTHS_LONG.findIndex((long) =>
      long.length === plain.length && differing(long, plain) === 1
    );
    return near < 0 ? undefined : { text: String(near + 1), certainty: 0.9 };
  }
  // Three letters of which one is wrong: only where a single month is left.
  const near = MONTHS.filter((short) => plain.length === 3 && differing(short, plain) === 1);
  return near.length === 1 ? { text: String(MONTHS.indexOf(near[0]) + 1), certainty: 0.8 } : undefined;
}

const differing = (a: string, b: string) => [...a].filter((character, at) => character !== b[at]).length;

const MARK = "[/\\-–—.,\\s]+";
const NUMBER = "([\\dOoQDIl|iZSBGgq]{1,4})";
const SPACED = new RegExp(`^${NUMBER}${MARK}${NUMBER}${MARK}${NUMBER}$`, "u");
/** A stroke read as a digit or a letter, told by where it stands. */
const STROKED = /^([\dOIl]{2})[/71lI|](\d{2})[/7lI1|]((?:19|20)\d{2})$/;
const STROKED_BACK = /^((?:19|20)\d{2})[-/7lI1|](\d{2})[-/7lI1|](\d{2})$/;

function numbered(text: string, order: DateOrder, pivot: number): Match | undefined {
  const spaced = SPACED.exec(text);
  const sureness = /\s/.test(text.trim()) ? 0.93 : 1;
  if (spaced) {
    const [, a, b, c] = spaced;
    if (a.length === 4) return dated(a, b, c, pivot, sureness);
    if (a.length > 2 || b.length > 2 || c.length === 1 || c.length === 3) return undefined;
    if (order === "ymd") return dated(a, b, c, pivot, sureness);
    return order === "dmy" ? dated(c, b, a, pivot, sureness) : dated(c, a, b, pivot, sureness);
  }
  const back = STROKED_BACK.exec(text);
  if (back && text.length === 10) return dated(back[1], back[2], back[3], pivot, 0.85);
  const stroked = STROKED.exec(text);
  if (stroked) {
    const [, a, b, year] = stroked;
    return order === "dmy" ? dated(year, b, a, pivot, 0.85) : dated(year, a, b, pivot, 0.85);
  }
  const plain = /^(\d{2})(\d{2})[/-]?((?:19|20)\d{2})$/.exec(text.replace("/", ""));
  if (plain && /^[\d/]+$/.test(text)) {
    return order === "dmy"
      ? dated(plain[3], plain[2], plain[1], pivot, 0.75)
      : dated(plain[3], plain[1], plain[2], pivot, 0.75);
  }
  return undefined;
}

function dated(
  year: string,
  month: string,
  day: string,
  pivot: number,
  certainty: number,
): Match | undefined {
  const parts = [digitsOf(year), digitsOf(month), digitsOf(day)];
  const [y, m, d] = parts;
  if (!y || !m || !d || y.text.length === 3 || y.text.length === 1) return undefined;
  const isShort = y.text.length === 2;
  const full = isShort ? Number(y.text) + (Number(y.text) > pivot ? 1900 : 2000) : Number(y.text);
  if (full < 1880 || full > 2100) return undefined;
  if (Number(m.text) < 1 || Number(m.text) > 12 || Number(d.text) < 1) return undefined;
  if (Number(d.text) > new Date(Date.UTC(full, Number(m.text), 0)).getUTCDate()) return undefined;
  const repaired = y.certainty * m.certainty * d.certainty;
  const notes: Note[] = repaired * certainty < 1 ? ["repaired"] : [];
  return {
    value: `${full}${m.text.padStart(2, "0")}${d.text.padStart(2, "0")}`,
    certainty: repaired * certainty * (isShort ? 0.99 : 1),
    notes,
    isStrict: true,
    shared: SHARED.ordered,
  };
}
