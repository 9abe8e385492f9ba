/** A parameter with a token or a quoted string (RFC 9110 section 5.6.6). */
const PARAMETER = /;[ \t]*([\w*-]+)=("(?:[^"\\]|\\[^])*"|[^\s;"]*)/g;

/** The parameters of a header's value, by their names in lower case; of those that come twice, the first. */
export function parametersOf(value: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name, text] of value.matchAll(PARAMETER)) {
    const key = name.toLowerCase();
    if (!found.has(key)) {
      found.set(key, text.startsWith('"') ? text.slice(1, -1).replace(/\\(["\\])/g, "$1") : text);
    }
  }
  return found;
}
