import type { Intake, Reading, TransportEvent } from "../../runtime/contract/adapter.ts";
import type { MitralError } from "../../runtime/contract/error.ts";
import type { Clock, Connection } from "../../runtime/contract/world.ts";
import { Gathered } from "../_kit/bytes/gathered.ts";
import { addressOf } from "../_kit/limits/network.ts";
import type { Rates } from "../_kit/limits/rate.ts";
import type { Placing } from "../_kit/net/crowd.ts";
import { Deadline } from "../_kit/net/deadline.ts";
import { PromptWriter } from "../_kit/net/prompt_writer.ts";
import type { Session } from "../_kit/net/reception.ts";
import type { Doubts } from "./_doubts.ts";
import { ACK, CR, type Frame, NAK, nextNumber } from "./_frame.ts";
import { endsMessage } from "./_records.ts";
import { type Signal, SignalReader } from "./_signal_reader.ts";

const bufferBytes = 16 * 1024;
/** How long a peer may leave one byte unread. */
const stallMsMax = 30_000;
/**
 * A peer that has seen an acknowledgement goes on at once; one that has not gives up 15 s after its frame (E1381-02,
 * 6.5.2.4), and goes on then.
 */
const promptMsMax = 10_000;

/** Why a message was not finished. */
export type EndedBy = "EOT" | "ENQ" | "silence" | "disconnection";

/** What all sessions of a listener share. */
export interface SessionTools extends Placing<AstmSession> {
  readonly clock: Clock;
  readonly intake: Intake;
  readonly doubts: Doubts;
  readonly rates: Rates;
  readonly messages: "records" | "texts";
  readonly textBytesMax: number;
  readonly messageBytesMax: number;
  readonly frameMsMax: number;
  readonly idleMsMax: number;
  /** The declared error for a message that broke off. */
  unfinishedError(bytes: number, endedBy: EndedBy): MitralError;
  /** The declared error for a message over `messageBytesMax`. */
  tooLargeError(): MitralError;
  report(event: TransportEvent): void;
}

/**
 * One peer's connection, as the receiver of E1381. The peer has the line from its ENQ to its EOT (a transfer); what it
 * sends outside of one is skipped. While the channel takes nothing, ENQ is answered with NAK.
 *
 * The last frame of a message is acknowledged once the message is taken. Whatever is answered is answered only while the
 * peer waits for it: where it has meanwhile said something else, it has given up, and would take an ACK for the answer to
 * that.
 */
export class AstmSession implements Session {
  readonly #connection: Connection;
  readonly #tools: SessionTools;
  readonly #address: string;
  readonly #reader: SignalReader;
  readonly #reading: Reading;
  readonly #writer: PromptWriter;
  readonly #deadline: Deadline;
  readonly #life = new AbortController();
  /** What has come of the message under way. */
  readonly #gathered = new Gathered();
  /** Number of the last frame that was taken; `undefined` outside a transfer. */
  #number: number | undefined;
  /** A frame was taken in this transfer: one with the same number is that frame again. */
  #hasFrame = false;
  /** The message is too large: what comes of this transfer is answered with NAK. */
  #isSpoilt = false;
  /** The peer has said something behind what is being answered. */
  #isOvertaken = false;
  /** When the acknowledgement of a message went out, while nobody knows whether it was seen. */
  #acknowledgedMs: number | undefined;
  /** Something is being handed over. */
  #handing: Promise<void> | undefined;
  #messages = 0;
  #hasBegun = false;
  #closedBy: string | undefined;
  readonly done: Promise<void>;

