import { errors } from "./errors.ts";

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;

/**
 * Checks that text is one JSON value (RFC 8259), and that nobody can read it in two ways: an object with two members
 * of one name is refused.
 *
 * Errors: JSON_TEXT_INVALID, JSON_NAME_REPEATED, JSON_DEPTH_EXCEEDED.
 */
export function checkJson(text: string, depthMax: number): void {
  const end = new Check(text, depthMax).value(text.startsWith("\uFEFF") ? 1 : 0, 0);
  if (end !== text.length) errors.fail("JSON_TEXT_INVALID", { offset: end });
}

/** Each method takes the offset where its part begins and returns the one behind it. */
class Check {
  constructor(readonly text: string, readonly depthMax: number) {}

  /** A value with the white space on both sides. */
  value(from: number, depth: number): number {
    const at = this.match(SPACE, from);
    return this.match(SPACE, this.bare(at, depth));
  }

  bare(at: number, depth: number): number {
    switch (this.text[at]) {
      case "{":
        return this.object(at + 1, this.deeper(depth));
      case "[":
        return this.list(at + 1, this.deeper(depth));
      case '"':
        return this.string(at);
    }
    for (const word of ["true", "false", "null"]) {
      if (this.text.startsWith(word, at)) return at + word.length;
    }
    return this.match(NUMBER, at);
  }

  object(from: number, depth: number): number {
    let at = this.match(SPACE, from);
    if (this.text[at] === "}") return at + 1;
    const names = new Set<string>();
    for (;;) {
      const end = this.string(at);
      const name = JSON.parse(this.text.slice(at, end)) as string;
      if (names.has(name)) errors.fail("JSON_NAME_REPEATED", { offset: at });
      names.add(name);
      at = this.match(SPACE, end);
      if (this.text[at] !== ":") return this.fail(at);
      at = this.value(at + 1, depth);
      if (this.text[at] === "}") return at + 1;
      if (this.text[at] !== ",") return this.fail(at);
      at = this.match(SPACE, at + 1);
    }
  }

  list(from: number, depth: number): number {
    let at = this.match(SPACE, from);
    if (this.text[at] === "]") return at + 1;
    for (;;) {
      at = this.value(at, depth);
      if (this.text[at] === "]") return at + 1;
      if (this.text[at] !== ",") return this.fail(at);
      at++;
    }
  }

  string(from: number): number {
    if (this.text[from] !== '"') return this.fail(from);
    // Not by one expression: its memory would grow with the string, and a document is one long string.
    for (let at = from + 1;;) {
      const code = this.text.charCodeAt(at);
      if (code === 0x22) return at + 1;
      if (code === 0x5c) at = this.match(ESCAPE, at);
      else if (code >= 0x20) at++;
      else return this.fail(at);
    }
  }

  deeper(depth: number): number {
    if (depth >= this.depthMax) errors.fail("JSON_DEPTH_EXCEEDED", { depthMax: this.depthMax });
    return depth + 1;
  }

  match(pattern: RegExp, at: number): number {
    pattern.lastIndex = at;
    return pattern.test(this.text) ? pattern.lastIndex : this.fail(at);
  }

  fail(offset: number): never {
    return errors.fail("JSON_TEXT_INVALID", { offset: Math.min(offset, this.text.length) });
  }
}
