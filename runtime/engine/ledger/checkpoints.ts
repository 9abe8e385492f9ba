import type { World } from "../../contract/world.ts";
import type { Journal } from "../../journal/journal.ts";
import type { Operation, ResultOf } from "../../journal/operations.ts";
import { signCheckpoint } from "../../trust/ledger/checkpoint.ts";
import type { LedgerKey } from "../../trust/ledger_key.ts";

/** A head of our own ledger that we have signed. */
export interface SignedHead {
  readonly epoch: number;
  readonly size: number;
  readonly root: Uint8Array;
  /** When it was signed, in milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  readonly note: string;
}

/** What signs heads. */
export interface CheckpointsParts {
  readonly world: Pick<World, "clock">;
  journal(): Pick<Journal, "write">;
  /** Our ledger key, as it is now. */
  key(): LedgerKey | undefined;
  /** What our ledger of an epoch is called. */
  originOf(epoch: number): string;
  /** A head is signed and durable. */
  made(head: SignedHead): void;
}

/** What was written down is signed so soon … */
const EVERY_MS = 1_000;
/** … and where it is so much … */
const OPERATIONS_MAX = 256;
/** … this soon. */
const SOON_MS = 100;

/**
 * Signs the head of the ledger while it grows. It hears of commits, and not of entries, so it looks whether the head has moved;
 * its own writes move nothing. Without a ledger key it does nothing.
 */
export class Checkpoints {
  readonly #parts: CheckpointsParts;
  /** Operations that were committed since it looked last, but for its own. */
  #fresh = 0;
  #forget: (() => void) | undefined;
  #isSoon = false;
  #making: Promise<SignedHead | undefined> | undefined;
  #last: SignedHead | undefined;
  #isOver = false;

  constructor(parts: CheckpointsParts) {
    this.#parts = parts;
  }

  /** The last that was signed since the start. */
  get last(): SignedHead | undefined {
    return this.#last;
  }

  /** A commit of so many operations is durable. */
  committed(operations: number): void {
    this.#fresh += operations;
    this.#plan();
  }

  /**
   * Signs the head as it is now, and resolves with it once that is durable; with `undefined` where there is no key.
   * Errors: JOURNAL_….
   */
  async make(): Promise<SignedHead | undefined> {
    // One that is under way may have looked already.
    await this.#making?.catch(() => {});
    return await this.#begin();
  }

  /** Signs no more by itself. */
  stop(): void {
    this.#isOver = true;
    this.#unplan();
  }

  #plan(): void {
    if (this.#fresh <= 0 || this.#isOver || this.#making || !this.#parts.key()) return;
    const isSoon = this.#fresh >= OPERATIONS_MAX;
    if (this.#forget && (this.#isSoon || !isSoon)) return;
    this.#unplan();
    this.#isSoon = isSoon;
    // What the journal cannot write, it says itself; it is tried again with the next commit.
    const make = () => void this.#begin().catch(() => {});
    this.#forget = this.#parts.world.clock.after(isSoon ? SOON_MS : EVERY_MS, make);
  }

  #unplan(): void {
    this.#forget?.();
    this.#forget = undefined;
  }

  #begin(): Promise<SignedHead | undefined> {
    this.#unplan();
    return this.#making ??= this.#make().finally(() => this.#making = undefined).then((head) => {
      this.#plan();
      return head;
    });
  }

  async #make(): Promise<SignedHead | undefined> {
    const { key, originOf, world: { clock }, made } = this.#parts;
    const signer = key();
    if (!signer) return undefined;
    this.#fresh = 0;
    const { epoch, size, root } = await this.#write({ op: "readHead" });
    if (size === 0 || this.#last?.epoch === epoch && this.#last.size === size) return this.#last;
    const note = await signCheckpoint({ origin: originOf(epoch), size, root }, signer);
    const atMs = clock.nowMs();
    await this.#write({ op: "keepCheckpoint", epoch, size, atMs, note });
    this.#last = { epoch, size, root, atMs, note };
    made(this.#last);
    return this.#last;
  }

  async #write<O extends Operation>(operation: O): Promise<ResultOf<O>> {
    this.#fresh--;
    try {
      return await this.#parts.journal().write(operation, "patient");
    } catch (cause) {
      this.#fresh++;
      throw cause;
    }
  }
}
