import {
  defineListener,
  type Delivery,
  type Intake,
  type Memory,
  type Reply,
  type TransportEvent,
} from "../../../runtime/contract/adapter.ts";

/** A listener that is a test's own hand: what the test hands over is what arrives. */
export class HandListener {
  intake: Intake | undefined;
  /** Reports what happens to it. */
  report: (event: TransportEvent) => void = () => {};
  /** What it remembers. */
  memory: Memory | undefined;
  /** Called when the listener is told to stop, before it waits for what was handed over. */
  onStop: () => void = () => {};
  /** Closing it takes as long as this. */
  stopping: Promise<void> = Promise.resolve();
  /** What it cannot listen for, as often as it is tried. */
  fault: Error | undefined;
  #underWay = new Set<Promise<Reply>>();

  readonly spec = defineListener({
    name: "hand",
    about: "A test's hand.",
    config: {},
    errors: {},
    listen: ({ intake, memory, report }) => {
      if (this.fault) return Promise.reject(this.fault);
      this.report = report;
      this.intake = intake;
      this.memory = memory;
      return Promise.resolve({
        address: "hand",
        stop: async () => {
          this.onStop();
          while (this.#underWay.size > 0) await Promise.all(this.#underWay);
        },
        [Symbol.asyncDispose]: async () => {
          await this.stopping;
          this.intake = undefined;
        },
      });
    },
  });

  /** Hands bytes over; resolves with the answer. `kept`: as an adapter gives it. */
  give(bytes: Uint8Array, kept?: () => void, peer = "here", said: Partial<Delivery> = {}): Promise<Reply> {
    const reply = this.intake!.receive({ bytes, peer, ...said }, kept);
    this.#underWay.add(reply);
    reply.finally(() => this.#underWay.delete(reply));
    return reply;
  }
}

/** An answer as text; empty where there is none. */
export function said(reply: Reply): string {
  return reply.answer ? new TextDecoder().decode(reply.answer.bytes) : "";
}
