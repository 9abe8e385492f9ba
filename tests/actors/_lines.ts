import { declareErrors } from "../../runtime/contract/error.ts";
import { defineFormat } from "../../runtime/contract/format.ts";
import type { PathBody } from "../../runtime/contract/message.ts";

const errors = declareErrors("lines", {
  LINES_PATH_INVALID: { blame: "operator", retry: "never", says: "Cannot read path: it is not one of lines" },
});

const NTH = /#([1-9]\d*)$/;

/**
 * The smallest body with paths: lines of `path=value`, a path once for each of its values. `path#2` is the second of them
 * alone; at a place such as that, `@` is the place.
 */
export class Lines implements PathBody {
  readonly contentType: string = "text/x-lines";
  #lines: readonly (readonly [path: string, value: string])[];

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
    const at = this.#find(path)[0] ?? this.#lines.length;
    return this.#derive(this.#lines.toSpliced(at, 1, [path.replace(NTH, ""), value]));
  }
  without(path: string): Lines {
    const gone = this.#find(path);
    return this.#derive(this.#lines.filter((_, at) => !gone.includes(at)));
  }
  places(path: string): readonly string[] {
    return this.#find(path).map((at) => this.#exact(at));
  }
  resolve(path: string, place: string): string {
    return path === "@" ? place : path;
  }
  /** The lines before the first, with one of them and what follows it up to the next. */
  split(path: string): readonly Lines[] {
    const found = this.#find(path);
    return found.map((at, nth) =>
      this.#derive([...this.#lines.slice(0, found[0]), ...this.#lines.slice(at, found[nth + 1])])
    );
  }
  leaves(): Iterable<readonly [path: string, value: string]> {
    return this.#lines.map(([, value], at) => [this.#exact(at), value] as const);
  }
  toBytes(): Uint8Array {
    return new TextEncoder().encode(this.#lines.map((line) => line.join("=")).join("\n"));
  }
  /** Which lines a path can mean. */
  #find(path: string): readonly number[] {
    if (path.startsWith("?")) errors.fail("LINES_PATH_INVALID");
    const nth = NTH.exec(path)?.[1];
    const all = this.#lines.flatMap(([name], at) => name === path.replace(NTH, "") ? [at] : []);
    return nth === undefined ? all : all.slice(Number(nth) - 1, Number(nth));
  }
  #exact(at: number): string {
    const [path] = this.#lines[at];
    return `${path}#${this.#lines.slice(0, at + 1).filter(([name]) => name === path).length}`;
  }
  #derive(lines: readonly (readonly [string, string])[]): Lines {
    const made = new Lines("");
    made.#lines = lines;
    return made;
  }
}

/** The format of {@linkcode Lines}. What is made from scratch has a line `kind` with what it is and a line `id`. */
export const lines = defineFormat({
  name: "lines",
  about: "Lines of path and value.",
  contentTypes: ["text/x-lines"],
  config: {},
  errors: errors.faults,
  parse: (bytes) => new Lines(new TextDecoder().decode(bytes)),
  create: (what, { id }) => new Lines(`kind=${what}\nid=${id}`),
  checkPath: (path) => void new Lines("").get(path),
});
