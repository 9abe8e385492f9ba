import type { Box } from "../../../../runtime/contract/document.ts";

/** The box around boxes; undefined where there is none. */
export function around(boxes: readonly [Box, ...Box[]]): Box;
export function around(boxes: readonly Box[]): Box | undefined;
export function around(boxes: readonly Box[]): Box | undefined {
  return boxes.length === 0 ? undefined : boxes.reduce(union);
}

/** The box around two. */
export function union(a: Box, b: Box): Box {
  return {
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
  };
}
