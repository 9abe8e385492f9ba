import type { MitralError } from "../../../runtime/contract/error.ts";
import type { ClientTls, PeerCertificate, TlsFailure } from "../../../runtime/contract/tls.ts";
import type { Clock, Connection, World } from "../../../runtime/contract/world.ts";
import type { Attempt, Tried } from "./attempts.ts";

/** The peer to reach. */
export interface ReachTools {
  readonly world: Pick<World, "clock" | "net">;
  readonly host: string;
  readonly port: number;
  /** How long each step may take. */
  readonly msMax: number;
  /** What the connection is called: that to a proxy has a name of its own. */
  readonly step?: "connection" | "proxy";
  /** How TLS is spoken with it, where it is; asked when it is wanted, and may reject with a declared error. */
  tls?(): ClientTls | Promise<ClientTls>;
  /** The declared error for the platform's, by its `code`: `ENOTFOUND`, `ECONNREFUSED`, `ECONNRESET`, `ETLS`. */
  failed(cause: unknown): MitralError;
  /** The declared error for a peer that does not come to it in time, by `ETIMEDOUT`; as `failed` where left out. */
  late?(cause: unknown): MitralError;
}

/**
 * Whether a peer can be reached: its name, where it has one, a TCP connection, and TLS where it is spoken. A peer that
 * closes at once has failed: it lets only some addresses in, or, with TLS 1.3, did not like our certificate.
 */
export function reach(tools: ReachTools): readonly Attempt[] {
  const { world: { net }, host, port, tls } = tools;
  const connection: Attempt = {
    ...tools,
    step: tools.step ?? "connection",
    run: async (signal) => {
      const says = ({ peer }: Connection) => `${peer} accepts`;
      const connecting = net.connect({ host, port, signal });
      // Where TLS comes next, that is watched.
      return tls
        ? opened(await connecting, says)
        : await kept(connecting, { ...tools, signal, says, closed: closedAtOnce });
    },
  };
  const named = isAddress(host) ? [] : [name(tools)];
  return tls ? [...named, connection, encryption(tools, tls)] : [...named, connection];
}

/** Whether a name has an address. */
export function name(tools: Omit<ReachTools, "port" | "tls">): Attempt {
  const { world: { net }, host } = tools;
  return {
    ...tools,
    step: "name",
    run: async () => `${host} is ${and(await net.lookup(host))}`,
  };
}

function encryption(tools: ReachTools, tls: NonNullable<ReachTools["tls"]>): Attempt {
  const { world: { net, clock }, host, port } = tools;
  const says = ({ certificate }: Connection) =>
    certificate ? certificateSays(certificate, clock.nowMs()) : "the handshake succeeds";
  return {
    ...tools,
    step: "tls",
    run: async (signal) => {
      const settings = await tls();
      const connecting = net.connect({ host, port, signal, tls: settings });
      return await kept(connecting, { ...tools, signal, says, closed: cutAfterwards });
    },
  };
}

/** What a certificate says of itself: `CN=ehr, by CN=Hospital CA, 83 days left`. */
export function certificateSays({ subject, issuer, validUntilMs }: PeerCertificate, nowMs: number): string {
  const days = Math.floor((validUntilMs - nowMs) / DAY_MS);
  return `${subject}, by ${issuer === subject ? "itself" : issuer}, ${days} ${
    days === 1 ? "day" : "days"
  } left`;
}

const DAY_MS = 86_400_000;

/** What there is to say of a connection, which is closed. */
function opened(connection: Connection, says: Watch["says"]): string {
  connection.close();
  return says(connection);
}

/** How a connection is watched. */
interface Watch extends Pick<ReachTools, "world"> {
  readonly signal: AbortSignal;
  says(connection: Connection): string;
  /** What it fails with where the peer closes it at once. */
  closed(): Error;
}

/** How long a connection is watched: a peer that does not want us closes it as soon as it is there. */
const WATCH_MS = 300;

/** What there is to say of a connection that the peer keeps, and how long it took to come about. */
async function kept(
  connecting: Promise<Connection>,
  { world: { clock }, signal, says, closed }: Watch,
): Promise<Tried> {
  const startMs = clock.elapsedMs();
  const connection = await connecting;
  const ms = clock.elapsedMs() - startMs;
  try {
    // A peer may speak first: that is no reason to doubt it.
    const first = await within(connection.read(new Uint8Array(1)), clock, signal);
    if (first === null) throw closed();
    return { says: says(connection), ms };
  } finally {
    connection.close();
  }
}

function closedAtOnce(): Error {
  return Object.assign(new Error("closed at once"), { code: "ECONNRESET" });
}

/** In TLS 1.3 a server refuses a client's certificate so late, and not every one says so before it goes. */
function cutAfterwards(): TlsFailure {
  const facts = { code: "ETLS", trouble: "cut", detail: "closed after the handshake" } as const;
  return Object.assign(new Error("TLS did not last"), facts);
}

/** What `reading` comes to; `undefined` where that takes longer than anybody watches. */
function within<T>(reading: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    const stopTimer = clock.after(WATCH_MS, stop);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    reading.then(resolve, reject).finally(() => {
      stopTimer();
      signal.removeEventListener("abort", stop);
    });
  });
}

/** An address needs no look-up. */
function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

function and(items: readonly string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
