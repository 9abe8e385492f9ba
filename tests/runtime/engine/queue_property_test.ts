import { assert, assertEquals } from "@std/assert";
import { Queue } from "../../../runtime/engine/queue.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { turns } from "../../world/turns.ts";
import { type Job, job, JobTable, moments } from "./queue_harness.ts";

/** What may happen in a run. */
interface Chances {
  readonly entries: number;
  /** Entries that are on disk before the queue is looked at. */
  readonly backlog: number;
  readonly keyCount: number;
  readonly barrier: number;
  readonly again: number;
  readonly holdUp: number;
  readonly putBack: number;
  /** An entry that ends holds its keys. */
  readonly hold: number;
  readonly restart: number;
  readonly shuffledOffers: boolean;
}

/** One run of a queue against a table, and all that is promised of it checked at every step. */
class Run {
  readonly #random: SeededRandom;
  readonly #table = new JobTable();
  readonly #queue: Queue<Job>;
  readonly #chances: Chances;
  readonly #openMax: number;
  readonly #all = new Map<number, Job>();
  /** Taken and not ended. */
  readonly #open = new Map<number, Job>();
  /** Told to come again. */
  readonly #due = new Set<number>();
  readonly #lastOf = new Map<string, number>();
  readonly #ended = new Map<number, number>();
  readonly #replayed = new Map<number, number>();
  readonly #heldUp: Job[] = [];
  /** Ended, and holding their keys. */
  readonly #holders = new Map<number, Job>();
  #stop = new AbortController();

