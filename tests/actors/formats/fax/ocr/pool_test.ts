import { assertEquals, assertRejects } from "@std/assert";
import type { Question } from "../../../../../actors/formats/fax/ocr/pool/protocol.ts";
import { MitralError } from "../../../../../runtime/contract/error.ts";
import { turns } from "../../../../world/turns.ts";
import { bytes, type FakeThread, FakeThreads } from "./_fake_threads.ts";

const never = new AbortController().signal;
const options = { msMax: 60_000, signal: never };
const words = (page: number) => ({ ask: "words", page, engine: "wasm" } as const);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(() => "answered", (cause) => cause instanceof MitralError ? cause.code : `${cause}`);

Deno.test("a pool starts no thread before somebody asks, and no more than it may", () => {
  const { pool, threads } = new FakeThreads(2);
  assertEquals(pool.threads, 0);
  const fax = pool.take(bytes);
  for (const page of [1, 2, 3]) void pool.ask(fax, words(page), options);
  assertEquals(threads.length, 2);
  assertEquals(threads.map(({ asked }) => (asked!.question as Question & { page: number }).page), [1, 2]);
});

Deno.test("a thread has one page at a time, and the next when it has answered", async () => {
  const { pool, threads, asked } = new FakeThreads(1);
  const fax = pool.take(bytes);
  const first = pool.ask(fax, { ask: "count" }, options);
  const second = pool.ask(fax, words(1), options);
  assertEquals(asked, ["0:count"]);
  threads[0].answer(3);
  assertEquals(await first, 3);
  await turns();
  assertEquals(asked, ["0:count", "0:1"]);
  threads[0].answer(7);
  assertEquals(await second as unknown, 7);
});

Deno.test("faxes take turns: a long one holds up no short one", async () => {
  const { pool, threads, asked } = new FakeThreads(1);
  const long = pool.take(bytes);
  const short = pool.take(bytes);
  for (let page = 1; page <= 200; page++) void pool.ask(long, words(page), options);
  for (const page of [1, 2]) void pool.ask(short, words(page), options);
  for (let at = 1; at <= 5; at++) {
    threads[0].answer(0);
    await turns();
  }
  assertEquals(asked, ["0:1", "0:2", "1:1", "0:3", "1:2", "0:4"]);
});

Deno.test("bytes are shared with threads, not sent again with every page", () => {
  const { pool, threads } = new FakeThreads(2);
  const fax = pool.take(Uint8Array.of(1, 2, 3));
  for (const page of [1, 2]) void pool.ask(fax, words(page), options);
  const [a, b] = threads.map(({ asked }) => asked!.fax.bytes);
  assertEquals(a === b && a instanceof SharedArrayBuffer, true);
  assertEquals([...new Uint8Array(a)], [1, 2, 3]);
});

Deno.test("a page that takes too long is read once more by another thread, and then refused by code", async () => {
  const { pool, threads, clock } = new FakeThreads(1);
  const fax = pool.take(bytes);
  const hanging = pool.ask(fax, words(4), options);
  const next = pool.ask(fax, words(5), options);
  const refused = assertRejects(() => hanging, MitralError);
  await clock.advance(59_999);
  assertEquals(threads[0].isEnded, false);
  await clock.advance(1);
  assertEquals(threads.map(({ isEnded }) => isEnded), [true, false]);
  threads[1].answer(1);
  assertEquals(await next as unknown, 1);
  await clock.advance(60_000);
  const error = await refused as MitralError;
  assertEquals([error.code, error.facts], ["FAX_PAGE_TIMED_OUT", { page: 4, pageMsMax: 60_000 }]);
  assertEquals([threads.map(({ isEnded }) => isEnded), pool.threads], [[true, true], 0]);
});

Deno.test("a thread that dies fails nobody, nor does its page where another thread can read it", async () => {
  for (const kill of ["died", "broken"] as const) {
    const rig = new FakeThreads(1), { pool, threads, asked } = rig;
    const fax = pool.take(bytes);
    const lost = pool.ask(fax, words(1), options), next = pool.ask(fax, words(2), options);
    const die = (thread: FakeThread) =>
      kill === "died"
        ? thread.died(new Error("out of memory"))
        : thread.say({ kind: "broken", cause: new Error("unreachable") });
    die(threads[0]);
    await turns();
    assertEquals(threads.map(({ isEnded }) => isEnded), [true, false]);
    threads[1].answer(1);
    assertEquals(await next as unknown, 1);
    await turns();
    assertEquals(asked, ["0:1", "0:2", "0:1"]);
    threads[1].answer(7);
    assertEquals(await lost as unknown, 7);

    const poison = codeOf(pool.ask(fax, words(3), options));
    die(threads[1]);
    await turns();
    die(threads[2]);
    assertEquals([await poison, pool.threads], ["FAX_READER_CRASHED", 0]);
  }
});

