import type { PathBody } from "./message.ts";

/** One leaf in which two bodies differ. */
export interface Difference {
  /** The exact path of the leaf. */
  readonly path: string;
  /** Left out: it should not be there. */
  readonly expected?: string;
  /** Left out: it is not there. */
  readonly actual?: string;
}

/** Every leaf in which two bodies of one format differ: in the order of the expected one, then what is there besides. */
export function differences(expected: PathBody, actual: PathBody): readonly Difference[] {
  const wanted = new Map(expected.leaves());
  const found = new Map(actual.leaves());
  const missed = [...wanted].filter(([path, value]) => found.get(path) !== value).map(([path, value]) => {
    const other = found.get(path);
    return { path, expected: value, ...(other === undefined ? {} : { actual: other }) };
  });
  const added = [...found].filter(([path]) => !wanted.has(path)).map(([path, actual]) => ({ path, actual }));
  return [...missed, ...added];
}
