import { assert, assertEquals } from "@std/assert";
import { CommitTimes } from "../../../runtime/engine/commit_times.ts";
import { FakeClock } from "../../world/fake_clock.ts";

Deno.test("commit times are none before the first commit", () => {
  assertEquals(new CommitTimes(new FakeClock()).read(), { commits: 0, operations: 0 });
});

Deno.test("commit times of one commit are what it took", () => {
  const clock = new FakeClock();
  const times = new CommitTimes(clock);
  times.add(12, 4.2);
  assertEquals(times.read(), {
    commits: 1,
    operations: 12,
    latency: { p50Ms: 4.2, p99Ms: 4.2, longestMs: 4.2 },
    lastAtMs: clock.nowMs(),
  });
});

Deno.test("commit times tell half and 99 of 100 within a tenth, and the longest as it was", () => {
  const times = new CommitTimes(new FakeClock());
  for (let tookMs = 1; tookMs <= 1000; tookMs++) times.add(1, tookMs);
  const { p50Ms, p99Ms, longestMs } = times.read().latency!;
  assert(p50Ms >= 500 && p50Ms <= 550, `${p50Ms}`);
  assert(p99Ms >= 990 && p99Ms <= 1000, `${p99Ms}`);
  assertEquals(longestMs, 1000);
});

Deno.test("commit times hold what is shorter, and longer, than any clock tells", () => {
  const times = new CommitTimes(new FakeClock());
  times.add(1, 0);
  assertEquals(times.read().latency, { p50Ms: 0, p99Ms: 0, longestMs: 0 });
  times.add(1, 1e12);
  assertEquals(times.read().latency!.longestMs, 1e12);
});

Deno.test("commit times forget what is older than five minutes, and when the last commit was they do not", async () => {
  const clock = new FakeClock();
  const times = new CommitTimes(clock);
  times.add(3, 900);
  const lastAtMs = clock.nowMs();
  await clock.advance(4 * 60_000);
  assertEquals(times.read().latency!.longestMs, 900);
  await clock.advance(60_000);
  assertEquals(times.read(), { commits: 0, operations: 0, lastAtMs });
  times.add(5, 1);
  assertEquals(times.read().operations, 5);
});
