import type { Duplex } from "node:stream";
import type { MitralError } from "../../../runtime/contract/error.ts";
import { connect } from "../../_kit/net/connect.ts";
import { connectCode } from "../../_kit/net/faults.ts";
import { hostPort } from "../../_kit/net/host_port.ts";
import { netCode } from "../../_kit/net/net_codes.ts";
import { ConnectionStream } from "../../_kit/net/connection_stream.ts";
import type { Client, SFTPWrapper } from "../../_kit/ssh/ssh2.ts";
import { Requests } from "../remote/requests.ts";
import { type Credentials, credentialsOf } from "./credentials.ts";
import type { ConnectTools, Hop } from "./settings.ts";
import { signIn } from "./sign_in.ts";
import { type Trust, trustOf } from "./trust.ts";
import { TunnelStream } from "./tunnel_stream.ts";

/** An SFTP server that has let us in. */
export interface Session {
  readonly requests: Requests;
  /** False once the connection has ended, whoever ended it. */
  readonly isOpen: boolean;
  /** Ends it; whatever was asked and is not answered fails. May be called twice. */
  close(): void;
}

/** How far a session has come about. */
export type SessionStep = "connection" | "sign-in";

/** What is needed at one host. */
interface Entry {
  readonly hop: Hop;
  readonly credentials: Credentials;
  readonly trust: Trust;
}

/**
 * Connects, by way of another host where `via` says so, signs in and opens SFTP. Gives up at once on `signal`, with its
 * reason. `reached` is told of each step at the host itself that succeeded.
 */
export async function openSession(
  tools: ConnectTools,
  signal: AbortSignal,
  reached: (step: SessionStep) => void = () => {},
): Promise<Session> {
  const { config } = tools;
  const { via } = config;
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  givenUp.catch(() => {});
  const opening = new Opening(tools, givenUp);
  const giveUp = () => {
    reject(signal.reason);
    opening.close();
  };
  signal.throwIfAborted();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const [last, first] = await Promise.all([entryOf(config, tools), via && entryOf(via, tools)]);
    const stream = first ? await opening.tunnel(first, last.hop) : await opening.dial(last.hop);
    reached("connection");
    const client = await opening.enter(stream, last);
    const sftp = await opening.transfer(client);
    reached("sign-in");
    return opening.session(client, sftp);
  } catch (cause) {
    opening.close();
    throw cause;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

async function entryOf(hop: Hop, tools: ConnectTools): Promise<Entry> {
  const [credentials, trust] = await Promise.all([credentialsOf(hop, tools), trustOf(hop, tools)]);
  return { hop, credentials, trust };
}

/** A session coming about, with everything that has to be closed again. */
class Opening {
  readonly #tools: ConnectTools;
  readonly #givenUp: Promise<never>;
  readonly #closers: (() => void)[] = [];

  constructor(tools: ConnectTools, givenUp: Promise<never>) {
    this.#tools = tools;
    this.#givenUp = givenUp;
  }

  /** Waits, but no longer than until it is given up. */
  race<T>(work: Promise<T>): Promise<T> {
    work.catch(() => {});
    return Promise.race([work, this.#givenUp]);
  }

  async dial({ host, port }: Hop): Promise<Duplex> {
    const { config: { connectMsMax }, world, error } = this.#tools;
    const { connection, abandon } = connect(world, {
      host,
      port,
      connectMsMax,
      late: () => error("SFTP_CONNECT_LATE", { host, port, connectMsMax }),
      failed: (cause) => error(connectCode("SFTP", cause), { host, port, reason: netCode(cause) }, cause),
    });
    this.#closers.push(() => abandon(undefined));
    const stream = new ConnectionStream(await this.race(connection));
    this.#closers.push(() => stream.destroy());
    return stream;
  }

  /** Signs in at a host and has it connect to the next one (RFC 4254 section 7.2). */
  async tunnel(entry: Entry, { host, port }: Hop): Promise<Duplex> {
    const { config: { connectMsMax }, world: { clock }, error } = this.#tools;
    const client = await this.enter(await this.dial(entry.hop), entry);
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    const stopTimer = clock.after(
      connectMsMax,
      () => reject(error("SFTP_CONNECT_LATE", { host, port, connectMsMax })),
    );
    client.on("close", () => reject(error("SFTP_CONNECTION_LOST", pick(entry.hop))));
    client.forwardOut("127.0.0.1", 0, host, port, (cause, channel) => {
      if (!cause) return resolve(new TunnelStream(channel));
      const { reason } = cause as { reason?: number };
      const via = hostPort(entry.hop.host, entry.hop.port);
      reject(
        error(
          "SFTP_TUNNEL_REFUSED",
          { via, host, port, reason: TUNNEL_REASONS[reason ?? 0] ?? "refused" },
          cause,
        ),
      );
    });
    return await this.race(promise).finally(stopTimer);
  }

  async enter(stream: Duplex, { hop, credentials, trust }: Entry): Promise<Client> {
    const { client, signedIn } = signIn(stream, hop, credentials, trust, this.#tools);
    this.#closers.push(() => client.destroy());
    await this.race(signedIn);
    return client;
  }

  /** Opens SFTP, which may take as long as the sign-in. */
  async transfer(client: Client): Promise<SFTPWrapper> {
    const { config, world: { clock }, error } = this.#tools;
    const { host, port, user, signInMsMax } = config;
    const late = Promise.withResolvers<never>();
    const stopTimer = clock.after(
      signInMsMax,
      () => late.reject(error("SFTP_SIGNIN_LATE", { host, port, signInMsMax })),
    );
    const opened = subsystem(
      client,
      () => error("SFTP_SUBSYSTEM_MISSING", { host, port, user }),
      () => error("SFTP_CONNECTION_LOST", { host, port }),
    );
    return await this.race(Promise.race([opened, late.promise])).finally(stopTimer);
  }

  session(client: Client, sftp: SFTPWrapper): Session {
    const { config, world: { clock }, error } = this.#tools;
    let isOpen = true;
    const end = (why: () => MitralError) => {
      if (!isOpen) return;
      isOpen = false;
      requests.end(why());
      this.close();
    };
    const lost = () => end(() => error("SFTP_CONNECTION_LOST", pick(config)));
    const requests: Requests = new Requests(
      sftp,
      clock,
      config,
      () => end(() => error("SFTP_ANSWER_LATE", { ...pick(config), answerMsMax: config.answerMsMax })),
    );
    client.on("close", lost).on("error", lost).on("end", lost);
    sftp.on("close", lost).on("error", lost).on("end", lost);
    return {
      requests,
      get isOpen() {
        return isOpen;
      },
      close: lost,
    };
  }

  close(): void {
    // The last one first: a host that others are reached through goes last.
    for (const close of this.#closers.splice(0).reverse()) close();
  }
}

function pick({ host, port }: Pick<Hop, "host" | "port">) {
  return { host, port };
}

/** RFC 4254 section 5.1. */
const TUNNEL_REASONS: Readonly<Record<number, string>> = {
  1: "prohibited",
  2: "connect failed",
  3: "unknown channel",
  4: "no resources",
};

/** Opens SFTP over a connection that is signed in. */
function subsystem(
  client: Client,
  missing: () => MitralError,
  lost: () => MitralError,
): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.on("close", () => reject(lost()));
    client.sftp((cause, sftp) => cause ? reject(missing()) : resolve(sftp));
  });
}