  constructor(connection: Connection, tools: SessionTools) {
    this.#connection = connection;
    this.#tools = tools;
    this.#address = addressOf(connection.peer);
    this.#reader = new SignalReader(tools.textBytesMax);
    this.#reading = tools.intake.reading();
    this.#writer = new PromptWriter(
      connection,
      { clock: tools.clock, stallMsMax },
      () => this.drop("stalled"),
    );
    this.#deadline = new Deadline(tools.clock, () => this.#late());
    this.#say("connectionOpened");
    this.done = this.#run();
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  async stop(): Promise<void> {
    this.#life.abort();
    await this.#handing;
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
    } catch {
      // The peer reset the connection, or we closed it.
      this.#closedBy ??= "reset";
    }
    await this.#handing;
    // Where we stopped in the middle of a message, its sender knows.
    if (!["stopped", "dropped"].includes(this.#closedBy ?? "peer")) await this.#breakOff("disconnection");
    this.#deadline.stop();
    this.#writer.close();
    this.#connection.close();
    this.#reading[Symbol.dispose]();
    if (this.#closedBy === "full") this.#tools.turnedAway(this.#connection.peer);
    this.#say("connectionClosed", { closedBy: this.#closedBy ?? "peer", messages: this.#messages });
  }

  async #read(): Promise<void> {
    const { intake } = this.#tools;
    const { signal } = this.#life;
    const buffer = new Uint8Array(bufferBytes);
    this.#watch();
    for (;;) {
      // Between transfers it is read all the same, to say that the channel takes nothing.
      if (!intake.isOpen && this.#number !== undefined && !this.#handing) {
        await this.#unread(intake.opened(signal));
      }
      const memory = this.#reading.holds(this.#reader.heldBytes + this.#gathered.heldBytes, signal);
      if (memory) await this.#unread(memory);
      const count = signal.aborted ? null : await this.#connection.read(buffer);
      if (count === null || signal.aborted) return;
      this.#reader.feed(buffer.subarray(0, count));
      const signals = this.#signals();
      await this.#take(signals);
      // What comes byte by byte gets no more time by that.
      if (signals.length > 0) this.#watch();
    }
  }

  /** Waits for something of our own, while the peer may take its time. */
  async #unread(wait: Promise<void>): Promise<void> {
    this.#deadline.clear();
    await wait;
    this.#watch();
  }

  /** Those in the piece that was read. */
  #signals(): readonly Signal[] {
    const signals: Signal[] = [];
    for (let signal = this.#reader.next(); signal; signal = this.#reader.next()) signals.push(signal);
    const bytes = this.#reader.takeSkipped();
    if (bytes > 0) this.#say("bytesSkipped", { bytes });
    return signals;
  }

  async #take(signals: readonly Signal[]): Promise<void> {
    if (signals.length > 0 || this.#reader.isWithin) this.#isOvertaken = true;
    for (const [at, signal] of signals.entries()) {
      await this.#handing;
      this.#isOvertaken = at < signals.length - 1 || this.#reader.isWithin;
      await this.#on(signal);
    }
  }

