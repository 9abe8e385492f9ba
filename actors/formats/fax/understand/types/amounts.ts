import type { Note } from "../notes.ts";
import { digitsOf, type Match, repairNotes, SHARED, type TypeReader } from "./match.ts";

/** Money: `1234.50`, below nothing with a minus. Its two decimals have to stand there. */
export const moneyReader: TypeReader = {
  wordsMax: 3,
  read(text) {
    const notes: Note[] = [];
    let certainty = 1;
    let plain = text.replace(/\s+/g, "");
    const apart = /^((?:[-–—]\s?)?[$\s]*[\d,OIlSB]+)[.,]?\s+[.,]?(\w\w)$/u.exec(text.trim());
    if (/\S\s+\S/.test(text.trim().replace(/^[-–—$]\s|\s(CR|DR)$/gu, ""))) {
      // Pieces of one amount: its cents, or what stands behind a comma.
      if (!apart && !/^[$\s]*\d{1,3},?\s+\d{3}[.,]\d\d$/.test(text.trim())) return undefined;
      if (apart) plain = `${apart[1]}.${apart[2]}`.replace(/\s/g, "");
      notes.push("joined");
      certainty *= 0.9;
    }
    const isNegative = /^[-–—]|^\$[-–—]|^\(.*\)$|[-–—]$|CR$/u.test(plain);
    plain = plain.replace(/CR$|DR$|USD$|^USD/u, "").replace(/[-–—()$£€]/gu, "").replace(
      /^[:;.,'"‘’|]+|[:;.,'"‘’|]+$/gu,
      "",
    );
    const parts = /^(.+?)([.,:;·])([^.,:;·]{2})$/u.exec(plain);
    if (!parts) {
      const whole = digitsOf(plain.replaceAll(",", ""));
      if (!whole || whole.certainty < 1 || whole.text.length > 9) return undefined;
      const hasPoint = whole.text.length > 2 && !/,\d{3}$/.test(plain);
      const digits = hasPoint ? `${whole.text.slice(0, -2)}.${whole.text.slice(-2)}` : `${whole.text}.00`;
      const value = isNegative ? `-${digits}` : digits;
      return { value, certainty: certainty * 0.3, notes: [...notes, "decimals"] };
    }
    const whole = digitsOf(parts[1].replace(/[.,'’](?=\w{3}(\W|$))/gu, ""));
    const cents = digitsOf(parts[3]);
    if (!whole || !cents || whole.certainty * cents.certainty < 0.7) return undefined;
    certainty *= whole.certainty * cents.certainty * (parts[2] === "." ? 1 : 0.95);
    if (whole.certainty * cents.certainty < 1 || parts[2] !== ".") notes.push("repaired");
    const digits = whole.text.replace(/^0+(?=\d)/, "");
    if (digits.length > 3 && !/[.,'’]/u.test(parts[1]) && /^[58]/.test(digits)) certainty *= 0.97;
    const value = `${digits}.${cents.text}`;
    return {
      value: isNegative && Number(value) !== 0 ? `-${value}` : value,
      certainty,
      notes,
      shared: SHARED.amount,
    };
  },
};

/** A number as it stands there, `<` or `>` before it where there is one. */
export const numberReader: TypeReader = {
  wordsMax: 2,
  read(text) {
    const plain = text.replace(/\s+/g, "").replace(/^[:;'"‘’|]+|[:;.,'"‘’|*]+$/gu, "");
    const parts = /^([<>≤≥]=?)?([-–—+]?)(.+?)(?:([.,])([^.,]+))?$/u.exec(
      plain.replace(/(\d),(?=\d{3}(\D|$))/g, "$1"),
    );
    if (!parts || !/\d/.test(plain)) return undefined;
    const whole = digitsOf(parts[3]);
    const decimals = parts[5] === undefined ? { text: "", certainty: 1 } : digitsOf(parts[5]);
    if (!whole || !decimals || whole.certainty * decimals.certainty < 0.7) return undefined;
    const certainty = whole.certainty * decimals.certainty * (parts[4] === "," ? 0.9 : 1);
    const sign = parts[2] === "" || parts[2] === "+" ? "" : "-";
    const value = `${comparator(parts[1])}${sign}${whole.text}${
      decimals.text === "" ? "" : `.${decimals.text}`
    }`;
    // A point behind a leading nothing is what gets lost first.
    if (/^0\d+$/.test(whole.text) && decimals.text === "") {
      const value = `${comparator(parts[1])}${sign}0.${whole.text.slice(1)}`;
      return { value, certainty: certainty * 0.3, notes: ["decimals"] };
    }
    return { value, certainty, notes: repairNotes(certainty), shared: SHARED.amount };
  },
};

/** What a laboratory says of a test: a number, or words. */
export const resultReader: TypeReader = {
  wordsMax: 6,
  read(text) {
    const number = numberReader.read(text);
    if (number && text.split(" ").length <= 2) return number;
    if (!/^[\p{L}][\p{L} ,+/()-]+$/u.test(text)) return undefined;
    return { value: text.replace(/[.,;:]+$/, ""), certainty: 0.98, notes: [], shared: SHARED.words };
  },
};

/** What is normal: `3.5-5.1`, `<200`, `>=40`. */
export const rangeReader: TypeReader = {
  wordsMax: 4,
  read(text) {
    const plain = text.replace(/\s+to\s+/i, "-").replace(/(?<![\d.,])0 (?=\d)/g, "0.").replace(
      /(?<=[\dOIl])\s*[-–—~=]+\s*(?=[\dOIl.])/gu,
      "-",
    )
      .replace(
        /^[([|'"]+|[)\]|'",.;:]+$/gu,
        "",
      );
    const one = /^([<>≤≥]=?)\s*([\d.,]+)$/u.exec(plain);
    if (one) {
      const bound = numberReader.read(one[2]);
      return bound &&
        { value: `${comparator(one[1])}${bound.value}`, certainty: bound.certainty, notes: bound.notes };
    }
    const two = /^([^\s-]+)-([^\s-]+)$/u.exec(plain);
    if (two) return between(two[1], two[2], 1);
    // The hyphen is what gets lost first, or becomes a point.
    const dotted = /^(\d+\.\d+)\.(\d+\.\d+)$/.exec(plain);
    if (dotted) return between(dotted[1], dotted[2], 0.9);
    const apart = /^(\S+) (\S+)$/u.exec(plain) ?? /^(\d+\.\d)(\d+\.\d)$/.exec(plain);
    return apart ? between(apart[1], apart[2], /\s/.test(plain) ? 0.85 : 0.6) : undefined;
  },
};

function between(low: string, high: string, certainty: number): Match | undefined {
  const from = numberReader.read(low);
  const to = numberReader.read(high);
  if (!from || !to || /^[<>]/.test(from.value)) return undefined;
  if (Number(from.value) >= Number(to.value)) {
    const decimals = decimalsOf(to.value);
    if (decimals === 0 || decimalsOf(from.value) > 0 || from.value.length <= decimals) return undefined;
    // The point of the lower end is lost where it would be above the upper one.
    const pointed = `${from.value.slice(0, -decimals)}.${from.value.slice(-decimals)}`;
    const match = between(pointed, high, certainty * 0.7);
    return match && { ...match, notes: [...match.notes, "decimals"] };
  }
  // No upper end is as far above the lower one, by whose decimals its point is lost.
  const decimals = decimalsOf(from.value);
  if (
    decimals > 0 && Number(from.value) > 0 && /^\d+$/.test(to.value) && to.value.length > decimals &&
    Number(to.value) >= RANGE_WIDE * Number(from.value)
  ) {
    const match = between(
      low,
      `${to.value.slice(0, -decimals)}.${to.value.slice(-decimals)}`,
      certainty * 0.8,
    );
    return match && { ...match, notes: [...match.notes, "decimals"] };
  }
  const notes: Note[] = [...new Set([...from.notes, ...to.notes])];
  if (certainty < 1 && !notes.includes("repaired")) notes.push("repaired");
  const isEven = decimalsOf(from.value) === decimalsOf(to.value);
  if (!isEven) notes.push("decimals");
  return {
    shared: isEven ? SHARED.ordered : SHARED.amount,
    value: `${from.value}-${to.value}`,
    certainty: certainty * from.certainty * to.certainty * (isEven ? 1 : 0.8),
    notes,
  };
}

/** A range with decimals whose upper end is this often its lower one has lost a point. */
const RANGE_WIDE = 8;

/** How many digits stand behind the point. */
export const decimalsOf = (number: string): number => number.split(".")[1]?.length ?? 0;

function comparator(mark: string | undefined): string {
  if (mark === undefined) return "";
  return mark.replace("≤", "<=").replace("≥", ">=");
}
