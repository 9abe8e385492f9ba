import type { PathUse } from "../../../runtime/contract/format.ts";
import { errors } from "./errors.ts";

/** Stands for every element of a list, or every member of an object: `[*]`. */
export const ALL: unique symbol = Symbol("[*]");

/** A name, an index that counts from 0, or all. */
export type Step = string | number | typeof ALL;

const SINGLE = /'([^'\\]*(?:\\['"\\][^'\\]*)*)'/.source;
const DOUBLE = /"([^"\\]*(?:\\['"\\][^"\\]*)*)"/.source;
const STEP = new RegExp(
  String.raw`\.([^.[\]'"*\s][^.[\]'"*]*)|\[(?:${SINGLE}|${DOUBLE}|(\d{1,9})|(\*))\]`,
  "y",
);
/** A name that needs no quotes wherever the path is written, in a filter or in YAML. */
const WORD = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/** No document is deeper: the setting depthMax goes no further. */
const STEPS_MAX = 1000;

/** A gateway file has far fewer paths; the bound only keeps paths made at run time from piling up. */
const COMPILED_MAX = 4096;
const compiled = new Map<string, readonly Step[]>();

/**
 * Takes a path such as `$.patient['given name'][0]` apart. Between quotes a backslash stands before a quote or another
 * backslash, as in RFC 9535. Errors: JSON_PATH_INVALID.
 */
export function compilePath(path: string): readonly Step[] {
  const known = compiled.get(path);
  if (known) return known;
  if (!path.startsWith("$")) errors.fail("JSON_PATH_INVALID", { path });
  const steps = stepsOf(path);
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(path, steps);
  return steps;
}

function stepsOf(path: string): readonly Step[] {
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const parts = STEP.exec(path);
    if (!parts || steps.length === STEPS_MAX) return errors.fail("JSON_PATH_INVALID", { path });
    const [, plain, single, double, index] = parts;
    const quoted = single ?? double;
    if (plain !== undefined) steps.push(plain);
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, "$1"));
    else steps.push(index !== undefined ? Number(index) : ALL);
  }
  return steps;
}

/** The steps of a path to one thing. Errors: JSON_PATH_INVALID. */
export function compileSingle(path: string): readonly Step[] {
  const steps = compilePath(path);
  return steps.includes(ALL) ? errors.fail("JSON_PATH_INVALID", { path }) : steps;
}

/** The path of a member, by its name, or of an element, by its index, of what stands at `parent`. */
export function childPath(parent: string, step: string | number): string {
  if (typeof step === "number") return `${parent}[${step}]`;
  return WORD.test(step) ? `${parent}.${step}` : `${parent}['${step.replace(/['\\]/g, "\\$&")}']`;
}

/** A path as it reads at a place: `@` is the place. Any other is returned as it is. Errors: JSON_PATH_INVALID. */
export function resolvePath(path: string, place: string): string {
  if (!path.startsWith("@")) {
    compilePath(path);
    return path;
  }
  stepsOf(path);
  return place + path.slice(1);
}

/** Fails where no document takes the path, from its root or from a place in it. Errors: JSON_PATH_INVALID. */
export function checkPath(path: string, use: PathUse): void {
  const absolute = resolvePath(path, "$");
  if (use === "get" || use === "write") compileSingle(absolute);
}
