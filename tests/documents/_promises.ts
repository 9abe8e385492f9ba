/** What stands in a page for something that is another each time: a message's id. */
const ID = /\b0[0-9a-f]{7}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/;
/** Likewise, but nobody needs to know which: a time, and how long something took. */
const TIME = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?Z/;
const TOOK = /\b\d+(?:\.\d+)? m?s\b/;
const VARIABLE = new RegExp(`(${ID.source})|(${TIME.source})|(${TOOK.source})|(…)`);

/**
 * What a page promises to be printed, and what of it is another each time: `…` is anything, a line of its own any
 * lines; times are any times; an id is any id, but the same one wherever the page has it again.
 */
export class Promises {
  /** By the id in the page, the real one. */
  readonly #ids = new Map<string, string>();

  /** A text of the page, with the ids that are known by now. */
  real(text: string): string {
    return text.replace(new RegExp(ID, "g"), (id) => this.#ids.get(id) ?? id);
  }

  /** True where this was printed as promised. Learns the ids in it. */
  kept(promised: string, printed: string): boolean {
    const ids: string[] = [];
    const lines = tidied(this.real(promised)).split("\n").map((line) =>
      line === "…" ? "(?:.*\n)*?" : `${this.#pattern(line, ids)}\n`
    );
    const found = new RegExp(`^${lines.join("")}$`).exec(`${tidied(printed)}\n`);
    if (!found) return false;
    ids.forEach((id, at) => this.#ids.set(id, found[at + 1]));
    return true;
  }

  #pattern(line: string, ids: string[]): string {
    const known = new Set(this.#ids.values());
    return line.split(new RegExp(VARIABLE, "g")).reduce((pattern, piece, at) => {
      if (piece === undefined) return pattern;
      if (at % 5 === 0) return pattern + RegExp.escape(piece);
      if (at % 5 === 2) return pattern + TIME.source;
      if (at % 5 === 3) return pattern + TOOK.source;
      if (at % 5 === 4) return `${pattern}.*?`;
      if (known.has(piece)) return pattern + piece;
      if (ids.includes(piece)) return `${pattern}\\${ids.indexOf(piece) + 1}`;
      ids.push(piece);
      return `${pattern}(${ID.source})`;
    }, "");
  }
}

/** Columns are as wide as what stands in them. */
function tidied(text: string): string {
  return text.trimEnd().split("\n").map((line) => line.replace(/ {2,}/g, " ").trimEnd()).join("\n");
}
