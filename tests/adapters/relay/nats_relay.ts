import { type NatsPlaces, NatsServer } from "../../interop/_nats.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { Link } from "../../../adapters/relay/connecting/link.ts";
import { newIdentity, type TestIdentity } from "./relay_identity.ts";
import { pki } from "../../world/pki.ts";

/** How a relay of a test is unlike one that `mitral relay` sets up. */
export interface RelayWish {
  /** Of each mailbox; 64 MiB where left out. */
  readonly mailboxBytesMax?: number;
  /** What the mailboxes say of themselves; that it is safe where left out. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** TLS is spoken from the first byte, with the certificate of the tests' server. */
  readonly speaksTls?: boolean;
  /** How long a frame may be worked at; 30 s where left out. */
  readonly ackMs?: number;
}

/** A real NATS server with a mailbox for each of these gateways, which may all send to each other. */
export class NatsRelay implements AsyncDisposable {
  readonly #hub: TestIdentity;

  readonly #speaksTls: boolean;

  private constructor(readonly server: NatsServer, hub: TestIdentity, speaksTls: boolean) {
    [this.#hub, this.#speaksTls] = [hub, speaksTls];
  }

  static async start(gateways: readonly TestIdentity[], wish: RelayWish = {}): Promise<NatsRelay> {
    const hub = newIdentity();
    const server = await NatsServer.start((places) => configOf(places, hub, gateways, wish));
    const relay = new NatsRelay(server, hub, wish.speaksTls ?? false);
    try {
      await relay.withHub(async (link) => {
        for (const { mailbox } of gateways) await makeMailbox(link, mailbox, wish);
      });
    } catch (cause) {
      await server[Symbol.asyncDispose]();
      throw cause;
    }
    return relay;
  }

  /** In clear, on this machine. */
  get url(): string {
    return `nats://127.0.0.1:${this.server.port}`;
  }

  /** In WebSocket and TLS, with the certificate of the tests' server. */
  get secureUrl(): string {
    return `wss://localhost:${this.server.websocketPort}`;
  }

  /** Does something as the operator, who sees every mailbox. */
  async withHub<T>(action: (link: Link) => Promise<T>): Promise<T> {
    const tls = { anchors: [pki.root.certificate], versionMin: "1.2" } as const;
    const connection = await denoWorld.net.connect({
      host: "127.0.0.1",
      port: this.server.port,
      ...(this.#speaksTls ? { tls } : {}),
    });
    const { clock, random } = denoWorld;
    const link = await Link.open(
      connection,
      { clock, random, identity: this.#hub, answerMsMax: 5_000 },
      () => {},
    );
    try {
      return await action(link);
    } finally {
      link.close();
    }
  }

  /** Asks JetStream something as the operator. */
  ask(what: string, body: unknown = {}): Promise<Record<string, unknown>> {
    return this.withHub((link) => asked(link, what, body));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

async function asked(link: Link, what: string, body: unknown): Promise<Record<string, unknown>> {
  const { data } = await link.request(`$JS.API.${what}`, JSON.stringify(body));
  const answer = JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown>;
  if (answer.error) throw new Error(`${what}: ${JSON.stringify(answer.error)}`);
  return answer;
}

async function makeMailbox(link: Link, mailbox: string, wish: RelayWish): Promise<void> {
  const name = `MBX_${mailbox}`;
  await asked(link, `STREAM.CREATE.${name}`, {
    name,
    subjects: [`mbx.${mailbox}.>`],
    retention: "workqueue",
    storage: "file",
    discard: "new",
    max_bytes: wish.mailboxBytesMax ?? 64 << 20,
    duplicate_window: 600e9,
    num_replicas: 1,
    metadata: wish.metadata ?? { "mitral.sync": "always", "mitral.server": "2.15.1" },
  });
  for (const [durable, kind] of [["messages", "m"], ["receipts", "r"]]) {
    await asked(link, `CONSUMER.CREATE.${name}.${durable}`, {
      stream_name: name,
      config: {
        durable_name: durable,
        filter_subject: `mbx.${mailbox}.*.${kind}`,
        ack_policy: "explicit",
        ack_wait: (wish.ackMs ?? 30_000) * 1e6,
        max_ack_pending: 256,
      },
    });
  }
}

async function configOf(
  { port, websocketPort, monitorPort, folder }: NatsPlaces,
  hub: TestIdentity,
  gateways: readonly TestIdentity[],
  { speaksTls = false }: RelayWish,
): Promise<string> {
  await Deno.writeTextFile(`${folder}/server.pem`, pki.server.chain || pki.server.certificate);
  await Deno.writeTextFile(`${folder}/server.key`, pki.server.key);
  const files = `cert_file: "${folder}/server.pem", key_file: "${folder}/server.key"`;
  const uses = gateways.map((gateway) => ({ gateway, services: servicesOf(gateway, gateways) }));
  return `server_name: relay
listen: "127.0.0.1:${port}"
http: "127.0.0.1:${monitorPort}"
max_payload: 4194304
max_pending: 67108864
websocket {
  listen: "127.0.0.1:${websocketPort}"
  tls { ${files} }
}
${speaksTls ? `tls { ${files}, handshake_first: true }` : ""}
jetstream { store_dir: "${folder}/store", max_file_store: 1073741824, sync_interval: always }
accounts {
  HUB {
    jetstream: enabled
    users: [{ nkey: "${hub.user}" }]
    exports: [
${
    uses.flatMap(({ gateway: { mailbox }, services }) =>
      services.map(({ subject, isStream }) =>
        `      { service: "${subject}", ${
          isStream ? "response_type: stream, " : ""
        }accounts: ["P_${mailbox}"] }`
      )
    ).join("\n")
  }
    ]
  }
${uses.map(({ gateway, services }) => accountOf(gateway, services)).join("\n")}
}
`;
}

interface Service {
  readonly subject: string;
  readonly local: string;
  readonly isStream?: boolean;
}

function servicesOf({ mailbox }: TestIdentity, gateways: readonly TestIdentity[]): readonly Service[] {
  const stream = `MBX_${mailbox}`;
  const own = [
    ...["messages", "receipts"].flatMap((queue) => [
      { subject: `$JS.API.CONSUMER.MSG.NEXT.${stream}.${queue}`, isStream: true },
      { subject: `$JS.API.CONSUMER.INFO.${stream}.${queue}` },
    ]),
    { subject: `$JS.API.STREAM.INFO.${stream}` },
    { subject: `$JS.ACK.${stream}.>` },
  ];
  return [
    ...own.map((service) => ({ ...service, local: service.subject })),
    ...gateways.filter((other) => other.mailbox !== mailbox).flatMap((other) =>
      ["m", "r"].map((kind) => ({
        subject: `mbx.${other.mailbox}.${mailbox}.${kind}`,
        local: `relay.send.${other.mailbox}.${kind}`,
      }))
    ),
  ];
}

function accountOf({ mailbox, user }: TestIdentity, services: readonly Service[]): string {
  const imports = services.map(({ subject, local }) =>
    `      { service: { account: HUB, subject: "${subject}" }${local === subject ? "" : `, to: "${local}"`} }`
  );
  return `  P_${mailbox} {
    users: [{ nkey: "${user}", permissions: {
      publish: { allow: [${services.map(({ local }) => `"${local}"`).join(", ")}] }
      subscribe: { allow: ["_INBOX.>"] }
    } }]
    limits: { max_connections: 8, max_subscriptions: 256, max_leafnodes: 0 }
    imports: [
${imports.join("\n")}
    ]
  }`;
}
