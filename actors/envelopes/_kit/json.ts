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
