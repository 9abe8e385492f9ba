import type { Tools } from "./_listener_spec.ts";
import { nameOf } from "./_virtual_path.ts";

/** The path of the file that is whole now; `undefined`: none is. */
export type Completed = string | undefined;

/** When a file is whole: the convention of `complete`. */
export interface Completion {
  /** A file at this path was closed in order. */
  afterClose(path: string): Completed;
  /** A file is to have another path. */
  afterRename(from: string, to: string): Completed;
}

/** The convention that was chosen. */
export function completion({ complete, unfinished, marker }: Tools["config"]): Completion {
  // What begins with a dot is hidden: several programs name so what they are still writing.
  const isFinished = (path: string) =>
    !nameOf(path).startsWith(".") && !unfinished.some((ending) => path.endsWith(ending));
  const marked = (path: string) =>
    path.endsWith(marker) && nameOf(path) !== marker ? path.slice(0, -marker.length) : undefined;
  switch (complete) {
    case "close":
      return {
        afterClose: (path) => isFinished(path) ? path : undefined,
        afterRename: (from, to) => !isFinished(from) && isFinished(to) ? from : undefined,
      };
    case "rename":
      return { afterClose: () => undefined, afterRename: (from, to) => isFinished(to) ? from : undefined };
    case "marker":
      return { afterClose: marked, afterRename: (_, to) => marked(to) };
  }
}
