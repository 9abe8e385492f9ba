import type { Change, PathBody } from "./message.ts";

/** One leaf in which two bodies differ. */
export interface Difference {
  /** The exact path of the leaf. */
  readonly path: string;
  /** Left out: it should not be there. */
  readonly expected?: string;
  /** Left out: it is not there. */
  readonly actual?: string;
}

/**
 * What changes between two bodies of one format: as the format itself sees it, where it does; otherwise every leaf that
 * is another, in the order of the body before, then every leaf that is there besides.
 */
export function changes(before: PathBody, after: PathBody): readonly Change[] {
  if (before.changesTo) return before.changesTo(after);
  const leaves = new Map(before.leaves()), others = new Map(after.leaves());
  const gone = [...leaves].filter(([path, value]) => others.get(path) !== value).map(([path, value]) => {
    const other = others.get(path);
    return { path, before: value, ...(other === undefined ? {} : { after: other }) };
  });
  const added = [...others].filter(([path]) => !leaves.has(path)).map(([path, after]) => ({ path, after }));
  return [...gone, ...added];
}

/** Everything in which a body is other than expected; the path is that of the expected one, where it has it. */
export function differences(expected: PathBody, actual: PathBody): readonly Difference[] {
  return changes(expected, actual).map(({ path, pathBefore = path, before, after }) => ({
    path: pathBefore,
    ...(before === undefined ? {} : { expected: before }),
    ...(after === undefined ? {} : { actual: after }),
  }));
}
