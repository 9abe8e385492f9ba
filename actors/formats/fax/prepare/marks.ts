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
  const join = (a: number, b: number) => {
    const [one, other] = [rootOf(a), rootOf(b)];
    if (one === other) return;
    parents[other] = one;
    boxes[one] = union(boxes[one], boxes[other]);
  };
  let above: Run[] = [], before: Run[] = [];
  for (let y = 0; y < height; y++) {
    const row: Run[] = [];
    for (const [x0, x1] of runsIn(ink, y * width, width, gap)) {
      const piece = parents.length;
      parents.push(piece);
      boxes.push({ x0, y0: y, x1, y1: y + 1 });
      row.push({ x0, x1, piece });
      for (const other of above) if (other.x0 < x1 && other.x1 > x0) join(other.piece, piece);
      for (const other of before) if (other.x0 < x1 && other.x1 > x0) join(other.piece, piece);
    }
    [before, above] = [above, row];
  }
  return boxes.filter((_, piece) => parents[piece] === piece);
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
