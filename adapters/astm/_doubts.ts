import { createHash } from "node:crypto";
import type { Memory } from "../../runtime/contract/adapter.ts";
import type { Clock } from "../../runtime/contract/world.ts";

/** What is known of an address. */
interface Known {
  /** Grows with every message that cannot be a repetition of the one before. */
  readonly turn: number;
  /** The last message, while its sender may not have seen that it was taken. */
  readonly doubt?: { readonly atMs: number; readonly digest: string };
}

/** What a message is to those before it. */
export interface Considered {
  /** It is the one in doubt, again. */
  readonly isRepeated: boolean;
  readonly turn: number;
  /** The same for the same message again, also where a crash kept it from being doubted; left out where nothing is. */
  readonly key?: string;
}

/**
 * Messages that were taken, one of each address, whose senders may not have seen that: an acknowledgement is one byte and
 * names nothing, so that a sender which missed it sends the whole message again. Kept over a restart. Between the moment
 * a message is durable and the moment it is doubted the journal knows it, by its key.
 */
export class Doubts {
  readonly #memory: Memory;
  readonly #clock: Clock;
  readonly #repeatMsMax: number;
  readonly #known = new Map<string, Known>();

  constructor(memory: Memory, clock: Clock, repeatMsMax: number) {
    this.#memory = memory;
    this.#clock = clock;
    this.#repeatMsMax = repeatMsMax;
  }

  async consider(address: string, message: Uint8Array): Promise<Considered> {
    if (this.#repeatMsMax === 0) return { isRepeated: false, turn: 0 };
    const { turn: last, doubt } = await this.#of(address);
    const digest = digestOf(message);
    const isRepeated = doubt?.digest === digest && this.#clock.nowMs() - doubt.atMs <= this.#repeatMsMax;
    const turn = doubt && !isRepeated ? last + 1 : last;
    return { isRepeated, turn, key: `${address} ${turn} ${digest}` };
  }

  /** A message was taken; call it before its sender is told. */
  async raise(address: string, message: Uint8Array, turn: number): Promise<void> {
    if (this.#repeatMsMax === 0) return;
    const doubt = { atMs: this.#clock.nowMs(), digest: digestOf(message) };
    await this.#keep(address, { turn: Math.max(turn, (await this.#of(address)).turn), doubt });
  }

  /** Its sender has seen that. */
  async settle(address: string): Promise<void> {
    if (this.#repeatMsMax === 0) return;
    await this.#keep(address, { turn: (await this.#of(address)).turn + 1 });
  }

  async #of(address: string): Promise<Known> {
    return this.#known.get(address) ?? knownIn(await this.#memory.get(keyOf(address)));
  }

  async #keep(address: string, known: Known): Promise<void> {
    const { turn, doubt } = known;
    await this.#memory.set(keyOf(address), doubt ? `${turn} ${doubt.atMs} ${doubt.digest}` : String(turn));
    this.#known.set(address, known);
  }
}

function knownIn(text = "0"): Known {
  const [turn, atMs, digest] = text.split(" ");
  return { turn: Number(turn), ...(digest ? { doubt: { atMs: Number(atMs), digest } } : {}) };
}

function keyOf(address: string): string {
  return `astm unconfirmed ${address}`;
}

function digestOf(message: Uint8Array): string {
  return createHash("sha256").update(message).digest("base64");
}
