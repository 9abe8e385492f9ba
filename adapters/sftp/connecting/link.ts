import { Deadline } from "../../_kit/net/deadline.ts";
import { openSession, type Session } from "./session.ts";
import type { ConnectTools } from "./settings.ts";

/** A session, lent until it is given back. */
export interface Lent extends Disposable {
  readonly session: Session;
}

/** Where sessions come from. */
export interface Lender {
  /** Does something over a session. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Rejects with why there is no session, or with the signal's reason. */
  borrow(signal?: AbortSignal): Promise<Lent>;
}

/**
 * One connection to the server: made when it is needed, shared by whoever needs it at the same time, kept for a while
 * after that, and made anew once it has ended.
 */
export class Link implements Lender {
  readonly #tools: ConnectTools;
  readonly #unused: Deadline;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #life = new AbortController();
  #users = 0;

  constructor(tools: ConnectTools) {
    this.#tools = tools;
    this.#unused = new Deadline(tools.world.clock, () => this.#drop());
  }

  /** True while there is a connection. */
  get isConnected(): boolean {
    return this.#session?.isOpen ?? false;
  }

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    using lent = await this.borrow();
    return await work(lent.session);
  }

  async borrow(signal?: AbortSignal): Promise<Lent> {
    this.#users++;
    this.#unused.clear();
    try {
      const session = this.#session?.isOpen ? this.#session : await (this.#opening ?? this.#open());
      signal?.throwIfAborted();
      return { session, [Symbol.dispose]: () => this.#giveBack() };
    } catch (cause) {
      this.#giveBack();
      throw cause;
    }
  }

  /** Makes no more connections; one that is there may be used. */
  retire(reason: unknown): void {
    this.#life.abort(reason);
  }

  /** Ends the connection, whoever uses it: what waits for an answer fails. Where it is not retired, it may come again. */
  cut(): void {
    const { config: { host, port }, error } = this.#tools;
    if (!this.#life.signal.aborted) {
      this.#life.abort(error("SFTP_CONNECTION_LOST", { host, port }));
      this.#life = new AbortController();
    }
    this.#opening = undefined;
    this.#drop();
  }

  #open(): Promise<Session> {
    const { config: { host, port }, report } = this.#tools;
    const opening = openSession(this.#tools, this.#life.signal).then((session) => {
      report({ name: "connectionOpened", facts: { host, port } });
      return this.#session = session;
    }).finally(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return this.#opening = opening;
  }

  #giveBack(): void {
    if (--this.#users > 0) return;
    const { keepMs } = this.#tools.config;
    if (keepMs === 0) this.#drop();
    else this.#unused.set(keepMs);
  }

  #drop(): void {
    this.#unused.stop();
    this.#session?.close();
    this.#session = undefined;
  }
}
