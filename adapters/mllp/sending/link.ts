import type { TransportEvent } from "../../../runtime/contract/adapter.ts";
import type { Awaitable } from "../../../runtime/contract/actor.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { Deadline } from "../../_kit/net/deadline.ts";
import { type CommitLimits, Commits } from "../framing/commits.ts";
import { commitIn } from "../framing/frame.ts";
import { BrokenFrame, FrameReader } from "../framing/frame_reader.ts";
import { FrameWriter } from "../framing/frame_writer.ts";
import { SecondAnswers } from "./second_answers.ts";

const bufferBytes = 16 * 1024;

/** Why a link gave no outcome. */
export type LinkTrouble =
  | "closed"
  | "late"
  /** The peer has the message, and its application has not said what it makes of it. */
  | "applicationLate"
  | "empty"
  /** It was closed for the sake of another message that was in flight on it. */
  | "broken"
  /** The peer speaks release 2, and we do not. */
  | "commitUnexpected"
  /** The peer answers without a commit acknowledgment: it speaks release 1. */
  | "commitMissing"
  | "commitLate"
  | "commitRefused"
  | BrokenFrame;

/** Rejection of {@linkcode Link.ask}. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  constructor(readonly trouble: LinkTrouble, cause?: unknown) {
    super("no answer", { cause });
  }
}

/** What a link needs. */
export interface LinkTools extends CommitLimits {
  readonly release: number;
  readonly frameBytesMax: number;
  readonly answerMsMax: number;
  /** How long the second answer may take after a commit that asks for it; 0: the commit counts. */
  readonly applicationMsMax: number;
  readonly idleMsMax: number;
  readonly endMsMax: number;
  report(event: TransportEvent): void;
}

/** What a message's answer means; throws where it belongs to another. */
export type Judge = (answer: Uint8Array) => Awaitable<Outcome>;

interface Asker {
  readonly judge: Judge;
  isWritten: boolean;
  isCommitted: boolean;
  /** The peer's format has said that it has the message; its application is to say more. */
  isHalfAnswered: boolean;
  isAnswered: boolean;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/**
 * One open connection to the peer: messages out, their answers in, in the same order, each judged before the next is
 * looked at. Where anything goes wrong it closes, and whatever is in flight has no outcome. It reads all the time, so
 * that it notices between two messages when the peer closes, or says what nobody asked for; it then closes too. A
 * second answer to a message whose commit counted is dropped.
 */
export class Link {
  readonly #connection: Connection;
  readonly #tools: LinkTools;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  /** In release 2. */
  readonly #commits: Commits | undefined;
  readonly #deadline: Deadline;
  /** Messages in flight, in order. The answer that comes next is the first one's. */
  readonly #askers: Asker[] = [];
  readonly #secondAnswers = new SecondAnswers();
  /** When the answer to the first is due. */
  #answerDueMs = 0;
  #lastMs: number;
  #isJudging = false;
  /** Messages that are answered and not wholly written. */
  #overdue = 0;
  #isOpen = true;
  /** What the network said when the connection was lost. A server of TLS 1.3 may refuse us just after it let us in. */
  #lostBy: unknown;
  /** Resolves when the link is closed. */
  readonly done: Promise<void>;

  constructor(connection: Connection, tools: LinkTools) {
    this.#connection = connection;
    this.#tools = tools;
    this.#reader = new FrameReader(tools);
    this.#writer = new FrameWriter(connection);
    if (tools.release === 2) {
      const troubles = { late: "commitLate", refused: "commitRefused" } as const;
      this.#commits = new Commits(
        this.#writer,
        tools,
        (trouble) => this.close(new LinkError(troubles[trouble])),
      );
    }
    this.#deadline = new Deadline(tools.clock, () => this.#late());
    this.#lastMs = tools.clock.elapsedMs();
    this.#rest();
    this.done = this.#read();
  }

  /** The other end. */
  get peer(): string {
    return this.#connection.peer;
  }

