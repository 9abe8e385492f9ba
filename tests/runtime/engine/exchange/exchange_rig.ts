import { cp } from "node:fs/promises";
import { catalog } from "../../../../catalog.ts";
import { readGateway } from "../../../../runtime/config/read_gateway.ts";
import type { Clock, World } from "../../../../runtime/contract/world.ts";
import type { GatewayEvent } from "../../../../runtime/engine/events.ts";
import { Gateway } from "../../../../runtime/engine/gateway.ts";
import type { GatewayPlan } from "../../../../runtime/engine/plan.ts";
import { createIdentity, type Identity } from "../../../../runtime/trust/identity.ts";
import { heldIn } from "../../../../runtime/trust/_handed_file.ts";
import { writeRecord } from "../../../../runtime/trust/partner_record.ts";
import { type Link, writePartnerFile } from "../../../../runtime/trust/partner_file.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import type { FakeClock } from "../../../world/fake_clock.ts";
import { masterKey } from "../../../world/master_key.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { worldWith } from "../../../world/tools.ts";

type Settings = Readonly<Record<string, unknown>>;

/** One of the gateways of a test: its folder, keys and journal, which outlive the gateway. */
export class Site implements AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  readonly identity: Identity;
  /** Where its door listens. */
  readonly port: number;
  readonly store = new MemoryStore();
  readonly events: GatewayEvent[] = [];
  readonly #watchers = new Set<() => void>();
  #gateway: Gateway | undefined;
  #plan: GatewayPlan | undefined;
  #clock: FakeClock | undefined;

  private constructor(name: string, folder: string, identity: Identity, port: number) {
    this.name = name;
    this.folder = folder;
    this.identity = identity;
    this.port = port;
  }

  static async open(name: string, clock: Pick<Clock, "nowMs"> = denoWorld.clock): Promise<Site> {
    const folder = await Deno.makeTempDir();
    const nowMs = clock.nowMs();
    const { identity, privateFile } = await createIdentity({ gateway: name, nowMs, masterKey });
    await Deno.writeFile(`${folder}/gateway.json`, privateFile);
    await Deno.mkdir(`${folder}/out`);
    return new Site(name, folder, identity, freePort());
  }

  /** Another whose folder is a copy of this one as it is now, keys and journal on disk included. */
  async copied(): Promise<Site> {
    const folder = await Deno.makeTempDir();
    await cp(this.folder, folder, { recursive: true });
    return new Site(this.name, folder, this.identity, freePort());
  }

  get gateway(): Gateway {
    return this.#gateway!;
  }

  /** What it runs. */
  get plan(): GatewayPlan {
    return this.#plan!;
  }

  /** How partners reach its door. */
  get links(): readonly Link[] {
    return [{ kind: "https", settings: { url: `http://127.0.0.1:${this.port}/` } }];
  }

  /** Its file of public keys. */
  file(links: readonly Link[] = this.links, identity: Identity = this.identity) {
    return writePartnerFile(identity, { links });
  }

  /** Hands its file of public keys to another, who knows it by its own name and names that file in its gateway file. */
  async introduceTo(other: Site, file?: Uint8Array): Promise<void> {
    await Deno.writeFile(`${other.folder}/${this.name}.json`, file ?? await this.file());
  }

  /** Puts it into the folder of another's partners, or changes how far it is there. */
  async enrol(at: Site, state: "active" | "suspended" = "active"): Promise<void> {
    const changed = { atMs: 0, by: "somebody" };
    const held = await heldIn(await this.file(), "a file");
    const hash = "0".repeat(64);
    await Deno.mkdir(`${at.folder}/partners`, { recursive: true });
    await Deno.writeFile(
      `${at.folder}/partners/${this.name}.json`,
      writeRecord({
        name: this.name,
        state,
        changed,
        invitation: hash,
        transcript: hash,
        held,
        confirmed: changed,
      }),
    );
  }

  /** Opens the gateway with these channels; `partners` by name, each with a file of its own, or those of its folder. */
  async start(
    channels: Settings,
    { partners, exchange = {}, clock, onDisk = false }: {
      /** Its journal lies in its folder; in memory where left out. */
      readonly onDisk?: boolean;
      readonly partners: readonly string[] | "folder";
      readonly exchange?: Settings;
      readonly clock?: FakeClock;
    },
  ): Promise<Gateway> {
    const { disk } = denoWorld;
    const { plan, problems } = await readGateway({
      settings: {
        gateway: this.name,
        keys: "./gateway.json",
        partners: partners === "folder"
          ? "./partners"
          : Object.fromEntries(partners.map((name) => [name, `./${name}.json`])),
        exchange: { doors: { https: { port: this.port, url: this.links[0].settings.url } }, ...exchange },
        channels,
      },
      folder: this.folder,
    }, { disk, catalog, timeZone: "UTC", env: () => undefined, loadActor: () => Promise.reject() });
    if (!plan) throw new Error(problems.map(({ file, message }) => `${file}: ${message}`).join("\n"));
    this.#plan = plan;
    this.#clock = clock;
    const world: World = clock ? worldWith(clock) : denoWorld;
    const observer = (event: GatewayEvent) => this.#note(event);
    return this.#gateway = await Gateway.open(plan, {
      world,
      masterKey,
      ...(onDisk ? {} : { openStore: this.store.openStore }),
      observer,
    });
  }

  /** Resolves with the `count`th event of a name that matches. */
  async seen<N extends GatewayEvent["name"]>(
    name: N,
    wanted: (event: Extract<GatewayEvent, { name: N }>) => boolean = () => true,
    count = 1,
  ): Promise<Extract<GatewayEvent, { name: N }>> {
    for (;;) {
      const found = this.all(name).filter(wanted)[count - 1];
      if (found) return found;
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** Every event of a name so far. */
  all<N extends GatewayEvent["name"]>(name: N): Extract<GatewayEvent, { name: N }>[] {
    return this.events.filter((event): event is Extract<GatewayEvent, { name: N }> => event.name === name);
  }

  /** Bodies of the messages a channel has received, oldest first. */
  async received(channel: string): Promise<readonly string[]> {
    const records = await this.gateway.archive.list({ channel, order: "oldest", limit: 1_000 });
    return await Promise.all(
      records.map(async ({ id }) =>
        new TextDecoder().decode((await this.gateway.archive.show(id))!.received)
      ),
    );
  }

  async stop(): Promise<void> {
    const closing = this.#gateway?.close() ?? Promise.resolve();
    this.#gateway = undefined;
    await (this.#clock ? this.#clock.pass(closing) : closing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.store[Symbol.dispose]();
    // A gateway that has just started may still write its own partner file: at its end nobody waits for that.
    await Deno.remove(this.folder, { recursive: true })
      .catch(() => Deno.remove(this.folder, { recursive: true }));
  }

  #note(event: GatewayEvent): void {
    this.events.push(event);
    for (const tell of this.#watchers) tell();
    this.#watchers.clear();
  }
}

/** A port nobody listens on now. */
function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return (listener.addr as Deno.NetAddr).port;
}

/** A channel that takes what is injected and sends it to a partner. */
export function sendsTo(partner: unknown, more: Settings = {}): Settings {
  return { listen: { mllp: { port: 0 } }, parse: "json", send: { out: { to: partner, ...more } } };
}

/** A channel that takes what a partner sends, and keeps it. */
export function takesFrom(partner: unknown, more: Settings = {}): Settings {
  return {
    listen: { from: partner },
    parse: "json",
    send: { kept: { file: { path: "./out" } } },
    ...more,
  };
}
