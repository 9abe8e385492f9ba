import { assert, assertEquals } from "@std/assert";
import { limits } from "../../../runtime/engine/limits.ts";
import { Queue } from "../../../runtime/engine/queue.ts";
import { settles } from "../../world/turns.ts";
import { end, type Job, job, JobTable, takeNow } from "./queue_harness.ts";

const positions = (jobs: readonly Job[]) => jobs.map(({ position }) => position);

function queueOf(jobs: readonly Job[], openMax = 256) {
  const table = new JobTable();
  table.add(jobs);
  return { table, queue: new Queue<Job>(table, openMax) };
}

Deno.test("a queue runs entries of different keys at once and those of one key in turn", async () => {
  const { queue, table } = queueOf([job(1, ["a"]), job(2, ["b"]), job(3, ["a"]), job(4, ["b"])]);
  const first = await takeNow(queue);
  assertEquals(positions(first), [1, 2]);
  end(queue, table, first[1]);
  assertEquals(positions(await takeNow(queue)), [4]);
  end(queue, table, first[0]);
  assertEquals(positions(await takeNow(queue)), [3]);
});

Deno.test("a queue runs an entry with two keys after both and before both", async () => {
  const { queue, table } = queueOf([job(1, ["a"]), job(2, ["a", "b"]), job(3, ["b"]), job(4, ["c"])]);
  const first = await takeNow(queue);
  assertEquals(positions(first), [1, 4]);
  end(queue, table, first[0]);
  const second = await takeNow(queue);
  assertEquals(positions(second), [2]);
  end(queue, table, second[0]);
  assertEquals(positions(await takeNow(queue)), [3]);
});

Deno.test("a queue runs a barrier alone, after all before it and before all after it", async () => {
  const { queue, table } = queueOf([job(1, ["a"]), job(2, []), job(3, ["b"])]);
  const first = await takeNow(queue);
  assertEquals(positions(first), [1]);
  end(queue, table, first[0]);
  const barrier = await takeNow(queue);
  assertEquals(positions(barrier), [2]);
  end(queue, table, barrier[0]);
  assertEquals(positions(await takeNow(queue)), [3]);
});

Deno.test("a queue waits quietly while a barrier runs before a full window", async () => {
  const after = Array.from({ length: 600 }, (_, at) => job(2 + at, [`k${at}`]));
  const { queue, table } = queueOf([job(1, []), ...after]);
  const barrier = await takeNow(queue);
  assertEquals(positions(barrier), [1]);
  assertEquals(await takeNow(queue), []);
  const reads = table.reads;
  assertEquals(await takeNow(queue), []);
  assertEquals(table.reads, reads);
  end(queue, table, barrier[0]);
  assertEquals((await takeNow(queue)).length, 256);
});

Deno.test("a queue keeps order around barriers that wait in its memory behind a key that is held up", async () => {
  const { queue, table } = queueOf([job(1, ["a"]), job(2, []), job(3, ["a"]), job(4, []), job(5, ["a"])]);
  const seen: number[] = [];
  for (let next = await takeNow(queue); next.length > 0; next = await takeNow(queue)) {
    assertEquals(next.length, 1);
    seen.push(next[0].position);
    end(queue, table, next[0]);
  }
  assertEquals(seen, [1, 2, 3, 4, 5]);
});

Deno.test("a queue keeps no more open than it may, entries that wait for another attempt included", async () => {
  const { queue } = queueOf([job(1, null), job(2, null), job(3, null)], 2);
  const open = await takeNow(queue);
  assertEquals(positions(open), [1, 2]);
  queue.again(open[0]);
  assertEquals(positions(await takeNow(queue)), [1]);
});

Deno.test("a queue gives an entry again with its keys still taken", async () => {
  const { queue, table } = queueOf([job(1, ["a"]), job(2, ["a"])]);
  const [first] = await takeNow(queue);
  queue.again(first);
  assertEquals(await takeNow(queue), [first]);
  end(queue, table, first);
  assertEquals(positions(await takeNow(queue)), [2]);
});

Deno.test("a queue ignores another attempt of an entry that is no longer open", async () => {
  const { queue, table } = queueOf([job(1, null)]);
  const [first] = await takeNow(queue);
  end(queue, table, first);
  queue.again(first);
  assertEquals(await takeNow(queue), []);
});

Deno.test("a queue that starts anew gives everything undone again, in order", async () => {
  const { queue, table } = queueOf([job(1, ["a"]), job(2, ["b"]), job(3, ["a"])]);
  const [first] = await takeNow(queue);
  end(queue, table, first);
  await takeNow(queue);
  queue.restart();
  assertEquals(positions(await takeNow(queue)), [2, 3]);
});

Deno.test("a queue does not give what has ended and is not yet durable, even after it starts anew", async () => {
  const { queue, table } = queueOf([job(1, null), job(2, null)]);
  const [first] = await takeNow(queue, 1);
  const durable = Promise.withResolvers<void>();
  queue.settle(first, durable.promise);
  queue.restart();
  assertEquals(positions(await takeNow(queue)), [2]);
  table.undone.delete(1);
  durable.resolve();
  queue.restart();
  assertEquals(positions(await takeNow(queue)), [2]);
});

