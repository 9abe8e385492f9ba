import type { Delivery, Intake, Reading, Reply, TransportEvent } from "../../runtime/contract/adapter.ts";
import type { MitralError } from "../../runtime/contract/error.ts";
import type { Clock, Connection } from "../../runtime/contract/world.ts";
import { addressOf } from "../_kit/limits/network.ts";
import type { Rates } from "../_kit/limits/rate.ts";
import type { Placing } from "../_kit/net/crowd.ts";
import { Deadline } from "../_kit/net/deadline.ts";
import { PromptWriter } from "../_kit/net/prompt_writer.ts";
import type { Session } from "../_kit/net/reception.ts";
import { BrokenFrame, type FrameReader } from "./framing/frame_reader.ts";
import type { Framing } from "./framing/framing.ts";

const firstBufferBytes = 4 * 1024;
const fullBufferBytes = 128 * 1024;
/** A peer that gets no answers will not send a message again: it is offered to the channel until that takes it. */
const offeredAgainMs = 1_000;

/** What all sessions of a listener share. */
export interface SessionTools extends Placing<TcpSession> {
  readonly clock: Clock;
  readonly intake: Intake;
  readonly framing: Framing;
  readonly rates: Rates;
  readonly answers: "none" | "framed" | "fixed";
  /** At `answers: fixed`. */
  readonly ack: Uint8Array;
  readonly nak: Uint8Array;
  readonly frameBytesMax: number;
  readonly idleMsMax: number;
  readonly pauseMsMax: number;
  readonly frameMsMax: number;
  readonly stallMsMax: number;
  /** The declared error for a breach of framing. */
  breachError(broken: BrokenFrame): MitralError;
  report(event: TransportEvent): void;
}

/**
 * One peer's connection: reads messages and hands them over, one after the other. The next is not handed over before
 * the last is taken and answered; meanwhile the socket is not read, and TCP holds the peer back.
 */
export class TcpSession implements Session {
  readonly #connection: Connection;
  readonly #tools: SessionTools;
  readonly #reader: FrameReader;
  readonly #reading: Reading;
  readonly #writer: PromptWriter;
  readonly #deadline: Deadline;
  readonly #life = new AbortController();
  /** When the message under way began, less the time it was not read. */
  #begunMs: number | undefined;
  #messages = 0;
  #hasPlace = false;
  #closedBy: string | undefined;
  /** What has come whole is handed over. */
  #taking: Promise<void> = Promise.resolve();
  readonly done: Promise<void>;

  constructor(connection: Connection, tools: SessionTools) {
    this.#connection = connection;
    this.#tools = tools;
    this.#reader = tools.framing.reader(tools.frameBytesMax);
    this.#reading = tools.intake.reading();
    this.#writer = new PromptWriter(connection, tools, () => this.drop("stalled"));
    this.#deadline = new Deadline(tools.clock, () => this.#late());
    this.#say("connectionOpened");
    this.done = this.#run();
  }

  get hasBegun(): boolean {
    return this.#messages > 0;
  }

  async stop(): Promise<void> {
    this.#life.abort();
    // What is wrong with it shows where it is read.
    await this.#taking.catch(() => {});
    this.drop("stopped");
    await this.done;
  }

  drop(reason: string): void {
    this.#closedBy ??= reason;
    this.#life.abort();
    this.#connection.close();
  }

  async #run(): Promise<void> {
    try {
      await this.#read();
    } catch (cause) {
      await this.#cut(cause);
    }
    this.#deadline.stop();
    this.#writer.close();
    this.#connection.close();
    this.#reading[Symbol.dispose]();
    if (this.#closedBy === "full") this.#tools.turnedAway(this.#connection.peer);
    this.#say("connectionClosed", { closedBy: this.#closedBy ?? "peer", messages: this.#messages });
  }