  async #on(signal: Signal): Promise<void> {
    switch (signal.kind) {
      case "enquiry":
        return await this.#enter();
      case "end":
        await this.#settle();
        await this.#breakOff("EOT");
        this.#number = undefined;
        return;
      case "frame":
        if (this.#number === undefined) return this.#say("frameSkipped");
        await this.#settle();
        return await this.#onFrame(signal.frame, this.#number);
      case "brokenFrame":
        if (this.#number !== undefined) await this.#refuse("broken");
    }
    // ACK and NAK answer nothing here.
  }

  /** The peer asks for the line. */
  async #enter(): Promise<void> {
    await this.#settle();
    await this.#breakOff("ENQ");
    this.#number = undefined;
    if (!this.#tools.intake.isOpen) {
      this.#say("enquiryRefused");
      return await this.#answer(NAK);
    }
    // Only who asks for the line takes a place.
    if (!this.#hasBegun && !this.#tools.admit(this)) return this.drop("full");
    this.#number = 0;
    this.#hasFrame = false;
    this.#isSpoilt = false;
    this.#hasBegun = true;
    await this.#answer(ACK);
  }

  async #onFrame(frame: Frame, number: number): Promise<void> {
    const { messages, messageBytesMax } = this.#tools;
    if (this.#isSpoilt) return await this.#answer(NAK);
    if (this.#hasFrame && frame.number === number) {
      this.#say("frameRepeated");
      return await this.#answer(ACK);
    }
    if (frame.number !== nextNumber(number)) return await this.#refuse("number");
    const before = this.#gathered.length;
    this.#gathered.add(frame.text);
    // The text of a record may lack its CR where the frame ends it all the same.
    if (messages === "records" && frame.isLast && frame.text.at(-1) !== CR) {
      this.#gathered.add(Uint8Array.of(CR));
    }
    if (this.#gathered.length > messageBytesMax) return await this.#spoil();
    if (frame.isLast && (messages === "texts" || endsMessage(this.#gathered.view()))) {
      return this.#beside(this.#handOver(frame.number, before));
    }
    this.#accept(frame.number);
    await this.#answer(ACK);
  }

  #accept(number: number): void {
    this.#number = number;
    this.#hasFrame = true;
  }

  /** Hands the message over; `before`: how long it was before its last frame, which comes again where it is not taken. */
  async #handOver(number: number, before: number): Promise<void> {
    const { intake, doubts, rates } = this.#tools;
    const { peer, partner } = this.#connection;
    const bytes = this.#gathered.view().slice();
    // Whoever stops takes what it has read at once.
    await rates.of(this.#address)?.turn(this.#life.signal)?.catch(() => {});
    const { isRepeated, turn, key } = await doubts.consider(this.#address, bytes);
    if (isRepeated) {
      this.#say("messageRepeated");
    } else {
      const known = key === undefined ? {} : { key, isKnownById: true as const };
      const { outcome } = await intake.receive({ bytes, peer, ...partner && { partner }, ...known });
      // What the channel refused is in quarantine: NAK would only bring the same bytes again.
      if (outcome.kind === "failed") {
        this.#gathered.shorten(before);
        return await this.#answer(NAK);
      }
      this.#messages++;
      await doubts.raise(this.#address, bytes, turn);
    }
    this.#gathered.clear();
    this.#accept(number);
    await this.#answer(ACK);
    if (!this.#isOvertaken) this.#acknowledgedMs = this.#tools.clock.elapsedMs();
  }

  /** The peer goes on: where it does so promptly, it has seen that its message was taken. */
  async #settle(): Promise<void> {
    const sinceMs = this.#acknowledgedMs;
    if (sinceMs === undefined) return;
    this.#acknowledgedMs = undefined;
    const isPrompt = this.#tools.clock.elapsedMs() - sinceMs < promptMsMax;
    if (isPrompt) await this.#tools.doubts.settle(this.#address);
  }

  /** Keeps what has come of a message that is not finished. */
  async #breakOff(endedBy: EndedBy): Promise<void> {
    const bytes = this.#gathered.take();
    if (bytes.length === 0) return;
    const error = this.#tools.unfinishedError(bytes.length, endedBy);
    this.#say("messageBrokenOff", { code: error.code, bytes: bytes.length });
    await this.#tools.intake.refuse({ bytes, peer: this.#connection.peer }, error);
  }

  /** Keeps what has come of a message that is too large, and takes no more of it. */
  async #spoil(): Promise<void> {
    const error = this.#tools.tooLargeError();
    const bytes = this.#gathered.take(this.#tools.messageBytesMax);
    this.#isSpoilt = true;
    this.#say("messageRefused", { code: error.code, bytes: bytes.length });
    await this.#tools.intake.refuse({ bytes, peer: this.#connection.peer }, error);
    await this.#answer(NAK);
  }

  async #refuse(reason: "broken" | "number"): Promise<void> {
    this.#say("frameRefused", { reason });
    await this.#answer(NAK);
  }

  /** Says it, unless the peer does not wait for it any more. */
  async #answer(byte: number): Promise<void> {
    if (this.#isOvertaken) return;
    await this.#writer.write(Uint8Array.of(byte)).catch(() => this.drop("unanswered"));
  }

  /** By when the peer has to say something. While a message is handed over, it waits for us. */
  #watch(): void {
    const { idleMsMax, frameMsMax } = this.#tools;
    if (this.#handing) return this.#deadline.clear();
    this.#deadline.set(this.#number === undefined ? idleMsMax : frameMsMax);
  }

  #late(): void {
    if (this.#number === undefined) return this.drop("idle");
    this.#number = undefined;
    this.#beside(this.#breakOff("silence"));
  }

  /** Lets something end while the peer is read; whatever it says is looked at then. */
  #beside(work: Promise<void>): void {
    // What fails here is what the journal remembers: the peer must not believe in an answer.
    this.#handing = work.catch(() => this.drop("unanswered")).finally(() => {
      this.#handing = undefined;
      if (!this.#life.signal.aborted) this.#watch();
    });
    this.#watch();
  }

  #say(name: string, facts: Readonly<Record<string, string | number>> = {}): void {
    this.#tools.report({ name, facts: { peer: this.#connection.peer, ...facts } });
  }
}
