import type { Delivery, Intake, Reading } from "../../../runtime/contract/adapter.ts";
import type { MitralError } from "../../../runtime/contract/error.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { addressOf } from "../../_kit/limits/network.ts";
import type { Rate, Rates } from "../../_kit/limits/rate.ts";
import type { Placing } from "../../_kit/net/crowd.ts";
import { commitIn } from "../framing/frame.ts";
import { BrokenFrame, FrameReader } from "../framing/frame_reader.ts";
import { looksLikeMessage } from "../framing/looks_like_message.ts";
import { type Stranger, strangerOf } from "../framing/strangers.ts";
import { Replies, type ReplyTools } from "./replies.ts";
import { type WaitLimits, Waits } from "./waits.ts";

const firstBufferBytes = 16 * 1024;
const fullBufferBytes = 128 * 1024;
/** How long a peer may take to read the answer to a broken frame before its connection is closed. */
const lingerMs = 2_000;

/** What all sessions of a listener share. */
export interface SessionTools extends ReplyTools, WaitLimits, Placing<Session> {
  readonly intake: Intake;
  readonly frameBytesMax: number;
  /** How many messages each address may send. */
  readonly rates: Rates;
  /** Aborted when nothing more is to be read. */
  readonly signal: AbortSignal;
  /** The declared error for a breach of framing. */
  breachError(broken: BrokenFrame): MitralError;
  /** The declared error for bytes between frames. */
  strayError(bytes: Uint8Array): MitralError;
  /** The declared error for a peer of release 2, where we speak release 1. */
  newerError(peer: string): MitralError;
  /** The declared error for whoever does not speak MLLP. */
  strangerError(peer: string, speaks: string): MitralError;
}

/**
 * One peer's connection: reads frames, hands them over, writes the answers in order. At most `inFlightMax` frames are
 * handed over and unanswered; while there are as many, or the intake is closed, the socket is not read, and TCP holds
 * the peer back. In release 2 it is read all the same, since the peer's commit acknowledgments come by it.
 */
export class Session {
  readonly #connection: Connection;
  readonly #tools: SessionTools;
  readonly #reader: FrameReader;
  readonly #replies: Replies;
  readonly #waits: Waits;
  readonly #life: AbortSignal;
  readonly #reading: Reading;
  readonly #rate: Rate | undefined;
  #hasSpoken = false;
  #frames = 0;
  /** Bytes between frames that are kept: the first of the connection. The rest is only counted. */
  #stray: Promise<unknown> | undefined;
  #refusal: Promise<boolean> | undefined;
  /** Whether what was read last is handed over, or will not be. */
  #entering: Promise<boolean> = Promise.resolve(true);
  #closedBy = "peer";
  /** Resolves when the connection is closed and everything handed over has come back. */
  readonly done: Promise<void>;

  /** `isOurs`: we opened the connection, so that it counts from the start. */
  constructor(connection: Connection, tools: SessionTools, { isOurs = false } = {}) {
    this.#connection = connection;
    this.#tools = tools;
    this.#life = tools.signal;
    this.#reading = tools.intake.reading();
    this.#rate = tools.rates.of(addressOf(connection.peer));
    this.#reader = new FrameReader(tools);
    this.#replies = new Replies(connection, tools, (reason) => this.drop(reason));
    this.#waits = new Waits(tools, this.#reader, () => this.#late());
    if (isOurs) this.#speak();
    this.done = this.#run();
  }

  /** True once the peer has begun a frame. */
  get hasBegun(): boolean {
    return this.#reader.hasBegun;
  }