Deno.test("what a fax as a whole is asked is refused by a code of its own where it takes too long", async () => {
  const { pool, clock } = new FakeThreads(1);
  const code = codeOf(pool.ask(pool.take(bytes), { ask: "count" }, options));
  for (let time = 0; time < 2; time++) await clock.advance(60_000);
  assertEquals(await code, "FAX_DOCUMENT_TIMED_OUT");
});

Deno.test("a fax that a thread refuses is refused by its code, and the thread stays", async () => {
  const { pool, threads } = new FakeThreads(1);
  const asked = pool.ask(pool.take(bytes), words(2), options);
  threads[0].say({ kind: "refused", code: "FAX_IMAGE_TRUNCATED", facts: { page: 2 }, heldBytes: 0 });
  const error = await assertRejects(() => asked, MitralError) as MitralError;
  assertEquals([error.code, error.facts, error.blame], ["FAX_IMAGE_TRUNCATED", { page: 2 }, "sender"]);
  assertEquals(threads[0].isEnded, false);
});

Deno.test("a thread whose memory has grown is replaced", async () => {
  const { pool, threads } = new FakeThreads(1);
  const fax = pool.take(bytes);
  const first = pool.ask(fax, words(1), options);
  const second = pool.ask(fax, words(2), options);
  threads[0].answer(1, 200_000_000);
  await first;
  await turns();
  assertEquals(threads[0].isEnded, true);
  threads[1].answer(2, 45_000_000);
  assertEquals(await second as unknown, 2);
  assertEquals(threads[1].isEnded, false);
});

Deno.test("a thread with nothing to do gives its memory back after a while", async () => {
  const { pool, threads, clock } = new FakeThreads(1);
  const asked = pool.ask(pool.take(bytes), words(1), options);
  threads[0].answer(1);
  await asked;
  await clock.armed(120_000);
  await clock.advance(120_000);
  assertEquals([threads[0].isEnded, pool.threads], [true, 0]);
  void pool.ask(pool.take(bytes), words(1), options);
  assertEquals(threads.length, 2);
});

Deno.test("what nobody wants any more is not asked, and what is under way is dropped", async () => {
  const { pool, threads, asked } = new FakeThreads(1);
  const fax = pool.take(bytes);
  const life = new AbortController();
  const promises = [1, 2, 3].map((page) =>
    pool.ask(fax, words(page), { msMax: 60_000, signal: life.signal })
  );
  const other = pool.ask(pool.take(bytes), words(9), options);
  life.abort(new Error("no longer wanted"));
  assertEquals((await Promise.allSettled(promises)).map(({ status }) => status), [
    "rejected",
    "rejected",
    "rejected",
  ]);
  threads[0].answer(1);
  await turns();
  assertEquals(asked, ["0:1", "1:9"]);
  threads[0].answer(2);
  assertEquals(await other as unknown, 2);
});

Deno.test("the program is run for a thread, and ended with its page", async () => {
  const rig = new FakeThreads(1);
  const { pool, threads, clock } = rig;
  const signals: AbortSignal[] = [];
  rig.run = (_, { signal }) => {
    signals.push(signal!);
    return signals.length === 1
      ? Promise.resolve({ code: 0, output: new TextEncoder().encode("level\tpage") })
      : new Promise(() => {});
  };
  const page = pool.ask(pool.take(bytes), words(1), options);
  const run = () => threads[0].say({ kind: "run", png: new Uint8Array(1), layout: "columns" });
  run();
  await turns();
  assertEquals(threads[0].ran, ["level\tpage"]);
  run();
  const code = codeOf(page);
  for (let time = 0; time < 2; time++) await clock.advance(60_000);
  assertEquals(await code, "FAX_PAGE_TIMED_OUT");
  assertEquals([signals[1].aborted, threads[0].isEnded], [true, true]);
});

Deno.test("a closed pool has no threads, and waits for nothing", () => {
  const { pool, threads, clock } = new FakeThreads(2);
  for (const page of [1, 2]) void pool.ask(pool.take(bytes), words(page), options).catch(() => {});
  pool.close();
  assertEquals([pool.threads, threads.every(({ isEnded }) => isEnded)], [0, true]);
  assertEquals(clock.waiting, 0);
});
