import type { Ink } from "./ink.ts";

/** Steeper pages than this are not found, and not straightened. */
export const DEGREES_MAX = 4;
const POINTS_MAX = 60_000;
/** Longer runs are rules and photographs, shorter ones noise. */
const RUN = { least: 2, most: 60 };

/** How lines of text lie on a page. */
export interface Skew {
  /** How much they fall to the right. */
  readonly degrees: number;
  /** How much they look like lines of text: rows go sharply from full to empty; 0 where there is nothing. */
  readonly sharpness: number;
}

/**
 * Finds how lines of text lie. Text that is projected along its own lines gives a profile of sharp steps; along any other, a
 * blurred one. Looks at no more points than a page of text needs.
 */
export function skewOf(page: Ink): Skew {
  const { xs, ys } = pointsOf(page);
  const profile = new Int32Array(page.height + 2 * MARGIN);
  let best: Skew = { degrees: 0, sharpness: sharpnessAt(0, xs, ys, profile) };
  const look = (degrees: number) => {
    const sharpness = sharpnessAt(degrees, xs, ys, profile);
    if (sharpness > best.sharpness) best = { degrees, sharpness };
  };
  for (let degrees = -DEGREES_MAX; degrees <= DEGREES_MAX; degrees += 0.25) look(degrees);
  for (const step of [0.1, 0.03]) {
    const centre = best.degrees;
    for (let k = -4; k <= 4; k++) look(centre + k * step);
  }
  return best;
}

/** Rows above and below the page that a slanted projection may fall on. */
const MARGIN = 300;

function sharpnessAt(degrees: number, xs: Int16Array, ys: Int16Array, profile: Int32Array): number {
  profile.fill(0);
  const slope = Math.tan(degrees * Math.PI / 180);
  for (let k = 0; k < xs.length; k++) {
    const row = Math.floor(ys[k] - slope * xs[k] + MARGIN);
    if (row >= 0 && row < profile.length) profile[row]++;
  }
  let steps = 0;
  for (let row = 1; row < profile.length; row++) steps += (profile[row] - profile[row - 1]) ** 2;
  return xs.length === 0 ? 0 : steps / xs.length;
}

/** Middles of black runs, counted from the middle of the page. */
function pointsOf({ width, height, ink }: Ink): { xs: Int16Array; ys: Int16Array } {
  const points: number[] = [];
  for (let y = 0; y < height; y++) {
    let run = 0;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if (ink[at] !== 0) run++;
      else if (run > 0) {
        if (run >= RUN.least && run < RUN.most) points.push(x - (run >> 1), y);
        run = 0;
      }
    }
  }
  const every = Math.max(1, Math.floor(points.length / 2 / POINTS_MAX));
  const count = Math.floor(points.length / 2 / every);
  const xs = new Int16Array(count);
  const ys = new Int16Array(count);
  for (let k = 0; k < count; k++) {
    xs[k] = points[2 * k * every] - (width >> 1);
    ys[k] = points[2 * k * every + 1];
  }
  return { xs, ys };
}
