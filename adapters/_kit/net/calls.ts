import type { MitralError } from "../../../runtime/contract/error.ts";
import type { Acceptor, Clock, Connection } from "../../../runtime/contract/world.ts";
import type { TransportEvent } from "../../../runtime/contract/adapter.ts";
import type { Linked, Linking } from "./linking.ts";

/** Connections that are kept beside those in use; the oldest goes first. */
const callsMax = 16;

/** What waiting for calls needs. */
export interface CallTools<L> {
  readonly clock: Clock;
  /** How long a message waits for a call. */
  readonly connectMsMax: number;
  /** The declared error for a call that did not come in time. */
  absent(): MitralError;
  /** What is made of a peer's connection. */
  welcome(connection: Connection): L;
  report(event: TransportEvent): void;
  /** Told once nobody is let in any more. */
  closed?(): void;
}

/**
 * Connections that peers have opened to be sent messages over. The newest is used: after a failure at the peer it is
 * the one that is alive. Those before it stay as long as they live and there is room, since a load balancer's probe is
 * new, too, and gone at once.
 */
export class Calls<L extends Linked> {
  readonly #acceptor: Acceptor;
  readonly #tools: CallTools<L>;
  /** Every open connection, oldest first; true for those in use. */
  readonly #links = new Map<L, boolean>();
  readonly #everUsed = new WeakSet<L>();
  readonly #waiting = new Set<(link: L) => void>();
  readonly #accepting: Promise<void>;

  constructor(acceptor: Acceptor, tools: CallTools<L>) {
    this.#acceptor = acceptor;
    this.#tools = tools;
    this.#accepting = this.#accept();
  }

  /** The newest connection that is not in use, or the next that comes. */
  linking(): Linking<L> {
    const free = this.#newestFree();
    if (free) return { link: Promise.resolve(this.#use(free)), abandon: () => {} };
    const { promise, resolve, reject } = Promise.withResolvers<L>();
    const over = () => {
      stopTimer();
      this.#waiting.delete(take);
    };
    const take = (link: L) => {
      over();
      resolve(this.#use(link));
    };
    const abandon = (reason: unknown) => {
      over();
      reject(reason);
    };
    const stopTimer = this.#tools.clock.after(
      this.#tools.connectMsMax,
      () => abandon(this.#tools.absent()),
    );
    this.#waiting.add(take);
    return { link: promise, abandon };
  }

  /** A newer connection in place of one in use, which becomes free; the same where there is none. */
  newer(link: L): L {
    const free = this.#newestFree();
    const links = [...this.#links.keys()];
    if (!free || links.indexOf(free) < links.indexOf(link)) return link;
    this.#links.set(link, false);
    return this.#use(free);
  }

  /** Accepts no more and closes what is there. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#acceptor.close();
    this.#tools.closed?.();
    await this.#accepting;
    for (const link of this.#links.keys()) link.close();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#acceptor) this.#welcome(connection);
  }

  #welcome(connection: Connection): void {
    const link = this.#tools.welcome(connection);
    this.#links.set(link, false);
    void link.done.then(() => {
      this.#links.delete(link);
      if (!this.#everUsed.has(link)) this.#say("connectionProbed", connection.peer);
    });
    const [waiting] = this.#waiting;
    waiting?.(link);
    const free = [...this.#links].filter(([, isUsed]) => !isUsed);
    if (free.length > callsMax) free[0][0].close();
  }

  #newestFree(): L | undefined {
    return [...this.#links].findLast(([link, isUsed]) => !isUsed && link.isOpen)?.[0];
  }

  #use(link: L): L {
    this.#links.set(link, true);
    if (!this.#everUsed.has(link)) this.#say("connectionOpened", link.peer);
    this.#everUsed.add(link);
    return link;
  }

  #say(name: string, peer: string): void {
    this.#tools.report({ name, facts: { peer } });
  }
}
