/** Dates as HL7 and ISO 8601 write them, or a pattern says, written anew by a pattern, with nothing in it that they do not say. */

/** What a pattern is made of. */
type Token = "yyyy" | "MM" | "dd" | "HH" | "mm" | "ss" | "SSS" | "XXX" | "XX";
type Piece = { readonly token: Token } | { readonly text: string } | { readonly optional: readonly Piece[] };

/** What a date says; what it does not say is `undefined`. */
type Said = { readonly [T in Token]?: string };

/** A date by a pattern; `invalid` where the text is none, `imprecise` where the pattern asks for more than it says. */
export type DateWriter = (text: string) => { readonly written: string } | "invalid" | "imprecise";

/**
 * Compiles a pattern of `yyyy MM dd HH mm ss SSS`, `XXX` (`-06:00`) and `XX` (`-0600`). Letters of its own are quoted
 * with `'`, but for `T`; what is in `[ ]` is left out where the date does not say it.
 *
 * ` from ` and another pattern behind it: how the dates are written that are read.
 *
 * A date without an offset is taken to be in `timeZone`, and every time is written in it. A date without a time of day
 * has no offset: it stays the same day everywhere.
 *
 * @param refuse called with the place of what is wrong, from 0, and what was expected there
 */
export function compileDatePattern(
  pattern: string,
  timeZone: string,
  refuse: (at: number, expected: string) => never,
): DateWriter {
  const [, wanted, given] = FROM.exec(pattern) ?? [, pattern];
  const pieces = readPattern(wanted, refuse);
  const wantsOffset = asksForOffset(pieces);
  const forms = given === undefined
    ? [HL7, ISO]
    : [formOf(given, (at, expected) => refuse(pattern.length - given.length + at, expected))];
  return (text) => {
    const said = readDate(text, forms, timeZone, wantsOffset);
    if (!said) return "invalid";
    const written = write(pieces, said);
    return written === undefined ? "imprecise" : { written };
  };
}

/** How a date is to be written, and how it is. */
const FROM = /^((?:'[^']*'|[^'])*?) from (.*)$/;

const PIECE = /(yyyy|MM|dd|HH|mm|ss|SSS|XXX|XX)|'((?:[^']|'')*)'|([^A-Za-z'[\]]+|T)|([[\]])/y;

function readPattern(pattern: string, refuse: (at: number, expected: string) => never): readonly Piece[] {
  const open: Piece[][] = [[]];
  PIECE.lastIndex = 0;
  for (let at = 0; at < pattern.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const found = PIECE.exec(pattern);
    if (!found) return refuse(at, "one of yyyy MM dd HH mm ss SSS XXX XX, other letters between ' and '");
    const [, token, quoted, plain, bracket] = found;
    if (bracket === "[") open.push([]);
    else if (bracket === "]") {
      const optional = open.pop()!;
      if (open.length === 0) refuse(at, "[ before ]");
      open.at(-1)!.push({ optional });
    } else {
      const text = quoted === undefined ? plain : quoted === "" ? "'" : quoted.replaceAll("''", "'");
      open.at(-1)!.push(token === undefined ? { text } : { token: token as Token });
    }
  }
  if (open.length > 1) refuse(pattern.length, "] for each [");
  return pattern === "" ? refuse(0, "a pattern such as yyyyMMdd") : open[0];
}

function asksForOffset(pieces: readonly Piece[]): boolean {
  return pieces.some((piece) =>
    "optional" in piece ? asksForOffset(piece.optional) : "token" in piece && piece.token.startsWith("X")
  );
}

function write(pieces: readonly Piece[], said: Said): string | undefined {
  let written = "";
  for (const piece of pieces) {
    const part = "text" in piece
      ? piece.text
      : "token" in piece
      ? said[piece.token]
      : write(piece.optional, said) ?? "";
    if (part === undefined) return undefined;
    written += part;
  }
  return written;
}

/** HL7 v2.5.1, 2.A.22 (DTM): any precision. */
const HL7 =
  /^(?<yyyy>\d{4})(?:(?<MM>\d\d)(?:(?<dd>\d\d)(?:(?<HH>\d\d)(?:(?<mm>\d\d)(?:(?<ss>\d\d)(?:\.(?<SSS>\d{1,4}))?)?)?)?)?)?(?<XX>[+-]\d{4})?$/;
