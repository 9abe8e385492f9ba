import type { Box } from "../../../../runtime/contract/document.ts";
import { union } from "../raster/box.ts";
import type { Ink } from "./ink.ts";

/** Runs of ink in a row that belong together, and the piece that they are of. */
interface Run {
  readonly x0: number;
  readonly x1: number;
  readonly piece: number;
}

/**
 * Where ink stands that belongs together, as that of a word does: gaps of less than `gap` pixels in a row, and of two between rows, do
 * not part it.
 */
export function marksOf({ width, height, ink }: Ink, gap: number): Box[] {
  const parents: number[] = [], boxes: Box[] = [];
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
  let above: Run[] = [], before: Run[] = [];
  for (let y = 0; y < height; y++) {
    const row: Run[] = [], near = [new Touching(above), new Touching(before)];
    for (const [x0, x1] of runsIn(ink, y * width, width, gap)) {
      let piece = -1;
      for (const runs of near) {
        for (const run of runs.of(x0, x1)) piece = piece < 0 ? rootOf(run.piece) : join(run.piece, piece);
      }
      const box = { x0, y0: y, x1, y1: y + 1 };
      if (piece < 0) {
        piece = parents.push(parents.length) - 1;
        boxes.push(box);
      } else boxes[piece] = union(boxes[piece], box);
      row.push({ x0, x1, piece });
    }
    [before, above] = [above, row];
  }
  return boxes.filter((_, piece) => parents[piece] === piece);
}

/** Runs of a row that touch those of another, each asked for from left to right. */
class Touching {
  readonly #runs: readonly Run[];
  #from = 0;

  constructor(runs: readonly Run[]) {
    this.#runs = runs;
  }

  *of(x0: number, x1: number): Iterable<Run> {
    while (this.#from < this.#runs.length && this.#runs[this.#from].x1 <= x0) this.#from++;
    for (let at = this.#from; at < this.#runs.length && this.#runs[at].x0 < x1; at++) yield this.#runs[at];
  }
}

function* runsIn(ink: Uint8Array, from: number, width: number, gap: number): Iterable<[number, number]> {
  let start = -1, last = -1;
  for (let x = 0; x < width; x++) {
    if (ink[from + x] === 0) continue;
    if (start >= 0 && x - last > gap) {
      yield [start, last + 1];
      start = x;
    } else if (start < 0) start = x;
    last = x;
  }
  if (start >= 0) yield [start, last + 1];
}
