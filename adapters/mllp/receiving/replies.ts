import type { Reply, TransportEvent } from "../../../runtime/contract/adapter.ts";
import type { Answer } from "../../../runtime/contract/message.ts";
import type { MitralError } from "../../../runtime/contract/error.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { type CommitLimits, Commits } from "../framing/commits.ts";
import { fitsFrame } from "../framing/frame.ts";
import { FrameWriter } from "../framing/frame_writer.ts";
import { PromptWriter } from "../../_kit/net/prompt_writer.ts";

/** What the replies of all sessions share. */
export interface ReplyTools extends CommitLimits {
  readonly release: number;
  readonly inFlightMax: number;
  readonly stallMsMax: number;
  report(event: TransportEvent): void;
  /** The declared error for an answer that the peer does not read. */
  unreadError(peer: string): MitralError;
  /** The declared error for an answer that the peer did not commit. */
  uncommittedError(peer: string): MitralError;
}

/** Second answers of one connection that are still to come; each keeps its message in memory. */
const laterMax = 256;

/** Gives something to the intake; tells when it is in safe storage. */
export type Give = (kept?: () => void) => Promise<Reply>;

/**
 * What one peer is told of what it sent: the answers, in order, and in release 2 before each that the message is in
 * safe storage, or is not. `drop` is called where the peer must not believe in an answer.
 */
export class Replies {
  readonly #peer: string;
  readonly #tools: ReplyTools;
  readonly #drop: (reason: string) => void;
  readonly #socket: PromptWriter;
  readonly #writer: FrameWriter;
  /** In release 2. */
  readonly #commits: Commits | undefined;
  /** Answers under way, in order; they are done in order, too, and those in front may be. */
  readonly #pending: Promise<void>[] = [];
  /** Resolves when the answer to the last that was taken is on its way. */
  #turn: Promise<void> = Promise.resolve();
  #telling: Promise<void> = Promise.resolve();
  /** Second answers that are still to come. */
  readonly #later = new Set<Promise<void>>();
  #unanswered = 0;
  /** No answer may be written any more: it would be taken for the answer to an earlier message. */
  #isMute = false;

  constructor(connection: Connection, tools: ReplyTools, drop: (reason: string) => void) {
    this.#peer = connection.peer;
    this.#tools = tools;
    this.#drop = drop;
    this.#socket = new PromptWriter(connection, tools, () => this.#unread());
    this.#writer = new FrameWriter(this.#socket);
    if (tools.release === 2) this.#commits = new Commits(this.#writer, tools, () => this.#uncommitted());
  }

  get isMute(): boolean {
    return this.#isMute;
  }

  /** How many messages have no answer yet. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** True while fewer than `inFlightMax` messages are unanswered, and not too many wait for their second answer. */
  get hasRoom(): boolean {
    return this.#unanswered < this.#tools.inFlightMax && this.#later.size < laterMax;
  }

  /** Resolves when there is room. */
  async room(): Promise<void> {
    while (this.#unanswered >= this.#tools.inFlightMax) {
      await this.#pending[0];
      this.#pending.shift();
    }
    while (this.#later.size >= laterMax) {
      const [oldest] = this.#later;
      await oldest;
    }
  }

  /** Resolves when everything up to now is answered. */
  async settled(): Promise<void> {
    await Promise.all([...this.#pending, this.#telling]);
  }

  /** Resolves when everything up to now is answered, where twice is wanted, twice. */
  async finished(): Promise<void> {
    await this.settled();
    await Promise.all(this.#later);
  }

  /** Says nothing more. */
  close(): void {
    this.#isMute = true;
    this.#socket.close();
    this.#commits?.close();
  }

  /** The peer has said of an answer whether it is in safe storage. False where nobody waits for that. */
  told(commit: "committed" | "refused"): boolean {
    return this.#commits?.told(commit) ?? false;
  }

  /** Hands something over, and answers it in its turn. */
  take(give: Give): void {
    while (this.#pending.length > this.#unanswered) this.#pending.shift();
    this.#unanswered++;
    const before = this.#turn;
    const { promise, resolve: next } = Promise.withResolvers<void>();
    this.#turn = promise;
    this.#pending.push(
      this.#commits
        ? this.#committing(give, before, next, this.#commits)
        : this.#answer(give(), before, next),
    );
  }

  /** Answers the last that can be read of this connection; true when an answer was written. */
  async answerLast(give: Give): Promise<boolean> {
    const { answer } = await give();
    await this.settled();
    if (answer === null || this.#isMute) return false;
    try {
      await this.#commits?.tell(true);
      await this.#write(answer.bytes);
    } catch {
      return false;
    }
    return !this.#isMute;
  }

  /** Release 2: says whether it is in safe storage, in the order it came, and then answers it. */
  async #committing(give: Give, before: Promise<void>, next: () => void, commits: Commits): Promise<void> {
    const { promise: kept, resolve } = Promise.withResolvers<boolean>();
    const reply = give(() => resolve(true));
    reply.then(({ outcome }) => resolve(outcome.kind !== "failed"), () => resolve(false));
    const toldBefore = this.#telling;
    const tell = async () => {
      const isKept = await kept;
      await toldBefore;
      if (!this.#isMute) await commits.tell(isKept);
    };
    const told = this.#telling = tell().catch(() => this.#drop("unanswered"));
    if (await kept) return await this.#answer(reply, Promise.all([before, told]), next);
    // The peer is told that it was not taken, and sends it again.
    await Promise.all([before, told]);
    this.#unanswered--;
    next();
  }

  /** `next` lets the answer behind it go: they may leave together. */
  async #answer(reply: Promise<Reply>, before: Promise<unknown>, next: () => void): Promise<void> {
    try {
      const { outcome, answer, later } = await reply;
      await before;
      if (this.#isMute) return;
      if (later) this.#answerLater(later);
      if (answer) {
        const written = this.#write(answer.bytes);
        next();
        await written;
      } else if (outcome.kind === "failed") this.#drop("failed");
      // Nothing to say of what was refused, such as bytes that are no message at all: without a word or an end to the
      // connection the peer would wait for ever.
      else if (outcome.kind === "rejected") this.#drop("refused");
    } catch {
      // The peer is gone, or the intake broke its promise: either way the peer must not believe in an answer.
      this.#drop("unanswered");
    } finally {
      this.#unanswered--;
      next();
    }
  }

  /** The second answer, which nobody waits for here: between those to later messages, and lost with the connection. */
  #answerLater(later: Promise<Answer | null>): void {
    const saying = later.then(async (answer) => {
      if (answer && !this.#isMute) await this.#write(answer.bytes);
    }).catch(() => this.#drop("unanswered")).finally(() => this.#later.delete(saying));
    this.#later.add(saying);
  }

  async #write(answer: Uint8Array): Promise<void> {
    if (fitsFrame(answer)) {
      return await (this.#commits ?? this.#writer).send(answer);
    }
    this.#tools.report({ name: "answerUnfit", facts: { bytes: answer.length } });
    this.#drop("unanswered");
  }

  /** The peer does not read: whatever else it is told would only wait behind. */
  #unread(): void {
    const error = this.#tools.unreadError(this.#peer);
    this.#tools.report({ name: "answerUnread", facts: { peer: this.#peer, code: error.code }, error });
    this.#drop("unread");
  }

  /** The peer did not commit an answer: it has no use for the next. */
  #uncommitted(): void {
    const error = this.#tools.uncommittedError(this.#peer);
    this.#tools.report({ name: "answerUncommitted", facts: { peer: this.#peer }, error });
    this.#drop("uncommitted");
  }
}
