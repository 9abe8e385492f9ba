import { join } from "node:path/posix";
import type { InboxTools } from "./inbox_spec.ts";
import type { WatchedFile } from "./watched_files.ts";

/** The bytes of a file, and the share of the gateway's memory that they take. */
export interface Fetched extends Disposable {
  /** All of it; `undefined` where it is larger or smaller by now. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** Counts what was made of them, too. Others wait the longer; this file need not, since it is here. */
  grows(bytes: number): void;
}

/** Reads files whole, several at a time where it is asked to. Where a read breaks off it goes on where it was. */
export class Reader {
  readonly #tools: InboxTools;
  readonly #stopping: AbortSignal;

  constructor(tools: InboxTools, stopping: AbortSignal) {
    this.#tools = tools;
    this.#stopping = stopping;
  }

  /** Calls `begins` once it has the memory for it. Rejects with what the folder says, or with the reason for stopping. */
  async fetch(file: WatchedFile, begins: () => void): Promise<Fetched> {
    const memory = this.#tools.intake.reading();
    try {
      await memory.holds(file.facts.size, this.#stopping);
      begins();
      const bytes = await this.#whole(file);
      return {
        bytes,
        grows: (by) => void memory.holds(file.facts.size + by, this.#stopping)?.catch(() => {}),
        [Symbol.dispose]: () => memory[Symbol.dispose](),
      };
    } catch (cause) {
      memory[Symbol.dispose]();
      throw cause;
    }
  }

  async #whole({ name, facts: { size } }: WatchedFile): Promise<Fetched["bytes"]> {
    const { config: { path, everyMs }, world: { clock } } = this.#tools;
    const bytes = new Gathered(size);
    for (let vain = 0;;) {
      const before = bytes.length;
      try {
        await this.#readOn(join(path, name), size, bytes);
        return bytes.all;
      } catch (cause) {
        vain = bytes.length > before ? 0 : vain + 1;
        // Nothing was read yet: that is another attempt's affair, and keeps no memory until then.
        if (bytes.length === 0 || vain === VAIN_MAX || this.#stopping.aborted) throw cause;
        await clock.sleep(everyMs * 2 ** vain, this.#stopping);
      }
    }
  }

  async #readOn(path: string, size: number, into: Gathered): Promise<void> {
    for await (const piece of this.#tools.folder.read(path, into.length, this.#stopping, size)) {
      // It has grown: whoever reads on reads what nobody has bounded.
      if (!into.add(piece)) return;
    }
  }
}

/** How often in a row a read may go on without a byte. */
const VAIN_MAX = 3;

/** Bytes that come in pieces. */
class Gathered {
  readonly #size: number;
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #isMore = false;
  length = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** All of it; `undefined` where it is not as much as was expected. */
  get all(): Uint8Array<ArrayBuffer> | undefined {
    return this.#isMore || this.length < this.#size ? undefined : this.#bytes;
  }

  /** False for more than was expected. */
  add(piece: Uint8Array<ArrayBuffer>): boolean {
    this.#isMore = this.length + piece.length > this.#size;
    if (this.#isMore) return false;
    if (piece.length === this.#size) this.#bytes = piece;
    else (this.#bytes ??= new Uint8Array(this.#size)).set(piece, this.length);
    this.length += piece.length;
    return true;
  }
}
