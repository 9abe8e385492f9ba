import type { PathUse } from "../../../runtime/contract/format.ts";
import { errors } from "./errors.ts";
import { declaredPrefix, NAME } from "./_names.ts";

/** A name as a path has it. */
export interface NameTest {
  readonly local: string;
  readonly prefix?: string;
  readonly uri?: string;
}

/** One element on the way. */
export interface Step extends NameTest {
  /** From 1; all of them where it is left out or `*`. */
  readonly index?: number;
  /** `[*]` was written. */
  readonly isEach: boolean;
}

/** A path, taken apart. */
export interface Path {
  /** False where it starts at the root element instead of naming it. */
  readonly isAbsolute: boolean;
  readonly steps: readonly Step[];
  /** What is meant of the element: itself, its own text, or an attribute. */
  readonly leaf: "element" | "text" | NameTest;
}

const QUALIFIED = `(?:\\{([^{}]+)\\}|(${NAME}):)?(${NAME})`;
const STEP = new RegExp(`${QUALIFIED}(?:\\[(?:(\\d{1,9})|(\\*))\\])?(?:/(?=.)|$)`, "ys");
const ATTRIBUTE = new RegExp(`@${QUALIFIED}$`, "y");

/** A gateway file has far fewer paths; the bound only keeps paths made at run time from piling up. */
const COMPILED_MAX = 4096;
/** No document is deeper: the setting depthMax goes no further. */
const STEPS_MAX = 1000;
const compiled = new Map<string, Path>();

/**
 * Takes a path such as `/Invoice/Line[2]/@id` apart; one that begins without `/` starts at the root element.
 *
 * Errors: XML_PATH_INVALID.
 */
export function compilePath(path: string): Path {
  const known = compiled.get(path);
  if (known) return known;
  const made = compile(path);
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(path, made);
  return made;
}

/** As {@linkcode compilePath}, for a path to one thing: without `[*]`. */
export function compileSingle(path: string): Path {
  const compiled = compilePath(path);
  return compiled.steps.some(({ isEach }) => isEach) ? errors.fail("XML_PATH_INVALID", { path }) : compiled;
}

/** Fails where a path is none. Errors: XML_PATH_INVALID. */
export function checkPath(path: string, use: PathUse): void {
  const compiled = use === "write" ? compileSingle(path) : compilePath(path);
  if (use === "split" && compiled.leaf !== "element") errors.fail("XML_PATH_INVALID", { path });
}

/** A path as it reads at a place, within it unless it begins with `/`. Errors: XML_PATH_INVALID. */
export function resolvePath(path: string, place: string): string {
  compilePath(path);
  if (path.startsWith("/")) return path;
  const within = withoutDot(path);
  return within === "" ? place : `${place}/${within}`;
}

/** How a path names something in a namespace, or anything of a local name. */
export function parseName(name: string): NameTest | undefined {
  const parts = new RegExp(`^${QUALIFIED}$`).exec(name);
  return parts && name.isWellFormed() ? nameOf(parts) : undefined;
}

function compile(path: string): Path {
  const isAbsolute = path.startsWith("/");
  const within = isAbsolute ? path.slice(1) : withoutDot(path);
  const isWhole = within === "" && path === ".";
  if (!path.isWellFormed() || (within === "" && !isWhole)) return errors.fail("XML_PATH_INVALID", { path });
  const steps: Step[] = [];
  for (let at = 0; at < within.length;) {
    const leaf = leafAt(within, at);
    if (leaf !== undefined && (steps.length > 0 || !isAbsolute)) return { isAbsolute, steps, leaf };
    STEP.lastIndex = at;
    const parts = STEP.exec(within);
    if (!parts || parts[4] === "0" || steps.length === STEPS_MAX) {
      return errors.fail("XML_PATH_INVALID", { path });
    }
    const index = parts[4] === undefined ? {} : { index: Number(parts[4]) };
    steps.push({ ...nameOf(parts), ...index, isEach: parts[5] !== undefined });
    at = STEP.lastIndex;
  }
  return { isAbsolute, steps, leaf: "element" };
}

function leafAt(path: string, at: number): "text" | NameTest | undefined {
  if (path.slice(at) === "text()") return "text";
  ATTRIBUTE.lastIndex = at;
  const parts = ATTRIBUTE.exec(path);
  const name = parts?.[0].slice(1);
  // Declarations are no attributes to people who work with paths.
  return parts && name !== undefined && declaredPrefix(name) === undefined ? nameOf(parts) : undefined;
}

function nameOf([, uri, prefix, local]: RegExpExecArray): NameTest {
  return { local, ...(prefix === undefined ? {} : { prefix }), ...(uri === undefined ? {} : { uri }) };
}

function withoutDot(path: string): string {
  return path === "." ? "" : path.startsWith("./") ? path.slice(2) : path;
}
