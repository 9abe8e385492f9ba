import { errors, invalid, placeOf } from "./errors.ts";
import { attributeValue, forbiddenAt, isCharacter } from "./_characters.ts";
import { declaredPrefix, NAME, nameEnd, splitName } from "./_names.ts";
import { Namespaces } from "./_namespaces.ts";
import { Outline } from "./_outline.ts";
import { type Attribute, readTag, skipSpace } from "./_tag.ts";

/** What a document may be at most. */
export interface Limits {
  readonly depthMax: number;
  readonly attributesMax: number;
}

const S = "[ \\t\\n\\r]";
const quoted = (value: string) => `${S}*=${S}*(?:"${value}"|'${value}')`;
const DECLARATION = new RegExp(
  `<\\?xml${S}+version${quoted("1\\.\\d+")}(?:${S}+encoding${quoted("[A-Za-z][\\w.-]*")})?` +
    `(?:${S}+standalone${quoted("(?:yes|no)")})?${S}*\\?>`,
  "y",
);
const INSTRUCTION = new RegExp(`<\\?(?!xml[?\\s])${NAME}(?=\\?>|${S})`, "iy");
const REFERENCE = new RegExp(`&(?:#(\\d+)|#x([\\dA-Fa-f]+)|(${NAME}));`, "y");
const PREDEFINED: ReadonlySet<string> = new Set(["lt", "gt", "amp", "apos", "quot"]);

/** Where the XML declaration ends, behind a byte order mark; where it would begin if there is none. */
export function declarationEnd(text: string): number {
  const start = text.startsWith("\uFEFF") ? 1 : 0;
  DECLARATION.lastIndex = start;
  return DECLARATION.test(text) ? DECLARATION.lastIndex : start;
}

/**
 * Checks that text is a well-formed document (XML 1.0, fifth edition, with Namespaces) without a DTD, and says where
 * its elements are. In one pass, with no memory beyond the outline: nothing in a document stands for more than it is.
 *
 * Errors: XML_TEXT_INVALID, XML_DTD_REFUSED, XML_ENTITY_REFUSED, XML_DEPTH_EXCEEDED, XML_ATTRIBUTES_EXCEEDED.
 */
export function scan(text: string, limits: Limits): Outline {
  const forbidden = forbiddenAt(text);
  if (forbidden >= 0) invalid(text, forbidden, "a character XML has no place for");
  return new Scanner(text, limits).document();
}

class Scanner {
  readonly outline = new Outline();
  readonly namespaces = new Namespaces();
  /** The elements that are open, from the root inwards. */
  readonly open: { readonly index: number; readonly name: string; readonly declared: readonly string[] }[] =
    [];
  at: number;

  constructor(readonly text: string, readonly limits: Limits) {
    this.at = declarationEnd(text);
  }

  document(): Outline {
    const { text } = this;
    this.around();
    if (/^<!doctype/i.test(text.slice(this.at, this.at + 9))) {
      errors.fail("XML_DTD_REFUSED", placeOf(text, this.at));
    }
    if (text[this.at] !== "<") this.fail("a root element is missing");
    this.startTag();
    while (this.open.length > 0) this.content();
    this.around();
    if (this.at < text.length) this.fail("something follows the root element");
    return this.outline;
  }

  /** Passes over what may stand before and behind the root element. */
  around(): void {
    for (;;) {
      this.at = skipSpace(this.text, this.at);
      if (this.text.startsWith("<!--", this.at)) this.comment();
      else if (this.text.startsWith("<?", this.at)) this.instruction();
      else return;
    }
  }

  /** Passes over the text up to the next `<`, and what begins there. */
  content(): void {
    const { text } = this;
    const next = text.indexOf("<", this.at);
    if (next < 0) invalid(text, text.length, "an element has no end tag");
    this.data(this.at, next, "]]>");
    this.at = next;
    if (text.startsWith("</", next)) this.endTag();
    else if (text.startsWith("<!--", next)) this.comment();
    else if (text.startsWith("<![CDATA[", next)) this.passBehind("]]>", next + 9);
    else if (text.startsWith("<?", next)) this.instruction();
    else this.startTag();
  }

