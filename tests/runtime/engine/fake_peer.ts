import { defineSender, type Parcel } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { Outcome } from "../../../runtime/contract/message.ts";
import { idIn } from "./note_format.ts";

/** An attempt as the peer saw it. */
export interface Attempt {
  readonly id: string;
  readonly controlId: string;
  readonly bytes: Uint8Array;
  readonly attempt: number;
  /** Clock time, where the peer was given one. */
  readonly atMs: number;
}

const forever = new Promise<never>(() => {});

type Conduct = (parcel: Parcel, signal: AbortSignal) => Outcome | Promise<Outcome>;

const down = new MitralError("PEER_PLACE_UNREACHABLE", {
  blame: "receiver",
  retry: "later",
  says: "Cannot reach peer",
});

/** What a step fails with that will not do its work. */
export const refusal = new MitralError("ACT_NOTE_REFUSED", {
  blame: "receiver",
  retry: "never",
  says: "Cannot work on note",
});

/** The other end of a destination, and the sender that leads there. */
export class FakePeer {
  /** Every attempt, in order. */
  readonly attempts: Attempt[] = [];
  /** What the peer took, by control id, in order. */
  readonly taken: string[] = [];
  /** What an attempt comes to. */
  conduct: Conduct = (parcel) => this.take(parcel);
  opened = 0;
  closed = 0;
  /** Attempts under way at once, now and at most. */
  busy = 0;
  busiest = 0;
  #watchers: (() => void)[] = [];
  #power = 0;

  constructor(readonly lanes: number = 1, readonly clock: { elapsedMs(): number } = { elapsedMs: () => 0 }) {}

  readonly spec = defineSender({
    name: "peer",
    about: "A test's peer.",
    config: {},
    errors: {},
    lanes: () => this.lanes,
    open: () => {
      this.opened++;
      const power = this.#power;
      return Promise.resolve({
        send: (parcel: Parcel, signal: AbortSignal) =>
          power === this.#power ? this.#send(parcel, signal) : forever,
        [Symbol.asyncDispose]: () => {
          this.closed++;
          return Promise.resolve();
        },
      });
    },
  });

  /** Takes a parcel, and answers so. */
  take(parcel: Parcel): Outcome | Promise<Outcome> {
    this.taken.push(idIn(parcel.bytes));
    return parcel.judge(answer(parcel, "AA"));
  }

  /** Answers without taking. */
  refuse(parcel: Parcel, verdict: "AE" | "AR"): Outcome | Promise<Outcome> {
    return parcel.judge(answer(parcel, verdict));
  }

  /** Nobody is there. */
  isDown(): never {
    throw down;
  }

  /** Holds attempts from now on; the returned function lets them go, and takes them. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.conduct = async (parcel, signal) => {
      const gone = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => gone.reject(signal.reason), { once: true });
      await Promise.race([promise, gone.promise]);
      return await this.take(parcel);
    };
    return () => {
      this.conduct = (parcel) => this.take(parcel);
      resolve();
    };
  }

  /** The gateway has lost its power: what its senders still do in memory does not reach the peer. */
  cutPower(): void {
    this.#power++;
  }

  /** Resolves once `count` attempts have been made. */
  async tried(count: number): Promise<void> {
    while (this.attempts.length < count) await this.#change();
  }

  /** Resolves once `count` parcels were taken. */
  async took(count: number): Promise<void> {
    while (this.taken.length < count) await this.#change();
  }

  async #send(parcel: Parcel, signal: AbortSignal): Promise<Outcome> {
    const { id, bytes, attempt } = parcel;
    this.attempts.push({
      id,
      attempt,
      bytes: bytes.slice(),
      controlId: idIn(bytes),
      atMs: this.clock.elapsedMs(),
    });
    this.busiest = Math.max(this.busiest, ++this.busy);
    this.#tell();
    try {
      return await this.conduct(parcel, signal);
    } finally {
      this.busy--;
      this.#tell();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #tell(): void {
    for (const tell of this.#watchers.splice(0)) tell();
  }
}

function answer({ bytes }: Parcel, verdict: string): Uint8Array {
  return new TextEncoder().encode(`${idIn(bytes)}|${verdict}`);
}
