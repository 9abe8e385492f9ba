import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type GatewaySnapshot, Hl7Message } from "mitral";
import { MllpClient } from "./mllp.ts";
import { Outbox } from "./outbox.ts";
import { Peer, type PeerPlace } from "./peers.ts";
import { freePort } from "./ports.ts";
import { askMitral, GatewayProcess } from "./process.ts";
import { introduce, makeKeys, type Site } from "./site.ts";
import { Tap } from "./tap.ts";

/** What no gateway needs. */
const leftOut = /^main\.ts$|_test\.ts$|\.md$/;

/** What an example is played on: a folder with a copy of its files, free ports, gateways, and the systems around them. */
export class Stage implements AsyncDisposable {
  /** The example's own folder. */
  readonly source: string;
  /** Where everything happens. */
  readonly folder: string;
  /** Gateways that were started, in order. */
  readonly sites: Site[] = [];
  /** False once a claim was. */
  isRight = true;
  readonly #ports = new Map<number, number>();
  readonly #open = new AsyncDisposableStack();
  readonly #fallen = Promise.withResolvers<never>();

  private constructor(source: string, folder: string) {
    this.source = source;
    this.folder = folder;
  }

  /** Copies the files of the example; gateway files get ports that are free in place of those they say. */
  static async prepare(main: string, folder: string): Promise<Stage> {
    const stage = new Stage(dirname(fileURLToPath(main)), folder);
    await stage.#copy(stage.source, folder);
    return stage;
  }

  /** Rejects where a gateway ends by itself. */
  get fallen(): Promise<never> {
    return this.#fallen.promise;
  }

  /** The port that stands in for one a gateway file says. */
  port(written: number): number {
    return this.#ports.getOrInsertComputed(written, () => {
      const given = new Set(this.#ports.values());
      for (;;) {
        const port = freePort();
        if (!given.has(port)) return port;
      }
    });
  }

  /** Where a gateway's files are: `gateway.yaml`, or `hospital/gateway.yaml`. */
  async site(path = "gateway.yaml"): Promise<Site> {
    const file = join(this.folder, path);
    const [, name] = /^gateway: (\S+)$/m.exec(await Deno.readTextFile(file)) ?? [];
    return { name, folder: dirname(file), file, log: join(this.folder, `${name}.log`) };
  }

  /** Starts a gateway, `mitral run FILE`; resolves when it listens. */
  async start(path?: string): Promise<GatewayProcess> {
    const site = await this.site(path);
    const gateway = await GatewayProcess.start(site);
    gateway.fallen.catch(this.#fallen.reject);
    this.#open.defer(async () => void await gateway.stop());
    if (!this.sites.some(({ file }) => file === site.file)) this.sites.push(site);
    return gateway;
  }

  /** How a running gateway stands: `mitral status`. */
  async status(path?: string): Promise<GatewaySnapshot> {
    const { file } = await this.site(path);
    return await askMitral("status", "--file", file) as GatewaySnapshot;
  }

  /** A system that takes HL7 by MLLP at a port that a gateway file says, and answers AA or as told. */
  hl7Peer(name: string, written: number, answer?: Hl7Answer): Peer<Hl7Message> {
    return this.#open.use(Peer.hl7(name, { ...this.#place(written), ...(answer ? { answer } : {}) }));
  }

  /** A web service that takes JSON or XML by HTTP at a port that a gateway file says. */
  httpPeer(name: string, written: number): Peer<string> {
    return this.#open.use(Peer.http(name, this.#place(written)));
  }

  /** A folder that a gateway writes to: `outbox`, or `hospital/outbox`. */
  outbox(path: string): Outbox {
    return new Outbox(join(this.folder, path));
  }

  /** A wire with a microphone, from one port that a gateway file says to another. */
  tap(written: number, { towards }: { readonly towards: number }): Tap {
    return this.#open.use(new Tap({ port: this.port(written), towards: this.port(towards) }));
  }

  /** Makes the keys of two gateways, and hands each the other's public ones. */
  async introduce(path: string, other: string): Promise<void> {
    const sites = [await this.site(path), await this.site(other)] as const;
    await Promise.all(sites.map(makeKeys));
    await introduce(...sites);
    await introduce(sites[1], sites[0]);
  }

  /** The HL7 messages of a file of the example, which may hold several. */
  async messages(name: string): Promise<Hl7Message[]> {
    const text = await Deno.readTextFile(join(this.source, name));
    return text.split(/^(?=MSH)/m).map((message) => Hl7Message.parse(message));
  }

  /** Sends messages by MLLP to a port that a gateway file says, one after another. Their answers. */
  async send(written: number, messages: readonly Hl7Message[]): Promise<Hl7Message[]> {
    using client = new MllpClient(this.port(written));
    const answers: Hl7Message[] = [];
    for (const message of messages) {
      const answer = await client.ask(message.toBytes());
      if (answer === undefined) throw new Error(`The gateway on port ${this.port(written)} did not answer`);
      answers.push(Hl7Message.parse(answer));
    }
    return answers;
  }

  /** Says what happened, and whether it did. */
  claim(text: string, isTrue: boolean): void {
    console.log(`  ${isTrue ? "yes" : "NO "}  ${text}`);
    this.isRight &&= isTrue;
  }

  /** Gateways stop before what was opened before them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }

  #place(written: number): PeerPlace {
    return { folder: this.folder, port: this.port(written) };
  }

  async #copy(from: string, to: string): Promise<void> {
    await Deno.mkdir(to, { recursive: true });
    for await (const { name, isDirectory } of Deno.readDir(from)) {
      if (leftOut.test(name)) continue;
      const [source, target] = [join(from, name), join(to, name)];
      if (isDirectory) await this.#copy(source, target);
      else if (name.endsWith(".yaml")) {
        await Deno.writeTextFile(target, this.#withFreePorts(await Deno.readTextFile(source)));
      } else await Deno.copyFile(source, target);
    }
  }

  #withFreePorts(text: string): string {
    return text.replace(
      /(\bport: |127\.0\.0\.1:)(\d+)/g,
      (_, before: string, port: string) => before + this.port(Number(port)),
    );
  }
}

type Hl7Answer = NonNullable<Parameters<typeof Peer.hl7>[1]["answer"]>;
