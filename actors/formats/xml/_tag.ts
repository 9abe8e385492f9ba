import { errors, invalid } from "./errors.ts";
import { nameEnd } from "./_names.ts";

/** An attribute in the text. */
export interface Attribute {
  /** As written. */
  readonly name: string;
  /** Where the white space before it begins. */
  readonly before: number;
  /** Where its name begins. */
  readonly start: number;
  /** Its value, between the quotes. */
  readonly from: number;
  readonly to: number;
}

/** What stands in a start tag behind its name. */
export interface Tag {
  readonly attributes: readonly Attribute[];
  /** Behind its `>`. */
  readonly end: number;
  /** `<a/>` */
  readonly isEmpty: boolean;
}

/** Reads a start tag from the end of its name on. Errors: XML_TEXT_INVALID, XML_ATTRIBUTES_EXCEEDED. */
export function readTag(text: string, from: number, attributesMax = Infinity): Tag {
  const attributes: Attribute[] = [];
  for (let at = from;;) {
    const start = skipSpace(text, at);
    if (text[start] === ">") return { attributes, end: start + 1, isEmpty: false };
    if (text.startsWith("/>", start)) return { attributes, end: start + 2, isEmpty: true };
    const end = nameEnd(text, start);
    if (end === start || start === at) {
      return invalid(text, start, "neither the end of a tag nor an attribute");
    }
    if (attributes.length >= attributesMax) errors.fail("XML_ATTRIBUTES_EXCEEDED", { attributesMax });
    const equals = skipSpace(text, end);
    const quote = skipSpace(text, equals + 1);
    const isQuoted = text[equals] === "=" && (text[quote] === '"' || text[quote] === "'");
    const to = isQuoted ? text.indexOf(text[quote], quote + 1) : -1;
    if (to < 0) return invalid(text, end, "an attribute has no value in quotes");
    attributes.push({ name: text.slice(start, end), before: at, start, from: quote + 1, to });
    at = to + 1;
  }
}

/** The offset of the first character from `at` on that is no white space. */
export function skipSpace(text: string, at: number): number {
  while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at++;
  return at;
}