Deno.test("a queue gives nothing behind an entry that frees its keys when it is durable, and goes on then", async () => {
  const { queue, table } = queueOf([job(1, ["a"]), job(2, ["a"])]);
  const [first] = await takeNow(queue);
  const durable = Promise.withResolvers<void>();
  queue.settle(first, durable.promise, "durable");
  assertEquals(positions(await takeNow(queue)), []);
  table.undone.delete(1);
  durable.resolve();
  assertEquals(positions(await takeNow(queue)), [2]);
});

Deno.test("a queue does not give again what became durable while a stale page was on its way", async () => {
  const { queue, table } = queueOf([job(1, null)], 10);
  const [first] = await takeNow(queue);
  const page = Promise.withResolvers<void>();
  table.delay = () => page.promise;
  queue.restart();
  const stop = new AbortController();
  const next = queue.take(stop.signal);
  queue.settle(first, Promise.resolve());
  await Promise.resolve();
  await Promise.resolve();
  page.resolve();
  table.delay = () => Promise.resolve();
  table.undone.delete(1);
  table.add([job(2, null)]);
  queue.offer(job(2, null));
  assertEquals((await next)?.position, 2);
  stop.abort();
});

Deno.test("a queue loses no offer that comes between its last look and its sleep", async () => {
  const { queue, table } = queueOf([]);
  assertEquals(await takeNow(queue), []);
  for (let gap = 0; gap < 12; gap++) {
    const stop = new AbortController();
    const next = queue.take(stop.signal);
    for (let left = gap; left > 0; left--) await Promise.resolve();
    const offered = job(gap + 1, null);
    table.add([offered]);
    queue.offer(offered);
    const got = await next;
    assertEquals(got?.position, gap + 1);
    end(queue, table, got!);
  }
});

Deno.test("a queue ends its wait when it is told to, whenever that comes", async () => {
  for (let gap = 0; gap < 12; gap++) {
    const { queue } = queueOf([]);
    const stop = new AbortController();
    const next = queue.take(stop.signal);
    for (let left = gap; left > 0; left--) await Promise.resolve();
    stop.abort();
    assertEquals(await next, undefined);
  }
});

Deno.test("a queue does not lose an entry that is offered after its successor", async () => {
  const { queue, table } = queueOf([]);
  assertEquals(await takeNow(queue), []);
  table.add([job(1, null), job(2, null), job(3, null)]);
  queue.offer(job(2, null));
  queue.offer(job(1, null));
  queue.offer(job(3, null));
  const taken = await takeNow(queue);
  assertEquals(positions(taken).sort(), [1, 2, 3]);
});

Deno.test("a queue that gets an old entry back keeps those it had not started", async () => {
  const { queue, table } = queueOf([job(1, ["a"]), job(2, ["a"]), job(3, ["b"]), job(4, ["a"])]);
  const [first, third] = await takeNow(queue);
  assertEquals(positions([first, third]), [1, 3]);
  end(queue, table, third);
  table.add([job(3, ["a", "b"])]);
  queue.putBack(3);
  end(queue, table, first);
  const order: number[] = [];
  for (let [next] = await takeNow(queue); next; [next] = await takeNow(queue)) {
    order.push(next.position);
    end(queue, table, next);
  }
  assertEquals(order, [2, 3, 4]);
});

Deno.test("a queue that gets an old entry back while a page is on its way loses neither", async () => {
  const { queue, table } = queueOf([job(1, null), job(2, null)], 1);
  const [first] = await takeNow(queue);
  end(queue, table, first);
  const [second] = await takeNow(queue);
  end(queue, table, second);
  const page = Promise.withResolvers<void>();
  table.delay = () => page.promise;
  table.add([job(3, null)]);
  queue.restart();
  queue.offer(job(3, null));
  const next = queue.take(new AbortController().signal);
  table.add([job(1, null)]);
  queue.putBack(1);
  table.delay = () => Promise.resolve();
  page.resolve();
  assertEquals((await next)?.position, 1);
  end(queue, table, (await next)!);
  assertEquals(positions(await takeNow(queue)), [3]);
});

