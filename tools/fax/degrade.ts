import type { Dice } from "./made_up.ts";

/** Grey pixels, 0 is black. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** What a scanner and a line do to a page. */
export interface Damage {
  /** Degrees. */
  readonly skew: number;
  /** Pixels of the picture it starts from. */
  readonly blur: number;
  /** Standard deviation, in grey levels. */
  readonly grain: number;
  /** Share of pixels that are turned round. */
  readonly specks: number;
  /** Darker than this is black. */
  readonly threshold: number;
  /** Places where lines came again, or came in part. */
  readonly lostLines: number;
  /** Black lines from top to bottom. */
  readonly streaks: number;
  /** Grey levels by which the toner fades. */
  readonly fade: number;
}

export const levels: Readonly<Record<"clean" | "typical" | "bad", Damage>> = {
  clean: { skew: 0, blur: 0, grain: 0, specks: 0, threshold: 128, lostLines: 0, streaks: 0, fade: 0 },
  typical: {
    skew: 0.6,
    blur: 2,
    grain: 22,
    specks: 0.0015,
    threshold: 142,
    lostLines: 3,
    streaks: 0,
    fade: 0,
  },
  bad: { skew: 1.7, blur: 3, grain: 38, specks: 0.012, threshold: 150, lostLines: 12, streaks: 2, fade: 40 },
};

/** Lines of a page at 204 dots an inch across, by lines an inch. */
export const resolutions = { fine: { dpi: 196, height: 2156 }, std: { dpi: 98, height: 1078 } } as const;
const width = 1728;

/** A page as a fax machine sends it: PBM (P4), 1,728 wide. The page is 408 dots an inch. */
export function degrade(
  page: Grey,
  damage: Damage,
  resolution: keyof typeof resolutions,
  of: Dice,
): Uint8Array {
  const { dpi, height } = resolutions[resolution];
  const grey = soften(page, damage.blur);
  const angle = (of.pick([-1, 1]) * damage.skew * (0.7 + 0.6 * of.share()) * Math.PI) / 180;
  const cos = Math.cos(angle), sin = Math.sin(angle), middleX = page.width / 2, middleY = page.height / 2;
  const down = 408 / dpi, steps = resolution === "fine" ? 2 : 4, shift = damage.skew ? of.whole(-8, 8) : 0;
  const black = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const faded = damage.fade * 0.5 * (1 + Math.sin((y / height) * 9));
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = 0; j < steps; j++) {
        const dy = (y + (j + 0.5) / steps) * down - middleY;
        for (let i = 0; i < 2; i++) {
          const dx = (x + (i + 0.5) / 2) * 2 + shift - middleX;
          const fromX = (middleX + dx * cos + dy * sin) | 0, fromY = (middleY - dx * sin + dy * cos) | 0;
          const outside = fromX < 0 || fromY < 0 || fromX >= page.width || fromY >= page.height;
          sum += outside ? 255 : grey[fromY * page.width + fromX];
        }
      }
      const mean = sum / (2 * steps);
      const grain = damage.grain ? bell(of) * damage.grain * (mean < 250 ? 1 : 0.6) : 0;
      if (mean + faded + grain < damage.threshold) black[y * width + x] = 1;
    }
  }
  disturb(black, height, damage, of);
  return pbm(black, height);
}

function disturb(black: Uint8Array, height: number, damage: Damage, of: Dice): void {
  const specks = Math.round(black.length * damage.specks);
  for (let n = 0; n < specks; n++) black[of.whole(0, black.length - 1)] ^= 1;
  for (let n = 0; n < damage.streaks; n++) {
    const x = of.whole(50, width - 50);
    for (let y = 0; y < height; y++) if (of.share() < 0.92) black[y * width + x] = 1;
  }
  for (let n = 0; n < damage.lostLines; n++) {
    const y = of.whole(60, height - 8);
    const before = black.slice((y - 1) * width, y * width);
    for (let line = y; line < y + of.whole(1, 3); line++) {
      if (of.share() < 0.7) black.set(before, line * width);
      else black.fill(0, line * width, line * width + of.whole(1, width));
    }
  }
}

/** About normal: mean 0, standard deviation 1. */
const bell = (of: Dice) => (of.share() + of.share() + of.share() + of.share() - 2) * 1.732;

/** A mean over a square, one way after the other. */
function soften({ width, height, pixels }: Grey, radius: number): Uint8Array {
  if (radius === 0) return pixels;
  const across = new Uint8Array(pixels.length), both = new Uint8Array(pixels.length);
  const window = 2 * radius + 1;
  for (let y = 0; y < height; y++) slide(pixels, across, y * width, 1, width);
  for (let x = 0; x < width; x++) slide(across, both, x, width, height);
  return both;

  function slide(from: Uint8Array, to: Uint8Array, start: number, step: number, count: number): void {
    const at = (n: number) => from[start + Math.min(count - 1, Math.max(0, n)) * step];
    let sum = 0;
    for (let n = -radius; n <= radius; n++) sum += at(n);
    for (let n = 0; n < count; n++) {
      to[start + n * step] = sum / window;
      sum += at(n + radius + 1) - at(n - radius);
    }
  }
}

function pbm(black: Uint8Array, height: number): Uint8Array {
  const head = new TextEncoder().encode(`P4\n${width} ${height}\n`);
  const bytes = new Uint8Array(head.length + black.length / 8);
  bytes.set(head);
  for (let at = 0; at < black.length; at++) if (black[at]) bytes[head.length + (at >> 3)] |= 128 >> (at & 7);
  return bytes;
}

/** A binary PGM (P5) with 255 levels, as `pdftoppm -gray` writes it. */
export function readPgm(bytes: Uint8Array): Grey {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(new TextDecoder("latin1").decode(bytes.subarray(0, 64)));
  if (!head) throw new Error("Cannot read picture: no PGM (P5) with 255 levels");
  return { width: Number(head[1]), height: Number(head[2]), pixels: bytes.subarray(head[0].length) };
}
