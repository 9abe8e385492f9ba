import { errors } from "./errors.ts";

/** Stands for every element of a list, or every member of an object: `[*]`. */
export const ALL: unique symbol = Symbol("[*]");

/** A name, an index that counts from 0, or all. */
export type Step = string | number | typeof ALL;

const STEP = /\.([^.[\]'"*\s][^.[\]'"*]*)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d{1,9})\]|\[(\*)\]/y;

/** A gateway file has far fewer paths; the bound only keeps paths made at run time from piling up. */
const COMPILED_MAX = 4096;
const compiled = new Map<string, readonly Step[]>();

/** Takes a path such as `$.patient['given name'][0]` apart. Errors: JSON_PATH_INVALID. */
export function compilePath(path: string): readonly Step[] {
  const known = compiled.get(path);
  if (known) return known;
  if (!path.startsWith("$")) errors.fail("JSON_PATH_INVALID", { path });
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const parts = STEP.exec(path);
    if (!parts) return errors.fail("JSON_PATH_INVALID", { path });
    const [, plain, single, double, index] = parts;
    const name = plain ?? single ?? double;
    steps.push(name !== undefined ? name : index !== undefined ? Number(index) : ALL);
  }
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(path, steps);
  return steps;
}
