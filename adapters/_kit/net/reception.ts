import type { AdapterTools, Listening } from "../../../runtime/contract/adapter.ts";
import type { Facts, MitralError } from "../../../runtime/contract/error.ts";
import type { Connection } from "../../../runtime/contract/world.ts";
import { type ConnectCode, connectFaults, type ListenCode, listenCode, listenFaults } from "./faults.ts";
import { callError, openCalling } from "../tls/calling.ts";
import { callingFaults, type CallingTlsCode, servingFaults, type ServingTlsCode } from "../tls/faults.ts";
import { openServing } from "../tls/serving.ts";
import { asServer, type EitherTlsSettings } from "../tls/settings.ts";
import { hostPort } from "./host_port.ts";
import { keepConnected } from "./keep_connected.ts";
import { netCode } from "./net_codes.ts";

/** One peer's connection, as a listener serves it. */
export interface Session {
  /** Resolves when the connection is closed and everything handed over has come back. */
  readonly done: Promise<void>;
  /** True once the peer has sent something that makes sense. */
  readonly hasBegun: boolean;
  /** Reads no more, and closes once what was handed over is answered. */
  stop(): Promise<void>;
  /** Closes at once. */
  drop(reason: string): void;
}

type Code<Owner extends string> =
  | ListenCode<Owner>
  | ConnectCode<Owner>
  | ServingTlsCode<Owner>
  | CallingTlsCode<Owner>;

/** What a listener declares that has a reception. */
export function receptionFaults<const Owner extends string>(
  owner: Owner,
):
  & ReturnType<typeof listenFaults<Owner>>
  & ReturnType<typeof connectFaults<Owner>>
  & ReturnType<typeof servingFaults<Owner>>
  & ReturnType<typeof callingFaults<Owner>> {
  return {
    ...listenFaults(owner),
    ...connectFaults(owner),
    ...servingFaults(owner),
    ...callingFaults(owner),
  };
}

/** What a reception needs of what its listener is given. */
export interface ReceptionTools<Owner extends string>
  extends Pick<AdapterTools<never, never>, "world" | "partners" | "report"> {
  readonly config: {
    /** `server`: peers call us; `client`: we call the peer. */
    readonly role: "server" | "client";
    readonly host?: string | undefined;
    readonly port: number;
    readonly connectMsMax: number;
    readonly redialMsMax: number;
    readonly tls?: EitherTlsSettings | undefined;
  };
  error(code: Code<Owner>, facts?: Facts, cause?: unknown): MitralError;
}

/** Who may come in, by address; what it gives is disposed when the connection is closed. */
export type Enter = (address: string) => Disposable | undefined;

/** Serves a peer's connection; `undefined` where it was turned away. */
export type Begin = (connection: Connection) => Session | undefined;

const LOOPBACK = "127.0.0.1";

/**
 * Takes the connections of peers that call, or calls one peer and does so again whenever the connection is lost. `begin`
 * serves one, or turns it away and closes it. `owner`: the adapter's name in capitals.
 */
export function receive<const Owner extends string>(
  owner: Owner,
  tools: ReceptionTools<Owner>,
  enter: Enter,
  begin: Begin,
): Promise<Listening> {
  return tools.config.role === "client" ? call(owner, tools, begin) : serve(owner, tools, enter, begin);
}

async function serve<const Owner extends string>(
  owner: Owner,
  tools: ReceptionTools<Owner>,
  enter: Enter,
  begin: Begin,
): Promise<Listening> {
  const { config: { host = LOOPBACK, port, tls: settings }, world, error } = tools;
  const tls = await openServing(owner, asServer(settings), tools);
  const acceptor = await world.net.listen({ host, port, enter, ...tls.options }).catch((cause) => {
    tls[Symbol.dispose]();
    throw error(listenCode(owner, cause), { host, port, reason: netCode(cause) }, cause);
  });
  tls.guard(acceptor);
  const sessions = new Set<Session>();
  const accepting = (async () => {
    for await (const connection of acceptor) {
      const session = begin(connection);
      if (!session) continue;
      sessions.add(session);
      void session.done.then(() => sessions.delete(session));
    }
  })();
  return {
    address: hostPort(host, acceptor.port),
    async stop() {
      tls[Symbol.dispose]();
      acceptor.close();
      await accepting;
      await Promise.all([...sessions].map((session) => session.stop()));
    },
    async [Symbol.asyncDispose]() {
      tls[Symbol.dispose]();
      acceptor.close();
      for (const session of sessions) session.drop("dropped");
      await accepting;
      for (const session of sessions) session.drop("dropped");
    },
  };
}

async function call<const Owner extends string>(
  owner: Owner,
  tools: ReceptionTools<Owner>,
  begin: Begin,
): Promise<Listening> {
  const { config, world, error, report } = tools;
  const { host = LOOPBACK, port, connectMsMax } = config;
  const life = new AbortController();
  const tls = await openCalling(owner, config.tls, tools);
  let session: Session | undefined;
  const keeping = keepConnected({
    ...config,
    host,
    tls: () => tls.current,
    world,
    signal: life.signal,
    async use(connection) {
      session = begin(connection);
      if (session) tls.guard(connection, session.done);
      await session?.done;
      return session?.hasBegun ?? false;
    },
    failed: (error, againInMs) =>
      report({ name: "connectionFailed", facts: { host, port, againInMs }, error }),
    late: () => error(`${owner}_CONNECT_LATE`, { host, port, connectMsMax }),
    unreachable: (cause) => callError(owner, tools, { host, port }, cause),
  });
  return {
    address: `calls ${hostPort(host, port)}`,
    async stop() {
      life.abort();
      tls[Symbol.dispose]();
      await session?.stop();
      await keeping;
    },
    async [Symbol.asyncDispose]() {
      life.abort();
      tls[Symbol.dispose]();
      session?.drop("dropped");
    },
  };
}
