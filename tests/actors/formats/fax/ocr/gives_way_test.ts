import { assertEquals } from "@std/assert";
import { sharePool } from "../../../../../actors/formats/fax/ocr/pool/shared_pool.ts";
import { denoWorld } from "../../../../../runtime/world/deno_world.ts";
import { asTiff, typed } from "../_pages.ts";

/** How nice each thread of a process is, least first (proc_pid_stat(5), field 19). */
async function nicenesses(of: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `cat ${of}`] }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  return lines.map((line) => Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[16])).sort();
}

Deno.test({
  name: "a thread that reads pages gives way to all others of the gateway",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using shared = sharePool(denoWorld, 1);
    const fax = shared.pool.take(asTiff([await typed(["one page"])]));
    const options = { msMax: 60_000, signal: new AbortController().signal };
    assertEquals(await shared.pool.ask(fax, { ask: "count" }, options), 1);
    const nice = (await nicenesses(`/proc/${Deno.pid}/task/*/stat`)).filter((each) => each > 0);
    // Other tests may read pages in the same process.
    assertEquals([...new Set(nice)], [10]);
  },
});

Deno.test({
  name: "a program gives way where it is told to",
  ignore: Deno.build.os !== "linux",
  async fn() {
    for (const givesWay of [true, false]) {
      // It waits for its input to end, so that it is there long enough to have been told.
      const args = ["-c", "cat >/dev/null; cat /proc/$$/stat"];
      const { output } = await denoWorld.spawn.run("sh", {
        args,
        input: new Uint8Array(1 << 20),
        givesWay,
      });
      const line = new TextDecoder().decode(output);
      assertEquals(line.slice(line.lastIndexOf(")") + 2).split(" ")[16], givesWay ? "10" : "0");
    }
  },
});
