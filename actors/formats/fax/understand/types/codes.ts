import { commonIcd10 } from "./lexicons/common_icd10.ts";
import type { Note } from "../notes.ts";
import { isLoinc, isNpi } from "./check_digits.ts";
import {
  digitOf,
  digitsOf,
  joined,
  letterOf,
  type Match,
  repairNotes,
  SHARED,
  trimmed,
  type TypeReader,
} from "./match.ts";

/** National Provider Identifiers: ten digits, the last a check digit. */
export const npiReader: TypeReader = {
  wordsMax: 3,
  read(text) {
    const digits = digitsOf(trimmed(joined(text)));
    if (!digits || digits.text.length !== 10) return undefined;
    return checked(digits.text, digits.certainty, isNpi(digits.text));
  },
};

/** LOINC codes: up to seven digits, a hyphen, a check digit. */
export const loincReader: TypeReader = {
  wordsMax: 3,
  read(text) {
    const plain = trimmed(joined(text)).replace(/[–—~_=.]/gu, "-");
    const parts = /^([^-]{1,7})-([^-])$/.exec(plain) ?? /^([^-]{3,5})([^-])$/.exec(plain);
    if (!parts) return undefined;
    const code = digitsOf(parts[1]);
    const digit = digitsOf(parts[2]);
    if (!code || !digit) return undefined;
    const certainty = code.certainty * digit.certainty * (plain.includes("-") ? 1 : 0.9);
    const value = `${code.text}-${digit.text}`;
    return checked(value, certainty, isLoinc(value));
  },
};

function checked(value: string, certainty: number, fits: boolean): Match {
  const notes: Note[] = [...repairNotes(certainty), fits ? "check_digit" : "check_digit_wrong"];
  return {
    value,
    certainty: fits ? certainty : certainty * 0.4,
    notes,
    isStrict: fits,
    shared: fits ? SHARED.checked : SHARED.usual,
  };
}

/** Procedures: CPT (five digits, or four and F, T, U) and HCPCS level II (a letter and four digits), with a modifier. */
export const procedureReader: TypeReader = {
  wordsMax: 2,
  read(text) {
    const plain = trimmed(joined(text)).replace(/[–—~]/gu, "-");
    const parts = /^(.)(.{3})(.)(-\w{2})?$/u.exec(plain);
    if (!parts) return undefined;
    const middle = digitsOf(parts[2]);
    const first = /^[A-HJ-MP-V]$/.test(parts[1]) ? [parts[1], 0.99] as const : digitOf(parts[1]);
    const last = /^[FTU]$/.test(parts[3]) ? [parts[3], 0.97] as const : digitOf(parts[3]);
    if (!middle || !first || !last) return undefined;
    const isNone = /^0[2-9]/.test(first[0] + middle.text);
    const certainty = middle.certainty * first[1] * last[1] * (isNone ? 0.5 : 1);
    const value = `${first[0]}${middle.text}${last[0]}${(parts[4] ?? "").toUpperCase()}`;
    const notes: Note[] = value === plain ? [] : ["repaired"];
    // Codes of drugs begin with a J, which is easily taken for a one, those of Medicare with G0, which looks like 60.
    // With a nought there are those of anaesthesia, up to 01999.
    if (/^(1|60|0[2-9])/.test(value)) notes.push("ambiguous");
    return { value, certainty, notes, isStrict: true, shared: SHARED.usual };
  },
};

/** Diagnoses: ICD-10-CM, with the point behind the third character. */
export const icd10Reader: TypeReader = {
  wordsMax: 2,
  read(text) {
    // Behind a point something stands: what is left at the end of the text was lost.
    if (/^\W*\w{3}\s*[.,]\W*$/.test(text)) return undefined;
    const plain = trimmed(joined(text)).replace(/[,:;·•_-]/gu, ".");
    const read = readIcd10(plain, text.includes(","));
    // What may be several letters is the one that makes a common code of it, if one alone does.
    const [common, ...more] = [...LETTERS_ALIKE[plain[0]] ?? ""].map((letter) =>
      readIcd10(letter + plain.slice(1), true)
    )
      .filter((other) => other !== undefined && commonIcd10.has(other.value));
    const isSettled = read && commonIcd10.has(read.value) && /^[A-Z]/.test(plain);
    if (common && more.length === 0 && !isSettled) return { ...common, certainty: common.certainty * ALIKE };
    // Few codes have no point: of the others the end was lost.
    return read && !read.value.includes(".") && !commonIcd10.has(read.value)
      ? { ...read, certainty: read.certainty * SHORTENED, notes: [...read.notes, "length"] }
      : read;
  },
};

/** Capital letters that a first character may have been misread from. */
const LETTERS_ALIKE: Readonly<Record<string, string>> = {
  ...{ "1": "IJ", "|": "IJ", "!": "IJ", "l": "IJ", "I": "J", "J": "I", "2": "Z", "7": "ZT", "T": "Z" },
  ...{ "5": "S", "$": "S", "6": "G", "8": "B", "0": "DO", "4": "A" },
};
const ALIKE = 0.97;
const SHORTENED = 0.4;

function readIcd10(plain: string, isChanged: boolean): Match | undefined {
  const parts = /^(.)(.)(.)(\.?)(.{0,4})$/u.exec(plain);
  if (!parts) return undefined;
  const letter = /^[1|!]$/.test(parts[1]) ? iOrJ(plain) : letterOf(parts[1]);
  const second = digitOf(parts[2]);
  if (!letter || letter[0] === "U" && !/^U0/.test(plain) || !second) return undefined;
  const third = /^[AB]$/.test(parts[3]) ? [parts[3], 0.97] as const : digitOf(parts[3]);
  if (!third) return undefined;
  let certainty = letter[1] * second[1] * third[1];
  let behind = "";
  for (const [at, character] of [...parts[5]].entries()) {
    const found = at === 3 && /^[A-Z]$/.test(character) || /^[XA-DKP]$/.test(character)
      ? [character, 0.97] as const
      : digitOf(character);
    if (!found) return undefined;
    behind += found[0];
    certainty *= found[1];
  }
  // There is a point wherever more than three characters stand: nothing else can be meant.
  if (behind !== "" && parts[4] === "") certainty *= 0.99;
  const value = `${letter[0]}${second[0]}${third[0]}${behind === "" ? "" : `.${behind}`}`;
  const isRepaired = value !== plain || isChanged;
  const isMisread = value.replace(".", "") !== plain.replace(".", "");
  return {
    value,
    certainty,
    notes: isRepaired ? ["repaired"] : [],
    isStrict: true,
    explainsDoubt: isMisread,
    shared: commonIcd10.has(value) ? SHARED.checked : isMisread ? SHARED.amount : SHARED.usual,
  };
}

/** Both look like a one. Without more behind it only I10 is a whole code. */
const iOrJ = (plain: string) => ["I", /^.10$/.test(plain) ? 0.97 : 0.5] as const;

/** Telephone numbers of North America: ten digits. */
export const phoneReader: TypeReader = {
  wordsMax: 4,
  read(text) {
    const digits = digitsOf(text.replace(/^\+?1(?=[\s(.-])|^\+1/, "").replace(/[\s().\-–—+/]/gu, ""));
    if (!digits || digits.text.length !== 10) return undefined;
    return { value: digits.text, certainty: digits.certainty, notes: repairNotes(digits.certainty) };
  },
};
