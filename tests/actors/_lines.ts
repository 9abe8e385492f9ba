import { declareErrors } from "../../runtime/contract/error.ts";
import type { PathBody } from "../../runtime/contract/message.ts";

const errors = declareErrors("lines", {
  LINES_PATH_INVALID: { blame: "operator", retry: "never", says: "Cannot read path: it is not one of lines" },
});

/** The smallest body with paths: lines of `path=value`, a path once for each of its values. */
export class Lines implements PathBody {
  readonly contentType = "text/x-lines";
  #lines: readonly (readonly [path: string, value: string])[];

  constructor(text: string) {
    this.#lines = text === "" ? [] : text.split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)] as const;
    });
  }

  getAll(path: string): readonly string[] {
    if (path.startsWith("?")) errors.fail("LINES_PATH_INVALID");
    return this.#lines.filter(([name]) => name === path).map(([, value]) => value);
  }
  get(path: string): string | undefined {
    return this.getAll(path)[0];
  }
  with(path: string, value: string): Lines {
    const at = this.#lines.findIndex(([name]) => name === path);
    if (this.get(path) === undefined) return this.#derive([...this.#lines, [path, value]]);
    return this.#derive(this.#lines.map((line, index) => index === at ? [path, value] : line));
  }
  without(path: string): Lines {
    this.get(path);
    return this.#derive(this.#lines.filter(([name]) => name !== path));
  }
  toBytes(): Uint8Array {
    return new TextEncoder().encode(this.#lines.map((line) => line.join("=")).join("\n"));
  }
  #derive(lines: readonly (readonly [string, string])[]): Lines {
    const made = new Lines("");
    made.#lines = lines;
    return made;
  }
}
