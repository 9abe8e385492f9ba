import type { AdapterTools } from "../../../runtime/contract/adapter.ts";
import type { Facts, Fault, MitralError } from "../../../runtime/contract/error.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { Calls } from "./calls.ts";
import { connect } from "./connect.ts";
import {
  type ConnectCode,
  connectFaults,
  type ListenCode,
  listenCode,
  listenFaults,
  type Owned,
  owned,
} from "./faults.ts";
import type { Linked, Linking } from "./linking.ts";
import { netCode } from "./net_codes.ts";
import { callError, type Calling, openCalling } from "../tls/calling.ts";
import { callingFaults, type CallingTlsCode, servingFaults, type ServingTlsCode } from "../tls/faults.ts";
import { openServing } from "../tls/serving.ts";
import { asServer, type EitherTlsSettings } from "../tls/settings.ts";

const faults = {
  PEER_ABSENT: {
    blame: "receiver",
    retry: "later",
    says: "Cannot deliver: nobody has called {host} port {port} within connectMsMax ({connectMsMax})",
    isUnsent: true,
  },
  SENDER_CLOSED: {
    blame: "operator",
    retry: "later",
    says: "Cannot send message: the sender is closed",
  },
} as const satisfies Readonly<Record<string, Fault>>;

type Code<Owner extends string> =
  | ConnectCode<Owner>
  | ListenCode<Owner>
  | CallingTlsCode<Owner>
  | ServingTlsCode<Owner>
  | `${Owner}_${keyof typeof faults}`;

/** What a sender declares that has an outlet. */
export function outletFaults<const Owner extends string>(
  owner: Owner,
):
  & ReturnType<typeof connectFaults<Owner>>
  & ReturnType<typeof listenFaults<Owner>>
  & ReturnType<typeof callingFaults<Owner>>
  & ReturnType<typeof servingFaults<Owner>>
  & Owned<Owner, typeof faults> {
  return {
    ...connectFaults(owner),
    ...listenFaults(owner),
    ...callingFaults(owner),
    ...servingFaults(owner),
    ...owned(owner, faults),
  };
}

/** What an outlet needs of what its sender is given. */
export interface OutletTools<Owner extends string>
  extends Pick<AdapterTools<never, never>, "world" | "partners" | "report"> {
  readonly config: {
    /** `client`: we call the peer; `server`: it calls us. */
    readonly role: "client" | "server";
    readonly host?: string | undefined;
    readonly port: number;
    readonly connectMsMax: number;
    readonly tls?: EitherTlsSettings | undefined;
  };
  error(code: Code<Owner>, facts?: Facts, cause?: unknown): MitralError;
}

/** A link that has rested for longer may have been closed by the peer without our having looked. */
const restedMs = 1_000;

/**
 * The one way out of a sender that has one message in flight: a link, made when it is needed and kept as long as it
 * lives. `make` turns a connection into one.
 */
export class Outlet<const Owner extends string, L extends Linked> {
  readonly #owner: Owner;
  readonly #tools: OutletTools<Owner>;
  readonly #make: (connection: Connection) => L;
  /** At `role: server`. */
  readonly #calls: Calls<L> | undefined;
  /** At `role: client`. */
  readonly #tls: Calling | undefined;
  #link: L | undefined;
  #linking: Linking<L> | undefined;
  #isClosed = false;

  private constructor(
    owner: Owner,
    tools: OutletTools<Owner>,
    make: (connection: Connection) => L,
    { calls, tls }: { readonly calls?: Calls<L>; readonly tls?: Calling },
  ) {
    this.#owner = owner;
    this.#tools = tools;
    this.#make = make;
    this.#calls = calls;
    this.#tls = tls;
  }

  /** At `role: server`, listens already. `owner`: the adapter's name in capitals. */
  static async open<const Owner extends string, L extends Linked>(
    owner: Owner,
    tools: OutletTools<Owner>,
    make: (connection: Connection) => L,
  ): Promise<Outlet<Owner, L>> {
    const { config, world, error, report } = tools;
    const { role, host = "127.0.0.1", port, connectMsMax } = config;
    if (role === "client") {
      return new Outlet(owner, tools, make, { tls: await openCalling(owner, config.tls, tools) });
    }
    const tls = await openServing(owner, asServer(config.tls), tools);
    const acceptor = await world.net.listen({ host, port, ...tls.options }).catch((cause) => {
      tls[Symbol.dispose]();
      throw error(listenCode(owner, cause), { host, port, reason: netCode(cause) }, cause);
    });
    tls.guard(acceptor);
    const absent = () => error(`${owner}_PEER_ABSENT`, { host, port, connectMsMax });
    const calls = new Calls(acceptor, {
      clock: world.clock,
      connectMsMax,
      report,
      absent,
      welcome: make,
      closed: () => tls[Symbol.dispose](),
    });
    return new Outlet(owner, tools, make, { calls });
  }

  /** Uses the link, got first where there is none. On `signal` closes it, and rejects with the signal's reason. */
  async use<T>(signal: AbortSignal, action: (link: L) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#isClosed) throw this.#closed();
    const giveUp = () => this.#drop(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      const link = await this.#ready();
      signal.throwIfAborted();
      return await action(link);
    } catch (cause) {
      throw signal.aborted ? signal.reason : cause;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** Closes; what is under way rejects. May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#tls?.[Symbol.dispose]();
    this.#drop(this.#closed());
    await this.#calls?.[Symbol.asyncDispose]();
  }

  #closed(): MitralError {
    return this.#tools.error(`${this.#owner}_SENDER_CLOSED`);
  }

  #drop(reason: unknown): void {
    this.#linking?.abandon(reason);
    this.#link?.close(reason);
  }

  async #ready(): Promise<L> {
    if (this.#link?.isOpen && this.#link.idleMs > restedMs) await this.#tools.world.clock.turn();
    if (this.#link?.isOpen) return this.#link = this.#calls?.newer(this.#link) ?? this.#link;
    const linking = this.#linking = this.#calls?.linking() ?? this.#call();
    try {
      return this.#link = await linking.link;
    } finally {
      this.#linking = undefined;
    }
  }

  #call(): Linking<L> {
    const { config: { host = "", port, connectMsMax }, world, error, report } = this.#tools;
    const owner = this.#owner;
    const { connection, abandon } = connect(world, {
      host,
      port,
      connectMsMax,
      tls: this.#tls?.current,
      late: () => error(`${owner}_CONNECT_LATE`, { host, port, connectMsMax }),
      failed: (cause) => callError(owner, this.#tools, { host, port }, cause),
    });
    const link = connection.then((made) => {
      report({ name: "connectionOpened", facts: { host, port } });
      const link = this.#make(made);
      this.#tls?.guard(made, link.done);
      return link;
    });
    return { link, abandon };
  }
}
