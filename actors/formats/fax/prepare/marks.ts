import type { Box } from "../../../../runtime/contract/document.ts";
import { union } from "../raster/box.ts";
import type { Ink } from "./ink.ts";

/** Runs of ink in a row that belong together, and the piece that they are of. */
interface Run {
  readonly x0: number;
  readonly x1: number;
  piece: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Where ink stands that belongs together, as that of a word does: gaps of less than `gap` pixels in a row, and of two between rows, do
 * not part it.
 */
export function marksOf({ width, height, ink }: Ink, gap: number): Box[] {
  const parents: number[] = [], boxes: Mutable<Box>[] = [];
  const rootOf = (piece: number): number => {
    while (parents[piece] !== piece) piece = parents[piece] = parents[parents[piece]];
    return piece;
  };
  const join = (a: number, b: number): number => {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (one === other) return one;
    parents[other] = one;
    boxes[one] = union(boxes[one], boxes[other]);
    return one;
  };
  let above: readonly Run[] = [], before: readonly Run[] = [];
  for (let y = 0; y < height; y++) {
    const row = runsOf(ink.subarray(y * width, (y + 1) * width), gap);
    const near = [new Along(above), new Along(before)];
    for (const run of row) {
      for (const other of near) {
        other.start(run);
        for (let next = other.next(run); next; next = other.next(run)) {
          run.piece = run.piece < 0 ? rootOf(next.piece) : join(next.piece, run.piece);
        }
      }
      if (run.piece < 0) {
        run.piece = parents.push(parents.length) - 1;
        boxes.push({ x0: run.x0, y0: y, x1: run.x1, y1: y + 1 });
      } else widen(boxes[run.piece], run, y);
    }
    [before, above] = [above, row];
  }
  return boxes.filter((_, piece) => parents[piece] === piece);
}

/** A page has many runs: each in a box of its own would be in memory's way. */
function widen(box: Mutable<Box>, { x0, x1 }: Run, y: number): void {
  if (x0 < box.x0) box.x0 = x0;
  if (x1 > box.x1) box.x1 = x1;
  box.y1 = y + 1;
}

/** A row whose runs are asked for by those of another, from left to right. */
class Along {
  readonly #runs: readonly Run[];
  #from = 0;
  #at = 0;

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
  }

  /** Begins with the first that touches a run, which is right of the one before. */
  start({ x0 }: Run): void {
    while (this.#from < this.#runs.length && this.#runs[this.#from].x1 <= x0) this.#from++;
    this.#at = this.#from;
  }

  /** The next that touches it. */
  next({ x1 }: Run): Run | undefined {
    const run = this.#runs[this.#at];
    if (run === undefined || run.x0 >= x1) return undefined;
    this.#at++;
    return run;
  }
}

function runsOf(row: Uint8Array, gap: number): Run[] {
  const runs: Run[] = [];
  let start = -1, last = -1;
  for (let x = row.indexOf(1); x >= 0 && x < row.length; x++) {
    if (row[x] === 0) continue;
    if (start >= 0 && x - last > gap) {
      runs.push({ x0: start, x1: last + 1, piece: -1 });
      start = x;
    } else if (start < 0) start = x;
    last = x;
  }
  if (start >= 0) runs.push({ x0: start, x1: last + 1, piece: -1 });
  return runs;
}
