import { declareErrors } from "../../runtime/contract/error.ts";
import { defineFormat } from "../../runtime/contract/format.ts";
import type { PathBody } from "../../runtime/contract/message.ts";

const errors = declareErrors("lines", {
  LINES_PATH_INVALID: { blame: "operator", retry: "never", says: "Cannot read path: it is not one of lines" },
});

type Line = readonly [name: string, value: string];

/**
 * The smallest body with paths: lines of `name=value`, a name once for each of its values. `A[2]` is the second `A`,
 * `A[*]` each; a name that begins with `?` is wrong.
 */
export class Lines implements PathBody {
  readonly contentType = "text/x-lines";
  #lines: readonly Line[];

  constructor(text: string) {
    this.#lines = text === "" ? [] : text.split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)] as const;
    });
  }

  getAll(path: string): readonly string[] {
    return this.#find(path).map((at) => this.#lines[at][1]);
  }
  get(path: string): string | undefined {
    return this.getAll(path)[0];
  }
  with(path: string, value: string): Lines {
    const at = this.#find(path)[0];
    if (at === undefined) return this.#derive([...this.#lines, [stepsOf(path).name, value]]);
    return this.#derive(this.#lines.map((line, index) => index === at ? [line[0], value] : line));
  }
  without(path: string): Lines {
    const gone = this.#find(path);
    return this.#derive(this.#lines.filter((_, at) => !gone.includes(at)));
  }
  places(path: string): readonly string[] {
    const { name, index } = stepsOf(path);
    return this.#find(path).map((_, nth) => `${name}[${index ?? nth + 1}]`);
  }
  resolve(path: string, place: string): string {
    const { name, index } = stepsOf(path), there = stepsOf(place);
    return index === undefined && path === name && name === there.name ? place : path;
  }
  split(path: string): readonly Lines[] {
    const found = this.#find(path);
    const head = this.#lines.slice(0, found[0]);
    return found.map((at, nth) => this.#derive([...head, ...this.#lines.slice(at, found[nth + 1])]));
  }
  *leaves(): Generator<readonly [path: string, value: string]> {
    const seen = new Map<string, number>();
    for (const [name, value] of this.#lines) {
      seen.set(name, (seen.get(name) ?? 0) + 1);
      yield [`${name}[${seen.get(name)}]`, value];
    }
  }
  toBytes(): Uint8Array {
    return new TextEncoder().encode(this.#lines.map((line) => line.join("=")).join("\n"));
  }

  /** Where the lines of a path are. */
  #find(path: string): readonly number[] {
    const { name, index } = stepsOf(path);
    const all = this.#lines.flatMap((line, at) => line[0] === name ? [at] : []);
    return index === undefined ? all : all.slice(index - 1, index);
  }
  #derive(lines: readonly Line[]): Lines {
    const made = new Lines("");
    made.#lines = lines;
    return made;
  }
}

function stepsOf(path: string): { readonly name: string; readonly index?: number } {
  if (path.startsWith("?")) errors.fail("LINES_PATH_INVALID");
  const [, name, index] = /^(.+)\[(\d+|\*)\]$/.exec(path) ?? [, path, "*"];
  return index === "*" ? { name } : { name, index: Number(index) };
}

/** The format of {@linkcode Lines}. What is made from scratch has a line `kind` with what it is and a line `id`. */
export const lines = defineFormat({
  name: "lines",
  about: "Lines of name and value.",
  contentTypes: ["text/x-lines"],
  config: {},
  errors: errors.faults,
  parse: (bytes) => new Lines(new TextDecoder().decode(bytes)),
  create: (what, { id }) => new Lines(`kind=${what}\nid=${id}`),
  checkPath: (path) => void stepsOf(path),
});
