import { crc32 } from "node:zlib";
import type { Timeline } from "./timeline.ts";

/** What happened in a run, as lines: their checksum tells whether two runs were the same. */
export class Trace {
  readonly #timeline: Timeline;
  readonly #say: ((line: string) => void) | undefined;
  #checksum = 0;
  #lines = 0;

  /** `say` is given each line as it happens. */
  constructor(timeline: Timeline, say?: (line: string) => void) {
    [this.#timeline, this.#say] = [timeline, say];
  }

  note(who: string, what: string): void {
    const line = `${this.#timeline.nowMs.toFixed(3)} ${who}: ${what}`;
    this.#checksum = crc32(line, this.#checksum);
    this.#lines++;
    this.#say?.(line);
  }

  /** Adds bytes to the checksum. */
  include(bytes: Uint8Array): void {
    this.#checksum = crc32(bytes, this.#checksum);
  }

  get checksum(): string {
    return this.#checksum.toString(16).padStart(8, "0");
  }

  get lines(): number {
    return this.#lines;
  }
}