  constructor(seed: number, chances: Chances) {
    this.#random = new SeededRandom(seed);
    this.#chances = chances;
    this.#table.delay = () => moments(this.#random);
    const openMax = this.#openMax = this.#random.pick([1, 3, 16]);
    this.#queue = new Queue<Job>(this.#table, openMax, {
      queueWindowMax: this.#random.pick([4, 8, 32]),
      queueWindowBytesMax: this.#random.pick([10, 1000]),
      pageMax: this.#random.pick([3, 4]),
    });
  }

  async go(): Promise<void> {
    const { entries, backlog } = this.#chances;
    const jobs = Array.from({ length: entries }, (_, at) => this.#make(at + 1));
    for (const one of jobs) this.#all.set(one.position, one);
    this.#table.add(jobs.slice(0, backlog));
    const produced = this.#produce(jobs.slice(backlog));
    const consumed = this.#consume();
    await produced;
    // All of it happens in microtasks: after a turn of the event loop, what has not happened waits for something.
    for (await turns(); this.#table.undone.size > 0; await turns()) {
      assert(
        this.#heldUp.length + this.#holders.size > 0,
        `stuck with ${this.#table.undone.size} left`,
      );
      if (this.#holders.size > 0 && this.#heldUp.length === 0) {
        assertEquals(this.#table.undone.size, this.#behindHolders());
        this.#letGo();
        continue;
      }
      if (this.#heldUp.length < this.#openMax) {
        assertEquals(this.#table.undone.size, this.#heldUp.length + this.#behindHeldUp());
      }
      for (const held of this.#heldUp.splice(0)) void this.#end(held);
    }
    this.#stop.abort();
    await consumed;
    for (const { position } of jobs) {
      assertEquals(this.#ended.get(position), 1 + (this.#replayed.get(position) ?? 0));
    }
    assertEquals(this.#table.undone.size, 0);
  }

  #make(position: number): Job {
    const { keyCount, barrier } = this.#chances;
    if (this.#random.chance(barrier)) return job(position, []);
    const keys = new Set([`k${this.#random.below(keyCount)}`]);
    if (this.#random.chance(0.15)) keys.add(`k${this.#random.below(keyCount)}`);
    return job(position, [...keys]);
  }

  async #produce(jobs: Job[]): Promise<void> {
    while (jobs.length > 0) {
      const batch = jobs.splice(0, 1 + this.#random.below(5));
      this.#table.add(batch);
      await moments(this.#random);
      if (this.#chances.shuffledOffers) batch.sort(() => this.#random.number() - 0.5);
      for (const one of batch) {
        this.#queue.offer(one);
        if (this.#random.chance(0.3)) await moments(this.#random);
      }
    }
  }

  async #consume(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.#random.chance(this.#chances.restart)) this.#restart();
      const taken = await this.#queue.take(this.#stop.signal);
      if (taken) this.#start(taken);
      if (this.#random.chance(0.5)) await moments(this.#random);
    }
  }

  #start(taken: Job): void {
    const { position, keys } = taken;
    const comesAgain = this.#due.delete(position);
    assert(this.#table.undone.has(position), `${position} had ended`);
    assertEquals(this.#open.has(position), comesAgain, `${position} was taken twice`);
    this.#open.set(position, taken);
    for (const other of this.#open.values()) {
      if (other === taken || other.position === position) continue;
      assert(keys!.length > 0 && other.keys!.length > 0, `${position} ran beside a barrier`);
      assert(
        !keys!.some((key) => other.keys!.includes(key)),
        `${position} shares a key with ${other.position}`,
      );
    }
    for (const holder of this.#holders.values()) {
      assert(
        holder.position === position || !keys!.some((key) => holder.keys!.includes(key)),
        `${position} shares a key that ${holder.position} holds`,
      );
    }
    if (!this.#chances.shuffledOffers && !this.#replayed.has(position)) {
      for (const key of keys!) {
        assert((this.#lastOf.get(key) ?? 0) <= position, `${position} came after ${this.#lastOf.get(key)}`);
        this.#lastOf.set(key, position);
      }
    }
    if (!comesAgain && this.#heldUp.length < 2 && this.#random.chance(this.#chances.holdUp)) {
      this.#heldUp.push(taken);
    } else void this.#work(taken);
  }

  async #work(taken: Job): Promise<void> {
    await moments(this.#random);
    if (this.#open.get(taken.position) !== taken) return;
    if (this.#random.chance(this.#chances.again)) {
      this.#due.add(taken.position);
      this.#queue.again(taken);
      return;
    }
    await this.#end(taken);
  }

  async #end(taken: Job): Promise<void> {
    const { position } = taken;
    const durable = Promise.withResolvers<void>();
    this.#open.delete(position);
    this.#ended.set(position, (this.#ended.get(position) ?? 0) + 1);
    if (this.#random.chance(this.#chances.hold)) {
      this.#holders.set(position, taken);
      this.#queue.hold(taken, durable.promise);
    } else this.#queue.settle(taken, durable.promise);
    await moments(this.#random);
    this.#table.undone.delete(position);
    durable.resolve();
    await moments(this.#random);
    if (this.#random.chance(this.#chances.putBack)) {
      this.#replayed.set(position, (this.#replayed.get(position) ?? 0) + 1);
      this.#table.add([this.#all.get(position)!]);
      this.#holders.delete(position);
      this.#queue.putBack(position);
    }
  }

  /** Releases one that holds its keys, or puts it back. */
  #letGo(): void {
    const [position] = this.#random.pick([...this.#holders]);
    this.#holders.delete(position);
    if (this.#random.chance(0.5)) return this.#queue.release(position);
    this.#replayed.set(position, (this.#replayed.get(position) ?? 0) + 1);
    this.#table.add([this.#all.get(position)!]);
    this.#queue.putBack(position);
  }

  /** Undone entries that wait for a held key, or behind one that does. A barrier never does. */
  #behindHolders(): number {
    const held = new Set([...this.#holders.values()].flatMap(({ keys }) => keys!));
    const rows = [...this.#table.undone.values()].sort((a, b) => a.position - b.position);
    return rows.filter(({ keys }) => {
      if (!keys!.some((key) => held.has(key))) return false;
      for (const key of keys!) held.add(key);
      return true;
    }).length;
  }

  /** As a line does: whatever was taken and has not ended is dropped, and comes again. */
  #restart(): void {
    this.#open.clear();
    this.#due.clear();
    this.#heldUp.length = 0;
    this.#lastOf.clear();
    this.#queue.restart();
  }

  /** Undone entries that cannot start while those that are held up are open. */
  #behindHeldUp(): number {
    const open = new Set([...this.#open.values()].flatMap(({ keys }) => keys));
    const alone = [...this.#open.values()].some(({ keys }) => keys!.length === 0);
    let barrier = alone;
    let count = 0;
    const rows = [...this.#table.undone.values()].sort((a, b) => a.position - b.position);
    for (const { position, keys } of rows) {
      if (this.#open.has(position)) continue;
      barrier ||= keys!.length === 0 && open.size > 0;
      if (!barrier && !keys!.some((key) => open.has(key))) continue;
      count++;
      for (const key of keys!) open.add(key);
    }
    return count;
  }
}

const calm: Chances = {
  entries: 120,
  backlog: 60,
  keyCount: 6,
  barrier: 0,
  again: 0.1,
  holdUp: 0,
  putBack: 0,
  hold: 0,
  restart: 0,
  shuffledOffers: false,
};

function runs(says: string, count: number, chances: Partial<Chances>): void {
  Deno.test(`a queue loses nothing, repeats nothing and keeps the order of each key ${says} (${count} schedules)`, async () => {
    for (let seed = 1; seed <= count; seed++) {
      try {
        await new Run(seed, { ...calm, ...chances }).go();
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  });
}

runs("with reads as stale as they can be", 200, {});
runs("across barriers", 200, { barrier: 0.06 });
runs("where every second one is a barrier", 100, { barrier: 0.5, backlog: 90, putBack: 0.03 });
runs("with all of it on disk before it starts", 100, { backlog: 120, barrier: 0.02 });
runs("with keys that are held up while the rest goes on", 200, { holdUp: 0.1, keyCount: 12 });
runs("with entries that are put back", 200, { putBack: 0.08, barrier: 0.02 });
runs("with keys that stay held after an entry has left", 200, { hold: 0.06, barrier: 0.03, keyCount: 10 });
runs("with held keys and entries that are put back", 200, { hold: 0.05, putBack: 0.04, barrier: 0.02 });
runs("with held keys across restarts", 200, { hold: 0.04, restart: 0.03, barrier: 0.02 });
runs("where many barriers meet held keys", 150, { barrier: 0.4, hold: 0.2, restart: 0.02 });
runs("where barriers meet a long backlog", 100, {
  barrier: 0.1,
  holdUp: 0.1,
  keyCount: 12,
  entries: 300,
  backlog: 250,
});
runs("across restarts", 200, { restart: 0.04, barrier: 0.02, putBack: 0.03 });
runs("as far as it goes when offers come out of order", 200, { shuffledOffers: true, barrier: 0.02 });
