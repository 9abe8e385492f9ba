import { type Expression, type FunctionName, FUNCTIONS, type Operator } from "./expression.ts";
import { rational } from "./rational.ts";

/** Why a check cannot be read, in words for whoever wrote it. */
export class ExpressionError extends Error {}

/** Longer checks nobody can read. */
const CHARACTERS_MAX = 500;

/**
 * Reads a check: `if … then`, `or`, `and`, `not`, `<=>`, comparisons, `+ - * /`, functions, numbers, 'texts', and names
 * of values: `subtotal`, `lines.amount`.
 *
 * @throws ExpressionError where it is none
 */
export function parseExpression(text: string): Expression {
  if (text.length > CHARACTERS_MAX) throw new ExpressionError(`is longer than ${CHARACTERS_MAX} characters`);
  const parser = new Parser(tokensOf(text));
  const expression = parser.condition();
  parser.end();
  return expression;
}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|'([^']*)'|([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)|(<=>|<=|>=|!=|[-+*/=<>(),]))/y;

type Token =
  | { readonly is: "number" | "text" | "word" | "mark"; readonly text: string }
  | { readonly is: "end"; readonly text: "the end" };

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new ExpressionError(`has a character that is none of a check, at ${at + 1}`);
    at = TOKEN.lastIndex;
    const [, number, quoted, word, mark] = match;
    if (number !== undefined) tokens.push({ is: "number", text: number });
    else if (quoted !== undefined) tokens.push({ is: "text", text: quoted });
    else if (word !== undefined) tokens.push({ is: "word", text: word });
    else tokens.push({ is: "mark", text: mark });
  }
  return [...tokens, { is: "end", text: "the end" }];
}

/** Operators from those that bind least to those that bind most. */
const LEVELS: readonly (readonly Operator[])[] = [
  ["or"],
  ["and"],
  ["<=>"],
  ["=", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/"],
];

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  condition(): Expression {
    if (!this.#takes("if")) return this.#level(0);
    const left = this.#level(0);
    this.#expect("then");
    return { is: "binary", operator: "then", left, right: this.#level(0) };
  }

  end(): void {
    if (this.#next.is !== "end") this.#refuse("an operator or the end");
  }

  #level(depth: number): Expression {
    if (depth === LEVELS.length) return this.#unary();
    let left = this.#level(depth + 1);
    for (;;) {
      const operator = LEVELS[depth].find((each) => this.#takes(each));
      if (operator === undefined) return left;
      left = { is: "binary", operator, left, right: this.#level(depth + 1) };
    }
  }

  #unary(): Expression {
    if (this.#takes("not")) return { is: "not", operand: this.#unary() };
    if (this.#takes("-")) {
      return {
        is: "binary",
        operator: "-",
        left: { is: "number", value: { over: 0n, under: 1n } },
        right: this.#unary(),
      };
    }
    if (this.#takes("(")) {
      const inner = this.condition();
      this.#expect(")");
      return inner;
    }
    const token = this.#next;
    if (token.is === "end" || token.is === "mark" || RESERVED.includes(token.text)) {
      return this.#refuse("a value");
    }
    this.#at++;
    if (token.is === "number") return { is: "number", value: rational(token.text)! };
    if (token.is === "text") return { is: "text", value: token.text };
    return this.#takes("(") ? this.#call(token.text) : pathOf(token.text);
  }

  #call(name: string): Expression {
    if (!isFunction(name)) {
      throw new ExpressionError(
        `asks for ${name}(), which there is not: ${Object.keys(FUNCTIONS).join(", ")}`,
      );
    }
    const operands = [this.condition()];
    while (this.#takes(",")) operands.push(this.condition());
    this.#expect(")");
    const wanted = FUNCTIONS[name];
    if (operands.length !== wanted) {
      throw new ExpressionError(`gives ${name}() ${operands.length} values and it takes ${wanted}`);
    }
    return { is: "call", name, operands };
  }

  get #next(): Token {
    return this.#tokens[this.#at];
  }

  #takes(text: string): boolean {
    const token = this.#next;
    if (token.text !== text || token.is !== "mark" && token.is !== "word") return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) this.#refuse(text);
  }

  #refuse(wanted: string): never {
    throw new ExpressionError(`has ${this.#next.text} where ${wanted} has to stand`);
  }
}

const RESERVED = ["if", "then", "and", "or", "not"];

function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

function pathOf(text: string): Expression {
  const [first, second] = text.split(".");
  return second === undefined ? { is: "path", name: first } : { is: "path", table: first, name: second };
}

/** Every name of a value in a check. */
export function* pathsIn(expression: Expression): Iterable<Expression & { is: "path" }> {
  switch (expression.is) {
    case "path":
      yield expression;
      break;
    case "call":
      for (const operand of expression.operands) yield* pathsIn(operand);
      break;
    case "not":
      yield* pathsIn(expression.operand);
      break;
    case "binary":
      yield* pathsIn(expression.left);
      yield* pathsIn(expression.right);
      break;
  }
}
