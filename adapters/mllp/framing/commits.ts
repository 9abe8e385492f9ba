import type { Clock } from "../../../runtime/contract/world.ts";
import { Deadline } from "../connecting/deadline.ts";
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

/** A content on its way. Both reject when it, or one before it, comes to nothing. */
export interface Committing {
  readonly written: Promise<void>;
  readonly committed: Promise<void>;
}

interface Awaited {
  readonly content: Uint8Array;
  resends: number;
  resolve(): void;
  reject(cause: unknown): void;
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

  /** Sends a content, after those before it. */
  send(content: Uint8Array): Committing {
    const { promise: committed, resolve, reject } = Promise.withResolvers<void>();
    const awaited: Awaited = { content, resends: 0, resolve, reject };
    const written = this.#last.then(() => this.#write(awaited));
    written.catch(reject);
    committed.catch(() => {});
    this.#last = committed;
    return { written, committed };
  }

  /** Tells the other side whether its content is in safe storage. */
  async tell(isCommitted: boolean): Promise<void> {
    await this.#writer.write(Uint8Array.of(isCommitted ? ACK : NAK));
  }

  /** The other side has said whether it committed. False where nothing waits for that. */
  told(commit: "committed" | "refused"): boolean {
    const awaited = this.#awaited;
    if (!awaited) return false;
    if (commit === "refused") {
      if (++awaited.resends > this.#limits.resendsMax) this.#fail("refused");
      else void this.#write(awaited).catch(awaited.reject);
      return true;
    }
    this.#awaited = undefined;
    this.#deadline.clear();
    awaited.resolve();
    return true;
  }

  /** Waits for nothing more: what is not committed rejects with `reason`. */
  close(reason?: unknown): void {
    this.#isOver = true;
    this.#deadline.stop();
    this.#awaited?.reject(reason);
    this.#awaited = undefined;
  }

  async #write(awaited: Awaited): Promise<void> {
    if (this.#isOver) throw new Error("closed");
    this.#awaited = awaited;
    await this.#writer.write(awaited.content);
    // It may have been committed before the last of it was written.
    if (this.#awaited === awaited) this.#deadline.set(this.#limits.commitMsMax);
  }

  #fail(trouble: CommitTrouble): void {
    this.close(trouble);
    this.#failed(trouble);
  }
}
