import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { watchFiles } from "../../../../runtime/console/cli/deploy/watch_files.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { withFolder } from "../console_kit.ts";

Deno.test("files are told of when they change, come or go, and at no other time", () =>
  withFolder(async (folder) => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    const paths = new Set([one]);
    let told = 0;
    let waits = () => {};
    await Deno.writeTextFile(one, "1");
    // Each look at the disk ends in a wait.
    const waiting = {
      ...clock,
      sleep: (ms: number, signal?: AbortSignal) => (waits(), clock.sleep(ms, signal)),
    };
    Object.setPrototypeOf(waiting, FakeClock.prototype);
    const nextWait = () => new Promise<void>((resolve) => waits = resolve);
    const first = nextWait();
    const ended = watchFiles(() => paths, { disk: denoWorld.disk, clock: waiting }, stop.signal, () => {
      told++;
      return Promise.resolve();
    });
    await first;
    const look = async () => {
      const next = nextWait();
      await clock.advance(500);
      await next;
      return told;
    };
    assertEquals(await look(), 0);
    await Deno.writeTextFile(one, "longer");
    assertEquals(await look(), 1);
    assertEquals(await look(), 1);
    paths.add(two);
    assertEquals(await look(), 1, "a path that is new to the watch has not changed");
    await Deno.writeTextFile(two, "2");
    assertEquals(await look(), 2);
    await Deno.remove(one);
    assertEquals(await look(), 3);
    stop.abort();
    await ended;
  }));