  startTag(): void {
    const { text, at: start, limits } = this;
    const end = nameEnd(text, start + 1);
    if (end === start + 1) this.fail("a < begins no tag");
    if (this.open.length >= limits.depthMax) errors.fail("XML_DEPTH_EXCEEDED", { depthMax: limits.depthMax });
    const tag = readTag(text, end, limits.attributesMax);
    for (const { from, to } of tag.attributes) this.data(from, to, "<");
    const declared = this.declare(tag.attributes);
    this.checkUnique(tag.attributes);
    const name = text.slice(start + 1, end);
    const namespace = this.namespaceOf(splitName(name)[0], start);
    const index = this.outline.open(this.open.at(-1)?.index ?? -1, start, end, tag.end, namespace);
    this.open.push({ index, name, declared });
    this.at = tag.end;
    if (tag.isEmpty) this.close(tag.end);
  }

  endTag(): void {
    const { text, at: start } = this;
    const name = this.open[this.open.length - 1].name;
    const behind = skipSpace(text, start + 2 + name.length);
    if (!text.startsWith(name, start + 2) || text[behind] !== ">") {
      this.fail("an end tag is not that of the element it stands in");
    }
    this.at = behind + 1;
    this.close(start);
  }

  close(innerEnd: number): void {
    const closed = this.open.pop();
    if (!closed) return;
    this.outline.close(closed.index, innerEnd, this.at);
    this.namespaces.drop(closed.declared);
  }

  comment(): void {
    this.passBehind("--", this.at + 4);
    if (this.text[this.at++] !== ">") this.fail("two hyphens stand within a comment");
  }

  instruction(): void {
    INSTRUCTION.lastIndex = this.at;
    if (!INSTRUCTION.test(this.text)) this.fail("neither an XML declaration nor a processing instruction");
    this.passBehind("?>", INSTRUCTION.lastIndex);
  }

  passBehind(mark: string, from: number): void {
    const found = this.text.indexOf(mark, from);
    if (found < 0) this.fail("a comment, a CDATA section or a processing instruction has no end");
    this.at = found + mark.length;
  }

  /** Checks the text of an element or an attribute. */
  data(from: number, to: number, banned: string): void {
    const data = this.text.slice(from, to);
    const found = data.indexOf(banned);
    if (found >= 0) invalid(this.text, from + found, `${banned} stands where it may not`);
    for (let at = data.indexOf("&"); at >= 0; at = data.indexOf("&", at + 1)) {
      REFERENCE.lastIndex = at;
      const [, decimal, hex, name] = REFERENCE.exec(data) ??
        invalid(this.text, from + at, "& begins no reference");
      if (name !== undefined) {
        if (!PREDEFINED.has(name)) errors.fail("XML_ENTITY_REFUSED", placeOf(this.text, from + at));
      } else if (!isCharacter(decimal === undefined ? parseInt(hex, 16) : Number(decimal))) {
        invalid(this.text, from + at, "a reference to a character XML has no place for");
      }
    }
  }

  /** Takes note of the namespace declarations of an element; returns their prefixes. */
  declare(attributes: readonly Attribute[]): readonly string[] {
    const declared: string[] = [];
    for (const { name, start, from, to } of attributes) {
      const prefix = declaredPrefix(name);
      if (prefix === undefined) continue;
      const isTaken = this.namespaces.declare(prefix, attributeValue(this.text.slice(from, to)));
      if (!isTaken) invalid(this.text, start, "a namespace declaration is not allowed");
      declared.push(prefix);
    }
    return declared;
  }

  /** No two attributes may have the same name, however its namespace is written. */
  checkUnique(attributes: readonly Attribute[]): void {
    if (attributes.length === 0) return;
    const names = new Set<string>();
    for (const { name, start } of attributes) {
      const [prefix, local] = splitName(name);
      const isPlain = prefix === "" || prefix === "xmlns";
      const expanded = isPlain ? name : `{${this.namespaceOf(prefix, start)}}${local}`;
      if (names.has(expanded)) invalid(this.text, start, "an element has two attributes of one name");
      names.add(expanded);
    }
  }

  namespaceOf(prefix: string, offset: number): string {
    const namespace = this.namespaces.get(prefix);
    if (namespace === undefined) return invalid(this.text, offset, "a prefix is declared nowhere");
    return namespace;
  }

  fail(rule: string): never {
    return invalid(this.text, Math.min(this.at, this.text.length), rule);
  }
}
