import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { runProgram } from "../../../runtime/world/deno_program.ts";

Deno.test("a program has what it is given of an environment, and nothing of ours, which has the master key", async () => {
  Deno.env.set("MITRAL_MASTER_KEY", "PLANTED");
  try {
    const { code, output } = await runProgram("env", { args: [], env: { GIVEN: "1" } });
    assertEquals(code, 0);
    const names = new TextDecoder().decode(output).trim().split("\n").map((line) => line.split("=")[0]);
    assertEquals(names.sort(), ["GIVEN", "PATH"]);
  } finally {
    Deno.env.delete("MITRAL_MASTER_KEY");
  }
});

Deno.test("a program finds its files in a folder for its owner alone, and what it reads is in no file", async () => {
  const { output } = await runProgram("sh", {
    args: ["-c", "pwd; ls -ld . | cut -c1-10; ls; cat | wc -c; cat given"],
    files: { given: new TextEncoder().encode("a file") },
    input: new TextEncoder().encode("PLANTED"),
  });
  const [folder, mode, ...said] = new TextDecoder().decode(output).trim().split("\n");
  assertMatch(mode, /^drwx------/);
  assertEquals(said.map((line) => line.trim()), ["given", "7", "a file"]);
  await assertRejects(() => Deno.stat(folder), Deno.errors.NotFound);
});
