import type { PathBody } from "../../../runtime/contract/message.ts";
import { checkJson } from "./_check.ts";
import { entered, follow, leavesIn, placesOf, spread, valueOf } from "./_find.ts";
import { Node } from "./_node.ts";
import { rootOf } from "./_spans.ts";
import { errors } from "./errors.ts";
import { ALL, compilePath, compileSingle, resolvePath, type Step } from "./path.ts";

/** Media type of JSON. */
export const JSON_TYPE = "application/json";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * A JSON document (RFC 8259): values by path, every character that was not changed as it came in, numbers of any
 * length included. No JavaScript object is ever made of it, so a member named `__proto__` is a member like any other.
 *
 * Paths are `$.name`, `$['any name']`, `$.list[0]` (from 0), and in `getAll` also `[*]` for every element or member;
 * between quotes a backslash stands before a quote or another backslash (as in RFC 9535). In a loop `@` is the place.
 * A string is read as its characters; a number, `true` and `false` as their text; `null` is absent; an object or a
 * list is read as its JSON text. What is written is always a JSON string.
 */
export class JsonBody implements PathBody {
  readonly contentType: string = JSON_TYPE;
  readonly #root: Node;
  /** What stands before the value, and behind it: white space, a byte order mark. */
  readonly #around: readonly [before: string, behind: string];

  private constructor(root: Node, around: readonly [string, string] = ["", ""]) {
    this.#root = root;
    this.#around = around;
  }

  /**
   * Reads a document. The array is not kept.
   *
   * Errors: JSON_BYTES_INVALID, JSON_TEXT_INVALID, JSON_NAME_REPEATED, JSON_DEPTH_EXCEEDED.
   */
  static parse(input: Uint8Array | string, options: { readonly depthMax?: number } = {}): JsonBody {
    const text = typeof input === "string" ? input.toWellFormed() : decode(input);
    checkJson(text, options.depthMax ?? 100);
    const { start, end } = rootOf(text);
    return new JsonBody(Node.of(text.slice(start, end)), [text.slice(0, start), text.slice(end)]);
  }

  /** The value at a path; `undefined` where it is absent or `null`. Errors: JSON_PATH_INVALID. */
  get(path: string): string | undefined {
    const [found] = follow(this.#root, compileSingle(path), alone, entered);
    return found && valueOf(found);
  }

  /**
   * Every value the path can mean, in order: `[*]`, or a list where the path names no index, stands for all elements.
   * What is absent or `null` is left out. Errors: JSON_PATH_INVALID.
   */
  getAll(path: string): readonly string[] {
    return follow(this.#root, compilePath(path), spread, entered).flatMap(spread)
      .map(valueOf).filter((value) => value !== undefined);
  }

  /**
   * A copy with a string at a path. Members are made where they are absent, and an element right behind the last one.
   *
   * Errors: JSON_PATH_INVALID, JSON_PATH_BLOCKED, JSON_INDEX_MISSING.
   */
  with(path: string, value: string): JsonBody {
    const written = write(this.#root, compileSingle(path), Node.of(JSON.stringify(value)), path);
    return new JsonBody(written, this.#around);
  }

  /** A copy without the member or element at a path; `[*]` takes all. Errors: JSON_PATH_INVALID. */
  without(path: string): JsonBody {
    const steps = compilePath(path);
    if (steps.length === 0) errors.fail("JSON_PATH_INVALID", { path });
    return new JsonBody(remove(this.#root, steps), this.#around);
  }

  /**
   * The exact path of each thing the path can mean, in order: of every element or member for `[*]`, of the elements
   * where the path names a list without an index. What is absent or `null` is left out. Errors: JSON_PATH_INVALID.
   */
  places(path: string): readonly string[] {
    return placesOf(this.#root, compilePath(path)).map((place) => place.path);
  }

  /**
   * A path as it reads at a place: at `$.items[1]`, `@.code` is `$.items[1].code` and `@` the element itself. A path
   * from the root is returned as it is. Errors: JSON_PATH_INVALID.
   */
  resolve(path: string, place: string): string {
    return resolvePath(path, place);
  }

  /** Each thing of {@linkcode JsonBody.places} as a document of its own, its text as it stands. */
  split(path: string): readonly JsonBody[] {
    return placesOf(this.#root, compilePath(path)).map(({ node }) => new JsonBody(node));
  }

  /** Every string, number, `true` and `false` by its exact path, as {@linkcode JsonBody.get} reads it, in order. */
  leaves(): Iterable<readonly [path: string, value: string]> {
    return leavesIn({ path: "$", node: this.#root });
  }

  toBytes(): Uint8Array {
    const [before, behind] = this.#around;
    return encoder.encode(before + this.#root.text + behind);
  }
}

function alone(node: Node): readonly Node[] {
  return [node];
}

/** A value with `written` at `steps` within it; `undefined` where nothing stands there yet. */
function write(node: Node | undefined, steps: readonly Step[], written: Node, path: string): Node {
  if (steps.length === 0) return written;
  const [step, ...deeper] = steps as readonly (string | number)[];
  const isName = typeof step === "string";
  const here = node === undefined || node.isNull ? Node.of(isName ? "{}" : "[]") : node;
  if (isName ? !here.isObject : !here.isList) return errors.fail("JSON_PATH_BLOCKED", { path });
  const at = here.find(step);
  if (at >= 0) return here.with(at, write(here.children.at(at)?.node, deeper, written, path));
  if (!isName && step !== here.children.length) return errors.fail("JSON_INDEX_MISSING", { path });
  return here.appended(isName ? step : undefined, write(undefined, deeper, written, path));
}

/** A value without what `steps` lead to within it. */
function remove(node: Node, [step, ...deeper]: readonly Step[]): Node {
  const found = step === ALL ? undefined : node.find(step);
  if (found !== undefined && found < 0) return node;
  if (deeper.length === 0) return node.without((_, at) => found === undefined || at === found);
  const indices = found === undefined ? Array.from(node.children, (_, at) => at) : [found];
  return indices.reduce((changed, at) => {
    const inner = changed.children.at(at)?.node as Node, left = remove(inner, deeper);
    return left === inner ? changed : changed.with(at, left);
  }, node);
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    return errors.fail("JSON_BYTES_INVALID", {}, cause);
  }
}
