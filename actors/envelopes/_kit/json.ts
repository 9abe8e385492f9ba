import canonicalize from "canonicalize";

/** A JSON object nobody has checked yet. */
export type Unchecked = Readonly<Record<string, unknown>>;

/** Canonical JSON (RFC 8785). Integers above 2^53 lose digits in it: check numbers first. */
export function canonical(value: unknown): string {
  return canonicalize(value) ?? "";
}

/** The JSON object a text holds; `undefined` where it holds anything else. */
export function readObject(text: string): Unchecked | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The same, only where the text is canonical: no blanks, names sorted and each once, one spelling for every value. */
export function readCanonicalObject(text: string): Unchecked | undefined {
  const value = readObject(text);
  try {
    return value && canonical(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * True where no name stands twice in an object of the JSON text `value` was read from. A reader takes the last of them,
 * another the first (RFC 8259 section 4).
 */
export function isUnambiguous(text: string, value: unknown): boolean {
  return namesWritten(text) === namesRead(value);
}

/** A text right before a colon is a name, in a text that is JSON. */
function namesWritten(text: string): number {
  let names = 0;
  for (let from = text.indexOf('"'); from >= 0; from = text.indexOf('"', from)) {
    let to = text.indexOf('"', from + 1);
    while (isEscaped(text, to)) to = text.indexOf('"', to + 1);
    from = to + 1;
    while (" \t\r\n".includes(text.charAt(from)) && from < text.length) from++;
    if (text[from] === ":") names++;
  }
  return names;
}

/** An odd number of backslashes stands before it. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === "\\") before--;
  return (at - before) % 2 === 1;
}

function namesRead(value: unknown): number {
  let names = 0;
  // No recursion: a text may be as deep as it is long.
  for (const left = [value]; left.length > 0;) {
    const each = left.pop();
    if (typeof each !== "object" || each === null) continue;
    const values = Object.values(each);
    if (!Array.isArray(each)) names += values.length;
    for (const value of values) left.push(value);
  }
  return names;
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Unchecked {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Name of the first value that differs from what is expected; `undefined` where all agree. */
export function mismatch(found: Unchecked, expected: Unchecked): string | undefined {
  return Object.keys(expected).find((name) => !isSame(found[name], expected[name]));
}

function isSame(found: unknown, expected: unknown): boolean {
  try {
    return canonical(found) === canonical(expected);
  } catch {
    return false; // Half a surrogate pair has no canonical form.
  }
}

/** True for exactly these names. */
export function hasOnly(value: Unchecked, names: readonly string[]): boolean {
  return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
}
