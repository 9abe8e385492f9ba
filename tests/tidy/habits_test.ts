import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { habitTroubles } from "./_habits.ts";
import { isDocument, isSource, projectFiles } from "./_tree.ts";

Deno.test("every file keeps the project's habits", async () => {
  const files = await projectFiles((path) => isSource(path) || isDocument(path));
  assert(files.length > 200, "the tree is not found");
  assertEquals(files.flatMap(habitTroubles), []);
});

for (
  const [path, text, trouble] of [
    ["runtime/engine/line.ts", "const at = Date.now();", "from the World"],
    ["runtime/engine/line.ts", "const at = new Date();", "from the World"],
    ["adapters/mllp/lane.ts", "setTimeout(close, 10);", "from the World"],
    ["adapters/https/sender.ts", "await fetch(url);", "from the World"],
    ["adapters/file/listener.ts", 'import { readFile } from "node:fs/promises";', "from the World"],
    ["runtime/trust/identity.ts", "crypto.getRandomValues(bytes);", "from the World"],
    ["catalog.ts", "Deno.exit(1);", "from the World"],
    ["tests/a_test.ts", "const a = b as an" + "y;", "casts to no any"],
    ["actors/a.ts", "// deno-lint-ignore no-explicit-an" + "y", "needs no any"],
    ["actors/a.ts", "// @ts-" + "expect-error", "silences no type error"],
    ["actors/a.ts", "// TO" + "DO: later", "nothing to do"],
    ["docs/a.md", "FIX" + "ME", "nothing to do"],
    ["actors/a.ts", "stream.te" + "e();", "forks no stream"],
    ["docs/a.md", "Write to `/tm" + "p/out`.", "one machine"],
    ["actors/a.ts", 'const a = "/ho' + 'me/me/a";', "one machine"],
    ["actors/a.ts", "\n".repeat(401), "more than 400"],
    ["actors/aB.ts", "", "snake_case"],
    ["docs/first-channel.md", "", "snake_case"],
  ] as const
) {
  Deno.test(`${path} with ${JSON.stringify(text.slice(0, 40))} breaks a habit`, () => {
    const troubles = habitTroubles({ path, text });
    assertEquals(troubles.length, 1, troubles.join("\n"));
    assertStringIncludes(troubles[0], trouble);
  });
}

Deno.test("the composition root and the World may meet the machine, and comments may name it", () => {
  for (const path of ["mod.ts", "runtime/world/deno_world.ts", "tests/a_test.ts", "tools/a.ts"]) {
    assertEquals(habitTroubles({ path, text: "Deno.exit(setTimeout, Date.now());" }), []);
  }
  assertEquals(
    habitTroubles({ path: "actors/a.ts", text: "/** Not Date.now(). */\n// nor Deno.exit\n" }),
    [],
  );
  assertEquals(habitTroubles({ path: "actors/a.ts", text: "world.net.fetch(request);\n" }), []);
});
