import type { MitralError } from "../../../runtime/contract/error.ts";
import type { ClientTls, PeerCertificate } from "../../../runtime/contract/tls.ts";
import type { Connection, World } from "../../../runtime/contract/world.ts";
import type { Attempt } from "./attempts.ts";

/** The peer to reach. */
export interface ReachTools {
  readonly world: Pick<World, "clock" | "net">;
  readonly host: string;
  readonly port: number;
  /** How long each step may take. */
  readonly msMax: number;
  /** How TLS is spoken with it, where it is; asked when it is wanted, and may reject with a declared error. */
  tls?(): ClientTls | Promise<ClientTls>;
  /** The declared error for the platform's, by its `code`: `ENOTFOUND`, `ECONNREFUSED`, `ETLS`. */
  failed(cause: unknown): MitralError;
  /** The declared error for a peer that does not come to it in time. */
  late(): MitralError;
}

/** Whether a peer can be reached: its name, where it has one, a TCP connection, and TLS where it is spoken. */
export function reach(tools: ReachTools): readonly Attempt[] {
  const { world: { net }, host, port, tls } = tools;
  const connection: Attempt = {
    ...tools,
    step: "connection",
    run: (signal) => opened(net.connect({ host, port, signal }), signal, ({ peer }) => `${peer} accepts`),
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
  return {
    ...tools,
    step: "tls",
    run: async (signal) =>
      await opened(
        net.connect({ host, port, signal, tls: await tls() }),
        signal,
        ({ certificate }) =>
          certificate ? certificateSays(certificate, clock.nowMs()) : "the handshake succeeds",
      ),
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
async function opened(
  connecting: Promise<Connection>,
  signal: AbortSignal,
  says: (connection: Connection) => string,
): Promise<string> {
  const connection = await connecting;
  connection.close();
  signal.throwIfAborted();
  return says(connection);
}

/** An address needs no look-up. */
function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

function and(items: readonly string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