for (const behind of [300, 5000]) {
  Deno.test(`a queue with one key held up and ${behind} entries behind it lets all others through`, async () => {
    const others = 850;
    const held = job(1, ["held"]);
    const rows = Array.from({ length: behind }, (_, at) => job(2 + at, ["held"]));
    const rest = Array.from({ length: others }, (_, at) => job(2 + behind + at, [`k${at % 40}`]));
    const { queue, table } = queueOf([held, ...rows, ...rest]);
    const [first] = await takeNow(queue, 1);
    assertEquals(first.position, 1);
    const through: number[] = [];
    for (let some = await takeNow(queue); some.length > 0; some = await takeNow(queue)) {
      for (const one of some) {
        through.push(one.position);
        end(queue, table, one);
      }
    }
    assertEquals(through.length, others);
    const pages = (behind + others) / limits.pageMax;
    assert(table.reads < 2 * pages + 20, `${table.reads} reads for ${pages} pages`);

    // New ones of the held key come while it is held, and wait their turn too.
    const late = [job(90_001, ["held"]), job(90_002, ["free"])];
    table.add(late);
    for (const one of late) queue.offer(one);
    assertEquals(positions(await takeNow(queue)), [90_002]);

    end(queue, table, first);
    const released: number[] = [];
    table.reads = 0;
    for (let [one] = await takeNow(queue, 1); one; [one] = await takeNow(queue, 1)) {
      released.push(one.position);
      end(queue, table, one);
    }
    assertEquals(released, [...positions(rows), 90_001]);
    assert(table.reads < behind / 32 + 20, `${table.reads} reads for the ${behind} behind the key`);
  });
}

Deno.test("a queue whose held key shares every entry behind it with another key reads each page a few times only", async () => {
  const behind = Array.from({ length: 1000 }, (_, at) => job(2 + at, ["held", `with${at}`]));
  const rest = Array.from({ length: 500 }, (_, at) => job(2000 + at, [`k${at}`]));
  const { queue, table } = queueOf([job(1, ["held"]), ...behind, ...rest]);
  let through = 0;
  await takeNow(queue, 1);
  for (let some = await takeNow(queue); some.length > 0; some = await takeNow(queue)) {
    for (const one of some) end(queue, table, one);
    through += some.length;
  }
  assertEquals(through, 500);
  assert(table.reads < 60, `${table.reads} reads`);
});

Deno.test("a queue lets entries through that are larger than its memory may be", async () => {
  const rows = Array.from({ length: 20 }, (_, at) => job(1 + at, [`k${at % 3}`], limits.queueWindowBytesMax));
  const { queue, table } = queueOf(rows.slice(0, 10));
  const through: number[] = [];
  table.add(rows.slice(10));
  for (const row of rows.slice(10)) queue.offer(row);
  for (let some = await takeNow(queue); some.length > 0; some = await takeNow(queue)) {
    for (const one of some) end(queue, table, one);
    through.push(...positions(some));
  }
  assertEquals(through.sort((a, b) => a - b), positions(rows));
});

Deno.test("a queue does not read an entry from disk that was offered to it while it was empty, however large", async () => {
  const { queue, table } = queueOf([]);
  assertEquals(await takeNow(queue), []);
  const reads = table.reads, large = job(1, ["a"], 2 * limits.queueWindowBytesMax);
  table.add([large]);
  queue.offer(large);
  assertEquals(positions(await takeNow(queue, 1)), [1]);
  assertEquals(table.reads, reads);
});

Deno.test("a queue that runs one at a time takes barriers from one page after the other, not a page for each", async () => {
  const { queue, table } = queueOf(Array.from({ length: 300 }, (_, at) => job(1 + at, [])), 1);
  for (let at = 0; at < 300; at++) {
    const [one] = await takeNow(queue, 1);
    assertEquals(one.position, 1 + at);
    end(queue, table, one);
  }
  assert(table.reads < 10, `${table.reads} reads`);
});

Deno.test("a queue that is told that an entry was put back does not hold its keys, whatever was read before", async () => {
  const table = new JobTable();
  const held = Promise.withResolvers<{ position: number; keys: string[] }[]>();
  const pages = { read: table.read.bind(table), held: () => held.promise };
  const queue = new Queue<Job>(pages, 256);
  const taken = queue.take(new AbortController().signal);
  table.add([job(1, ["a"])]);
  queue.putBack(1);
  held.resolve([{ position: 1, keys: ["a"] }]);
  assert(await settles(taken));
});

Deno.test("a queue does not begin an entry twice that a read for another brought back before it was told of", async () => {
  const { queue, table } = queueOf([]);
  assertEquals(await takeNow(queue), []);
  table.add([job(1, null), job(2, null)]);
  queue.putBack(1);
  const taken = await takeNow(queue);
  assertEquals(positions(taken), [1, 2]);
  const isDurable = Promise.withResolvers<void>();
  queue.settle(taken[1], isDurable.promise);
  queue.putBack(2);
  assertEquals(await takeNow(queue), []);
  table.undone.delete(2);
  isDurable.resolve();
  assertEquals(await takeNow(queue), []);
});

Deno.test("a queue begins an entry again that was put back before it knew that it had left", async () => {
  const { queue, table } = queueOf([job(1, null)]);
  const [one] = await takeNow(queue);
  const isDurable = Promise.withResolvers<void>();
  queue.settle(one, isDurable.promise);
  queue.putBack(1);
  assertEquals(await takeNow(queue), []);
  isDurable.resolve();
  assertEquals(positions(await takeNow(queue)), [1]);
  end(queue, table, one);
});
