import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  Gateway,
  type GatewayEvent,
  type GatewaySnapshot,
  type MessageContent,
  type RunningGateway,
  type World,
} from "mitral";
import { outside } from "../../gateway.ts";
import { readGateway } from "../../runtime/config/read_gateway.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { RawPeer } from "../adapters/mllp/mllp_peer.ts";
import { writeMasterKey } from "../world/master_key.ts";
import { assertDeclared, type Told } from "./_reference.ts";

/** Settings of a gateway, or of a part of one, as its file would hold them. */
export type Settings = Readonly<Record<string, unknown>>;

type Named<N extends GatewayEvent["name"]> = Extract<GatewayEvent, { name: N }>;

/** A folder of a test, removed with all in it when the test ends. */
export class Folder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    const folder = new Folder(await Deno.makeTempDir({ prefix: "bad-input-" }));
    await Deno.mkdir(folder.at("out"));
    await writeMasterKey(folder.path);
    return folder;
  }

  /** A path in it. */
  at(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = this.at(name);
    await (typeof content === "string" ? Deno.writeTextFile(path, content) : Deno.writeFile(path, content));
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A gateway with one channel, `inbox`, that writes to the folder `out`: whole but for how messages come in. */
export function gatewayOf(listen: Settings, parse: unknown = "hl7v2", channel: Settings = {}): Settings {
  return {
    gateway: "here",
    data: "./data",
    drainMsMax: 10_000,
    channels: { inbox: { listen, parse, send: { out: { file: { path: "./out" } } }, ...channel } },
  };
}

/** A real gateway in this process, on a folder of its own, and everything it has reported since it opened. */
export class Site implements AsyncDisposable {
  readonly #events: GatewayEvent[] = [];
  #watchers: (() => void)[] = [];

  private constructor(readonly gateway: RunningGateway, readonly folder: Folder) {
    gateway.observe((event) => {
      this.#events.push(event);
      for (const tell of this.#watchers.splice(0)) tell();
    });
  }

  /** Opens a gateway; the folder goes with it. With a `world` of its own where this machine's will not do. */
  static async open(settings: Settings, folder?: Folder, world?: World): Promise<Site> {
    const own = folder ?? await Folder.make();
    try {
      return new Site(
        await (world ? openIn(world, settings, own) : Gateway.open(settings, { folder: own.path })),
        own,
      );
    } catch (cause) {
      await own[Symbol.asyncDispose]();
      throw cause;
    }
  }

  /** Everything reported so far. */
  get events(): readonly GatewayEvent[] {
    return this.#events;
  }

  /** Where a channel listens. */
  address(channel = "inbox"): string {
    return this.gateway.snapshot().channels.find(({ name }) => name === channel)!.address;
  }

  /** Connects to a channel that listens for MLLP. */
  dial(channel?: string): Promise<RawPeer> {
    return RawPeer.dial(this.address(channel));
  }

  /** Posts a body to a channel that listens for HTTP. */
  post(body: BodyInit, contentType: string, headers: HeadersInit = {}): Promise<Response> {
    const all = new Headers(headers);
    all.set("content-type", contentType);
    return fetch(this.address(), { method: "POST", body, headers: all });
  }

  /** Resolves with the `count`th event of a name that matches. */
  async seen<N extends GatewayEvent["name"]>(
    name: N,
    wanted: (event: Named<N>) => boolean = () => true,
    count = 1,
  ): Promise<Named<N>> {
    for (;;) {
      const found = this.#events.filter((event): event is Named<N> => event.name === name).filter(wanted);
      if (found.length >= count) return found[count - 1];
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Resolves when the gateway's state, looked at after each event, is as wanted. */
  async until(wanted: (now: GatewaySnapshot) => boolean): Promise<GatewaySnapshot> {
    for (let now = this.gateway.snapshot();; now = this.gateway.snapshot()) {
      if (wanted(now)) return now;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** What is in quarantine, oldest first. */
  async quarantine(): Promise<readonly MessageContent[]> {
    const records = await this.gateway.archive.list({ state: "quarantined" });
    const shown = await Promise.all(records.map(({ id }) => this.gateway.archive.show(id)));
    return shown.map((message) => message!).reverse();
  }

  /** Fails unless exactly one message is in quarantine: these bytes, under a declared code. Resolves with its reason. */
  async assertKept(bytes: Uint8Array, code: string): Promise<Told> {
    const kept = await this.quarantine();
    assertEquals(kept.map(({ trouble }) => trouble?.code), [code]);
    assertEquals(kept[0].received, new Uint8Array(bytes));
    await assertDeclared(kept[0].trouble!);
    return kept[0].trouble!;
  }

  /** Fails unless `count` messages have been delivered, the last of them these bytes. */
  async assertDelivered(bytes: Uint8Array, count = 1): Promise<void> {
    const { id } = await this.seen("messageDelivered", undefined, count);
    const files = await Array.fromAsync(Deno.readDir(this.folder.at("out")), ({ name }) => name);
    assertEquals(files.length, count, "files delivered");
    const file = files.find((name) => name.startsWith(id));
    assert(file, "the delivered file is named for its message");
    assertEquals(await Deno.readFile(this.folder.at("out", file)), new Uint8Array(bytes));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.close();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** As `Gateway.open`, but for the world. */
async function openIn(world: World, settings: Settings, { path: folder }: Folder): Promise<RunningGateway> {
  const { plan, problems } = await readGateway({ settings, folder }, {
    disk: denoWorld.disk,
    catalog: outside.catalog,
    loadActor: outside.loadActor,
    env: () => undefined,
    timeZone: "UTC",
  });
  assert(plan, JSON.stringify(problems));
  return await outside.openGateway(plan, { world, observer: () => {} });
}

/** A problem detail (RFC 9457): checked for its media type, and its error against the reference. */
export async function problemOf(response: Response): Promise<Told & { readonly status: number }> {
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const { status, code, detail } = await response.json();
  assertEquals(status, response.status);
  await assertDeclared({ code, says: detail });
  return { status, code, says: detail };
}
