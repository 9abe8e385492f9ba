import type { Box } from "../../../../runtime/contract/document.ts";

/** The box around boxes; undefined where there is none. */
export function around(boxes: readonly [Box, ...Box[]]): Box;
export function around(boxes: readonly Box[]): Box | undefined;
export function around(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  let { x0, y0, x1, y1 } = boxes[0];
  for (const box of boxes) {
    x0 = Math.min(x0, box.x0);
    y0 = Math.min(y0, box.y0);
    x1 = Math.max(x1, box.x1);
    y1 = Math.max(y1, box.y1);
  }
  return { x0, y0, x1, y1 };
}
