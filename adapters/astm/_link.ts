import type { TransportEvent } from "../../runtime/contract/adapter.ts";
import type { Clock, Connection } from "../../runtime/contract/world.ts";
import { Deadline } from "../_kit/net/deadline.ts";
import type { Linked } from "../_kit/net/linking.ts";
import { ENQ, EOT, type Frame, NAK, writeFrame } from "./_frame.ts";
import { type Signal, SignalReader } from "./_signal_reader.ts";

const bufferBytes = 4 * 1024;
/** How long each station waits after both have asked for the line at once (E1381-02, 6.2). */
const contentionMs = { host: 20_000, instrument: 1_000 } as const;
/** How long the line is left to a peer that has asked for it by EOT (E1381-02, 6.3.5). */
const interruptMs = 15_000;
/** How long the last byte of a connection may take. */
const leaveMsMax = 1_000;

/** Why a message was not delivered over a link. */
export type LinkTrouble = "closed" | "late" | "busy" | "refused";

/** Rejection of {@linkcode AstmLink.transfer}. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  constructor(readonly trouble: LinkTrouble, cause?: unknown) {
    super("not delivered", { cause });
  }
}

/** What a link needs. */
export interface LinkTools {
  readonly clock: Clock;
  readonly station: "host" | "instrument";
  readonly answerMsMax: number;
  readonly busyMsMin: number;
  readonly enquiriesMax: number;
  readonly attemptsMax: number;
  readonly idleMsMax: number;
  report(event: TransportEvent): void;
}

interface Asker {
  resolve(signal: Signal): void;
  reject(reason: unknown): void;
}

/**
 * One open connection to the peer, as the sender of E1381: asks for the line, sends frames, each once the one before is
 * acknowledged, and gives the line back. Where an answer does not come in time it closes, since a late one would be
 * taken for the next frame's. It takes nothing: a peer that asks for the line gets NAK.
 */
export class AstmLink implements Linked {
  readonly peer: string;
  readonly #connection: Connection;
  readonly #tools: LinkTools;
  readonly #reader = new SignalReader(0);
  readonly #deadline: Deadline;
  readonly #life = new AbortController();
  #asker: Asker | undefined;
  #isBusy = false;
  #isInterrupted = false;
  #lastMs: number;
  /** From when on the line may be asked for. */
  #freeAtMs = 0;
  readonly done: Promise<void>;

  constructor(connection: Connection, tools: LinkTools) {
    this.peer = connection.peer;
    this.#connection = connection;
    this.#tools = tools;
    this.#lastMs = tools.clock.elapsedMs();
    this.#deadline = new Deadline(
      tools.clock,
      () => this.close(new LinkError(this.#asker ? "late" : "closed")),
    );
    this.#deadline.set(tools.idleMsMax);
    this.done = this.#read();
  }

  get isOpen(): boolean {
    return !this.#life.signal.aborted;
  }

  get idleMs(): number {
    return this.#isBusy ? 0 : this.#tools.clock.elapsedMs() - this.#lastMs;
  }

  /**
   * Sends frames as one transfer; resolves when the last is acknowledged. None at all only asks for the line and gives it
   * back. Rejects with {@linkcode LinkError}, or with what `close` was given. One at a time.
   */
  async transfer(frames: Iterable<Frame>): Promise<void> {
    this.#isBusy = true;
    this.#deadline.clear();
    try {
      await this.#enquire();
      this.#isInterrupted = false;
      for (const frame of frames) await this.#send(writeFrame(frame));
      await this.#write(Uint8Array.of(EOT));
      if (this.#isInterrupted) this.#leaveFor(interruptMs);
    } finally {
      this.#isBusy = false;
      this.#lastMs = this.#tools.clock.elapsedMs();
      if (this.isOpen) this.#deadline.set(this.#tools.idleMsMax);
    }
  }

  close(reason: unknown = new LinkError("closed")): void {
    if (!this.isOpen) return;
    this.#life.abort(reason);
    this.#deadline.stop();
    this.#asker?.reject(reason);
    this.#asker = undefined;
    if (this.#isBusy) this.#leave();
    else this.#connection.close();
  }

  /** Gives the line back first: a device behind a serial server learns nothing of the end of a connection. */
  #leave(): void {
    const close = () => {
      stopTimer();
      this.#connection.close();
    };
    const stopTimer = this.#tools.clock.after(leaveMsMax, close);
    void this.#write(Uint8Array.of(EOT)).then(close);
  }

  async #enquire(): Promise<void> {
    const { enquiriesMax, busyMsMin, station } = this.#tools;
    for (let enquiry = 1; enquiry <= enquiriesMax; enquiry++) {
      await this.#free();
      const { kind } = await this.#ask(Uint8Array.of(ENQ));
      if (kind === "yes") return;
      if (kind === "enquiry") this.#say("lineContended");
      this.#leaveFor(kind === "enquiry" ? contentionMs[station] : busyMsMin);
    }
    throw new LinkError("busy");
  }

  async #send(frame: Uint8Array): Promise<void> {
    for (let attempt = 1; attempt <= this.#tools.attemptsMax; attempt++) {
      const { kind } = await this.#ask(frame);
      if (kind === "yes") return;
      // An interrupt: it has the frame, and wants the line soon. It may have it once the message is whole.
      if (kind === "end") {
        this.#isInterrupted = true;
        return;
      }
      this.#say("frameRefused");
    }
    await this.#write(Uint8Array.of(EOT));
    throw new LinkError("refused");
  }

  /** The line is not asked for before so long. */
  #leaveFor(ms: number): void {
    this.#freeAtMs = this.#tools.clock.elapsedMs() + ms;
  }

  async #free(): Promise<void> {
    const { clock } = this.#tools;
    for (let ms = this.#freeAtMs - clock.elapsedMs(); ms > 0; ms = this.#freeAtMs - clock.elapsedMs()) {
      await clock.sleep(ms, this.#life.signal);
    }
  }

  /** Says something, and resolves with what the peer answers. */
  async #ask(bytes: Uint8Array): Promise<Signal> {
    this.#life.signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Signal>();
    this.#asker = { resolve, reject };
    this.#deadline.set(this.#tools.answerMsMax);
    // What fails to be written is not answered: the reading side knows.
    this.#connection.write(bytes).catch(() => {});
    return await promise;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    // The message is delivered, or is not, whether this arrives or not.
    await this.#connection.write(bytes).catch(() => {});
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(bufferBytes);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (!this.isOpen) return;
        if (count === null) return this.close();
        this.#reader.feed(buffer.subarray(0, count));
        for (let signal = this.#reader.next(); signal; signal = this.#reader.next()) await this.#on(signal);
        const bytes = this.#reader.takeSkipped();
        if (bytes > 0) this.#say("bytesSkipped", { bytes });
      }
    } catch (cause) {
      this.close(new LinkError("closed", cause));
    }
  }

  async #on(signal: Signal): Promise<void> {
    const asker = this.#asker;
    if (asker) {
      this.#asker = undefined;
      this.#deadline.clear();
      return asker.resolve(signal);
    }
    if (signal.kind !== "enquiry") return this.#say("answerSkipped");
    this.#say("enquiryRefused");
    await this.#write(Uint8Array.of(NAK));
  }

  #say(name: string, facts: Readonly<Record<string, string | number>> = {}): void {
    this.#tools.report({ name, facts: { peer: this.peer, ...facts } });
  }
}