  /** False once it is closed. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * True while a message is answered that is not wholly written: where that does not end at once, the peer has refused
   * it in the middle, and the next message would mix with the rest of it.
   */
  get isOverdue(): boolean {
    return this.#overdue > 0;
  }

  /** For how long nothing has been sent or answered. */
  get idleMs(): number {
    return this.#askers.length > 0 ? 0 : this.#tools.clock.elapsedMs() - this.#lastMs;
  }

  /**
   * Sends a message and resolves with what the judge makes of its answer; where more is to follow, of the last. Rejects
   * with {@linkcode LinkError}, with what the judge threw, or with what `close` was given; the link is closed then.
   */
  ask(message: Uint8Array, judge: Judge): Promise<Outcome> {
    if (!this.#isOpen) return Promise.reject(new LinkError("closed", this.#lostBy));
    return new Promise((resolve, reject) => {
      const asker = {
        judge,
        isWritten: false,
        isCommitted: !this.#commits,
        isHalfAnswered: false,
        isAnswered: false,
        resolve,
        reject,
      };
      this.#askers.push(asker);
      if (this.#askers.length === 1) this.#await();
      void this.#send(message, asker);
    });
  }

  /** Closes. What is in flight rejects: the first with `reason`, the others because of it. May be called twice. */
  close(reason: unknown = new LinkError("closed")): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#deadline.stop();
    this.#commits?.close();
    this.#connection.close();
    const [first, ...others] = this.#askers.splice(0);
    first?.reject(reason);
    const isForAll = reason instanceof LinkError && reason.trouble === "closed";
    for (const { reject } of others) reject(isForAll ? reason : new LinkError("broken", reason));
  }

  async #send(message: Uint8Array, asker: Asker): Promise<void> {
    try {
      if (this.#commits) await this.#commits.send(message, () => this.#committed(asker));
      else await this.#writer.send(message);
      asker.isWritten = true;
      if (asker.isAnswered) this.#overdue--;
    } catch {
      // A peer that refuses a message in the middle may have answered before it closed: the reading side knows.
    }
  }

  /** Release 2: the peer has a message in safe storage. Only now may it be worked on. */
  #committed(asker: Asker): void {
    asker.isCommitted = true;
    if (this.#askers[0] === asker) this.#await();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(bufferBytes);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (!this.#isOpen) return;
        if (count === null) return await this.#ended();
        this.#reader.feed(buffer.subarray(0, count));
        for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) {
          const taken = this.#take(frame);
          if (taken) await taken;
          if (!this.#isOpen) return;
        }
        this.#watch();
      }
    } catch (cause) {
      this.#broke(cause);
    }
  }

  /** A frame has come: a commit acknowledgment, or the answer to the first in flight. */
  #take(frame: Uint8Array): Promise<void> | undefined {
    const commit = commitIn(frame);
    if (commit) {
      if (this.#commits?.told(commit)) return;
      return this.#commits || this.#askers.length === 0 ? this.#stray() : this.#fail("commitUnexpected");
    }
    const [asker] = this.#askers;
    if (!asker) return this.#secondAnswers.mayCome ? this.#unasked(frame) : this.#stray();
    if (!asker.isCommitted) return this.#fail("commitMissing");
    if (frame.length === 0) return this.#fail("empty");
    this.#deadline.clear();
    return this.#judge(frame, asker);
  }

  async #judge(frame: Uint8Array, asker: Asker): Promise<void> {
    this.#isJudging = true;
    let outcome: Outcome;
    try {
      outcome = await asker.judge(frame);
    } catch (error) {
      if (await this.#drops(frame)) return this.#awaitFor(this.#leftMs());
      // After an answer that means nothing here, whatever comes next on this connection would be in doubt.
      this.close(error);
      return;
    } finally {
      this.#isJudging = false;
    }
    if (!this.#isOpen) return;
    this.#lastMs = this.#tools.clock.elapsedMs();
    await this.#commits?.tell(true).catch(() => {});
    const { applicationMsMax } = this.#tools;
    if (outcome.kind === "accepted" && outcome.moreFollows && applicationMsMax > 0) {
      const ms = asker.isHalfAnswered ? this.#leftMs() : applicationMsMax;
      asker.isHalfAnswered = true;
      return this.#awaitFor(ms);
    }
    if (outcome.kind === "accepted" && outcome.isCommit) this.#secondAnswers.expect(asker.judge);
    this.#askers.shift();
    if (this.#askers.length > 0) this.#await();
    else this.#rest();
    asker.isAnswered = true;
    if (!asker.isWritten) this.#overdue++;
    asker.resolve(outcome);
  }

  /** The first in flight waits for its answer from now on. */
  #await(): void {
    this.#lastMs = this.#tools.clock.elapsedMs();
    this.#awaitFor(this.#tools.answerMsMax);
  }

  #awaitFor(ms: number): void {
    this.#answerDueMs = this.#tools.clock.elapsedMs() + ms;
    this.#deadline.set(ms);
  }

  #leftMs(): number {
    return Math.max(this.#answerDueMs - this.#tools.clock.elapsedMs(), 1);
  }

  /** Nothing is in flight. */
  #rest(): void {
    this.#deadline.set(this.#tools.idleMsMax);
  }

  /** Looks at where the bytes read so far have stopped. */
  #watch(): void {
    const place = this.#reader.place;
    const bytes = this.#reader.takeSkipped();
    this.#reader.takeStray();
    if (bytes > 0) this.#tools.report({ name: "bytesSkipped", facts: { bytes } });
    if (place === "between" || place === "astray") return;
    if (this.#askers.length === 0) {
      // The rest of it says whether it is a second answer.
      return this.#secondAnswers.mayCome ? this.#deadline.set(this.#tools.answerMsMax) : this.#stray();
    }
    const leftMs = this.#leftMs();
    const isEnding = place === "atEnd" && this.#tools.endMsMax > 0;
    this.#deadline.set(isEnding ? Math.min(this.#tools.endMsMax, leftMs) : leftMs);
  }

  /** Nobody has asked for a frame: it is a second answer, or a stray one. */
  async #unasked(frame: Uint8Array): Promise<void> {
    if (!await this.#drops(frame)) return this.#stray();
    // A message may have gone out meanwhile.
    if (this.#askers.length === 0) this.#rest();
  }

  /** True for a second answer to a message whose commit counted, which is counted, and dropped. */
  async #drops(frame: Uint8Array): Promise<boolean> {
    if (!await this.#secondAnswers.include(frame)) return false;
    this.#tools.report({ name: "secondAnswerDropped", facts: { peer: this.#connection.peer } });
    await this.#commits?.tell(true).catch(() => {});
    return this.#isOpen;
  }

  #stray(): undefined {
    this.#tools.report({ name: "strayAnswerDropped", facts: { peer: this.#connection.peer } });
    this.close();
  }

  #fail(trouble: LinkTrouble): undefined {
    this.close(new LinkError(trouble));
  }

  /** The peer has closed its side. */
  async #ended(): Promise<void> {
    const frame = this.#reader.end();
    if (frame) await this.#take(frame);
    this.close();
  }

  #broke(cause: unknown): void {
    this.#lostBy = cause;
    this.close(new LinkError(cause instanceof BrokenFrame ? cause : "closed", cause));
  }

  #late(): void {
    if (this.#askers.length === 0) return this.close();
    if (this.#isJudging) return;
    if (this.#reader.place !== "atEnd") {
      return this.#fail(this.#askers[0].isHalfAnswered ? "applicationLate" : "late");
    }
    try {
      const frame = this.#reader.end();
      if (frame) void this.#take(frame);
    } catch (cause) {
      this.#broke(cause);
    }
  }
}
