import type { Delivery, Intake, MessageProgress, Reading, Reply } from "../../runtime/contract/adapter.ts";
import type { MitralError } from "../../runtime/contract/error.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What {@linkcode FakeIntake} answers unless told otherwise: short, and another one for other bytes. */
export function answerTo(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  let sum = 0;
  for (const byte of bytes) sum = (sum * 31 + byte) >>> 0;
  return encoder.encode(`taken ${bytes.length} ${sum}`);
}

/** Accepted, with an answer in the fake's own words. */
export function accepted(delivery: Delivery): Reply {
  const answer = { bytes: answerTo(delivery.bytes), contentType: "text/plain" };
  return { outcome: { kind: "accepted", answer }, answer };
}

/** Not taken, and nothing to say. */
export function failedInSilence(error: MitralError): Reply {
  return { outcome: { kind: "failed", error }, answer: null };
}

/** A refusal in the fake's own words. */
export function refused(_delivery: Delivery, error: MitralError): Reply {
  const answer = { bytes: encoder.encode(`refused ${error.code}`), contentType: "text/plain" };
  return { outcome: { kind: "rejected", error, answer }, answer };
}

/** A channel's intake that a test holds in its hand. */
export class FakeIntake implements Intake {
  /** Everything handed over, in order. */
  readonly received: Delivery[] = [];
  /** Everything refused, in order. */
  readonly refused: { readonly delivery: Delivery; readonly error: MitralError }[] = [];
  /** What `receive` comes to. `kept`: as the adapter gave it. */
  reply: (delivery: Delivery, kept?: () => void) => Reply | Promise<Reply> = accepted;
  /** What `refuse` comes to. */
  refusal: (delivery: Delivery, error: MitralError) => Reply | Promise<Reply> = refused;

  /** What readings hold now, in bytes, and the most they held at once. */
  held = 0;
  heldMost = 0;
  /** Readings wait while this is true; whoever waits goes on at {@linkcode open}. */
  isOutOfMemory = false;

  #open = true;
  #looked = 0;
  readonly #openers = new Set<() => void>();
  readonly #watchers = new Set<() => void>();

  get isOpen(): boolean {
    this.#looked++;
    this.#tell();
    return this.#open;
  }

  opened(signal: AbortSignal): Promise<void> {
    this.#looked++;
    this.#tell();
    return this.#open && !signal.aborted ? Promise.resolve() : this.#opening(signal);
  }

  #opening(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const open = () => {
        signal.removeEventListener("abort", stop);
        resolve();
      };
      const stop = () => {
        this.#openers.delete(open);
        reject(signal.reason);
      };
      this.#openers.add(open);
      signal.addEventListener("abort", stop, { once: true });
    });
  }

  reading(): Reading {
    let own = 0;
    const hold = (bytes: number) => {
      this.held += bytes - own;
      this.heldMost = Math.max(this.heldMost, this.held);
      own = bytes;
    };
    return {
      holds: (bytes, signal) => {
        hold(bytes);
        this.#tell();
        return this.isOutOfMemory ? this.#opening(signal) : undefined;
      },
      [Symbol.dispose]: () => hold(0),
    };
  }

  async receive(delivery: Delivery, kept?: () => void): Promise<Reply> {
    this.received.push(delivery);
    this.#tell();
    return await this.reply(delivery, kept);
  }

  async refuse(delivery: Delivery, error: MitralError): Promise<Reply> {
    this.refused.push({ delivery, error });
    this.#tell();
    return await this.refusal(delivery, error);
  }

  /** What `state` finds, by id. */
  readonly states = new Map<string, MessageProgress>();

  state(id: string): Promise<MessageProgress | undefined> {
    return Promise.resolve(this.states.get(id));
  }

  /** Takes nothing more until {@linkcode open}. Counts from here for {@linkcode consulted}. */
  close(): void {
    this.#open = false;
    this.#looked = 0;
  }

  open(): void {
    this.#open = true;
    this.isOutOfMemory = false;
    for (const open of this.#openers) open();
    this.#openers.clear();
  }

  /** Answers from now on wait; the returned function lets them go, in the default words. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.reply;
    this.reply = async (delivery, kept) => {
      await promise;
      return await before(delivery, kept);
    };
    return () => {
      this.reply = before;
      resolve();
    };
  }

  /** Resolves when `count` deliveries have been handed over in all. */
  async gotten(count: number): Promise<void> {
    while (this.received.length < count) await this.#change();
  }

  /** Resolves when `count` deliveries have been refused in all. */
  async gottenRefused(count: number): Promise<void> {
    while (this.refused.length < count) await this.#change();
  }

  /** Resolves when the adapter has asked whether the intake is open, since it was last closed. */
  async consulted(): Promise<void> {
    while (this.#looked === 0) await this.#change();
  }

  /** What was handed over, as UTF-8 text. */
  get texts(): readonly string[] {
    return this.received.map(({ bytes }) => decoder.decode(bytes));
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve));
  }

  #tell(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const tell of watchers) tell();
  }
}
