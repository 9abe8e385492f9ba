import { framesOf, writeFrame } from "../../examples/_kit/mllp.ts";
import { type Answer, type Arrival, Receiver } from "../../examples/_kit/receiver.ts";

const probe = new TextEncoder().encode("MSH|^~\\&|PROBE||||20260101||ACK|PROBE|P|2.5.1\r");

/** One time that a message came. */
export interface Coming {
  readonly controlId: string;
  /** The sink's connections are counted from 1. */
  readonly connection: number;
  /** How often the sender had died before. */
  readonly life: number;
  /** How many had come, of all, when it was answered AA, which the sender need not have read. */
  acceptedAt?: number;
}

/**
 * What a sink does with a message that has come, and how it answers. Called with the count of first arrivals; without,
 * where the message came before.
 */
export type Act = (arrived?: number) => Answer | Promise<Answer>;

/** The receiving system of a crash test: keeps what came, in order, and what came again. */
export class Sink implements AsyncDisposable {
  readonly port: number;
  /** Everything that came, in order. */
  readonly comings: Coming[] = [];
  /** Control ids in the order in which each came first. */
  readonly arrived: string[] = [];
  /** Control ids that came again, in order. */
  readonly repeated: string[] = [];
  /** Came again although nobody was killed between. */
  readonly needless: string[] = [];
  /** Came with other bytes than they must have. */
  readonly wrong: string[] = [];
  readonly #expected: Pick<ReadonlyMap<string, Uint8Array>, "get">;
  readonly #act: Act;
  readonly #latest = new Map<string, Coming>();
  /** Last connection of each of the sender's lives but the present one. */
  readonly #lastConnections: number[] = [];
  #waiting: (() => void)[] = [];
  #receiver: Receiver | undefined;
  #closing = Promise.resolve();
  readonly #acts = new Set<Promise<Answer>>();
  #probed = 0;
  /** Connections of receivers before the present one. */
  #connectionsBefore = 0;

  constructor(
    port: number,
    expected: Pick<ReadonlyMap<string, Uint8Array>, "get">,
    act: Act = () => {},
  ) {
    this.#expected = expected;
    this.#act = act;
    this.port = port;
    this.open();
  }

  /** Resolves when so many different messages have come. */
  async reached(count: number): Promise<void> {
    while (this.arrived.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Whether a connection has not ended, as far as it is known here. */
  isOpen(connection: number): boolean {
    return this.#receiver?.isOpen(connection - this.#connectionsBefore) ?? false;
  }

  /** Breaks every connection off and refuses new ones. */
  close(): void {
    if (!this.#receiver) return;
    this.#connectionsBefore += this.#receiver.connections;
    this.#closing = this.#receiver[Symbol.asyncDispose]();
    this.#receiver = undefined;
  }

  /** Takes connections, again. */
  open(): void {
    const before = this.#connectionsBefore;
    this.#receiver ??= Receiver.listen(
      this.port,
      (arrival) => this.#take({ ...arrival, connection: arrival.connection + before }),
    );
  }

  /**
   * Notes that the sender is dead: whatever comes over a connection made from now on comes from its next life.
   * Connections are taken in the order in which they were made, so a probe of our own comes after all of the dead one's.
   */
  async senderDied(): Promise<void> {
    this.#lastConnections.push(this.#receiver ? await this.#probe() : this.#connectionsBefore);
  }

  /** Number of the connection it was made over. */
  async #probe(): Promise<number> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    await writeFrame(connection, probe);
    await framesOf(connection).next();
    return this.#probed;
  }

  /** Resolves when everything that came is answered, and it is known which connections have ended by now. */
  async quiet(): Promise<void> {
    await Promise.all(this.#acts);
    // The end of a connection that ended before this one was made is seen before what comes over it.
    await this.#probe();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#closing;
  }

  async #take({ controlId, message, connection }: Arrival): Promise<Answer> {
    if (controlId === "PROBE") return void (this.#probed = connection);
    const expected = this.#expected.get(controlId);
    if (!expected || !isSame(expected, message)) this.wrong.push(controlId);
    const life = this.#lastConnections.filter((last) => last < connection).length;
    const coming: Coming = { controlId, connection, life };
    const before = this.#latest.get(controlId);
    this.#latest.set(controlId, coming);
    this.comings.push(coming);
    if (!before) this.arrived.push(controlId);
    else this.repeated.push(controlId);
    if (before?.life === life) this.needless.push(controlId);
    for (const resolve of this.#waiting.splice(0)) resolve();
    const act = Promise.resolve(this.#act(before ? undefined : this.arrived.length));
    this.#acts.add(act);
    const answer = await act.finally(() => this.#acts.delete(act));
    // Before it is written: what is sent on the strength of it may be here first.
    if (answer === undefined) coming.acceptedAt = this.comings.length;
    return answer;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Messages that came after one that was sent later, among those that are alike in `of`. */
export function overtaken<M extends { readonly controlId: string }>(
  arrived: readonly string[],
  sent: Iterable<M>,
  of: (message: M) => unknown,
): string[] {
  const places = new Map(Array.from(sent, (message, at) => [message.controlId, { at, group: of(message) }]));
  const latest = new Map<unknown, number>();
  return arrived.filter((controlId) => {
    const { at, group } = places.get(controlId)!;
    const isLate = at < (latest.get(group) ?? -1);
    latest.set(group, Math.max(at, latest.get(group) ?? -1));
    return isLate;
  });
}
