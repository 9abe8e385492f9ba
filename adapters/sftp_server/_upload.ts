import type { OpenFile } from "../../runtime/contract/world.ts";
import type { Item } from "./_item.ts";
import { Refusal } from "./_refusal.ts";

/** What of an upload may wait in memory for what belongs before it: clients send pieces side by side. */
const AHEAD_BYTES_MAX = 4 * 1024 * 1024;
/** How many pieces that may be: each takes memory beside its bytes, and has to be put in order. */
const AHEAD_PIECES_MAX = 4_096;

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What an upload asks of the drawer its file is in. */
export interface UploadRules {
  /** Makes room for a file that is to have so many bytes. Throws a `Refusal` where there is none. */
  grow(item: Item, size: number): void;
  /** Throws what the disk's refusal comes to. */
  failed(cause: unknown): Refusal;
  /** Why a file cannot be written so. */
  readonly scattered: () => Refusal;
  /** Why a file cannot be written by somebody whom another has taken it from. */
  readonly busy: () => Refusal;
}

/**
 * A file that is open to be written. On the disk there is never more than what has come without a gap, so that a partner
 * that goes on where the file ends goes on right, whatever has happened in between.
 */
export class Upload {
  readonly item: Item;
  readonly #file: OpenFile;
  readonly #rules: UploadRules;
  readonly #appends: boolean;
  #ahead: Piece[] = [];
  #aheadBytes = 0;
  #trouble: Refusal | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(item: Item, file: OpenFile, rules: UploadRules, appends: boolean) {
    this.item = item;
    this.#file = file;
    this.#rules = rules;
    this.#appends = appends;
  }

  /** Bytes in memory. */
  get aheadBytes(): number {
    return this.#aheadBytes;
  }

  /** Why this can never be a whole file; `undefined` where it may be one. */
  get trouble(): Refusal | undefined {
    return this.#trouble;
  }

  /** True where something is missing before what has come. */
  get hasGap(): boolean {
    return this.#ahead.length > 0;
  }

  /** Throws a `Refusal`; from then on this is no whole file. */
  write(at: number, bytes: Uint8Array): Promise<void> {
    return this.#do(async () => {
      const from = this.#appends ? this.item.size : at;
      if (from > this.item.size) return this.#keepAhead({ at: from, bytes });
      await this.#put({ at: from, bytes });
      while (this.#ahead.length > 0 && this.#ahead[0].at <= this.item.size) {
        const piece = this.#ahead.shift()!;
        this.#aheadBytes -= piece.bytes.length;
        await this.#put(piece);
      }
    });
  }

  read(into: Uint8Array, at: number): Promise<number> {
    return this.#do(() => this.#file.read(into, at));
  }

  /** Cuts the file off. One that is shorter stays as it is: what is missing is still to come. */
  truncate(size: number): Promise<void> {
    return this.#do(async () => {
      if (size > this.item.size) return;
      await this.#file.truncate(size);
      this.#rules.grow(this.item, size);
      this.#dropAhead();
    });
  }

  /** Resolves when it is durable. */
  sync(): Promise<void> {
    return this.#do(() => this.#file.sync());
  }

  /** Somebody else writes the file now, or it is gone. */
  async lose(): Promise<void> {
    this.#trouble ??= this.#rules.busy();
    await this.close();
  }

  /** Resolves once nothing is written any more. May be called twice. */
  async close(): Promise<void> {
    this.#dropAhead();
    if (this.item.upload === this) this.item.upload = undefined;
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#running.catch(() => {});
    this.#file.close();
  }

  /** One thing after the other; what fails spoils the upload. */
  #do<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#running.catch(() => {}).then(async () => {
      if (this.#trouble) throw this.#trouble;
      try {
        return await work();
      } catch (cause) {
        this.#trouble = cause instanceof Refusal ? cause : this.#rules.failed(cause);
        throw this.#trouble;
      }
    });
    this.#running = done;
    return done;
  }

  async #put({ at, bytes }: Piece): Promise<void> {
    const size = Math.max(this.item.size, at + bytes.length);
    const before = this.item.size;
    this.#rules.grow(this.item, size);
    try {
      await this.#file.write(bytes, at);
    } catch (cause) {
      // How much of it is there, nobody knows.
      await this.#file.truncate(before).catch(() => {});
      this.#rules.grow(this.item, before);
      throw cause;
    }
  }

  #keepAhead(piece: Piece): void {
    const isMuch = this.#aheadBytes + piece.bytes.length > AHEAD_BYTES_MAX ||
      this.#ahead.length >= AHEAD_PIECES_MAX;
    if (isMuch) throw this.#rules.scattered();
    const after = this.#ahead.findIndex(({ at }) => at > piece.at);
    this.#ahead.splice(after < 0 ? this.#ahead.length : after, 0, piece);
    this.#aheadBytes += piece.bytes.length;
  }

  #dropAhead(): void {
    this.#ahead = [];
    this.#aheadBytes = 0;
  }
}
