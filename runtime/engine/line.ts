import type { Awaitable } from "../contract/actor.ts";
import { MitralError } from "../contract/error.ts";
import type { World } from "../contract/world.ts";
import { crashPlace } from "./crash_place.ts";
import { errors } from "./errors.ts";
import type { Condition, GatewayEvent, LineState, Place } from "./events.ts";
import { limits } from "./limits.ts";
import { Link } from "./link.ts";
import type { SupervisePlan } from "./plan.ts";
import { Ended, type Incarnation, RestartBudget, supervise } from "./supervisor.ts";

/** One stage of a line. */
export interface LineStage<T, V> {
  readonly name: string;
  /** Items worked on at once; they are started in order. */
  readonly width: number;
  open(): Awaitable<Incarnation<T, V>>;
}

/** What a line is made of. */
export interface LineParts<T, V> {
  readonly place: Place;
  readonly stages: readonly LineStage<T, V>[];
  readonly supervise: SupervisePlan;
  readonly world: World;
  /** The next item of the durable queue, in order; waits for one. `undefined` once the signal is aborted. */
  take(signal: AbortSignal): Promise<T | undefined>;
  /** Puts back whatever was taken and not settled: the line starts anew from the journal. */
  restart(): void;
  settle(item: T, verdict: V): Awaitable<void>;
  /** The verdict on an item whose stage failed it by a declared error, or that crashed its stage too often. */
  fail(item: T, error: MitralError): V;
  /** The same number for the same message in every life of the line. */
  positionOf(item: T): number;
  queued(): number;
  /** What its first stage does takes long, and is undone by a stop: nobody waits for it. */
  readonly startsSlowly?: boolean;
  report(event: Unstamped): void;
  /** True while `stagePassed` is to be reported. */
  timesStages(): boolean;
}

/** An event before its time is added. */
export type Unstamped = GatewayEvent extends infer E ? E extends GatewayEvent ? Omit<E, "atMs"> : never
  : never;

/**
 * A straight run of stages from one durable queue to one commit or one send. Restarts a stage alone while its links
 * keep what it held; when a stage's budget is spent, the whole line from the journal; when the line's own budget is
 * spent, it halts, and its queue stays on disk.
 */
export class Line<T, V> {
  readonly #parts: LineParts<T, V>;
  #lineBudget: RestartBudget;
  #life: AbortController | undefined;
  #taking = new AbortController();
  #run: Promise<void> = Promise.resolve();
  #condition: Condition = "stopped";
  #trouble: string | undefined;
  #stages: { condition: Condition; budget: RestartBudget; link: Link<T> }[] = [];
  /** Taken and not settled. */
  #open = 0;
  /** Taken, and waiting for room before the first stage. */
  #entering = 0;
  #idle: (() => void)[] = [];
  /** How often a message has crashed a stage; outlives the line's lives. */
  readonly #crashes = new Map<number, number>();

  constructor(parts: LineParts<T, V>) {
    this.#parts = parts;
    this.#lineBudget = this.#budget();
  }

  get condition(): Condition {
    return this.#condition;
  }

