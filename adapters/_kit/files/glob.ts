/**
 * A pattern of names: `*` stands for any characters, `?` for one, `[a-z]` for one of these, `[!a-z]` for one of the
 * others, `{a,b}` for one of both; none of them for a slash. `**` between slashes stands for any folders, or none. A
 * backslash takes the next character for itself.
 */
export class Glob {
  readonly #alternatives: readonly Alternative[];

  constructor(pattern: string) {
    this.#alternatives = alternativesOf(pattern).map((each) =>
      each.split("/").map((part) => part === "**" ? ANY_FOLDERS : new NamePattern(part))
    );
  }

  /** Whether it may match anything in a subfolder. */
  get isDeep(): boolean {
    return this.#alternatives.some((parts) => parts.length > 1 || parts[0] === ANY_FOLDERS);
  }

  /** Whether it matches a name, or a path of several. */
  matches(path: string): boolean {
    const names = path.split("/");
    return this.#alternatives.some((parts) => matches(parts, names, false));
  }

  /** Whether anything it matches may stand in a folder, or further down. */
  reaches(folder: string): boolean {
    const names = folder.split("/");
    return this.#alternatives.some((parts) => matches(parts, names, true));
  }
}

type Alternative = readonly (NamePattern | typeof ANY_FOLDERS)[];

const ANY_FOLDERS = Symbol("any folders");

/** `isBeginning`: the names are those of a folder, and more is to follow. */
function matches(parts: Alternative, names: readonly string[], isBeginning: boolean): boolean {
  // What of `parts` the names so far have come to: each place once, however many ways lead to it.
  let places = new Set([0]);
  for (const name of names) {
    const next = new Set<number>();
    for (const place of skipping(parts, places)) {
      const part = parts[place];
      if (part === ANY_FOLDERS) next.add(place).add(place === parts.length - 1 ? place + 1 : place);
      else if (part?.test(name)) next.add(place + 1);
    }
    places = next;
  }
  const reached = skipping(parts, places);
  return isBeginning ? [...reached].some((place) => place < parts.length) : reached.has(parts.length);
}

/** `**` may stand for no folder at all; at the end, for what is in a folder, and something has to be. */
function skipping(parts: Alternative, places: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(places);
  for (const place of all) {
    if (parts[place] === ANY_FOLDERS && place < parts.length - 1) all.add(place + 1);
  }
  return all;
}

/** What one character of a name has to be, or any number of them. */
type Token = ((sign: string) => boolean) | typeof ANY_SIGNS;

const ANY_SIGNS = Symbol("any signs");

/** A pattern of one name. */
class NamePattern {
  readonly #tokens: readonly Token[];

  constructor(pattern: string) {
    this.#tokens = [...tokensOf([...pattern])];
  }

  /** No longer than the product of both lengths, whatever the pattern: only the last star is ever tried anew. */
  test(name: string): boolean {
    const tokens = this.#tokens, signs = [...name];
    let at = 0, token = 0, star = -1, from = 0;
    while (at < signs.length) {
      const wanted = tokens[token];
      if (wanted === ANY_SIGNS) {
        star = token++;
        from = at;
      } else if (wanted?.(signs[at])) {
        token++;
        at++;
      } else if (star >= 0) {
        token = star + 1;
        at = ++from;
      } else return false;
    }
    return tokens.slice(token).every((rest) => rest === ANY_SIGNS);
  }
}

function* tokensOf(pattern: readonly string[]): Iterable<Token> {
  for (let at = 0; at < pattern.length; at++) {
    let sign = pattern[at];
    if (sign === "*") yield ANY_SIGNS;
    else if (sign === "?") yield () => true;
    else {
      const end = sign === "[" ? pattern.indexOf("]", at + 2) : -1;
      const listed = end < 0 ? undefined : oneOf(pattern.slice(at + 1, end).join(""));
      if (listed) {
        yield (given) => listed.test(given);
        at = end;
        continue;
      }
      if (sign === "\\" && at + 1 < pattern.length) sign = pattern[++at];
      const literal = sign;
      yield (given) => given === literal;
    }
  }
}

/** `undefined` where a range runs backwards: the bracket then stands for itself. */
function oneOf(signs: string): RegExp | undefined {
  const isNot = signs.startsWith("!") || signs.startsWith("^");
  const listed = (isNot ? signs.slice(1) : signs).replace(/[\\\]^[]/g, "\\$&");
  try {
    return new RegExp(`^[${isNot ? "^" : ""}${listed}]$`, "su");
  } catch {
    return undefined;
  }
}

/** More than that nobody means: further braces stand for themselves. */
const ALTERNATIVES_MAX = 1_000;

/** The patterns that one with braces stands for. */
function alternativesOf(pattern: string): readonly string[] {
  const plain: string[] = [], braced = [pattern];
  while (braced.length > 0) {
    const next = braced.shift()!, choices = choicesOf(next);
    const isTooMuch = plain.length + braced.length + choices.length > ALTERNATIVES_MAX;
    if (choices.length === 0 || isTooMuch) plain.push(next);
    else braced.unshift(...choices);
  }
  return plain;
}

/** What a pattern stands for by its first pair of braces; nothing where it has none. */
function choicesOf(pattern: string): readonly string[] {
  const open = pattern.search(/(?<!\\)\{/);
  const close = open < 0 ? -1 : closing(pattern, open);
  if (close < 0) return [];
  const [before, after] = [pattern.slice(0, open), pattern.slice(close + 1)];
  return split(pattern.slice(open + 1, close)).map((choice) => before + choice + after);
}

function closing(pattern: string, open: number): number {
  for (let at = open, depth = 0; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "{") depth++;
    else if (pattern[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

/** At the commas that stand in no braces of their own. */
function split(choices: string): readonly string[] {
  const found = [""];
  for (let at = 0, depth = 0; at < choices.length; at++) {
    const sign = choices[at];
    if (sign === "{") depth++;
    if (sign === "}") depth--;
    if (sign === "," && depth === 0) found.push("");
    else found[found.length - 1] += sign === "\\" ? sign + (choices[++at] ?? "") : sign;
  }
  return found;
}