  /** Closes when what was handed over is answered. The listener's signal has been aborted before. */
  async stop(): Promise<void> {
    await Promise.all([this.#replies.finished(), this.#refusal]);
    this.drop("stopped");
    await this.done;
  }

  /** Closes at once. */
  drop(reason: string): void {
    if (this.#closedBy === "peer") this.#closedBy = reason;
    this.#replies.close();
    this.#connection.close();
  }

  async #run(): Promise<void> {
    const buffer = { bytes: new Uint8Array(firstBufferBytes) };
    try {
      await this.#read(buffer);
    } catch (cause) {
      // What else is thrown is the connection's end: the peer reset it, or we closed it.
      if (cause instanceof BrokenFrame) this.#refuse(cause);
      else if (this.#closedBy === "peer") this.#cut();
    }
    if (await this.#refusal) await this.#linger(buffer.bytes);
    await this.#entering;
    await Promise.all([this.#replies.finished(), this.#stray]);
    this.#waits.stop();
    this.#replies.close();
    this.#connection.close();
    this.#reading[Symbol.dispose]();
    this.#sayClosed();
  }

  /** True for release 2, where commit acknowledgments are read while nothing else may be. */
  get #isTwo(): boolean {
    return this.#tools.release === 2;
  }

  async #read(buffer: { bytes: Uint8Array<ArrayBuffer> }): Promise<void> {
    for (;;) {
      if (!this.#isTwo && !await this.#ready()) return;
      const memory = this.#reading.holds(this.#reader.heldBytes, this.#life);
      if (memory && !await this.#given(memory)) return;
      this.#waits.begin();
      const count = await this.#connection.read(buffer.bytes);
      this.#waits.end();
      if (this.#refusal || this.#life.aborted && !this.#isTwo) return;
      if (count === null) return await this.#ended();
      const piece = buffer.bytes.subarray(0, count);
      if (!this.#hasSpoken && !this.#welcome(piece)) return;
      if (!await this.#feed(piece)) return;
      if (count === buffer.bytes.length && count < fullBufferBytes) {
        buffer.bytes = new Uint8Array(count * 2);
      }
    }
  }

  /** Takes what is whole in a piece; false when nothing more is to be read. */
  async #feed(piece: Uint8Array): Promise<boolean> {
    this.#reader.feed(piece);
    for (let more = true; more;) {
      const next = this.#next();
      if (next === undefined) more = false;
      else if (next instanceof BrokenFrame) {
        if (!await this.#enter(() => this.#handBack(next))) return false;
      } else if (!this.#isCommit(next)) {
        if (!await this.#enter(() => this.#take(next))) return false;
      }
    }
    this.#noteSkipped();
    return true;
  }

  /** The next frame, or what is broken and has an end. Throws what has none. */
  #next(): Uint8Array | BrokenFrame | undefined {
    try {
      return this.#reader.next();
    } catch (broken) {
      if (broken instanceof BrokenFrame && broken.hasEnd) return broken;
      throw broken;
    }
  }

  /**
   * Hands over as soon as there is room; false when nothing more is to be read. In release 2 one may wait for that beside
   * the reading: what makes room may be a commit that stands behind it.
   */
  async #enter(handOver: () => void): Promise<boolean> {
    if (!await this.#entering) return false;
    const ready = this.#rate ? this.#turn(this.#rate) : this.#ready();
    const entering = this.#entering = ready.then((isReady) => {
      if (isReady) handOver();
      return isReady;
    });
    return this.#isTwo || await entering;
  }

  /** Waits for room and for the intake; false when nothing more is to be read. */
  async #ready(): Promise<boolean> {
    if (!this.#replies.hasRoom) await this.#replies.room();
    const { intake } = this.#tools;
    if (!intake.isOpen && !await this.#excused(intake.opened(this.#life))) return false;
    return !this.#life.aborted && !this.#replies.isMute;
  }

  /** As `#ready`, and waits for the peer's turn: it sends no faster than it may. */
  async #turn(rate: Rate): Promise<boolean> {
    const turn = rate.turn(this.#life);
    if (turn && !await this.#excused(turn)) return false;
    return await this.#ready();
  }

  /** Waits until there is memory for more of what is not whole; false when nothing more is to be read. */
  async #given(memory: Promise<void>): Promise<boolean> {
    return await this.#excused(memory) && !this.#replies.isMute;
  }

  /** Waits for something of ours, in which time the peer is not late; false when nothing more is to be read. */
  async #excused(wait: Promise<void>): Promise<boolean> {
    const goOn = this.#waits.pause();
    try {
      await wait;
    } catch {
      return false;
    }
    goOn();
    return true;
  }

  /** The first bytes of a peer; false where it is turned away. */
  #welcome(piece: Uint8Array): boolean {
    const stranger = strangerOf(piece);
    if (stranger) this.#turnAway(stranger.code);
    return !stranger && this.#speak();
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

  /** Whoever is there speaks something else: a scanner, a health check. It is counted, and nothing of it is kept. */
  #turnAway(speaks: Stranger["code"] | "bytesStray"): void {
    const bytes = this.#reader.takeSkipped();
    const { peer } = this.#connection;
    const { code } = this.#tools.strangerError(peer, speaks);
    this.#tools.report({ name: "strangerTurnedAway", facts: { peer, code, speaks, bytes } });
    this.drop("stranger");
  }

  /** Tells the commit acknowledgments of release 2 from messages. */
  #isCommit(frame: Uint8Array): boolean {
    const commit = commitIn(frame);
    if (!commit || this.#replies.told(commit)) return commit !== undefined;
    const { peer } = this.#connection;
    // In release 2 one too many, or late: it means nothing. In release 1 the peer will not understand us.
    const error = this.#isTwo ? {} : { error: this.#tools.newerError(peer) };
    this.#tools.report({ name: "commitUnexpected", facts: { peer }, ...error });
    if (!this.#isTwo) this.drop("releaseNewer");
    return true;
  }

  #delivery(bytes: Uint8Array): Delivery {
    const { peer, partner } = this.#connection;
    return partner === undefined ? { bytes, peer } : { bytes, peer, partner };
  }

  /** Hands a frame over. */
  #take(frame: Uint8Array): void {
    this.#frames++;
    this.#waits.endFrame();
    if (frame.length === 0) {
      return this.#tools.report({ name: "emptyFrameSkipped", facts: { peer: this.#connection.peer } });
    }
    const delivery = this.#delivery(frame);
    this.#replies.take((kept) => this.#tools.intake.receive(delivery, kept));
  }

  /** Hands over what is broken and has an end: it is answered in its turn, and the connection goes on. */
  #handBack(broken: BrokenFrame): void {
    this.#frames++;
    this.#waits.endFrame();
    const error = this.#sayRefused(broken);
    const delivery = this.#delivery(broken.bytes);
    this.#replies.take((kept) => this.#tools.intake.refuse(delivery, error, kept));
  }

  /** The peer has closed its side; it may still read. */
  async #ended(): Promise<void> {
    const frame = this.#reader.end();
    this.#noteSkipped();
    if (frame && !this.#isCommit(frame)) await this.#enter(() => this.#take(frame));
  }

  /** The connection broke. */
  #cut(): void {
    this.#closedBy = "reset";
    try {
      const frame = this.#reader.end();
      this.#noteSkipped();
      // In release 2 it was not committed, so that the peer sends it again.
      if (frame && !this.#isTwo) this.#take(frame);
    } catch (broken) {
      if (broken instanceof BrokenFrame) this.#refuse(broken);
    }
  }

  /** Refuses what has no end, so that nothing more can be read. */
  #refuse(broken: BrokenFrame): void {
    if (broken.breach === "startMissing" && this.#isStranger(broken.bytes)) this.#turnAway("bytesStray");
    else this.#refusal ??= this.#answerLast(broken);
  }

  /** True when an answer was written. */
  async #answerLast(broken: BrokenFrame): Promise<boolean> {
    this.#noteSkipped();
    const error = this.#sayRefused(broken);
    const delivery = this.#delivery(broken.bytes);
    if (!await this.#replies.answerLast(() => this.#tools.intake.refuse(delivery, error))) {
      this.drop("refused");
      return false;
    }
    this.#closedBy = "refused";
    this.#waits.set(lingerMs);
    return true;
  }

  #sayRefused(broken: BrokenFrame): MitralError {
    const error = this.#tools.breachError(broken);
    const facts = { peer: this.#connection.peer, code: error.code, bytes: broken.bytes.length };
    this.#tools.report({ name: "frameRefused", facts });
    return error;
  }

  /**
   * Reads on, and throws away, until the peer closes or `lingerMs` have passed: closing a socket with unread bytes in
   * it resets the connection, and the peer would lose the answer.
   */
  async #linger(buffer: Uint8Array): Promise<void> {
    // Anew: what was read last may have ended the wait.
    this.#waits.set(lingerMs);
    try {
      while (!this.#life.aborted && await this.#connection.read(buffer) !== null);
    } catch {
      // Closed by the deadline, or by the peer.
    }
  }

  /** Nothing came in time. A read is pending: whatever is done here must leave it alone, or close the connection. */
  #late(): void {
    if (this.#refusal) return this.drop("refused");
    if (this.#life.aborted) return;
    const { place, hasBegun } = this.#reader;
    if (place === "between") {
      if (this.#replies.unanswered > 0) return this.#waits.begin();
      return this.drop(hasBegun || this.#tools.startMsMax === 0 ? "idle" : "unstarted");
    }
    try {
      const frame = this.#reader.end();
      this.#noteSkipped();
      if (place === "astray" && !hasBegun) return this.drop("unstarted");
      if (frame && !this.#isCommit(frame)) void this.#enter(() => this.#take(frame));
      this.#waits.begin();
    } catch (broken) {
      if (!(broken instanceof BrokenFrame)) return;
      this.#refuse(this.#waits.areOver ? new BrokenFrame("late", broken.bytes, false) : broken);
    }
  }

  /** Counts what was skipped between frames, and keeps the first of it that means something. */
  #noteSkipped(): void {
    const { peer } = this.#connection;
    const stray = this.#reader.takeStray();
    if (stray && this.#isStranger(stray)) return this.#turnAway("bytesStray");
    const bytes = this.#reader.takeSkipped();
    if (bytes > 0) this.#tools.report({ name: "bytesSkipped", facts: { peer, bytes } });
    if (!stray || this.#stray) return;
    this.#stray = this.#tools.intake.refuse({ bytes: stray, peer }, this.#tools.strayError(stray));
  }

  /** True for bytes of whoever has never begun a frame, and that are no message either. */
  #isStranger(bytes: Uint8Array): boolean {
    return !this.#reader.hasBegun && !looksLikeMessage(bytes);
  }

  #sayClosed(): void {
    const { peer } = this.#connection;
    if (this.#closedBy === "full") {
      return this.#tools.turnedAway(peer);
    }
    if (!this.#hasSpoken) {
      if (this.#closedBy !== "stranger") this.#tools.report({ name: "connectionProbed", facts: { peer } });
      return;
    }
    const facts = { peer, closedBy: this.#closedBy, frames: this.#frames };
    this.#tools.report({ name: "connectionClosed", facts });
  }
}
