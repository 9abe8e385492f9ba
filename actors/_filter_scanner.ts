import { filterErrors } from "./_filter_errors.ts";
import { compilePattern, type Pattern, PatternError } from "./_filter_pattern.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "'": "'",
  "\\": "\\",
};

/** The text of a filter and how far it has been read. What a token is depends on where it stands. */
export class Scanner {
  #at = 0;
  constructor(readonly text: string) {}

  /** Fails with the column of `at`, by default of the next token. */
  expected(what: string, at?: number): never {
    if (at === undefined) this.#skip();
    return filterErrors.fail("FILTER_EXPRESSION_INVALID", { expected: what, column: (at ?? this.#at) + 1 });
  }

  get isAtEnd(): boolean {
    this.#skip();
    return this.#at === this.text.length;
  }

  /** Takes the word if it is next and stands alone. */
  takeWord(word: string): boolean {
    this.#skip();
    if (!this.text.startsWith(word, this.#at)) return false;
    const after = this.text[this.#at + word.length];
    if (after !== undefined && !/[\s(),"']/.test(after)) return false;
    this.#at += word.length;
    return true;
  }

  /** Takes the sign if it is next. */
  take(sign: string): boolean {
    this.#skip();
    if (!this.text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  /** A path: everything up to a blank, a sign of the language or the end. Brackets and all between them are part of it. */
  path(): string {
    this.#skip();
    const from = this.#at;
    const quoted = this.#quoted();
    if (quoted !== undefined) return quoted || this.expected("a path that is not empty", from);
    const open: number[] = [];
    let quote = "";
    for (; this.#at < this.text.length; this.#at++) {
      const char = this.text[this.#at];
      if (quote) {
        if (char === "\\") this.#at++;
        else if (char === quote) quote = "";
      } else if (open.length > 0 && (char === '"' || char === "'")) quote = char;
      else if (char === "[") open.push(this.#at);
      else if (char === "]") {
        if (open.pop() === undefined) this.expected("[ before ]", this.#at);
      } else if (open.length === 0 && /[\s=!(),"']/.test(char)) break;
    }
    const path = this.text.slice(from, this.#at);
    if (open.length > 0) this.expected("] for this [", open[0]);
    if (!/^[\p{L}\d$@_/*[]/u.test(path)) this.expected("a path", from);
    if (/[.\-]$/.test(path)) this.expected("a path that goes on after . or -", this.#at);
    return path;
  }

  /** A value: quoted, or a bare word. */
  value(what: string): string {
    const quoted = this.#quoted();
    if (quoted !== undefined) return quoted;
    const word = this.#matching(/[^\s(),"'=]+/y);
    if (word === undefined) return this.expected(what);
    if (/^(?:and|or|not)$/.test(word)) {
      this.expected(`${what}, quoted where it is ${word}`, this.#at - word.length);
    }
    return word;
  }

  /** `/source/flags`. */
  pattern(): Pattern {
    this.#skip();
    const from = this.#at;
    const literal = this.#matching(/\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/[a-zA-Z]*/y);
    if (literal === undefined) return this.expected("/a regular expression/");
    const close = literal.lastIndexOf("/");
    try {
      return compilePattern(literal.slice(1, close), literal.slice(close + 1));
    } catch (error) {
      if (error instanceof PatternError) this.expected(error.expected, from + 1 + error.at);
      throw error;
    }
  }

  /** `undefined` where the next token is no quoted text. */
  #quoted(): string | undefined {
    this.#skip();
    const from = this.#at;
    const quote = this.text[from];
    if (quote !== '"' && quote !== "'") return undefined;
    let value = "";
    for (this.#at++; this.#at < this.text.length; this.#at++) {
      const char = this.text[this.#at];
      if (char === quote) {
        this.#at++;
        return value;
      }
      value += char === "\\" ? this.#escape() : char;
    }
    return this.expected(`${quote} to close this text`, from);
  }

  #escape(): string {
    const sign = this.text[++this.#at];
    if (sign === "u") {
      const digits = this.text.slice(this.#at + 1, this.#at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.expected("four hexadecimal digits after \\u", this.#at + 1);
      this.#at += 4;
      return String.fromCharCode(parseInt(digits, 16));
    }
    return ESCAPES[sign] ?? this.expected("one of n r t u \" ' \\ after \\", this.#at);
  }

  #matching(sticky: RegExp): string | undefined {
    this.#skip();
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skip(): void {
    while (this.#at < this.text.length && /\s/.test(this.text[this.#at])) this.#at++;
  }
}
