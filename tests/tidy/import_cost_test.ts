import { assert, assertEquals } from "@std/assert";
import { moduleGraph } from "./_module_graph.ts";

/** Of the runtime, what importing `mod.ts` may load: what authors work with, not what runs a gateway. */
const LIGHT = /^runtime\/(contract\/|world\/deno_(world|net)\.ts$|config\/errors\.ts$)/;

/**
 * A module costs half a millisecond at start, whatever its size. `hl7v2` is two thirds of all, since a message answers
 * for its groups, dates and documents without a wait. At 101 modules importing took 65 ms of the 100 ms it may take.
 */
const MODULES_MAX = 110;

Deno.test("importing mod.ts loads no package, no adapter and nothing that runs a gateway", async () => {
  const { all, atOnce } = await moduleGraph("mod.ts");
  const names = [...atOnce];
  assertEquals(names.filter((name) => /^(npm|jsr|https?):/.test(name)), []);
  assertEquals(names.filter((name) => name.startsWith("adapters/")), []);
  assertEquals(names.filter((name) => name.startsWith("runtime/") && !LIGHT.test(name)), []);
  assert(atOnce.size < MODULES_MAX, `${atOnce.size} modules: importing mod.ts has become heavy`);
  // Otherwise the checks above see too little.
  for (const needed of ["runtime/engine/gateway.ts", "adapters/https/listener.ts"]) {
    assert(all.has(needed), needed);
  }
  assert([...all].some((name) => name.startsWith("npm:") && name.includes("hono")));
});
