import { assert, assertEquals } from "@std/assert";
import { Link } from "../../../runtime/engine/link.ts";
import {
  backoffMs,
  Ended,
  type Incarnation,
  RestartBudget,
  supervise,
} from "../../../runtime/engine/supervisor.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { settles, turns } from "../../world/turns.ts";

interface Item {
  readonly name: string;
}

/** One stage between two links, in a test's hand. */
function stageOf(open: () => Incarnation<Item, string>, width = 1) {
  const life = new AbortController();
  const from = new Link<Item>(8);
  const to = new Link<Item>(8);
  const settled: [string, string][] = [];
  const crashes: unknown[] = [];
  const run = supervise<Item, string>(open, from, to, {
    signal: life.signal,
    settle: ({ name }, verdict) => void settled.push([name, verdict]),
    crashed: (cause) => {
      crashes.push(cause);
      return Promise.resolve(undefined);
    },
    started: () => {},
  }, width);
  return { life, from, to, settled, crashes, run };
}

Deno.test("a supervised stage ignores a result that comes after its life has ended", async () => {
  const results: PromiseWithResolvers<Item>[] = [];
  const { life, from, to, crashes, run } = stageOf(() => ({
    process: () => {
      const result = Promise.withResolvers<Item>();
      results.push(result);
      return result.promise;
    },
  }), 2);
  await from.put({ name: "a" }, life.signal);
  await from.put({ name: "b" }, life.signal);
  await turns();
  assertEquals(results.length, 2);
  results[1].reject(new TypeError("b crashes its stage"));
  await turns();
  // The successor works on both again: what the first life still says about `a` is nobody's.
  assertEquals(results.length, 4);
  results[0].resolve({ name: "a, late" });
  await turns();
  assertEquals(to.size, 0);
  results[2].resolve({ name: "a" });
  results[3].resolve({ name: "b" });
  await turns();
  assertEquals([to.size, from.size, crashes.length], [2, 0, 1]);
  life.abort();
  await run;
});

Deno.test("a supervised stage works on as many at once as it is wide, in order, again and again", async () => {
  const started: string[] = [];
  const results: PromiseWithResolvers<Item>[] = [];
  const { life, from, to, run } = stageOf(() => ({
    process: ({ name }) => {
      started.push(name);
      const result = Promise.withResolvers<Item>();
      results.push(result);
      return result.promise;
    },
  }), 3);
  await turns();
  for (const name of "abcde") await from.put({ name }, life.signal);
  await turns();
  assertEquals(started.join(""), "abc");
  results[1].resolve({ name: "b" });
  await turns();
  assertEquals(started.join(""), "abcd");
  for (const at of [0, 2, 3]) results[at].resolve({ name: started[at] });
  await turns();
  assertEquals([started.join(""), from.size, to.size], ["abcde", 1, 4]);
  life.abort();
  await run;
});

Deno.test("a supervised stage starts no work after its life has ended", async () => {
  for (let gap = 0; gap < 12; gap++) {
    let workedLate = false;
    const { life, from, run } = stageOf(() => ({
      process: (item, signal) => {
        workedLate ||= signal.aborted;
        return item;
      },
    }));
    await turns();
    await from.put({ name: "a" }, life.signal);
    for (let left = gap; left > 0; left--) await Promise.resolve();
    life.abort();
    await run;
    assert(!workedLate, `after ${gap} moments`);
  }
});

Deno.test("a supervised stage that throws while it closes crashes, and lives on", async () => {
  let lives = 0;
  const { life, from, to, crashes, run } = stageOf(() => {
    const broken = ++lives === 1;
    return {
      process: (item) => {
        if (broken) throw new TypeError("work");
        return item;
      },
      [Symbol.asyncDispose]: () => {
        throw new TypeError("close");
      },
    };
  });
  await from.put({ name: "a" }, life.signal);
  await turns();
  assertEquals([to.size, lives, crashes.length], [1, 2, 1]);
  life.abort();
  await run;
});

Deno.test("a supervised stage waits for a verdict to stick before it lets the item go", async () => {
  const sticks = Promise.withResolvers<void>();
  const life = new AbortController();
  const link = new Link<Item>(1);
  const run = supervise<Item, string>(() => ({ process: () => new Ended("done") }), link, undefined, {
    signal: life.signal,
    settle: () => sticks.promise,
    crashed: () => Promise.resolve(undefined),
    started: () => {},
  }, 1);
  await link.put({ name: "a" }, life.signal);
  const next = Promise.resolve(link.put({ name: "b" }, life.signal));
  assert(!await settles(next));
  assertEquals(link.size, 1);
  sticks.resolve();
  await next;
  life.abort();
  await run;
});

Deno.test("a link makes its writer wait for room, and lets it go when the writer's life ends", async () => {
  const link = new Link<Item>(1);
  const life = new AbortController();
  const first = { name: "a" };
  await link.put(first, life.signal);
  const second = Promise.resolve(link.put({ name: "b" }, life.signal));
  assert(!await settles(second));
  link.confirm(first);
  await second;
  const third = Promise.resolve(link.put({ name: "c" }, life.signal));
  life.abort(new TypeError("over"));
  assertEquals(await third.catch((cause) => cause.message), "over");
  assertEquals(link.size, 1);
});

Deno.test("a restart budget doubles its waits up to the longest, half of each by chance", () => {
  const low = { number: () => 0, bytes: () => new Uint8Array(0) };
  const high = { number: () => 1, bytes: () => new Uint8Array(0) };
  assertEquals([1, 2, 3, 4, 5, 100].map((count) => backoffMs(count, 100, 1000, low)), [
    50,
    100,
    200,
    400,
    500,
    500,
  ]);
  assertEquals([1, 2, 3, 4, 5, 100].map((count) => backoffMs(count, 100, 1000, high)), [
    100,
    200,
    400,
    800,
    1000,
    1000,
  ]);
});

Deno.test("a restart budget is spent after restartsMax restarts, and comes back with time", async () => {
  const clock = new FakeClock();
  const budget = new RestartBudget(
    { restartsMax: 2, withinMs: 1000, crashesMax: 1, backoffMs: 10, backoffMsMax: 100 },
    { clock, random: new SeededRandom(1) },
  );
  assert(budget.spend() !== undefined);
  assert(budget.spend() !== undefined);
  assertEquals(budget.spend(), undefined);
  await clock.advance(999);
  assertEquals(budget.spend(), undefined);
  await clock.advance(1);
  assert(budget.spend() !== undefined);
  assertEquals(budget.total, 3);
});
