import { templateErrors } from "./_template_errors.ts";

/** One word of a filter: `left`, or what it is told. */
export interface Word {
  readonly text: string;
  /** Where it begins, from 0. */
  readonly at: number;
  readonly quoted: boolean;
}

/** A filter as it is written: its name, its words, and all of them as one text. */
export interface WrittenFilter {
  readonly name: Word;
  readonly words: readonly Word[];
  /** Everything behind the name; the text within the quotes where that is one quoted word. */
  readonly rest: Word;
}

/** The text of a template and how far it has been read. */
export class TemplateScanner {
  #at = 0;
  constructor(readonly text: string, readonly setting: string) {}

  /** Fails with a column. */
  expected(what: string, at: number = this.#at): never {
    const { setting } = this;
    return templateErrors.fail("TEMPLATE_TEXT_INVALID", { setting, expected: what, column: at + 1 });
  }

  /** The next piece of text; a mark where a value begins, which is then to be read; nothing at the end. */
  next(): string | { readonly opens: true } | undefined {
    if (this.#at === this.text.length) return undefined;
    const plain = this.#match(/(?:[^{}]|\{\{|\}\})+/y);
    if (plain !== undefined) return plain.replace(/\{\{|\}\}/g, (twice) => twice[0]);
    if (this.#match(/\{/y) === undefined) this.expected("} twice, where it is text");
    return { opens: true };
  }

  /** The path or word a value begins with. */
  source(): Word {
    const word = this.#quoted() ?? this.#bare(/[^|{}]+/y);
    return word?.text ? word : this.expected("a path or a word", word?.at);
  }

  /** The next filter; nothing behind the last, where the value is closed. */
  filter(): WrittenFilter | undefined {
    this.#skip();
    if (this.#match(/\}/y) !== undefined) return undefined;
    if (this.#match(/\|/y) === undefined) this.expected("| or }");
    const name = this.#bare(/[a-z]+/y) ?? this.expected("the name of a filter");
    this.#skip();
    const from = this.#at;
    const words: Word[] = [];
    for (let word = this.#word(); word; word = this.#word()) words.push(word);
    const rest = words.length === 1
      ? words[0]
      : { text: this.text.slice(from, this.#at).trimEnd(), at: from, quoted: false };
    return { name, words, rest };
  }

  #word(): Word | undefined {
    const word = this.#quoted() ?? this.#bare(/[^\s|{}]+/y);
    if (word && !/^(?:[\s|{}]|$)/.test(this.text.slice(this.#at, this.#at + 1))) {
      this.expected("a blank, | or }");
    }
    return word;
  }

  #quoted(): Word | undefined {
    this.#skip();
    const at = this.#at;
    const quote = this.text[at];
    if (quote !== '"' && quote !== "'") return undefined;
    const written = this.#match(quote === '"' ? /"(?:[^"]|"")*"/y : /'(?:[^']|'')*'/y);
    if (written === undefined) return this.expected(`${quote} to close this text`, at);
    return { text: written.slice(1, -1).replaceAll(quote + quote, quote), at, quoted: true };
  }

  #bare(pattern: RegExp): Word | undefined {
    this.#skip();
    const at = this.#at;
    const text = this.#match(pattern)?.trimEnd();
    return text === undefined ? undefined : { text, at, quoted: false };
  }

  #skip(): void {
    this.#match(/\s+/y);
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
