import type { Clock } from "../../../runtime/contract/world.ts";
import { Deadline } from "../../_kit/net/deadline.ts";
import { ACK, NAK } from "./frame.ts";
import type { FrameWriter } from "./frame_writer.ts";

/** Why a content was not committed by the other side. */
export type CommitTrouble =
  /** It did not say in time. */
  | "late"
  /** It could not, more often than `resendsMax` allows. */
  | "refused";

/** Bounds of {@linkcode Commits}. */
export interface CommitLimits {
  readonly clock: Clock;
  readonly commitMsMax: number;
  readonly resendsMax: number;
}

interface Awaited {
  readonly content: Uint8Array;
  resends: number;
  readonly committed: (() => void) | undefined;
  /** Lets the next content go. */
  release(): void;
}

/**
 * The commit acknowledgments of release 2, for one end of a connection. A content is written only when the other side
 * has committed the one before, and written again when it says that it could not. Where it says nothing, `failed` is
 * told once: on this connection a late acknowledgment would be taken for the next content's.
 *
 * Source: HL7 Version 3 Transport Specification MLLP R2, 1.2.1.
 */
export class Commits {
  readonly #writer: FrameWriter;
  readonly #limits: CommitLimits;
  readonly #failed: (trouble: CommitTrouble) => void;
  readonly #deadline: Deadline;
  #awaited: Awaited | undefined;
  #last: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(writer: FrameWriter, limits: CommitLimits, failed: (trouble: CommitTrouble) => void) {
    this.#writer = writer;
    this.#limits = limits;
    this.#failed = failed;
    this.#deadline = new Deadline(limits.clock, () => this.#fail("late"));
  }

  /**
   * Sends a content, after those before it are committed; resolves when it is written. Calls `committed` as soon as the
   * other side says so. Rejects where it cannot be written.
   */
  send(content: Uint8Array, committed?: () => void): Promise<void> {
    const { promise, resolve: release } = Promise.withResolvers<void>();
    const written = this.#last.then(() => this.#write({ content, resends: 0, committed, release }));
    this.#last = promise;
    return written;
  }

  /** Tells the other side whether its content is in safe storage. */
  async tell(isCommitted: boolean): Promise<void> {
    await this.#writer.send(Uint8Array.of(isCommitted ? ACK : NAK));
  }

  /** The other side has said whether it committed. False where nothing waits for that. */
  told(commit: "committed" | "refused"): boolean {
    const awaited = this.#awaited;
    if (!awaited) return false;
    if (commit === "refused") {
      if (++awaited.resends > this.#limits.resendsMax) this.#fail("refused");
      else void this.#write(awaited).catch(() => {});
      return true;
    }
    this.#awaited = undefined;
    this.#deadline.clear();
    awaited.committed?.();
    awaited.release();
    return true;
  }

  /** Waits for nothing more, and writes nothing more. */
  close(): void {
    this.#isOver = true;
    this.#deadline.stop();
    this.#awaited?.release();
    this.#awaited = undefined;
  }

  async #write(awaited: Awaited): Promise<void> {
    if (this.#isOver) {
      awaited.release();
      throw new Error("closed");
    }
    this.#awaited = awaited;
    await this.#writer.send(awaited.content);
    // It may have been committed before the last of it was written.
    if (this.#awaited === awaited) this.#deadline.set(this.#limits.commitMsMax);
  }

  #fail(trouble: CommitTrouble): void {
    this.#failed(trouble);
    this.close();
  }
}
