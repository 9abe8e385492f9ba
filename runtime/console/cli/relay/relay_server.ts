import { join } from "node:path";
import type { JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core/internal";
import { isTlsFailure, type PeerCertificate } from "../../../contract/tls.ts";
import { MitralError } from "../../../contract/error.ts";
import { errors } from "../errors.ts";
import { kindOf } from "../explain.ts";
import type { Session } from "../session.ts";
import { readPeer } from "../values.ts";
import { FILES } from "./relay_folder.ts";
import type { Relay } from "./relay_file.ts";
import { socketOn } from "./socket.ts";
import { reader, type ServerFacts, serverFacts } from "./server_facts.ts";

/** How long a server may take to answer, and to shake hands. */
const ANSWER_MS_MAX = 10_000;

/** A running server, as its operator meets it. */
export class RelayServer implements AsyncDisposable {
  readonly address: string;
  /** What it shows. */
  readonly certificate: PeerCertificate;
  /** Makes and changes mailboxes. */
  readonly manager: JetStreamManager;
  readonly #hub: NatsConnection;
  readonly #system: NatsConnection;

  private constructor(
    address: string,
    certificate: PeerCertificate,
    manager: JetStreamManager,
    [hub, system]: readonly [NatsConnection, NatsConnection],
  ) {
    this.address = address;
    this.certificate = certificate;
    this.manager = manager;
    this.#hub = hub;
    this.#system = system;
  }

  /**
   * Signs in, over TLS, at a server that shows the relay's own certificate. Errors: CONSOLE_FILE_UNREADABLE,
   * CONSOLE_VALUE_WRONG, CONSOLE_RELAY_UNREACHABLE, CONSOLE_RELAY_SIGN_IN_REFUSED.
   */
  static async open(
    folder: string,
    relay: Relay,
    session: Session,
    address = relay.address,
  ): Promise<RelayServer> {
    const certificate = await certificateIn(relay.certificate, session);
    const seeds = [
      await session.read(join(folder, FILES.hubSeed)),
      await session.read(join(folder, FILES.systemSeed)),
    ];
    const connections: NatsConnection[] = [];
    try {
      for (const seed of seeds) connections.push(await signIn(address, certificate, trimmed(seed), session));
      const [hub, system] = connections;
      const { jetstreamManager } = await import("@nats-io/jetstream");
      const manager = await jetstreamManager(hub, { checkAPI: false, timeout: ANSWER_MS_MAX });
      return new RelayServer(address, certificate, manager, [hub, system]);
    } catch (cause) {
      await Promise.all(connections.map((connection) => connection.close()));
      throw cause;
    }
  }

  /** What it says about itself. Errors: CONSOLE_RELAY_ANSWER_BROKEN. */
  async facts(): Promise<ServerFacts> {
    return serverFacts(await this.#ask("VARZ"), await this.#ask("JSZ", { config: true }));
  }

  /** Every use of the hub's that an account has, as `SUBJECT ACCOUNT`. Errors: CONSOLE_RELAY_ANSWER_BROKEN. */
  async grants(): Promise<readonly string[]> {
    const { account_detail } = reader(await this.#ask("ACCOUNTZ", { account: "HUB" }));
    const { exports } = reader(account_detail);
    return (Array.isArray(exports) ? exports : []).flatMap((exported: unknown) => {
      const { subject, approved_accounts } = reader(exported);
      return (Array.isArray(approved_accounts) ? approved_accounts : []).map((account: unknown) =>
        `${subject} ${account}`
      );
    });
  }

  /** Has it take its configuration file anew. Errors: CONSOLE_RELAY_CONFIG_REFUSED, CONSOLE_RELAY_ANSWER_BROKEN. */
  async reload(): Promise<void> {
    const before = new Set(await this.#accounts());
    await this.#ask("RELOAD");
    // What an account imports that comes with a reload is there from the next one on (nats-server 2.15).
    if (!(await this.#accounts()).every((account) => before.has(account))) await this.#ask("RELOAD");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#hub.close(), this.#system.close()]);
  }

  async #accounts(): Promise<readonly unknown[]> {
    const { accounts } = reader(await this.#ask("ACCOUNTZ"));
    return Array.isArray(accounts) ? accounts : [];
  }

  /** Asks the server this is a connection to, and no other of a cluster. */
  async #ask(what: "VARZ" | "JSZ" | "ACCOUNTZ" | "RELOAD", options = {}): Promise<unknown> {
    const subject = `$SYS.REQ.SERVER.${this.#system.info?.server_id}.${what}`;
    let answer: unknown;
    try {
      answer = (await this.#system.request(subject, JSON.stringify(options), { timeout: ANSWER_MS_MAX }))
        .json();
    } catch (cause) {
      errors.fail(
        "CONSOLE_RELAY_ANSWER_BROKEN",
        { address: this.address, what, reason: kindOf(cause) },
        cause,
      );
    }
    const { data, error } = reader(answer);
    if (error === undefined) return data;
    const reason = String(reader(error).description ?? "");
    if (what === "RELOAD") {
      return errors.fail("CONSOLE_RELAY_CONFIG_REFUSED", { address: this.address, reason });
    }
    return errors.fail("CONSOLE_RELAY_ANSWER_BROKEN", { address: this.address, what, reason });
  }
}

async function certificateIn(file: string, session: Session): Promise<PeerCertificate> {
  const pem = new TextDecoder().decode(await session.read(file));
  try {
    return (await session.outside.world.net.certificatesIn(pem))[0];
  } catch (cause) {
    return errors.fail("CONSOLE_VALUE_WRONG", { name: file, wanted: "a PEM file of a certificate" }, cause);
  }
}

async function signIn(address: string, certificate: PeerCertificate, seed: Uint8Array, session: Session) {
  const { nkeyAuthenticator, wsconnect } = await import("@nats-io/nats-core/internal");
  const { host, port } = readPeer(address);
  const signal = new AbortController();
  const { world } = session.outside;
  const stopTimer = world.clock.after(ANSWER_MS_MAX, () => signal.abort(new Error("late")));
  try {
    const connection = await world.net.connect({
      host,
      port,
      signal: signal.signal,
      tls: { versionMin: "1.2", admit: ({ fingerprint }) => fingerprint === certificate.fingerprint },
    });
    return await wsconnect({
      servers: `wss://${host.includes(":") ? `[${host}]` : host}:${port}`,
      name: "mitral relay",
      authenticator: nkeyAuthenticator(seed),
      reconnect: false,
      timeout: ANSWER_MS_MAX,
      wsFactory: () => Promise.resolve({ socket: socketOn(connection), encrypted: true }),
    });
  } catch (cause) {
    if (cause instanceof MitralError) throw cause;
    if (cause instanceof Error && cause.name === "AuthorizationError") {
      return errors.fail("CONSOLE_RELAY_SIGN_IN_REFUSED", { address }, cause);
    }
    const reason = isTlsFailure(cause)
      ? cause.trouble === "unknown"
        ? "it shows another certificate than the file has"
        : `TLS does not come about (${cause.trouble})`
      : kindOf(cause);
    return errors.fail("CONSOLE_RELAY_UNREACHABLE", { address, reason }, cause);
  } finally {
    stopTimer();
  }
}

/** A seed as its file has it, without the end of the line. */
function trimmed(seed: Uint8Array): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(seed).trim());
}
