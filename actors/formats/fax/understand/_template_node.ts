import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { errors } from "./errors.ts";
import { mayRunForEver } from "./site_pattern.ts";

/** Longer templates are none. */
const CHARACTERS_MAX = 500_000;

/** A part of a template's file, with its place for those who wrote it. */
export class TemplateNode {
  readonly #file: Source;
  readonly #node: Node | null;
  readonly #offset: number;

  constructor(file: Source, node: Node | null, offset: number) {
    this.#file = file;
    this.#node = node;
    this.#offset = node?.range?.[0] ?? offset;
  }

  /** @throws MitralError FAX_TEMPLATE_INVALID */
  fail(rule: string): never {
    return this.#file.fail(this.#offset, rule);
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** The entries of a mapping, by name; names that are not among those allowed are refused. */
  entries(allowed?: readonly string[]): ReadonlyMap<string, TemplateNode> {
    if (!isMap(this.#node)) return this.fail("a mapping has to stand here");
    const entries = new Map<string, TemplateNode>();
    for (const { key, value } of this.#node.items) {
      const at = new TemplateNode(this.#file, key as Node, this.#offset);
      const name = at.text();
      if (entries.has(name)) at.fail("a name stands here twice");
      if (allowed && !allowed.includes(name)) at.fail(`a name is none of ${allowed.join(", ")}`);
      entries.set(name, new TemplateNode(this.#file, this.#resolved(value as Node | null), at.#offset));
    }
    return entries;
  }

  /** The items of a list; one alone may stand for a list of one. */
  items(): readonly TemplateNode[] {
    if (!isSeq(this.#node)) return [this];
    return this.#node.items.map((item) =>
      new TemplateNode(this.#file, this.#resolved(item as Node), this.#offset)
    );
  }

  text(): string {
    if (!isScalar(this.#node)) return this.fail("a text has to stand here");
    return String(this.#node.source ?? this.#node.value ?? "");
  }

  /** Not empty. */
  phrase(): string {
    const text = this.text();
    return text.trim() === "" ? this.fail("a text that is not empty has to stand here") : text;
  }

  texts(): readonly string[] {
    return this.items().map((item) => item.phrase());
  }

  number(least: number, most: number): number {
    const text = this.text();
    const value = Number(text);
    if (text.trim() === "" || Number.isNaN(value) || value < least || value > most) {
      return this.fail(`a number from ${least} to ${most} has to stand here`);
    }
    return value;
  }

  flag(): boolean {
    const text = this.text();
    return text === "true" || text !== "false" && this.fail("true or false has to stand here");
  }

  choice<T extends string>(choices: readonly T[]): T {
    const text = this.text();
    return choices.find((choice) => choice === text) ??
      this.fail(`one of ${choices.join(", ")} has to stand here`);
  }

  pattern(): RegExp {
    const source = this.phrase();
    if (mayRunForEver(source)) {
      this.fail(
        "what a regular expression repeats has no repeat and no choice in it, or it may run for ever",
      );
    }
    try {
      return new RegExp(source, "u");
    } catch (cause) {
      if (cause instanceof SyntaxError) return this.fail("a regular expression has to stand here");
      throw cause;
    }
  }

  #resolved(node: Node | null): Node | null {
    return isAlias(node) ? node.resolve(this.#file.document) as Node ?? null : node;
  }
}

/** The file that places are in. */
class Source {
  readonly #name: string;
  readonly #lines = new LineCounter();
  readonly document;

  constructor(name: string, text: string) {
    this.#name = name;
    this.document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      logLevel: "silent",
      schema: "failsafe",
      uniqueKeys: false,
    });
  }

  fail(offset: number, rule: string): never {
    const { line, col } = this.#lines.linePos(offset);
    return errors.fail("FAX_TEMPLATE_INVALID", { file: this.#name, line, column: col, rule });
  }
}

/** The root of a template's file. @throws MitralError FAX_TEMPLATE_INVALID */
export function templateNode(text: string, file: string): TemplateNode {
  const place = { file, line: 1, column: 1 };
  if (text.length > CHARACTERS_MAX) {
    return errors.fail("FAX_TEMPLATE_INVALID", {
      ...place,
      rule: `it is longer than ${CHARACTERS_MAX} characters`,
    });
  }
  const source = new Source(file, text);
  const [fault] = [...source.document.errors, ...source.document.warnings];
  if (fault) source.fail(fault.pos[0], "this is no YAML");
  return new TemplateNode(source, source.document.contents, 0);
}
