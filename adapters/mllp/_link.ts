import type { TransportEvent } from "../../runtime/contract/adapter.ts";
import type { Clock, Connection } from "../../runtime/contract/world.ts";
import { Committed } from "./_committed.ts";
import { Deadline } from "./_deadline.ts";
import { writeFrame } from "./frame.ts";
import { BrokenFrame, FrameReader } from "./frame_reader.ts";

const bufferBytes = 16 * 1024;

/** Why a link gave no answer. */
export type LinkTrouble = "closed" | "late" | "empty" | BrokenFrame;

/** Rejection of {@linkcode Link.ask} and {@linkcode Link.more}. */
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
 * One open connection to the peer: a message out, its answers in, one at a time. It reads all the time, so that it
 * notices between two messages when the peer closes, or says what nobody asked for; it then closes too. A second answer
 * to a message whose commit counted is dropped.
 */
export class Link {
  readonly #connection: Connection;
  readonly #tools: LinkTools;
  readonly #reader: FrameReader;
  readonly #deadline: Deadline;
  /** Messages whose commit counted. */
  readonly committed: Committed = new Committed();
  #asker: Asker | undefined;
  /** Between `ask` and `rest`; frames that came meanwhile and nobody has asked for yet. */
  #isBusy = false;
  #early: Uint8Array[] = [];
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
    return this.#isOpen && !this.#isWriting && !this.#isBusy;
  }

  /**
   * Sends a message and resolves with the next frame that comes. Rejects with {@linkcode LinkError}, or with what
   * `close` was given; the link is closed then. Its user MUST call `rest` when no more answers are wanted.
   */
  ask(message: Uint8Array): Promise<Uint8Array> {
    this.#isBusy = true;
    const answer = this.more(this.#tools.answerMsMax);
    void this.#write(message);
    return answer;
  }

  /** The frame after that, within `ms`, or within what is left of the time there was. Rejects as `ask` does. */
  more(ms?: number): Promise<Uint8Array> {
    const nowMs = this.#tools.clock.elapsedMs();
    if (ms !== undefined) this.#answerDueMs = nowMs + ms;
    const early = this.#early.shift();
    if (early) return Promise.resolve(early);
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) return reject(new LinkError("closed"));
      this.#asker = { resolve, reject };
      this.#deadline.set(Math.max(this.#answerDueMs - nowMs, 1));
    });
  }

  /** The exchange is over: whatever comes now is no answer to it. */
  rest(): void {
    this.#isBusy = false;
    if (!this.#isOpen) return;
    this.#deadline.set(this.#tools.idleMsMax);
    for (const frame of this.#early.splice(0)) this.#unasked(frame);
  }

  /** True for a second answer to a message whose commit counted, which is counted, and dropped. */
  async drops(frame: Uint8Array): Promise<boolean> {
    if (!await this.committed.isAbout(frame)) return false;
    this.#tools.report({ name: "secondAnswerDropped", facts: { peer: this.#connection.peer } });
    return true;
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
    if (frame.length === 0 && this.#isBusy) return this.close(new LinkError("empty"));
    if (!asker) return this.#isBusy ? void this.#early.push(frame) : this.#unasked(frame);
    this.#asker = undefined;
    this.#deadline.clear();
    asker.resolve(frame);
  }

  #unasked(frame: Uint8Array): void {
    if (this.committed.isEmpty) return this.#stray();
    void this.drops(frame).then((isDropped) => {
      if (!isDropped) this.#stray();
    });
  }

  /** Looks at where the bytes read so far have stopped. */
  #watch(): void {
    const place = this.#reader.place;
    const bytes = this.#reader.takeSkipped();
    if (bytes > 0) this.#tools.report({ name: "bytesSkipped", facts: { bytes } });
    if (place === "between") return;
    if (!this.#asker && !this.#isBusy) {
      if (this.committed.isEmpty) return this.#stray();
      // The rest of it says whether it is a second answer.
      return this.#deadline.set(this.#tools.answerMsMax);
    }
    if (!this.#asker) return;
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