  /** Starts taking, with a fresh budget: whoever starts a halted line again means it. */
  start(): void {
    if (this.#condition !== "stopped" && this.#condition !== "halted") return;
    this.#taking = new AbortController();
    this.#lineBudget = this.#budget();
    this.#trouble = undefined;
    this.#run = this.#keepRunning();
  }

  /**
   * Takes no more and finishes what was taken, but for what a slow first stage has; on `deadline` drops what is left. It is
   * in the journal.
   */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#taking.abort(errors.error("ENGINE_LINE_STOPPED"));
    if (!this.#isThrough() && this.#condition !== "halted" && !deadline.aborted) {
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
        deadline.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    this.#life?.abort(errors.error("ENGINE_LINE_STOPPED"));
    await this.#run;
    this.#condition = "stopped";
  }

  /** Stops at once and reports why. What it has not done is in the journal; {@linkcode Line.start} goes on with it. */
  halt(error: MitralError): void {
    this.#trouble = error.code;
    this.#taking.abort(error);
    this.#life?.abort(error);
    this.#condition = "halted";
    this.#parts.report({ name: "lineHalted", ...this.#parts.place, error });
  }

  /** As it is now. */
  state(trouble?: string): LineState {
    return {
      condition: this.#condition,
      restarts: this.#lineBudget.total,
      queued: this.#parts.queued(),
      ...(this.#trouble ?? trouble ? { trouble: this.#trouble ?? trouble } : {}),
      stages: this.#parts.stages.map((stage, at) => ({
        name: stage.name,
        condition: this.#condition === "halted" ? "stopped" : this.#stages[at]?.condition ?? "stopped",
        restarts: this.#stages[at]?.budget.total ?? 0,
        waiting: this.#stages[at]?.link.size ?? 0,
      })),
    };
  }

  async #keepRunning(): Promise<void> {
    while (!this.#taking.signal.aborted) {
      this.#condition = "starting";
      const cause = await this.#live();
      if (this.#taking.signal.aborted || cause === undefined) return;
      // What can never succeed is not tried again: a sender that refuses its own configuration.
      if (cause instanceof MitralError && cause.retry === "never") return this.halt(cause);
      const againInMs = this.#lineBudget.spend();
      if (againInMs === undefined) return this.halt(errors.error("ENGINE_LINE_HALTED", {}, cause));
      this.#condition = "restarting";
      this.#parts.report({ name: "lineRestarted", ...this.#parts.place, againInMs });
      await this.#parts.world.clock.sleep(againInMs, this.#taking.signal).catch(() => {});
    }
  }

  /** One life of the line; resolves with what ended it, or `undefined` when it was stopped. */
  async #live(): Promise<unknown> {
    const life = this.#life = new AbortController();
    let trouble: unknown;
    const end = (cause: unknown) => {
      if (!life.signal.aborted) trouble = cause;
      life.abort(cause);
    };
    this.#parts.restart();
    this.#stages = this.#parts.stages.map(() => ({
      condition: "starting",
      budget: this.#budget(),
      link: new Link<T>(limits.linkMax),
    }));
    const stages = this.#parts.stages.map((stage, at) =>
      supervise(
        () => this.#openStage(stage, at),
        this.#stages[at].link,
        this.#stages[at + 1]?.link,
        this.#supervised(at, life.signal),
        stage.width,
      ).catch(end)
    );
    const feed = this.#feed(life.signal).catch(end);
    await Promise.all([...stages, feed]);
    // What was dropped will not be settled in this life: nobody may wait for it.
    this.#open = this.#entering = 0;
    this.#stages = [];
    this.#wakeIdle();
    return trouble;
  }

  async #openStage(stage: LineStage<T, V>, at: number): Promise<Incarnation<T, V>> {
    this.#stages[at].condition = "starting";
    const incarnation = await stage.open();
    const failed = (item: T, cause: unknown) => {
      if (cause instanceof MitralError) return new Ended(this.#parts.fail(item, cause));
      throw cause;
    };
    const work = (item: T, life: AbortSignal) => {
      try {
        const result = incarnation.process(item, life);
        return result instanceof Promise ? result.catch((cause) => failed(item, cause)) : result;
      } catch (cause) {
        return failed(item, cause);
      }
    };
    const close = incarnation[Symbol.asyncDispose];
    return {
      process: (item, life) =>
        this.#parts.timesStages() ? this.#timed(stage.name, item, () => work(item, life)) : work(item, life),
      ...(close ? { [Symbol.asyncDispose]: () => close.call(incarnation) } : {}),
    };
  }

  #timed(stage: string, item: T, work: () => Awaitable<T | Ended<V>>): Awaitable<T | Ended<V>> {
    const { place, report, world: { clock } } = this.#parts;
    const startedMs = clock.elapsedMs();
    const passed = (result: T | Ended<V>) => {
      // A stage that hands on what it was given had nothing to do: the item has ended before.
      if (result !== item) {
        report({ name: "stagePassed", ...place, stage, tookMs: clock.elapsedMs() - startedMs });
      }
      return result;
    };
    const result = work();
    return result instanceof Promise ? result.then(passed) : passed(result);
  }

  async #feed(life: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const forward = () => stop.abort();
    life.addEventListener("abort", forward, { once: true });
    this.#taking.signal.addEventListener("abort", forward, { once: true });
    try {
      while (!life.aborted && !this.#taking.signal.aborted) {
        const item = await this.#parts.take(stop.signal);
        if (item === undefined) break;
        this.#open++;
        this.#entering++;
        await this.#stages[0].link.put(item, life);
        this.#entering--;
      }
    } catch (cause) {
      if (!life.aborted) throw cause;
    } finally {
      life.removeEventListener("abort", forward);
      this.#taking.signal.removeEventListener("abort", forward);
    }
  }

  #supervised(at: number, signal: AbortSignal) {
    const stage = this.#parts.stages[at].name;
    return {
      signal,
      started: () => {
        if (signal.aborted) return;
        this.#stages[at].condition = "running";
        if (this.#stages.every((each) => each.condition === "running")) this.#condition = "running";
      },
      settle: (item: T, verdict: V): Awaitable<void> => {
        const settled = this.#parts.settle(item, verdict);
        if (settled instanceof Promise) return settled.then(() => this.#closed(item));
        this.#closed(item);
      },
      crashed: (cause: unknown, item: T | undefined) => this.#crashed(at, stage, cause, item, signal),
    };
  }

  #closed(item: T): void {
    this.#crashes.delete(this.#parts.positionOf(item));
    this.#open--;
    if (this.#isThrough()) this.#wakeIdle();
  }

  /** Nothing is left that a stop would wait for. */
  #isThrough(): boolean {
    const left = this.#parts.startsSlowly ? (this.#stages[0]?.link.size ?? 0) + this.#entering : 0;
    return this.#open <= left;
  }

  #wakeIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #crashed(
    at: number,
    stage: string,
    cause: unknown,
    item: T | undefined,
    signal: AbortSignal,
  ): Promise<Ended<V> | undefined> {
    if (item === undefined && cause instanceof MitralError && cause.retry === "never") throw cause;
    const state = this.#stages[at];
    state.condition = "restarting";
    const againInMs = state.budget.spend();
    this.#parts.report({
      name: "stageCrashed",
      ...this.#parts.place,
      stage,
      cause: crashPlace(cause),
      againInMs: againInMs ?? 0,
    });
    if (item !== undefined) {
      const position = this.#parts.positionOf(item);
      const crashes = (this.#crashes.get(position) ?? 0) + 1;
      this.#crashes.set(position, crashes);
      if (crashes >= this.#parts.supervise.crashesMax) {
        return new Ended(
          this.#parts.fail(item, errors.error("ENGINE_MESSAGE_POISONED", { stage, crashes }, cause)),
        );
      }
    }
    if (againInMs === undefined) throw errors.error("ENGINE_STAGE_SPENT", { stage }, cause);
    await this.#parts.world.clock.sleep(againInMs, signal).catch(() => {});
    return undefined;
  }

  #budget(): RestartBudget {
    return new RestartBudget(this.#parts.supervise, this.#parts.world);
  }
}
