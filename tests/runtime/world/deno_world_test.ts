import { assertEquals, assertRejects } from "@std/assert";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

const A_MONTH = 31 * 24 * 60 * 60_000;

Deno.test("the clock waits longer than a timer of the platform can", async () => {
  const { clock } = denoWorld;
  const came: string[] = [];
  const forget = clock.after(A_MONTH, () => came.push("after"));
  const stop = new AbortController();
  const sleep = clock.sleep(A_MONTH, stop.signal);
  sleep.then(() => came.push("sleep"), () => {});
  // A timer that overflows ends before this one.
  await clock.sleep(5);
  assertEquals(came, []);
  forget();
  stop.abort(new Error("enough"));
  await assertRejects(() => sleep, Error, "enough");
});

Deno.test("the disk tells how much is free, and fails where there is nothing", async () => {
  const { disk } = denoWorld;
  const here = new URL(".", import.meta.url).pathname;
  assertEquals(Number.isSafeInteger(await disk.freeBytes(here)), true);
  const cause = await assertRejects(() => disk.freeBytes(`${here}/absent`), Error);
  assertEquals((cause as { code?: unknown }).code, "ENOENT");
});
