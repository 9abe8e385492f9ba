import type { PathBody } from "../../../runtime/contract/message.ts";
import { checkJson } from "./_check.ts";
import { follow, isList, leadsTo, leavesIn, placesOf, valueOf } from "./_find.ts";
import { entriesOf, type Entry, rootOf, type Span } from "./_spans.ts";
import { errors } from "./errors.ts";
import { compilePath, compileSingle, resolvePath, type Step } from "./path.ts";

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
  readonly #text: string;
  /** What was found in objects and lists, by where they start: a loop over a list does not scan it anew each round. */
  readonly #entries = new Map<number, readonly Entry[]>();
  #root: Span | undefined;

  private constructor(text: string) {
    this.#text = text;
  }

  /**
   * Reads a document. The array is not kept.
   *
   * Errors: JSON_BYTES_INVALID, JSON_TEXT_INVALID, JSON_NAME_REPEATED, JSON_DEPTH_EXCEEDED.
   */
  static parse(input: Uint8Array | string, options: { readonly depthMax?: number } = {}): JsonBody {
    const text = typeof input === "string" ? input.toWellFormed() : decode(input);
    checkJson(text, options.depthMax ?? 100);
    return new JsonBody(text);
  }

  /** The value at a path; `undefined` where it is absent or `null`. Errors: JSON_PATH_INVALID. */
  get(path: string): string | undefined {
    const spans = this.#find(compileSingle(path), alone);
    return spans.length === 0 ? undefined : valueOf(this.#text, spans[0]);
  }

  /**
   * Every value the path can mean, in order: `[*]`, or a list where the path names no index, stands for all elements.
   * What is absent or `null` is left out. Errors: JSON_PATH_INVALID.
   */
  getAll(path: string): readonly string[] {
    const all = (span: Span) =>
      isList(this.#text, span) ? this.#entriesOf(span).map(({ value }) => value) : [span];
    return this.#find(compilePath(path), all).flatMap(all)
      .map((span) => valueOf(this.#text, span)).filter((value) => value !== undefined);
  }

  /**
   * A copy with a string at a path. Members are made where they are absent, and an element right behind the last one.
   *
   * Errors: JSON_PATH_INVALID, JSON_PATH_BLOCKED, JSON_INDEX_MISSING.
   */
  with(path: string, value: string): JsonBody {
    const root = rootOf(this.#text);
    const written = write(
      this.#text.slice(root.start, root.end),
      compileSingle(path),
      JSON.stringify(value),
      path,
    );
    return new JsonBody(this.#text.slice(0, root.start) + written + this.#text.slice(root.end));
  }

  /** A copy without the member or element at a path; `[*]` takes all. Errors: JSON_PATH_INVALID. */
  without(path: string): JsonBody {
    const steps = compilePath(path);
    if (steps.length === 0) errors.fail("JSON_PATH_INVALID", { path });
    const parents = this.#find(steps.slice(0, -1), alone);
    let text = "", copied = 0;
    for (
      const { start, end } of parents.flatMap((span) => goneFrom(this.#text, span, steps[steps.length - 1]))
    ) {
      text += this.#text.slice(copied, start);
      copied = end;
    }
    return new JsonBody(text + this.#text.slice(copied));
  }

  /**
   * The exact path of each thing the path can mean, in order: of every element or member for `[*]`, of the elements
   * where the path names a list without an index. What is absent or `null` is left out. Errors: JSON_PATH_INVALID.
   */
  places(path: string): readonly string[] {
    return placesOf(this.#text, compilePath(path)).map((place) => place.path);
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
    return placesOf(this.#text, compilePath(path))
      .map(({ span }) => new JsonBody(this.#text.slice(span.start, span.end)));
  }

  /** Every string, number, `true` and `false` by its exact path, as {@linkcode JsonBody.get} reads it, in order. */
  leaves(): Iterable<readonly [path: string, value: string]> {
    return leavesIn(this.#text, { path: "$", span: rootOf(this.#text) });
  }

  toBytes(): Uint8Array {
    return encoder.encode(this.#text);
  }

  #find(steps: readonly Step[], spread: (span: Span) => Span[]): Span[] {
    return follow(
      this.#root ??= rootOf(this.#text),
      steps,
      spread,
      (span, step) => {
        const entries = this.#entriesOf(span);
        const found = typeof step === "number" && isList(this.#text, span)
          ? entries.slice(step, step + 1)
          : entries.filter(({ name }, at) => leadsTo(step, name, at));
        return found.map(({ value }) => value);
      },
    );
  }

  #entriesOf(span: Span): readonly Entry[] {
    const known = this.#entries.get(span.start);
    if (known) return known;
    const entries = entriesOf(this.#text, span);
    this.#entries.set(span.start, entries);
    return entries;
  }
}

function alone(span: Span): Span[] {
  return [span];
}

/** The text of a value with `written` at `steps` within it; `text` is empty where nothing stands there yet. */
function write(text: string, steps: readonly Step[], written: string, path: string): string {
  if (steps.length === 0) return written;
  const [step, ...deeper] = steps;
  const isName = typeof step === "string";
  const here = text === "" || text === "null" ? (isName ? "{}" : "[]") : text;
  if (here[0] !== (isName ? "{" : "[")) return errors.fail("JSON_PATH_BLOCKED", { path });
  const entries = entriesOf(here, { start: 0, end: here.length });
  const found = entries.find(({ name }, at) => leadsTo(step, name, at));
  if (found) {
    const { start, end } = found.value;
    return here.slice(0, start) + write(here.slice(start, end), deeper, written, path) + here.slice(end);
  }
  if (!isName && step !== entries.length) return errors.fail("JSON_INDEX_MISSING", { path });
  const made = (isName ? `${JSON.stringify(step)}:` : "") + write("", deeper, written, path);
  const last = entries.at(-1)?.value.end;
  return last === undefined
    ? here[0] + made + here.slice(1)
    : `${here.slice(0, last)},${made}${here.slice(last)}`;
}

/** What to leave out of the text for the entries of one value that match to be gone: each with a comma beside it. */
function goneFrom(text: string, parent: Span, step: Step): Span[] {
  const entries = entriesOf(text, parent);
  const isGone = entries.map(({ name }, at) => leadsTo(step, name, at));
  const lastKept = isGone.lastIndexOf(false);
  return entries.flatMap(({ start, value }, at) => {
    if (!isGone[at]) return [];
    // With the comma behind it; where nothing is kept behind it, with the comma before it.
    if (at < lastKept) return [{ start, end: entries[at + 1].start }];
    return [{ start: at > 0 ? entries[at - 1].value.end : start, end: value.end }];
  });
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    return errors.fail("JSON_BYTES_INVALID", {}, cause);
  }
}
