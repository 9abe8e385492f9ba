import { assertEquals } from "@std/assert";
import { Retention } from "../../../runtime/engine/retention.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import type { Unstamped } from "../../../runtime/engine/line.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { DAY_MS } from "../../../runtime/journal/sealing.ts";
import { worldWith } from "../../world/tools.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { MemoryStore } from "../../world/memory_store.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { appendOf, deaf, trouble } from "../journal/entries.ts";

const START = 20_000;

interface Rig extends Disposable {
  readonly store: MemoryStore;
  readonly clock: FakeClock;
  journal: Journal;
  /** As after a power cut. */
  reopen(): Promise<void>;
  readonly events: Unstamped[];
  open(keepDays?: Readonly<Record<string, number>>): Retention;
  /** Messages that are filtered: nothing more is to be done with them. */
  receive(channel: string, count: number): Promise<void>;
  count(channel: string): number;
}

async function rig(): Promise<Rig> {
  const store = new MemoryStore();
  const clock = new FakeClock(START * DAY_MS);
  const world = worldWith(clock, { disk: { ...denoWorld.disk, makeFolder: () => Promise.resolve() } });
  const openJournal = () => Journal.open(world, "/data", deaf, store.openStore);
  const events: Unstamped[] = [];
  const made: Rig = {
    store,
    clock,
    journal: await openJournal(),
    async reopen() {
      this.journal = await openJournal();
    },
    events,
    open(keepDays = {}) {
      return new Retention({
        keeper: this,
        clock,
        keepDaysOf: (channel) => keepDays[channel] ?? 30,
        report: (event) => void events.push(event),
      });
    },
    async receive(channel, count) {
      const receivedAtMs = clock.nowMs();
      await Promise.all(
        Array.from(
          { length: count },
          () =>
            this.journal.write(
              appendOf({ channel, receivedAtMs, place: "filtered", answered: "positively" }),
            ),
        ),
      );
    },
    count: (channel) =>
      store.count(`SELECT count(*) FROM message JOIN name ON name.id = channel WHERE text = '${channel}'`),
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
  return made;
}

Deno.test("each channel keeps its messages for its own time, the day they came not counted", async () => {
  using at = await rig();
  const retention = at.open({ short: 1, long: 3 });
  await at.receive("short", 3);
  await at.receive("long", 2);
  await at.clock.advance(2 * DAY_MS - 1);
  assertEquals(await retention.run(), { removed: 0, carried: 0 });
  await at.clock.advance(1);
  assertEquals(await retention.run(), { removed: 3, carried: 0 });
  assertEquals([at.count("short"), at.count("long")], [0, 2]);
  await at.clock.advance(2 * DAY_MS);
  assertEquals(await retention.run(), { removed: 2, carried: 0 });
  assertEquals(at.store.count("SELECT count(*) FROM found"), 0);
});

Deno.test("a day of many messages goes in slices, and what must stay is kept until it is through", async () => {
  using at = await rig();
  const retention = at.open({ lab: 1 });
  await at.receive("lab", limits.retentionSlice * 2 + 7);
  await at.journal.write(appendOf({ receivedAtMs: at.clock.nowMs(), trouble }));
  await at.clock.advance(2 * DAY_MS);
  assertEquals(await retention.run(), { removed: limits.retentionSlice * 2 + 7, carried: 1 });
  const slices = at.store.commits.flat().filter(({ op }) => op === "prune").length;
  assertEquals([slices, at.count("lab")], [3, 1]);
  await at.clock.advance(10 * DAY_MS);
  assertEquals(await retention.run(), { removed: 0, carried: 1 });
  assertEquals(at.count("lab"), 1);
});

Deno.test("what a crash cut short goes on", async () => {
  using at = await rig();
  await at.receive("lab", 2 * limits.retentionSlice);
  await at.clock.advance(2 * DAY_MS);
  at.store.hold(({ op }) => op === "prune");
  at.open({ lab: 1 }).run();
  await at.store.asked(({ op }) => op === "prune");
  at.store.cut();
  await at.reopen();
  assertEquals(await at.journal.ask({ ask: "days", before: START + 9 }), [
    { channel: "lab", day: START, isDropped: true },
  ]);
  assertEquals(await at.open({ lab: 1 }).run(), { removed: 2 * limits.retentionSlice, carried: 0 });
  assertEquals(await at.journal.ask({ ask: "days", before: START + 9 }), []);
});

Deno.test("nothing is removed while it is paused, and everything is once it is not", async () => {
  using at = await rig();
  const retention = at.open({ lab: 1 });
  await at.receive("lab", 2);
  await at.clock.advance(2 * DAY_MS);
  const resume = await retention.pause();
  assertEquals(await retention.run(), { removed: 0, carried: 0 });
  resume();
  assertEquals(await retention.run(), { removed: 2, carried: 0 });
});

Deno.test("it runs by itself a while after the start, and every hour", async () => {
  using at = await rig();
  const retention = at.open({ lab: 1 });
  await at.receive("lab", 2);
  await at.clock.advance(2 * DAY_MS);
  retention.start();
  await at.clock.pass(gone(at, 0));
  await at.receive("lab", 1);
  await at.clock.pass(gone(at, 0));
  await retention.stop();
  const closed = at.events.flatMap((event) => event.name === "dayClosed" ? [event.day] : []);
  assertEquals(closed, [START, START + 2]);
});

async function gone({ store, count }: Rig, left: number): Promise<void> {
  for (let asked = 1; count("lab") > left; asked++) await store.asked(({ op }) => op === "prune", asked);
}
