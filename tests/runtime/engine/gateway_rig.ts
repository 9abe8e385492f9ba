import type { Awaitable, Passed, TransformerSpec } from "../../../runtime/contract/actor.ts";
import type { Message } from "../../../runtime/contract/message.ts";
import type { World } from "../../../runtime/contract/world.ts";
import type { GatewayEvent } from "../../../runtime/engine/events.ts";
import { Gateway } from "../../../runtime/engine/gateway.ts";
import type { ActPlan, ChannelPlan, DestinationPlan, GatewayPlan } from "../../../runtime/engine/plan.ts";
import type { OpenStore } from "../../../runtime/journal/journal.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { masterKey } from "../../world/master_key.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { worldWith } from "../../world/tools.ts";
import type { FakePeer } from "./fake_peer.ts";
import { HandListener } from "./hand_listener.ts";
import { type NoteBody, noteFormat } from "./note_format.ts";

type Settings = Omit<Partial<ChannelPlan>, "destinations">;
type RigSettings = Partial<Omit<GatewayPlan, "channels" | "journal">> & {
  readonly journal?: Partial<GatewayPlan["journal"]>;
};

/** A destination that leads to a peer. */
export function to(
  name: string,
  peer: FakePeer,
  settings: Partial<DestinationPlan> = {},
): DestinationPlan {
  return {
    name,
    steps: [],
    send: { spec: peer.spec, config: {} },
    order: { by: "channel" },
    retry: { firstMs: 100, longestMs: 10_000, refusedMs: 600_000 },
    on: {
      rejected: { remedy: "quarantine", alert: true },
      postponed: { remedy: "retry", alert: true },
      unanswered: { remedy: "retry", alert: true },
      alertAfterMs: 300_000,
    },
    ...settings,
  };
}

/** A step of the channel that is a function of the note's text. */
export function step(
  label: string,
  act: (message: Message<NoteBody>, signal: AbortSignal) => Awaitable<Passed>,
): ActPlan {
  const spec: TransformerSpec = {
    name: "act",
    about: "A test's function.",
    config: {},
    errors: {},
    transform: (message, { signal }) => act(message as Message<NoteBody>, signal),
  };
  return { label, spec, config: {} };
}

/** A gateway in a test's hand: the clock stands still, the store is memory, listeners and peers are objects. */
export class GatewayRig implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly store: MemoryStore;
  /** Opens `store`, unless a test wants one on a disk. */
  openStore: OpenStore;
  readonly world: World;
  readonly events: GatewayEvent[] = [];
  /** Free on the disk, where `diskFreeMin` has it looked at; or why that cannot be told. */
  freeBytes: number | Error | (() => Promise<number>) = 10e9;
  readonly #listeners = new Map<string, HandListener>();
  #watchers: (() => void)[] = [];
  #gateway: Gateway | undefined;

  constructor(seed = 1, startMs?: number, store: MemoryStore = new MemoryStore()) {
    this.store = store;
    this.openStore = store.openStore;
    this.clock = new FakeClock(startMs);
    this.world = worldWith(this.clock, {
      random: new SeededRandom(seed),
      disk: {
        ...denoWorld.disk,
        makeFolder: () => Promise.resolve(),
        freeBytes: async () => {
          const free = typeof this.freeBytes === "function" ? await this.freeBytes() : this.freeBytes;
          if (typeof free === "number") return free;
          throw free;
        },
      },
    });
  }

  get gateway(): Gateway {
    return this.#gateway!;
  }

  /** A plan of a channel. Its listener is {@linkcode hand} of its name, across restarts. */
  channel(name: string, destinations: readonly DestinationPlan[], settings: Settings = {}): ChannelPlan {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new HandListener());
    return {
      name,
      about: "",
      listen: { spec: this.hand(name).spec, config: {} },
      acknowledge: "received",
      respond: [],
      duplicates: { answer: "recent", windowMs: 300_000, reused: "deliver" },
      timeZone: "UTC",
      answerMsMax: 30_000,
      messageBytesMax: 1 << 20,
      parse: { spec: noteFormat, config: {} },
      steps: [],
      destinations,
      supervise: { restartsMax: 5, withinMs: 60_000, crashesMax: 3, backoffMs: 10, backoffMsMax: 1000 },
      ...settings,
    };
  }

  /** Opens a gateway on the store, in place of the one that was open. */
  async open(
    channels: readonly ChannelPlan[],
    { journal, ...settings }: RigSettings = {},
    openStore: OpenStore = this.openStore,
  ): Promise<Gateway> {
    const plan: GatewayPlan = {
      name: "here",
      folder: "/gateway",
      data: "/gateway/data",
      masterKey: "/gateway/master.key",
      partners: {},
      formats: {},
      drainMsMax: 10_000,
      journal: { pendingBytesMax: 64 << 20, diskFreeMin: 0, keepDays: 30, ...journal },
      ...settings,
      channels,
    };
    this.#gateway = await Gateway.open(plan, {
      world: this.world,
      masterKey,
      openStore,
      observer: (event) => this.#note(event),
    });
    return this.#gateway;
  }

  /** The listener of a channel. */
  hand(channel = "lab"): HandListener {
    return this.#listeners.get(channel)!;
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
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Every event of a name so far. */
  all<N extends GatewayEvent["name"]>(name: N): Extract<GatewayEvent, { name: N }>[] {
    return this.events.filter((event): event is Extract<GatewayEvent, { name: N }> => event.name === name);
  }

  /** The power is gone: nothing is committed any more, and whatever was in memory is nobody's. */
  cutPower(): void {
    this.store.cut();
    this.#gateway = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A test that failed may have left them held, and must not hang for it.
    this.store.release();
    if (this.#gateway) await this.clock.pass(this.#gateway.close());
    this.store[Symbol.dispose]();
  }

  #note(event: GatewayEvent): void {
    this.events.push(event);
    for (const tell of this.#watchers.splice(0)) tell();
  }
}
