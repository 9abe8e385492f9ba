import type { World } from "../contract/world.ts";
import { limits } from "./limits.ts";

/** What a watch over free space needs. */
export interface DiskWatchParts {
  readonly world: Pick<World, "clock" | "disk">;
  readonly folder: string;
  /** 0: nothing is watched. */
  readonly freeMin: number;
  /** There is less than `freeMin`, or somewhat more again. */
  changed(isLow: boolean, freeBytes: number): void;
  /** It cannot be told, for the first time in a row; the platform's word for why. */
  unknown(reason: string): void;
}

/** Looks every few seconds how much of the disk is free. While that cannot be told, what was known last holds. */
export class DiskWatch {
  readonly #parts: DiskWatchParts;
  #freeBytes: number | undefined;
  #isLow = false;
  #isUnknown = false;
  #looking: Promise<void> | undefined;
  #forget = () => {};
  #isOver = false;

  constructor(parts: DiskWatchParts) {
    this.#parts = parts;
  }

  /** At the last look; `undefined` before it, and where nothing is watched. */
  get freeBytes(): number | undefined {
    return this.#freeBytes;
  }

  /** True from the look that found too little until one that finds somewhat more than enough. */
  get isLow(): boolean {
    return this.#isLow;
  }

  /** Looks now, and from then on every few seconds. A disk that does not answer is asked once. */
  look(): Promise<void> {
    if (this.#parts.freeMin === 0 || this.#isOver) return Promise.resolve();
    return this.#looking ??= this.#look().finally(() => this.#looking = undefined);
  }

  /** Looks no more. */
  stop(): void {
    this.#isOver = true;
    this.#forget();
  }

  async #look(): Promise<void> {
    const { world: { disk, clock }, folder, unknown } = this.#parts;
    this.#forget();
    try {
      this.#judge(await disk.freeBytes(folder));
    } catch (cause) {
      if (!this.#isUnknown) unknown(String((cause as { code?: unknown }).code ?? (cause as Error).name));
      this.#isUnknown = true;
    }
    if (!this.#isOver) this.#forget = clock.after(limits.diskLookMs, () => void this.look());
  }

  #judge(freeBytes: number): void {
    const { freeMin, changed } = this.#parts;
    this.#isUnknown = false;
    this.#freeBytes = freeBytes;
    const isLow = freeBytes < freeMin * (this.#isLow ? limits.diskReopenShare : 1);
    if (isLow === this.#isLow || this.#isOver) return;
    this.#isLow = isLow;
    changed(isLow, freeBytes);
  }
}
