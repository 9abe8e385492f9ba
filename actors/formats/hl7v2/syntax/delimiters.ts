import { headerOf } from "./parts.ts";
import { errors } from "../errors.ts";

/** The delimiters of one message (HL7 v2.9.1 section 2.5.4, MSH-1 and MSH-2). Each is one ASCII character. */
export interface Delimiters {
  /** MSH-1; `|` as a rule. */
  readonly field: string;
  /** MSH-2, first character; `^` as a rule. */
  readonly component: string;
  /** MSH-2, second character; `~` as a rule. */
  readonly repetition: string;
  /** MSH-2, third character; `\` as a rule. */
  readonly escape: string;
  /** MSH-2, fourth character; `&` as a rule. Where it is left out, CR, which stands in no segment. */
  readonly subcomponent: string;
  /** Only where MSH-2 has a fifth character (v2.7 and later). */
  readonly truncation: string | undefined;
  /** MSH-2 as it stands. */
  readonly encoding: string;
}

/** Stands for a delimiter that a message does without: the end of a segment is in none. */
export const NO_DELIMITER = "\r";

/** The delimiters HL7 recommends. */
export const RECOMMENDED: Delimiters = delimitersOf("|", "^~\\&");

const USUAL = "MSH|^~\\&|";
/** `MSH`, MSH-1 and the four characters of MSH-2. */
const SHORTEST = 8;

/**
 * Reads the delimiters from the MSH segment that text begins with. MSH-2 has four characters, or five with the
 * truncation character, or three: the standard lets a message without subcomponents leave the fourth out. It lets the
 * escape character go, too, but then nothing could be written into such a message, and `^~&`, where a program's text
 * literal has swallowed the backslash, would be read wrongly without a word: both are refused.
 *
 * Errors: HL7V2_MESSAGE_EMPTY, HL7V2_HEADER_MISSING, HL7V2_HEADER_TOO_SHORT, HL7V2_DELIMITERS_INVALID.
 */
export function readDelimiters(text: string): Delimiters {
  if (text.startsWith(USUAL)) return RECOMMENDED;
  const header = headerOf(text);
  if (header === "") errors.fail("HL7V2_MESSAGE_EMPTY");
  if (!header.startsWith("MSH")) errors.fail("HL7V2_HEADER_MISSING");
  if (header.length < SHORTEST) errors.fail("HL7V2_HEADER_TOO_SHORT", { length: header.length });
  const field = header[3];
  const end = header.indexOf(field, 4);
  const encoding = header.slice(4, end < 0 ? undefined : end);
  const all = field + encoding;
  const isSwallowed = encoding === "^~&";
  if (isSwallowed || !/^[!-/:-@[-`{-~]{4,6}$/.test(all) || new Set(all).size !== all.length) {
    errors.fail("HL7V2_DELIMITERS_INVALID", { path: "MSH-2" });
  }
  return delimitersOf(field, encoding);
}

/** The same with all that MSH-2 may leave out, for segments of our own. */
export function completed(delimiters: Delimiters): Delimiters {
  const { field, encoding, subcomponent } = delimiters;
  if (subcomponent !== NO_DELIMITER) return delimiters;
  const free = [..."&!$%@"].find((character) => !(field + encoding).includes(character));
  return delimitersOf(field, encoding + free);
}

function delimitersOf(field: string, encoding: string): Delimiters {
  const [component, repetition, escape, subcomponent = NO_DELIMITER, truncation] = encoding;
  return { field, component, repetition, escape, subcomponent, truncation, encoding };
}
