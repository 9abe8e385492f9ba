import type { Intake, Reply, TransportEvent } from "../../runtime/contract/adapter.ts";
import type { MitralError } from "../../runtime/contract/error.ts";
import type { Clock, Connection } from "../../runtime/contract/world.ts";
import { Deadline } from "./_deadline.ts";
import { fitsFrame, writeFrame } from "./framing/frame.ts";
import { BrokenFrame, FrameReader } from "./framing/frame_reader.ts";

const firstBufferBytes = 16 * 1024;
const fullBufferBytes = 128 * 1024;
/** How long a peer may take to read the answer to a broken frame before its connection is closed. */
const lingerMs = 2_000;

/** What all sessions of a listener share. */
export interface SessionTools {
  readonly intake: Intake;
  readonly clock: Clock;
  readonly frameBytesMax: number;
  readonly inFlightMax: number;
  readonly idleMsMax: number;
  readonly pauseMsMax: number;
  readonly endMsMax: number;
  /** Aborted when nothing more is to be read. */
  readonly signal: AbortSignal;
  report(event: TransportEvent): void;
  /** The declared error for a breach of framing. */
  breachError(broken: BrokenFrame): MitralError;
  /** Asked when the first byte is there; false where no place is left for another peer that speaks. */
  admit(session: Session): boolean;
}

/**
 * One peer's connection: reads frames, hands them over, writes the answers in order. At most `inFlightMax` frames are
 * handed over and unanswered; while there are as many, or the intake is closed, the socket is not read, and TCP holds
 * the peer back.
 */
export class Session {
  readonly #connection: Connection;
  readonly #tools: SessionTools;
  readonly #reader: FrameReader;
  readonly #deadline: Deadline;
  readonly #life: AbortSignal;
  /** Answers under way, in order; those in front may be done. */
  #pending: Promise<void>[] = [];
  /** Second answers that are still to come. */
  readonly #later = new Set<Promise<void>>();
  /** The end of the last write. */
  #written: Promise<unknown> = Promise.resolve();
  #unanswered = 0;
  #hasSpoken = false;
  #frames = 0;
  /** No answer may be written any more: it would be taken for the answer to an earlier message. */
  #isMute = false;
  #refusal: Promise<boolean> | undefined;
  #closedBy = "peer";
  /** Resolves when the connection is closed and everything handed over has come back. */
  readonly done: Promise<void>;

  constructor(connection: Connection, tools: SessionTools) {
    this.#connection = connection;
    this.#tools = tools;
    this.#life = tools.signal;
    this.#reader = new FrameReader(tools);
    this.#deadline = new Deadline(tools.clock, () => this.#late());
    this.done = this.#run();
  }

  /** Closes when what was handed over is answered. The listener's signal has been aborted before. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pending, this.#refusal]);
    await Promise.all(this.#later);
    this.drop("stopped");
    await this.done;
  }

  /** Closes at once. */
  drop(reason: string): void {
    this.#isMute = true;
    this.#closedBy = reason;
    this.#connection.close();
  }

