import type { TransportEvent } from "../../runtime/contract/adapter.ts";
import type { Clock, Connection } from "../../runtime/contract/world.ts";
import { Deadline } from "./_deadline.ts";
import { writeFrame } from "./framing/frame.ts";
import { BrokenFrame, FrameReader } from "./framing/frame_reader.ts";

const bufferBytes = 16 * 1024;

/** Why a link gave no answer. */
export type LinkTrouble = "closed" | "late" | "empty" | BrokenFrame;

/** Rejection of {@linkcode Link.ask}. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  constructor(readonly trouble: LinkTrouble, cause?: unknown) {
    super("no answer", { cause });
  }
}

/** What a link needs. */
export interface LinkTools {
  readonly clock: Clock;
  readonly frameBytesMax: number;
  readonly answerMsMax: number;
  readonly idleMsMax: number;
  readonly endMsMax: number;
  report(event: TransportEvent): void;
}

interface Asker {
  resolve(answer: Uint8Array): void;
  reject(error: unknown): void;
}

/**
 * One open connection to the peer: a message out, its answer in, one at a time. It reads all the time, so that it
 * notices between two messages when the peer closes, or says what nobody asked for; it then closes too.
 */
export class Link {
  readonly #connection: Connection;
  readonly #tools: LinkTools;
  readonly #reader: FrameReader;
  readonly #deadline: Deadline;
  #asker: Asker | undefined;
  #answerDueMs = 0;
  #isWriting = false;
  #isOpen = true;

  constructor(connection: Connection, tools: LinkTools) {
    this.#connection = connection;
    this.#tools = tools;
    this.#reader = new FrameReader(tools);
    this.#deadline = new Deadline(tools.clock, () => this.#late());
    this.#deadline.set(tools.idleMsMax);
    void this.#read();
  }

  /** False once it is closed, or a message is not yet wholly written although its answer is there. */
  get isUsable(): boolean {
    return this.#isOpen && !this.#isWriting && !this.#asker;
  }

  /**
   * Sends a message and resolves with the next frame that comes. Rejects with {@linkcode LinkError}, or with what
   * `close` was given; the link is closed then.
   */
  ask(message: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#asker = { resolve, reject };
      this.#answerDueMs = this.#tools.clock.elapsedMs() + this.#tools.answerMsMax;
      this.#deadline.set(this.#tools.answerMsMax);
      void this.#write(message);
    });
  }

  /** Closes; a pending `ask` rejects with `reason`. May be called twice. */
  close(reason: unknown = new LinkError("closed")): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#deadline.stop();
    this.#connection.close();
    this.#asker?.reject(reason);
    this.#asker = undefined;
  }

  async #write(message: Uint8Array): Promise<void> {
    this.#isWriting = true;
    try {
      await writeFrame(this.#connection, message);
    } catch {
      // A peer that refuses a message in the middle may have answered before it closed: the reading side knows.
    } finally {
      this.#isWriting = false;
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(bufferBytes);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (!this.#isOpen) return;
        if (count === null) return this.#ended();
        this.#reader.feed(buffer.subarray(0, count));
        for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) this.#answered(frame);
        this.#watch();
      }
    } catch (cause) {
      this.#broke(cause);
    }
  }

  #answered(frame: Uint8Array): void {
    const asker = this.#asker;
    if (!this.#isOpen) return;
    if (!asker) return this.#stray();
    if (frame.length === 0) return this.close(new LinkError("empty"));
    this.#asker = undefined;
    this.#deadline.set(this.#tools.idleMsMax);
    asker.resolve(frame);
  }

  /** Looks at where the bytes read so far have stopped. */
  #watch(): void {
    const place = this.#reader.place;
    const bytes = this.#reader.takeSkipped();
    if (bytes > 0) this.#tools.report({ name: "bytesSkipped", facts: { bytes } });
    if (place === "between") return;
    if (!this.#asker) return this.#stray();
    const leftMs = Math.max(this.#answerDueMs - this.#tools.clock.elapsedMs(), 1);
    const isEnding = place === "atEnd" && this.#tools.endMsMax > 0;
    this.#deadline.set(isEnding ? Math.min(this.#tools.endMsMax, leftMs) : leftMs);
  }

  #stray(): void {
    this.#tools.report({ name: "strayAnswerDropped", facts: { peer: this.#connection.peer } });
    this.close();
  }

  /** The peer has closed its side. */
  #ended(): void {
    try {
      const frame = this.#reader.end();
      if (frame) this.#answered(frame);
    } catch (cause) {
      return this.#broke(cause);
    }
    this.close();
  }

  #broke(cause: unknown): void {
    this.close(new LinkError(cause instanceof BrokenFrame ? cause : "closed", cause));
  }

  #late(): void {
    if (!this.#asker) return this.close();
    if (this.#reader.place !== "atEnd") return this.close(new LinkError("late"));
    try {
      const frame = this.#reader.end();
      if (frame) this.#answered(frame);
    } catch (cause) {
      this.#broke(cause);
    }
  }
}
