/**
 * A pattern of names: `*` stands for any characters, `?` for one, `[a-z]` for one of these, `[!a-z]` for one of the
 * others, `{a,b}` for one of both; none of them for a slash. `**` between slashes stands for any folders, or none. A
 * backslash takes the next character for itself.
 */
export class Glob {
  readonly #alternatives: readonly Alternative[];

  constructor(pattern: string) {
    this.#alternatives = alternativesOf(pattern).map((each) =>
      each.split("/").map((part) => part === "**" ? ANY_FOLDERS : partOf(part))
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

type Alternative = readonly (RegExp | typeof ANY_FOLDERS)[];

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

function partOf(part: string): RegExp {
  let source = "";
  for (let at = 0; at < part.length; at++) {
    const sign = part[at];
    if (sign === "\\" && at + 1 < part.length) source += literal(part[++at]);
    else if (sign === "*") source += "[^/]*";
    else if (sign === "?") source += "[^/]";
    else if (sign === "[") {
      const end = part.indexOf("]", at + 2);
      const listed = end < 0 ? undefined : oneOf(part.slice(at + 1, end));
      source += listed ?? literal(sign);
      if (listed) at = end;
    } else source += literal(sign);
  }
  return new RegExp(`^${source}$`, "su");
}

/** `undefined` where a range runs backwards: the bracket then stands for itself. */
function oneOf(signs: string): string | undefined {
  const isNot = signs.startsWith("!") || signs.startsWith("^");
  const listed = (isNot ? signs.slice(1) : signs).replace(/[\\\]^[]/g, "\\$&");
  const source = `[${isNot ? "^/" : ""}${listed}]`;
  try {
    return new RegExp(source, "u").source;
  } catch {
    return undefined;
  }
}

function literal(sign: string): string {
  return sign.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** The patterns that one with braces stands for. */
function alternativesOf(pattern: string): readonly string[] {
  const open = pattern.search(/(?<!\\)\{/);
  const close = open < 0 ? -1 : closing(pattern, open);
  if (close < 0) return [pattern];
  const [before, after] = [pattern.slice(0, open), pattern.slice(close + 1)];
  return split(pattern.slice(open + 1, close)).flatMap((choice) => alternativesOf(before + choice + after));
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
