import { type Body, hasPaths } from "../contract/message.ts";
import type { Found } from "../journal/operations.ts";
import { limits } from "./limits.ts";

/** What a message can be found by: the values of these paths in it, each once. */
export function foundIn(
  body: Body,
  searched: readonly (readonly [field: string, path: string])[],
): readonly Found[] {
  if (searched.length === 0 || !hasPaths(body)) return NOTHING;
  const found: Found[] = [];
  for (const [field, path] of searched) {
    const values = new Set(body.getAll(path));
    for (const value of values) {
      if (found.length === limits.foundMax) return found;
      if (value !== "") found.push([field, value]);
    }
  }
  return found;
}

const NOTHING: readonly Found[] = [];
