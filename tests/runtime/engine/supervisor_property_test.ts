import { assert, assertEquals } from "@std/assert";
import { Link } from "../../../runtime/engine/link.ts";
import { Ended, type Incarnation, supervise } from "../../../runtime/engine/supervisor.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { turns } from "../../world/turns.ts";
import { moments } from "./queue_harness.ts";

const STAGES = 4;
const CRASHES_MAX = 3;

interface Item {
  readonly number: number;
  /** Stages it has passed. */
  readonly passed: number;
}

type Verdict = "done" | "filtered" | "poisoned";

interface Chances {
  readonly width: number;
  readonly linkMax: number;
  readonly crash: number;
  readonly crashOpening: number;
  readonly crashClosing: number;
  readonly poison: number;
  /** How much of the work is asynchronous. */
  readonly waits: number;
}

/** Runs items through supervised stages that crash by chance, and checks what is promised of them. */
class Run {
  readonly #random: SeededRandom;
  readonly #chances: Chances;
  readonly #life = new AbortController();
  readonly #links: readonly Link<Item>[];
  readonly #crashes = new Map<string, number>();
  readonly #poison: ReadonlySet<number>;
  readonly verdicts = new Map<number, Verdict>();
  readonly order: number[] = [];
  opened = 0;
  closed = 0;
  restarts = 0;

  constructor(seed: number, readonly count: number, chances: Chances) {
    const random = this.#random = new SeededRandom(seed);
    this.#chances = chances;
    this.#links = Array.from({ length: STAGES }, () => new Link<Item>(chances.linkMax));
    this.#poison = new Set(
      Array.from({ length: count }, (_, at) => at).filter(() => random.chance(chances.poison)),
    );
  }

  async go(): Promise<void> {
    const stages = this.#links.map((link, at) =>
      supervise(() => this.#open(at), link, this.#links[at + 1], this.#line(at), this.#chances.width)
    );
    for (let number = 0; number < this.count; number++) {
      await this.#links[0].put({ number, passed: 0 }, this.#life.signal);
    }
    // Only microtasks are at work: after a turn of the event loop what has not come will not come.
    await turns();
    this.#life.abort(new Error("over"));
    await Promise.all(stages);
    this.#check();
  }

  #check(): void {
    assertEquals(this.verdicts.size, this.count, "some were lost");
    assertEquals(this.opened, this.closed, "some lives were not disposed of");
    assertEquals(this.#links.map((link) => link.size), Array(STAGES).fill(0));
    if (this.#chances.width === 1) {
      assertEquals(this.order, this.order.toSorted((a, b) => a - b), "out of order");
    }
    for (const number of this.#poison) assertEquals(this.verdicts.get(number), "poisoned");
  }

  #line(at: number) {
    return {
      signal: this.#life.signal,
      settle: async ({ number }: Item, verdict: Verdict) => {
        assert(!this.verdicts.has(number), `${number} was settled twice`);
        this.verdicts.set(number, verdict);
        if (verdict === "done") this.order.push(number);
        await moments(this.#random);
      },
      crashed: async (_cause: unknown, item: Item | undefined) => {
        this.restarts++;
        await moments(this.#random);
        if (!item) return undefined;
        const name = `${at}:${item.number}`;
        const crashes = (this.#crashes.get(name) ?? 0) + 1;
        this.#crashes.set(name, crashes);
        return crashes >= CRASHES_MAX ? new Ended<Verdict>("poisoned") : undefined;
      },
      started: () => {},
    };
  }

  async #open(at: number): Promise<Incarnation<Item, Verdict>> {
    await moments(this.#random);
    if (this.#random.chance(this.#chances.crashOpening)) throw new Error("opening");
    this.opened++;
    return {
      process: (item) => this.#process(at, item),
      [Symbol.asyncDispose]: async () => {
        this.closed++;
        await moments(this.#random);
        if (this.#random.chance(this.#chances.crashClosing)) throw new Error("closing");
      },
    };
  }

  #process(at: number, item: Item): Item | Ended<Verdict> | Promise<Item | Ended<Verdict>> {
    assertEquals(item.passed, at, "an item skipped a stage, or passed one twice");
    if (!this.#random.chance(this.#chances.waits)) return this.#result(at, item);
    return moments(this.#random).then(() => this.#result(at, item));
  }

  #result(at: number, item: Item): Item | Ended<Verdict> {
    if (at === 1 && this.#poison.has(item.number)) throw new TypeError("poison");
    if (this.#random.chance(this.#chances.crash)) throw new TypeError("crash");
    if (at === 2 && item.number % 17 === 3) return new Ended("filtered");
    return at === STAGES - 1 ? new Ended("done") : { ...item, passed: at + 1 };
  }
}

for (const width of [1, 4]) {
  Deno.test(`supervised stages of width ${width} settle every item once, whatever crashes (240 schedules)`, async () => {
    let restarts = 0;
    for (let seed = 1; seed <= 240; seed++) {
      const run = new Run(seed, 120, {
        width,
        linkMax: [1, 2, 8, 64][seed % 4],
        crash: [0, 0.01, 0.1, 0.3][(seed >> 2) % 4],
        crashOpening: 0.05,
        crashClosing: 0.02,
        poison: 0.02,
        waits: [0, 0.3, 1][seed % 3],
      });
      try {
        await run.go();
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
      restarts += run.restarts;
    }
    assert(restarts > 5000, `${restarts} restarts prove little`);
  });
}

Deno.test("supervised stages leave no listener behind, however often they restart", async () => {
  const life = new AbortController();
  const listening = countListeners(life.signal);
  const link = new Link<Item>(4);
  let lives = 0;
  let settled = 0;
  const stage = supervise<Item, Verdict>(
    () => {
      lives++;
      return {
        process: async (item) => {
          await Promise.resolve();
          if (lives % 10 !== 0) throw new Error("crash");
          lives++;
          return item.number >= 0 ? new Ended<Verdict>("done") : item;
        },
      };
    },
    link,
    undefined,
    {
      signal: life.signal,
      settle: () => void settled++,
      crashed: () => Promise.resolve(undefined),
      started: () => {},
    },
    4,
  );
  for (let number = 0; number < 500; number++) await link.put({ number, passed: 0 }, life.signal);
  await turns();
  assertEquals(settled, 500);
  assert(lives > 1000);
  assert(listening() <= 2, `${listening()} listeners`);
  life.abort();
  await stage;
});

/** How many listeners a signal has now. */
function countListeners(signal: AbortSignal): () => number {
  const live = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: never, options?: never) => {
    live.add(listener);
    add(type, listener, options);
  };
  signal.removeEventListener = (type: string, listener: never) => {
    live.delete(listener);
    remove(type, listener);
  };
  return () => live.size;
}
