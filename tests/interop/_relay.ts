import { assertEquals } from "@std/assert";
import { type NatsConnection, wsconnect } from "@nats-io/nats-core/internal";
import { join } from "node:path";
import { exitCodes } from "../../runtime/console/cli/exit_codes.ts";
import { userName } from "../../runtime/contract/nkey.ts";
import { socketOn } from "../../runtime/console/cli/relay/socket.ts";
import { createIdentity, type Identity, relayIdentityOf } from "../../runtime/trust/identity.ts";
import { writePartnerFile } from "../../runtime/trust/partner_file.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { run } from "../runtime/console/console_kit.ts";
import { masterKey } from "../world/master_key.ts";
import { type Certified, pki } from "../world/pki.ts";
import { NatsServer } from "./_nats.ts";

/** Somebody with keys for a relay. */
export interface RelayUser {
  readonly name: string;
  readonly mailbox: string;
  readonly identity: Identity;
}

/** A relay as its operator sets it up with `mitral relay`, and a real server that runs it. */
export class RelaySite implements AsyncDisposable {
  readonly server: NatsServer;
  readonly certified: Certified;
  readonly #connections: NatsConnection[] = [];

  private constructor(server: NatsServer, certified: Certified) {
    this.server = server;
    this.certified = certified;
  }

  /** Set up with these further options of `relay init`, and without partners. Runs, and has been told what to do. */
  static async start(options: readonly string[] = [], certified = pki.server): Promise<RelaySite> {
    const site = await RelaySite.prepare(options, certified);
    try {
      await site.server.start(join(site.folder, "nats-server.conf"));
      await site.mitral("apply", site.folder);
    } catch (cause) {
      await site[Symbol.asyncDispose]();
      throw cause;
    }
    return site;
  }

  /** Set up, and does not run yet. */
  static async prepare(options: readonly string[] = [], certified = pki.server): Promise<RelaySite> {
    const server = await NatsServer.prepare();
    const site = new RelaySite(server, certified);
    await Deno.writeTextFile(server.at("relay.pem"), certified.chain || certified.certificate);
    await Deno.writeTextFile(server.at("relay.key"), certified.key, { mode: 0o600 });
    await site.mitral(
      "init",
      ...[site.folder, "--name", "localhost", "--host", "127.0.0.1"],
      ...["--certificate", server.at("relay.pem"), "--key", server.at("relay.key")],
      ...["--tls-port", String(server.port), "--wss-port", String(server.websocketPort)],
      ...["--monitor-port", String(server.monitorPort), ...options],
    );
    return site;
  }

  /** The folder `mitral relay` works on. */
  get folder(): string {
    return this.server.at("relay");
  }

  /** Runs `mitral relay …`, which has to succeed; what it prints. */
  async mitral(...args: string[]): Promise<string> {
    const { code, out, err } = await run(["relay", ...args], { cwd: this.server.folder });
    assertEquals([code, err], [exitCodes.ok, ""], `mitral relay ${args.join(" ")}\n${out}`);
    return out;
  }

  /** Makes somebody with keys, and their public file `NAME.partner.json`; the relay knows nothing of it. */
  async stranger(name: string): Promise<RelayUser> {
    const { identity } = await createIdentity({ gateway: name, nowMs: Date.now(), masterKey });
    await Deno.writeFile(this.server.at(`${name}.partner.json`), await writePartnerFile(identity));
    return { name, mailbox: identity.root.keyId, identity };
  }

  /** Makes somebody, and gives them a mailbox; counts once it is applied. */
  async partner(name: string, options: readonly string[] = []): Promise<RelayUser> {
    const user = await this.stranger(name);
    await this.mitral("add", this.folder, this.server.at(`${name}.partner.json`), ...options);
    return user;
  }

  apply(...options: string[]): Promise<string> {
    return this.mitral("apply", this.folder, ...options);
  }

  /** Connects as somebody, over NATS and TLS. */
  async connect(user: RelayUser): Promise<NatsConnection> {
    const connection = await denoWorld.net.connect({
      host: "127.0.0.1",
      port: this.server.port,
      tls: { versionMin: "1.2", admit: ({ fingerprint }) => fingerprint === this.certified.fingerprint },
    });
    const identity = relayIdentityOf(user.identity)!;
    const client = await wsconnect({
      servers: `wss://127.0.0.1:${this.server.port}`,
      reconnect: false,
      authenticator: (nonce = "") => ({
        nkey: userName(identity.publicBytes),
        sig: identity.sign(new TextEncoder().encode(nonce)).toBase64({
          alphabet: "base64url",
          omitPadding: true,
        }),
      }),
      wsFactory: () => Promise.resolve({ socket: socketOn(connection), encrypted: true }),
    });
    this.#connections.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
    await this.server[Symbol.asyncDispose]();
  }
}
