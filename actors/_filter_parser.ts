import type { Live } from "../runtime/contract/actor.ts";
import type { PathBody } from "../runtime/contract/message.ts";
import { Scanner } from "./_filter_scanner.ts";

/** True where a body meets the condition. */
export type FilterTest = (body: PathBody) => boolean;

/** A table a filter names; where its values come from is filled in before the first message. */
export class FilterTable {
  source: Live<ReadonlySet<string>> = { value: new Set() };
  constructor(readonly file: string) {}

  /** As the file was last read. */
  get value(): ReadonlySet<string> {
    return this.source.value;
  }
}

type ValueTest = (value: string | undefined) => boolean;

/** Deeper parentheses are a mistake, and would overflow the stack. */
const NESTING_MAX = 64;

/** A path with what it is read for: one value, or all. */
interface ReadPath {
  readonly path: string;
  readonly use: "get" | "read";
}

/** A filter, the tables it names, and the paths it reads. */
export interface ParsedFilter {
  readonly test: FilterTest;
  readonly tables: readonly FilterTable[];
  readonly paths: readonly ReadPath[];
}

/** Reads an expression straight into closures, so that a message meets no syntax tree. */
export function parseFilter(expression: string): ParsedFilter {
  const parser = new Parser(new Scanner(expression));
  return { test: parser.whole(), tables: parser.tables, paths: parser.paths };
}

class Parser {
  readonly tables: FilterTable[] = [];
  readonly paths: ReadPath[] = [];
  #depth = 0;
  constructor(readonly scan: Scanner) {}

  whole(): FilterTest {
    const test = this.#either();
    if (!this.scan.isAtEnd) this.scan.expected("and, or, or the end");
    return test;
  }

  #either(): FilterTest {
    let test = this.#both();
    while (this.scan.takeWord("or")) {
      const left = test;
      const right = this.#both();
      test = (body) => left(body) || right(body);
    }
    return test;
  }

  #both(): FilterTest {
    let test = this.#negation();
    while (this.scan.takeWord("and")) {
      const left = test;
      const right = this.#negation();
      test = (body) => left(body) && right(body);
    }
    return test;
  }

  #negation(): FilterTest {
    if (++this.#depth > NESTING_MAX) {
      this.scan.expected(`at most ${NESTING_MAX} levels of parentheses and not`);
    }
    const test = this.#term();
    this.#depth--;
    return test;
  }

  #term(): FilterTest {
    if (this.scan.takeWord("not")) {
      const inner = this.#negation();
      return (body) => !inner(body);
    }
    if (this.scan.take("(")) {
      const inner = this.#either();
      if (!this.scan.take(")")) this.scan.expected("and, or, or )");
      return inner;
    }
    return this.#condition();
  }

  #condition(): FilterTest {
    if (this.scan.takeWord("any")) {
      const path = this.#path("read");
      const test = this.#comparison("=, !=, in or matches");
      return (body) => body.getAll(path).some(test);
    }
    if (this.scan.takeWord("every")) {
      const path = this.#path("read");
      const test = this.#comparison("=, !=, in or matches");
      return (body) => body.getAll(path).every(test);
    }
    const path = this.#path("get");
    if (this.scan.takeWord("exists")) return (body) => body.get(path) !== undefined;
    if (this.scan.takeWord("absent")) return (body) => body.get(path) === undefined;
    const test = this.#comparison("=, !=, in, matches, exists or absent");
    return (body) => test(body.get(path));
  }

  #path(use: ReadPath["use"]): string {
    const path = this.scan.path();
    this.paths.push({ path, use });
    return path;
  }

  #comparison(what: string): ValueTest {
    if (this.scan.take("=")) {
      const wanted = this.scan.value("a value");
      return (value) => value === wanted;
    }
    if (this.scan.take("!=")) {
      const unwanted = this.scan.value("a value");
      return (value) => value !== unwanted;
    }
    if (this.scan.takeWord("in")) {
      const values = this.#values();
      return (value) => value !== undefined && values.value.has(value);
    }
    if (this.scan.takeWord("matches")) {
      const pattern = this.scan.pattern();
      return (value) => value !== undefined && pattern(value);
    }
    return this.scan.expected(what);
  }

  #values(): Live<ReadonlySet<string>> {
    if (this.scan.takeWord("table")) {
      const table = new FilterTable(this.scan.value("the name of a file"));
      this.tables.push(table);
      return table;
    }
    if (!this.scan.take("(")) this.scan.expected("( or table");
    const values = new Set([this.scan.value("a value")]);
    while (this.scan.take(",")) values.add(this.scan.value("a value"));
    if (!this.scan.take(")")) this.scan.expected(", or )");
    return { value: values };
  }
}
