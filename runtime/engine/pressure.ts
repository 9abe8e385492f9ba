import { limits } from "./limits.ts";

/** What has a way in that can be closed. */
interface Gated {
  setGate(reason: string, closed: boolean): void;
}

/** Why a gateway takes nothing new: too much left to do, too little disk, a commit that does not end. */
export type PressureReason = "journal is full" | "disk is low" | "journal is stalled";

/** The gateway's own reasons to take nothing new. They hold for every channel, also for one that comes later. */
export class Pressure {
  readonly #pendingBytesMax: number;
  readonly #channels: () => Iterable<Gated>;
  readonly #reasons = new Set<PressureReason>();

  constructor(pendingBytesMax: number, channels: () => Iterable<Gated>) {
    this.#pendingBytesMax = pendingBytesMax;
    this.#channels = channels;
  }

  /** Closes every way in, or opens those that have no other reason to be closed. */
  set(reason: PressureReason, closed: boolean): void {
    if (this.#reasons.has(reason) === closed) return;
    if (closed) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    for (const channel of this.#channels()) channel.setGate(reason, closed);
  }

  /** Past its mark the journal takes nothing new; somewhat below it, it does again. */
  weigh(pendingBytes: number): void {
    const isFull = this.#reasons.has("journal is full");
    this.set("journal is full", pendingBytes > this.#pendingBytesMax * (isFull ? limits.reopenShare : 1));
  }

  /** Closes the way into a channel that is new, where there is a reason. */
  tell(channel: Gated): void {
    for (const reason of this.#reasons) channel.setGate(reason, true);
  }
}