  async #run(): Promise<void> {
    const buffer = { bytes: new Uint8Array(firstBufferBytes) };
    try {
      await this.#read(buffer);
    } catch (cause) {
      // What else is thrown is the connection's end: the peer reset it, or we closed it.
      if (cause instanceof BrokenFrame) this.#refusal ??= this.#refuse(cause);
      else if (this.#closedBy === "peer") this.#cut();
    }
    if (await this.#refusal) await this.#linger(buffer.bytes);
    await Promise.all(this.#pending);
    await Promise.all(this.#later);
    this.#deadline.stop();
    this.#connection.close();
    this.#sayClosed();
  }

  async #read(buffer: { bytes: Uint8Array<ArrayBuffer> }): Promise<void> {
    for (;;) {
      if (!await this.#ready()) return;
      this.#watch();
      const count = await this.#connection.read(buffer.bytes);
      this.#deadline.clear();
      if (this.#refusal || this.#life.aborted) return;
      if (count === null) return this.#ended();
      if (!this.#hasSpoken && !this.#speak()) return;
      this.#reader.feed(buffer.bytes.subarray(0, count));
      for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) {
        if (!await this.#ready()) return;
        this.#take(frame);
      }
      this.#saySkipped();
      if (count === buffer.bytes.length && count < fullBufferBytes) {
        buffer.bytes = new Uint8Array(count * 2);
      }
    }
  }

  /** Waits for room and for the intake; false when nothing more is to be read. */
  async #ready(): Promise<boolean> {
    while (this.#pending.length >= this.#tools.inFlightMax) {
      await this.#pending[0];
      this.#pending.shift();
    }
    if (!this.#tools.intake.isOpen) {
      try {
        await this.#tools.intake.opened(this.#life);
      } catch {
        return false;
      }
    }
    return !this.#life.aborted && !this.#isMute;
  }

  #speak(): boolean {
    this.#hasSpoken = true;
    if (!this.#tools.admit(this)) {
      this.drop("full");
      return false;
    }
    this.#tools.report({ name: "connectionOpened", facts: { peer: this.#connection.peer } });
    return true;
  }

  /** Hands a frame over. */
  #take(frame: Uint8Array): void {
    this.#frames++;
    if (frame.length === 0) {
      return this.#tools.report({ name: "emptyFrameSkipped", facts: { peer: this.#connection.peer } });
    }
    const reply = this.#tools.intake.receive({ bytes: frame, peer: this.#connection.peer });
    this.#unanswered++;
    this.#pending.push(this.#answer(reply, this.#pending.at(-1)));
  }

  async #answer(reply: Promise<Reply>, before: Promise<void> | undefined): Promise<void> {
    try {
      const { outcome, answer, later } = await reply;
      await before;
      if (this.#isMute) return;
      if (answer) await this.#write(answer.bytes);
      else if (outcome.kind === "failed") this.drop("failed");
      // Nothing to say of what was refused, such as bytes that are no message at all: without a word or an end to the
      // connection the peer would wait for ever.
      else if (outcome.kind === "rejected") this.drop("refused");
      if (later) this.#answerLater(later);
    } catch {
      // The peer is gone, or the intake broke its promise: either way the peer must not believe in an answer.
      this.drop("unanswered");
    } finally {
      this.#unanswered--;
    }
  }

  /** Says the second answer once it is there; it holds nothing else up. */
  #answerLater(later: NonNullable<Reply["later"]>): void {
    const saying = later.then(async (answer) => {
      if (answer && !this.#isMute) await this.#write(answer.bytes);
    }).catch(() => this.drop("unanswered")).finally(() => this.#later.delete(saying));
    this.#later.add(saying);
  }

  async #write(answer: Uint8Array): Promise<void> {
    if (fitsFrame(answer)) {
      // One frame after the other: a second answer may come in the middle of another.
      const before = this.#written;
      const write = async () => {
        await before;
        await writeFrame(this.#connection, answer);
      };
      const written = write();
      this.#written = written.catch(() => {});
      return await written;
    }
    this.#tools.report({ name: "answerUnfit", facts: { bytes: answer.length } });
    this.drop("unanswered");
  }

  /** The peer has closed its side; it may still read. */
  #ended(): void {
    const frame = this.#reader.end();
    if (frame) this.#take(frame);
  }

  /** The connection broke. */
  #cut(): void {
    this.#closedBy = "reset";
    try {
      this.#ended();
    } catch (broken) {
      if (broken instanceof BrokenFrame) this.#refusal = this.#refuse(broken);
    }
  }

  /** True when an answer was written. */
  async #refuse(broken: BrokenFrame): Promise<boolean> {
    this.#saySkipped();
    const error = this.#tools.breachError(broken);
    const { peer } = this.#connection;
    this.#tools.report({
      name: "frameRefused",
      facts: { peer, code: error.code, bytes: broken.bytes.length },
    });
    const { answer } = await this.#tools.intake.refuse({ bytes: broken.bytes, peer }, error);
    await Promise.all(this.#pending);
    const canAnswer = answer !== null && !this.#isMute;
    if (canAnswer) await this.#write(answer.bytes).catch(() => this.drop("unanswered"));
    if (!canAnswer || this.#isMute) {
      this.drop("refused");
      return false;
    }
    this.#closedBy = "refused";
    this.#deadline.set(lingerMs);
    return true;
  }

  /**
   * Reads on, and throws away, until the peer closes or `lingerMs` have passed: closing a socket with unread bytes in
   * it resets the connection, and the peer would lose the answer.
   */
  async #linger(buffer: Uint8Array): Promise<void> {
    try {
      while (!this.#life.aborted && await this.#connection.read(buffer) !== null);
    } catch {
      // Closed by the deadline, or by the peer.
    }
  }

  #watch(): void {
    const { idleMsMax, pauseMsMax, endMsMax } = this.#tools;
    const place = this.#reader.place;
    if (place === "between") return this.#deadline.set(idleMsMax);
    this.#deadline.set(place === "atEnd" && endMsMax > 0 ? endMsMax : pauseMsMax);
  }

  /** Nothing came in time. A read is pending: whatever is done here must leave it alone, or close the connection. */
  #late(): void {
    if (this.#refusal) return this.drop("refused");
    if (this.#life.aborted) return;
    if (this.#reader.place === "between") {
      if (this.#unanswered > 0) return this.#watch();
      return this.drop("idle");
    }
    try {
      this.#ended();
      this.#watch();
    } catch (broken) {
      if (broken instanceof BrokenFrame) this.#refusal = this.#refuse(broken);
    }
  }

  #saySkipped(): void {
    const bytes = this.#reader.takeSkipped();
    if (bytes > 0) {
      this.#tools.report({ name: "bytesSkipped", facts: { peer: this.#connection.peer, bytes } });
    }
  }

  #sayClosed(): void {
    const { peer } = this.#connection;
    if (this.#closedBy === "full") {
      return this.#tools.report({ name: "connectionTurnedAway", facts: { peer } });
    }
    if (!this.#hasSpoken) return this.#tools.report({ name: "connectionProbed", facts: { peer } });
    const facts = { peer, closedBy: this.#closedBy, frames: this.#frames };
    this.#tools.report({ name: "connectionClosed", facts });
  }
}
