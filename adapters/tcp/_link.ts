import type { TransportEvent } from "../../runtime/contract/adapter.ts";
import type { Clock, Connection } from "../../runtime/contract/world.ts";
import { Deadline } from "../_kit/net/deadline.ts";
import type { Linked } from "../_kit/net/linking.ts";
import { BrokenFrame, type FrameReader } from "./framing/frame_reader.ts";

const bufferBytes = 16 * 1024;

/** Why a link gave no answer. */
export type LinkTrouble = "closed" | "late" | "broken";

/** Rejection of {@linkcode TcpLink.ask}. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  constructor(readonly trouble: LinkTrouble, cause?: unknown) {
    super("no answer", { cause });
  }
}

/** What a link needs. */
export interface LinkTools {
  readonly clock: Clock;
  readonly answerMsMax: number;
  readonly idleMsMax: number;
  /** Reads what the peer answers; `undefined` where it says nothing that counts. */
  answerReader(): FrameReader | undefined;
  report(event: TransportEvent): void;
}

interface Asker {
  /** What the peer has said; `undefined` while it has said nothing. */
  answer: Uint8Array | undefined;
  isWritten: boolean;
  resolve(answer: Uint8Array | undefined): void;
  reject(reason: unknown): void;
}

/**
 * One open connection to the peer: a message out, its answer in. It reads all the time, so that it notices between two
 * messages when the peer closes, or says what nobody asked for; it then closes, too. Where anything goes wrong it
 * closes, so that a late answer is never taken for another message's.
 */
export class TcpLink implements Linked {
  readonly peer: string;
  readonly #connection: Connection;
  readonly #tools: LinkTools;
  readonly #reader: FrameReader | undefined;
  readonly #deadline: Deadline;
  #asker: Asker | undefined;
  #lastMs: number;
  #isOpen = true;
  readonly done: Promise<void>;

  constructor(connection: Connection, tools: LinkTools) {
    this.peer = connection.peer;
    this.#connection = connection;
    this.#tools = tools;
    this.#reader = tools.answerReader();
    this.#deadline = new Deadline(
      tools.clock,
      () => this.close(new LinkError(this.#asker ? "late" : "closed")),
    );
    this.#lastMs = tools.clock.elapsedMs();
    this.#deadline.set(tools.idleMsMax);
    this.done = this.#read();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get idleMs(): number {
    return this.#asker ? 0 : this.#tools.clock.elapsedMs() - this.#lastMs;
  }

  /**
   * Writes bytes, and resolves with what the peer answers; with `undefined` once they are written, where it answers
   * nothing. Rejects with {@linkcode LinkError}, or with what `close` was given. One at a time.
   */
  ask(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    if (!this.#isOpen) return Promise.reject(new LinkError("closed"));
    return new Promise((resolve, reject) => {
      const asker: Asker = { answer: undefined, isWritten: false, resolve, reject };
      this.#asker = asker;
      this.#deadline.set(this.#tools.answerMsMax);
      this.#connection.write(bytes).then(
        () => {
          asker.isWritten = true;
          this.#settle(asker);
        },
        // A peer that refuses a message in the middle may have answered before it closed: the reading side knows.
        () => {},
      );
    });
  }

  close(reason: unknown = new LinkError("closed")): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#deadline.stop();
    this.#connection.close();
    this.#asker?.reject(reason);
    this.#asker = undefined;
  }

  /** The message is delivered once it is written and, where the peer answers, answered. */
  #settle(asker: Asker): void {
    if (this.#asker !== asker || !asker.isWritten || this.#reader && !asker.answer) return;
    this.#asker = undefined;
    this.#lastMs = this.#tools.clock.elapsedMs();
    this.#deadline.set(this.#tools.idleMsMax);
    asker.resolve(asker.answer);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(bufferBytes);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (!this.#isOpen) return;
        if (count === null) return this.close();
        this.#take(buffer.subarray(0, count));
      }
    } catch (cause) {
      this.close(new LinkError(cause instanceof BrokenFrame ? "broken" : "closed", cause));
    }
  }

  #take(piece: Uint8Array): void {
    const reader = this.#reader;
    if (!reader) return this.#say("bytesSkipped", piece.length);
    reader.feed(piece);
    for (let answer = reader.next(); answer; answer = reader.next()) {
      const asker = this.#asker;
      if (!asker || asker.answer) return this.#stray(answer.length);
      asker.answer = answer;
      this.#settle(asker);
    }
    const skipped = reader.takeSkipped();
    if (skipped > 0) this.#say("bytesSkipped", skipped);
    if (reader.isWithin && !this.#asker) this.#stray(piece.length);
  }

  /** Nobody has asked: whatever comes next on this connection would be in doubt. */
  #stray(bytes: number): void {
    this.#say("strayAnswerDropped", bytes);
    this.close();
  }

  #say(name: string, bytes: number): void {
    this.#tools.report({ name, facts: { peer: this.peer, bytes } });
  }
}