  async #read(): Promise<void> {
    const { intake } = this.#tools;
    let buffer = new Uint8Array(firstBufferBytes);
    for (;;) {
      if (!intake.isOpen) await this.#unread(intake.opened(this.#life.signal));
      const memory = this.#reading.holds(this.#reader.heldBytes, this.#life.signal);
      if (memory) await this.#unread(memory);
      if (this.#life.signal.aborted) return;
      if (this.#reader.isWithin && !this.#speak()) return;
      this.#watch();
      const count = await this.#connection.read(buffer);
      this.#deadline.clear();
      if (this.#life.signal.aborted) return;
      if (count !== null) this.#reader.feed(buffer.subarray(0, count));
      this.#taking = count === null ? this.#takeLast() : this.#takeAll();
      await this.#taking;
      if (count === null) return;
      if (count === buffer.length && count < fullBufferBytes) buffer = new Uint8Array(count * 2);
    }
  }

  /** There is a message, or one has begun; false where no place is left for it. */
  #speak(): boolean {
    if (this.#hasPlace || this.#closedBy === "full") return this.#hasPlace;
    this.#hasPlace = this.#tools.admit(this);
    if (!this.#hasPlace) this.drop("full");
    return this.#hasPlace;
  }

  /** Waits for something; what the peer sends meanwhile is no later for that. */
  async #unread(wait: Promise<void>): Promise<void> {
    const fromMs = this.#tools.clock.elapsedMs();
    await wait;
    if (this.#begunMs !== undefined) this.#begunMs += this.#tools.clock.elapsedMs() - fromMs;
  }

  /** The next bytes are due. */
  #watch(): void {
    const { idleMsMax, pauseMsMax, frameMsMax, clock } = this.#tools;
    if (!this.#reader.isWithin) {
      this.#begunMs = undefined;
      return this.#deadline.set(idleMsMax);
    }
    const nowMs = clock.elapsedMs();
    this.#begunMs ??= nowMs;
    const leftMs = frameMsMax === 0 ? Infinity : Math.max(this.#begunMs + frameMsMax - nowMs, 1);
    const dueMs = Math.min(pauseMsMax === 0 ? Infinity : pauseMsMax, leftMs);
    this.#deadline.set(dueMs === Infinity ? 0 : dueMs);
  }

  /** Hands over what is whole. */
  async #takeAll(): Promise<void> {
    for (;;) {
      try {
        const message = this.#reader.next();
        if (!message) break;
        this.#begunMs = undefined;
        await this.#take(message);
      } catch (broken) {
        if (!(broken instanceof BrokenFrame && broken.hasEnd)) throw broken;
        await this.#refuse(broken);
      }
    }
    const bytes = this.#reader.takeSkipped();
    if (bytes > 0) this.#say("bytesSkipped", { bytes });
  }

  /** Hands over what the end of the connection makes whole. */
  async #takeLast(): Promise<void> {
    const message = this.#reader.end(true);
    if (message) await this.#take(message);
  }

  /** The bytes are broken, or so is the connection. */
  async #cut(cause: unknown): Promise<void> {
    if (cause instanceof BrokenFrame) {
      await this.#refuse(cause);
      return this.drop("refused");
    }
    this.#closedBy ??= "reset";
    // Where we stopped in the middle of a message, its sender knows.
    if (this.#closedBy !== "reset" && this.#closedBy !== "paused") return;
    try {
      this.#reader.end(false);
    } catch (broken) {
      if (broken instanceof BrokenFrame) await this.#refuse(broken);
    }
  }

  async #take(message: Uint8Array): Promise<void> {
    const { peer, partner } = this.#connection;
    if (!this.#speak()) return;
    if (message.length === 0) return this.#say("emptyFrameSkipped");
    this.#messages++;
    // Whoever stops takes what it has read at once.
    await this.#tools.rates.of(addressOf(peer))?.turn(this.#life.signal)?.catch(() => {});
    await this.#hand({ bytes: message, peer, ...partner && { partner } });
  }

  async #hand(delivery: Delivery): Promise<void> {
    const reply = await this.#offer(delivery);
    const answer = this.#answerTo(reply);
    if (answer === "none") return;
    // Without a word or an end to the connection the peer would wait for ever.
    if (answer === undefined) return this.drop(reply.outcome.kind);
    try {
      await this.#writer.write(answer);
    } catch {
      this.drop("unanswered");
    }
  }

  /** Without answers the peer never sends it again: whoever has it must not let go of it. */
  async #offer(delivery: Delivery): Promise<Reply> {
    const { intake, answers, clock } = this.#tools;
    for (;;) {
      let isKept = false;
      const reply = await intake.receive(delivery, () => isKept = true);
      if (answers !== "none" || isKept || reply.outcome.kind !== "failed") return reply;
      this.#say("messageOfferedAgain", { code: reply.outcome.error.code });
      try {
        await clock.sleep(offeredAgainMs, this.#life.signal);
        await intake.opened(this.#life.signal);
      } catch {
        return reply;
      }
    }
  }

  /** What the peer is told; `undefined` where only the end of the connection says it. */
  #answerTo({ outcome, answer }: Reply): Uint8Array | "none" | undefined {
    const { answers, framing, ack, nak } = this.#tools;
    const isTaken = outcome.kind === "accepted" || outcome.kind === "filtered";
    if (answers === "none") return outcome.kind === "failed" ? undefined : "none";
    if (answers === "fixed") return isTaken ? ack : nak;
    if (!answer) return isTaken ? "none" : undefined;
    const framed = framing.wrap(answer.bytes);
    if (!framed) this.#say("answerUnfit", { bytes: answer.bytes.length });
    return framed;
  }

  /** Keeps what is broken, unless there is nothing of it. */
  async #refuse(broken: BrokenFrame): Promise<void> {
    const error = this.#tools.breachError(broken);
    const { bytes, breach } = broken;
    this.#say("frameRefused", { code: error.code, bytes: bytes.length });
    // What stood where a length belongs is no content; a scanner's greeting ends here.
    if (breach === "lengthWrong" || bytes.length === 0) return;
    await this.#tools.intake.refuse({ bytes, peer: this.#connection.peer }, error);
  }

  #late(): void {
    if (!this.#life.signal.aborted) this.drop(this.#reader.isWithin ? "paused" : "idle");
  }

  #say(name: string, facts: Readonly<Record<string, string | number>> = {}): void {
    this.#tools.report({ name, facts: { peer: this.#connection.peer, ...facts } });
  }
}