/** ISO 8601 calendar dates, and times with colons. */
const ISO =
  /^(?<yyyy>\d{4})-(?<MM>\d\d)(?:-(?<dd>\d\d)(?:[Tt ](?<HH>\d\d)(?::(?<mm>\d\d)(?::(?<ss>\d\d)(?:[.,](?<SSS>\d{1,9}))?)?)?(?<XX>Z|z|[+-]\d\d(?::?\d\d)?)?)?)?$/;

const DIGITS: Readonly<Record<Token, string>> = {
  yyyy: "\\d{4}",
  MM: "\\d\\d",
  dd: "\\d\\d",
  HH: "\\d\\d",
  mm: "\\d\\d",
  ss: "\\d\\d",
  SSS: "\\d{1,9}",
  XXX: "Z|[+-]\\d\\d:\\d\\d",
  XX: "Z|[+-]\\d{4}",
};

/** From the largest to the smallest: a date that says one says those before it. */
const SIZES: readonly Token[] = ["yyyy", "MM", "dd", "HH", "mm", "ss", "SSS"];

/** The dates that a pattern writes. */
function formOf(pattern: string, refuse: (at: number, expected: string) => never): RegExp {
  const pieces = readPattern(pattern, refuse);
  const tokens: Token[] = [];
  const source = (piece: Piece): string => {
    if ("text" in piece) return RegExp.escape(piece.text);
    if ("optional" in piece) return `(?:${piece.optional.map(source).join("")})?`;
    if (tokens.includes(piece.token)) refuse(pattern.length, `${piece.token} once`);
    tokens.push(piece.token);
    return `(?<${piece.token}>${DIGITS[piece.token]})`;
  };
  const form = new RegExp(`^${pieces.map(source).join("")}$`);
  const smallest = SIZES.findLastIndex((token) => tokens.includes(token));
  const missing = SIZES.slice(0, Math.max(1, smallest)).find((token) => !tokens.includes(token));
  return missing === undefined ? form : refuse(pattern.length, missing);
}

function readDate(
  text: string,
  forms: readonly RegExp[],
  timeZone: string,
  wantsOffset: boolean,
): Said | undefined {
  const found = forms.reduce<Said | undefined>((found, form) => found ?? form.exec(text)?.groups, undefined);
  if (!found) return undefined;
  const { yyyy, MM, dd, HH, mm, ss, SSS: fraction } = found;
  const offset = found.XXX ?? found.XX;
  try {
    const local = Temporal.PlainDateTime.from({
      year: Number(yyyy),
      month: Number(MM ?? 1),
      day: Number(dd ?? 1),
      hour: Number(HH ?? 0),
      minute: Number(mm ?? 0),
      second: Number(ss ?? 0),
    }, { overflow: "reject" });
    const SSS = fraction?.padEnd(3, "0").slice(0, 3);
    if (HH === undefined || (offset === undefined && !wantsOffset)) return { yyyy, MM, dd, HH, mm, ss, SSS };
    const there = offset === undefined
      ? local.toZonedDateTime(timeZone)
      : local.toZonedDateTime(zoneOf(offset)).withTimeZone(timeZone);
    const XXX = there.offset.slice(0, 6);
    return {
      yyyy: String(there.year).padStart(4, "0"),
      MM: two(there.month),
      dd: two(there.day),
      HH: two(there.hour),
      mm: mm && two(there.minute),
      ss,
      SSS,
      XXX,
      XX: XXX.replace(":", ""),
    };
  } catch (cause) {
    // No such day, no such hour, no such offset.
    if (cause instanceof RangeError) return undefined;
    throw cause;
  }
}

/** `Z`, `-06`, `-0600` and `-06:00` as Temporal names a fixed offset. */
function zoneOf(offset: string): string {
  if (/^z$/i.test(offset)) return "+00:00";
  const digits = offset.slice(1).replace(":", "").padEnd(4, "0");
  return `${offset[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
