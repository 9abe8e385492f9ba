/** Finding one's way in text that is known to be valid JSON, without making values of it. */

/** Where a value stands in the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A member of an object or an element of a list; `start` is where its name begins, where it has one. */
export interface Entry {
  readonly name: string | undefined;
  readonly start: number;
  readonly value: Span;
}

/** The whole document's value. */
export function rootOf(text: string): Span {
  const start = skipSpace(text, text.startsWith("\uFEFF") ? 1 : 0);
  return { start, end: valueEnd(text, start) };
}

/** What an object or a list holds, in order; nothing for any other value. */
export function entriesOf(text: string, { start }: Span): Entry[] {
  const entries: Entry[] = [];
  const isObject = text[start] === "{";
  if (!isObject && text[start] !== "[") return entries;
  for (let at = skipSpace(text, start + 1); text[at] !== "}" && text[at] !== "]";) {
    const entryStart = at;
    let name: string | undefined;
    if (isObject) {
      const nameEnd = stringEnd(text, at);
      name = JSON.parse(text.slice(at, nameEnd)) as string;
      at = skipSpace(text, skipSpace(text, nameEnd) + 1);
    }
    const end = valueEnd(text, at);
    entries.push({ name, start: entryStart, value: { start: at, end } });
    at = skipSpace(text, end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return entries;
}

function valueEnd(text: string, start: number): number {
  if (text[start] === '"') return stringEnd(text, start);
  let depth = 0;
  for (let at = start; at < text.length;) {
    switch (text[at]) {
      case '"':
        at = stringEnd(text, at);
        continue;
      case "{":
      case "[":
        depth++;
        break;
      case "}":
      case "]":
        if (depth === 0) return at;
        if (--depth === 0) return at + 1;
        break;
      case ",":
      case " ":
      case "\t":
      case "\n":
      case "\r":
        if (depth === 0) return at;
    }
    at++;
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1);; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
}

function skipSpace(text: string, at: number): number {
  while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at++;
  return at;
}
