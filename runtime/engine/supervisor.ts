import type { Awaitable } from "../contract/actor.ts";
import type { Clock, Random } from "../contract/world.ts";
import type { Link } from "./link.ts";
import type { SupervisePlan } from "./plan.ts";

/** A stage's verdict that an item goes no further: how it ended. */
export class Ended<V> {
  constructor(readonly verdict: V) {}
}

/** One life of a stage. What it throws is a crash. */
export interface Incarnation<T, V> {
  /**
   * An item for the next stage, the very same one where there was nothing to do; or how it ended. The last stage ends
   * every item.
   */
  process(item: T, life: AbortSignal): Awaitable<T | Ended<V>>;
  [Symbol.asyncDispose]?(): Promise<void>;
}

/** What the supervisor of a stage asks of the line it belongs to. */
export interface Supervised<T, V> {
  /** Aborted: the line is dropped. What is not settled is in the journal. */
  readonly signal: AbortSignal;
  /** MUST make the verdict stick before it resolves, or reject. */
  settle(item: T, verdict: V): Awaitable<void>;
  /**
   * Waits out the backoff. A verdict ends the item that crashed the stage once too often; a rejection says that the
   * restart budget is spent.
   */
  crashed(cause: unknown, item: T | undefined): Promise<Ended<V> | undefined>;
  started(): void;
}

/**
 * Keeps one stage alive between two links, life after life. Its neighbours never notice: the links outlive it, and an
 * item is confirmed only after it was handed over or settled. `width` items are worked on at once; they are started in
 * order.
 */
export async function supervise<T, V>(
  open: () => Awaitable<Incarnation<T, V>>,
  from: Link<T>,
  to: Link<T> | undefined,
  line: Supervised<T, V>,
  width: number,
): Promise<void> {
  while (!line.signal.aborted) {
    const crash = await live(open, from, to, line, width);
    if (!crash || line.signal.aborted) continue;
    const ended = await line.crashed(crash.cause, crash.item);
    if (ended && crash.item !== undefined) {
      await line.settle(crash.item, ended.verdict);
      from.confirm(crash.item);
    }
  }
}

interface Crash<T> {
  readonly cause: unknown;
  readonly item?: T;
}

async function live<T, V>(
  open: () => Awaitable<Incarnation<T, V>>,
  from: Link<T>,
  to: Link<T> | undefined,
  line: Supervised<T, V>,
  width: number,
): Promise<Crash<T> | undefined> {
  const end = new AbortController();
  const life = end.signal;
  const stop = () => end.abort(line.signal.reason);
  line.signal.addEventListener("abort", stop, { once: true });
  let crash: Crash<T> | undefined;
  let incarnation: Incarnation<T, V> | undefined;
  try {
    incarnation = await open();
    const stage = incarnation;
    line.started();
    const inbox = from.readable(life).getReader();
    const workers: Promise<void>[] = [];
    let waiting = 0;
    const work = async () => {
      for (;;) {
        waiting++;
        const { done, value: item } = await inbox.read();
        waiting--;
        // What was read as the life ended is the successor's: it goes first there.
        if (done || life.aborted) return;
        if (waiting === 0) hire();
        try {
          const result = await unlessOver(life, stage.process(item, life));
          if (result instanceof Ended) await line.settle(item, result.verdict);
          else await to!.put(result, life);
          from.confirm(item);
        } catch (cause) {
          // A result that comes after the end of a life is its successor's to make again.
          if (!life.aborted) crash = { cause, item };
          end.abort(cause);
          return;
        }
      }
    };
    // Only as many as there was ever work for at once: a stage may be wide, and most of the time most are idle.
    const hire = () => {
      if (workers.length === width) return;
      workers.push(
        work().catch((cause) => {
          crash ??= { cause };
          end.abort(cause);
        }),
      );
    };
    hire();
    for (const worker of workers) await worker;
  } catch (cause) {
    crash ??= { cause };
  } finally {
    line.signal.removeEventListener("abort", stop);
    end.abort();
    try {
      await incarnation?.[Symbol.asyncDispose]?.();
    } catch (cause) {
      crash ??= { cause };
    }
  }
  return crash;
}

/** The value, unless the signal is aborted first. Listens and unlistens by hand: a race would leak. */
function unlessOver<T>(signal: AbortSignal, value: Awaitable<T>): Awaitable<T> {
  if (!(value instanceof Promise)) return value;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Counts restarts within a time and says how long to wait before the next: doubling, with jitter. */
export class RestartBudget {
  readonly #plan: SupervisePlan;
  readonly #clock: Clock;
  readonly #random: Random;
  #restartsMs: number[] = [];
  /** Since the start. */
  total = 0;

  constructor(plan: SupervisePlan, world: { clock: Clock; random: Random }) {
    this.#plan = plan;
    this.#clock = world.clock;
    this.#random = world.random;
  }

  /** Milliseconds to wait, or `undefined` where the budget is spent. */
  spend(): number | undefined {
    const nowMs = this.#clock.elapsedMs();
    this.#restartsMs = this.#restartsMs.filter((atMs) => nowMs - atMs < this.#plan.withinMs);
    if (this.#restartsMs.length >= this.#plan.restartsMax) return undefined;
    this.#restartsMs.push(nowMs);
    this.total++;
    return backoffMs(this.#restartsMs.length, this.#plan.backoffMs, this.#plan.backoffMsMax, this.#random);
  }
}

/** Waiting time before attempt `count` + 1: `firstMs` doubled each time up to `longestMs`, half of it by chance. */
export function backoffMs(count: number, firstMs: number, longestMs: number, random: Random): number {
  const fullMs = Math.min(firstMs * 2 ** Math.min(count - 1, 30), longestMs);
  return Math.round(fullMs / 2 + (fullMs / 2) * random.number());
}
