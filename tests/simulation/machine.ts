import type { World } from "../../runtime/contract/world.ts";
import type { GatewayEvent } from "../../runtime/engine/events.ts";
import { Gateway } from "../../runtime/engine/gateway.ts";
import type { GatewayPlan } from "../../runtime/engine/plan.ts";
import { SeededRandom } from "../world/seeded_random.ts";
import { mount } from "./disk_vfs.ts";
import type { Ledger } from "./ledger.ts";
import type { SimulatedDisk } from "./simulated_disk.ts";
import { NetOfLife, type SimulatedNet } from "./simulated_net.ts";
import { type Defect, StoreOfLife } from "./simulated_store.ts";
import { SimulatedClock, type Timeline } from "./timeline.ts";
import type { Trace } from "./trace.ts";

/** What a machine is made of. */
export interface MachineParts {
  readonly plan: GatewayPlan;
  readonly checkpointPages: number;
  readonly timeline: Timeline;
  readonly disk: SimulatedDisk;
  readonly net: SimulatedNet;
  readonly ledger: Ledger;
  readonly trace: Trace;
  readonly random: SeededRandom;
  readonly defect?: Defect | undefined;
}

/** One life of the gateway's process. */
interface Life {
  readonly clock: SimulatedClock;
  readonly net: NetOfLife;
  readonly store: StoreOfLife;
  readonly world: World;
  readonly over: PromiseWithResolvers<void>;
}

/** The machine the gateway runs on: its program dies and starts again, and so does the machine. */
export class Machine {
  /** While it runs. */
  gateway: Gateway | undefined;
  /** Lives so far. */
  lives = 0;
  /** How far the machine's clock is off, and how far it was at most. */
  readonly offset = { ms: 0, mostMs: 0, leastMs: 0 };
  readonly #parts: MachineParts;
  #life: Life;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    mount(parts.disk, fork(parts.random));
    this.#life = this.#newLife();
    parts.disk.happened = (fault) => {
      parts.trace.note("disk", fault);
      if (fault === "powerCut") this.#die("powerCut");
    };
  }

  /** The clock of the present life. */
  get clock(): SimulatedClock {
    return this.#life.clock;
  }

  /** Somebody sets the machine's clock. */
  setClock(byMs: number): void {
    this.#parts.trace.note("machine", `clock set by ${byMs}`);
    this.offset.ms += byMs;
    this.offset.mostMs = Math.max(this.offset.mostMs, this.offset.ms);
    this.offset.leastMs = Math.min(this.offset.leastMs, this.offset.ms);
  }

  /** Starts the program. Resolves with what kept it from starting, if anything did. */
  async start(): Promise<unknown> {
    const { plan, trace, defect, random } = this.#parts;
    const life = this.#life = this.#newLife();
    this.lives++;
    trace.note("machine", `starts (${this.lives})`);
    const starting = Gateway.open(plan, {
      world: life.world,
      openStore: async (world) => {
        const store = await life.store.open(world);
        return defect?.store?.(store, random) ?? store;
      },
      observer: (event) => this.#observe(event, life),
    }).then((gateway) => void (this.gateway = gateway));
    const failure = await Promise.race([
      starting.catch((cause: unknown) => cause ?? "unknown"),
      life.over.promise,
    ]);
    if (!failure || life !== this.#life) return undefined;
    trace.note("machine", `does not start: ${failure}`);
    this.#end("killed");
    return failure;
  }

  /** Asks the program to stop, and waits until it has. Resolves with what went wrong. */
  async stop(): Promise<unknown> {
    const { gateway } = this;
    const life = this.#life;
    if (!gateway) return undefined;
    this.#parts.trace.note("machine", "stops");
    this.#parts.ledger.lostMemory();
    const trouble = await Promise.race([
      gateway.close().catch((cause: unknown) => cause ?? "unknown"),
      life.over.promise,
    ]);
    if (life === this.#life) this.#end("killed");
    return trouble;
  }

  /** What the running program gives; `undefined` where it fails, or is gone before. */
  async ask<T>(question: (gateway: Gateway) => Promise<T>): Promise<T | undefined> {
    if (!this.gateway) return undefined;
    const answer = question(this.gateway).catch(() => undefined);
    return await Promise.race([answer, this.#life.over.promise]) ?? undefined;
  }

  /** The power goes, or the program alone. */
  die(how: "killed" | "powerCut"): void {
    this.#parts.trace.note("machine", how);
    this.#die(how);
  }

  #die(how: "killed" | "powerCut"): void {
    const life = this.#life;
    this.gateway = undefined;
    this.#parts.disk.die();
    life.clock.end();
    life.net.end(how);
    // SQLite may be in the middle of a call.
    this.#parts.timeline.after(0, () => {
      if (life === this.#life) this.#end(how);
    });
  }

  #end(how: "killed" | "powerCut"): void {
    const { disk } = this.#parts;
    const life = this.#life;
    this.gateway = undefined;
    life.clock.end();
    life.net.end(how);
    life.store.end();
    if (how === "powerCut") disk.restart();
    else disk.resume();
    life.over.resolve();
  }

  #newLife(): Life {
    const { timeline, disk, net, ledger, checkpointPages, defect, random } = this.#parts;
    const clock = new SimulatedClock(timeline, fork(random), this.offset);
    const netOfLife = new NetOfLife(net, ledger);
    const store = new StoreOfLife(disk, fork(random), { checkpointPages, defect }, ledger);
    const nothing = (): Promise<never> => Promise.reject(new Error("no such thing in a simulated world"));
    const world: World = {
      clock,
      random: fork(random),
      net: netOfLife.port,
      disk: {
        read: nothing,
        readText: nothing,
        writeAtomic: nothing,
        append: nothing,
        open: nothing,
        list: nothing,
        facts: nothing,
        rename: nothing,
        remove: nothing,
        makeFolder: () => Promise.resolve(),
        freeBytes: () => Promise.resolve(disk.freeBytes),
      },
      spawn: {
        thread: () => {
          throw new Error("no thread in a simulated world");
        },
        run: () => Promise.reject(new Error("no program in a simulated world")),
      },
    };
    return { clock, net: netOfLife, store, world, over: Promise.withResolvers() };
  }

  #observe(event: GatewayEvent, life: Life): void {
    if (life !== this.#life) return;
    const { trace, ledger } = this.#parts;
    const { name, atMs: _atMs, ...facts } = event;
    trace.note("gateway", `${name} ${describe(facts)}`);
    switch (event.name) {
      case "lineRestarted":
      case "lineHalted":
        if (event.destination !== undefined) ledger.lostMemory(event.destination);
        return;
      case "journalFailed":
      case "channelStopped":
        return ledger.lostMemory();
    }
  }
}

/** Chance of its own. */
export function fork(random: SeededRandom): SeededRandom {
  return new SeededRandom(random.below(2 ** 31));
}

function describe(facts: object): string {
  return Object.entries(facts).map(([name, value]) =>
    `${name}=${
      value instanceof Error
        ? (value as { code?: string }).code ?? value.name
        : typeof value === "object"
        ? JSON.stringify(value)
        : value
    }`
  ).join(" ");
}
