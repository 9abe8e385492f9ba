/**
 * A number as it is compared: without spaces, dashes and leading zeros, letters as capitals. Digits are never equated: another
 * digit is another number.
 */
export function normalNumber(number: string): string {
  return number.toUpperCase().replace(/[\s\p{Pd}]/gu, "").replace(/^0+(?=.)/, "");
}

/** A date of birth as it is compared, `YYYYMMDD`, whatever time stands behind it; empty where it is less than a day. */
export function wholeDate(date: string): string {
  return /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])/.exec(date)?.[0] ?? "";
}

/** The words of a name, as capitals without accents; apostrophes join, all else that is no letter or digit parts. */
export function nameWords(name: string): readonly string[] {
  return name.normalize("NFKD").replace(/[\p{M}'’‘ʼ`´]/gu, "").toUpperCase()
    .replace(/[ŁØĐÞÆŒ]/g, (letter) => PLAIN[letter]!)
    .split(/[^\p{L}\p{N}|]+/u).filter((word) => word !== "");
}

const PLAIN: Readonly<Record<string, string>> = { Ł: "L", Ø: "O", Đ: "D", Þ: "TH", Æ: "AE", Œ: "OE" };

/**
 * Words of a name as they are compared: as one, and what looks alike on a page as the same (0 and O, 5 and S; 1, I and L; rn
 * and m). For names alone.
 */
export function sameLooking(words: readonly string[]): string {
  return words.join("").replace(/0/g, "O").replace(/5/g, "S").replace(/[1L|]/g, "I").replace(/RN/g, "M");
}
