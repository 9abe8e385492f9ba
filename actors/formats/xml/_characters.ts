/** What a value and its text in a document have to do with each other. */

const FORBIDDEN = /[^\t\n\r\x20-\uFFFD]/;
const REFERENCE = /&(?:#(\d+)|#x([\dA-Fa-f]+)|(\w+));/g;
const PREDEFINED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", apos: "'", quot: '"' };

/** Where the first character is that XML 1.0 has no place for, not even as a reference; -1 where there is none. */
export function forbiddenAt(text: string): number {
  return text.search(FORBIDDEN);
}

/** True where there is nothing but white space. */
export function isBlank(text: string): boolean {
  return !/[^ \t\n\r]/.test(text);
}

/** True for a character that may be referred to by its number. */
export function isCharacter(code: number): boolean {
  return code >= 0x20
    ? code <= 0xd7ff || (code >= 0xe000 && code <= 0xfffd) || (code >= 0x10000 && code <= 0x10ffff)
    : code === 9 || code === 10 || code === 13;
}

/** The character data of an element between two offsets with no element between: CDATA too, comments not. */
export function textOf(text: string, from: number, to: number): string {
  let value = "";
  for (const { kind, start, end } of piecesOf(text, from, to)) {
    if (kind === "text") value += unescape(ended(text.slice(start, end)));
    if (kind === "cdata") value += ended(text.slice(start + "<![CDATA[".length, end - "]]>".length));
  }
  return value;
}

/** The comments and processing instructions between two offsets, one behind the other. */
export function remarksOf(text: string, from: number, to: number): string {
  let remarks = "";
  for (const { kind, start, end } of piecesOf(text, from, to)) {
    if (kind === "remark") remarks += text.slice(start, end);
  }
  return remarks;
}

/** The value of an attribute, by the text between its quotes. */
export function attributeValue(raw: string): string {
  return unescape(ended(raw).replace(/[\t\n]/g, " "));
}

/** A value as the text of an element. `isWide` says whether the encoding has every character. */
export function escapeText(value: string, isWide: boolean): string {
  return escape(value, /[&<>\r]/g, isWide);
}

/** A value as it stands between the quotes of an attribute. */
export function escapeAttribute(value: string, isWide: boolean): string {
  return escape(value, /[&<"'\t\n\r]/g, isWide);
}

const ESCAPED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function escape(value: string, marks: RegExp, isWide: boolean): string {
  const escaped = value.replace(marks, (mark) => ESCAPED[mark] ?? `&#${mark.charCodeAt(0)};`);
  return isWide ? escaped : escaped.replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** Line ends as a reader is given them (XML 1.0, 2.11). */
function ended(raw: string): string {
  return raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
}

function unescape(raw: string): string {
  if (!raw.includes("&")) return raw;
  return raw.replace(REFERENCE, (_, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return PREDEFINED[name];
    return String.fromCodePoint(decimal === undefined ? parseInt(hex as string, 16) : Number(decimal));
  });
}

interface Piece {
  readonly kind: "text" | "cdata" | "remark";
  readonly start: number;
  readonly end: number;
}

function* piecesOf(text: string, from: number, to: number): Iterable<Piece> {
  for (let at = from; at < to;) {
    // There is always a tag behind, so that this never looks far.
    const start = Math.min(text.indexOf("<", at), to);
    if (start > at) yield { kind: "text", start: at, end: start };
    if (start === to) return;
    const isCdata = text.startsWith("<![CDATA[", start);
    const mark = isCdata ? "]]>" : text.startsWith("<!--", start) ? "-->" : "?>";
    at = text.indexOf(mark, start + 3) + mark.length;
    yield { kind: isCdata ? "cdata" : "remark", start, end: at };
  }
}
