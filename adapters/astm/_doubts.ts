import { createHash } from "node:crypto";
import type { Memory } from "../../runtime/contract/adapter.ts";
import type { Clock } from "../../runtime/contract/world.ts";

/**
 * Messages that were taken, one of each address, whose senders may not have seen that: an acknowledgement is one byte and
 * names nothing, so that a sender which missed it sends the whole message again. Kept over a restart.
 */
export class Doubts {
  readonly #memory: Memory;
  readonly #clock: Clock;
  readonly #repeatMsMax: number;

  constructor(memory: Memory, clock: Clock, repeatMsMax: number) {
    this.#memory = memory;
    this.#clock = clock;
    this.#repeatMsMax = repeatMsMax;
  }

  /** A message was taken; call it before its sender is told. */
  async raise(address: string, message: Uint8Array): Promise<void> {
    if (this.#repeatMsMax === 0) return;
    await this.#memory.set(keyOf(address), `${this.#clock.nowMs()} ${digestOf(message)}`);
  }

  /** Its sender has seen that. */
  async settle(address: string): Promise<void> {
    if (this.#repeatMsMax > 0) await this.#memory.delete(keyOf(address));
  }

  /** True where a message is the one in doubt, again. */
  async includes(address: string, message: Uint8Array): Promise<boolean> {
    if (this.#repeatMsMax === 0) return false;
    const [atMs, digest] = (await this.#memory.get(keyOf(address)))?.split(" ") ?? [];
    return digest === digestOf(message) && this.#clock.nowMs() - Number(atMs) <= this.#repeatMsMax;
  }
}

function keyOf(address: string): string {
  return `astm unconfirmed ${address}`;
}

function digestOf(message: Uint8Array): string {
  return createHash("sha256").update(message).digest("base64");
}
