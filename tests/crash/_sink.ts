import type { DemoMessage } from "../../examples/hospital_to_lab/messages.ts";
import { framesOf, writeFrame } from "../../examples/_kit/mllp.ts";
import { type Arrival, Receiver } from "../../examples/_kit/receiver.ts";

const probe = new TextEncoder().encode("MSH|^~\\&|PROBE||||20260101||ACK|PROBE|P|2.5.1\r");

/** The receiving system of a crash test: keeps the order of first arrivals, and what came again. */
export class Sink implements AsyncDisposable {
  readonly port: number;
  /** Control ids in the order in which each came first. */
  readonly arrived: string[] = [];
  /** Control ids that came again, in order. */
  readonly repeated: string[] = [];
  /** Came again although nobody was killed between. */
  readonly needless: string[] = [];
  /** Came with other bytes than they must have. */
  readonly wrong: string[] = [];
  readonly #expected: ReadonlyMap<string, Uint8Array>;
  readonly #watch: (count: number) => void | Promise<void>;
  readonly #receiver: Receiver;
  readonly #all = Promise.withResolvers<void>();
  /** The sender's life in which a control id was last seen. */
  readonly #lives = new Map<string, number>();
  /** Last connection of each of the sender's lives but the present one. */
  readonly #lastConnections: number[] = [];

  /** `watch` is called with the count of first arrivals, after each, before it is answered. */
  constructor(
    port: number,
    expected: ReadonlyMap<string, Uint8Array>,
    watch: (count: number) => void | Promise<void> = () => {},
  ) {
    this.#expected = expected;
    this.#watch = watch;
    this.port = port;
    this.#receiver = Receiver.listen(port, (arrival) => this.#take(arrival));
  }

  /** Resolves when every message has come. */
  get all(): Promise<void> {
    return this.#all.promise;
  }

  /**
   * Notes that the sender is dead: whatever comes over a connection made from now on comes from its next life.
   * Connections are taken in the order in which they were made, so a probe of our own comes after all of the dead one's.
   */
  async senderDied(): Promise<void> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    await writeFrame(connection, probe);
    await framesOf(connection).next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#receiver[Symbol.asyncDispose]();
  }

  async #take({ controlId, message, connection }: Arrival): Promise<void> {
    if (controlId === "PROBE") return void this.#lastConnections.push(connection);
    const expected = this.#expected.get(controlId);
    if (!expected || expected.toHex() !== message.toHex()) this.wrong.push(controlId);
    const life = this.#lastConnections.filter((last) => last < connection).length;
    const before = this.#lives.get(controlId);
    this.#lives.set(controlId, life);
    if (before === undefined) {
      this.arrived.push(controlId);
      if (this.arrived.length === this.#expected.size) this.#all.resolve();
      return await this.#watch(this.arrived.length);
    }
    this.repeated.push(controlId);
    if (before === life) this.needless.push(controlId);
  }
}

/** Messages that came after one that was sent later, among those that are alike in `of`. */
export function overtaken(
  arrived: readonly string[],
  sent: readonly DemoMessage[],
  of: (message: DemoMessage) => unknown,
): string[] {
  const places = new Map(sent.map((message, at) => [message.controlId, { at, group: of(message) }]));
  const latest = new Map<unknown, number>();
  return arrived.filter((controlId) => {
    const { at, group } = places.get(controlId)!;
    const isLate = at < (latest.get(group) ?? -1);
    latest.set(group, Math.max(at, latest.get(group) ?? -1));
    return isLate;
  });
}
