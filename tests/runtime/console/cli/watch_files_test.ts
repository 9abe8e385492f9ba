import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { watchFiles } from "../../../../runtime/console/cli/deploy/watch_files.ts";
import { denoWorld } from "../../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { withFolder } from "../console_kit.ts";

/** Tells when somebody waits. */
class WatchedClock extends FakeClock {
  #waits = () => {};
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const slept = super.sleep(ms, signal);
    this.#waits();
    return slept;
  }
  waited(): Promise<void> {
    return new Promise((resolve) => this.#waits = resolve);
  }
}

Deno.test("files are told of at first, and then when they change, come or go", () =>
  withFolder(async (folder) => {
    const clock = new WatchedClock();
    const stop = new AbortController();
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    const paths = new Set([one]);
    let told = 0;
    await Deno.writeTextFile(one, "1");
    const ready = clock.waited();
    const ended = watchFiles(() => paths, { disk: denoWorld.disk, clock }, stop.signal, () => {
      told++;
      return Promise.resolve();
    });
    await ready;
    const look = async () => {
      const next = clock.waited();
      await clock.advance(500);
      await next;
      return told;
    };
    assertEquals(await look(), 1);
    await Deno.writeTextFile(one, "longer");
    assertEquals(await look(), 2);
    assertEquals(await look(), 2);
    paths.add(two);
    assertEquals(await look(), 2, "a path that is new to the watch has not changed");
    await Deno.writeTextFile(two, "2");
    assertEquals(await look(), 3);
    await Deno.remove(one);
    assertEquals(await look(), 4);
    stop.abort();
    await ended;
  }));
