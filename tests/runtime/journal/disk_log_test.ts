import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { rewriteLog } from "../../../runtime/journal/disk_log.ts";

Deno.test("a log is the same after it was written once more, whatever its size", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "log");
  for (const length of [0, 1, 4096, (1 << 20) + 17, 3 << 20]) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 12)) % 256);
    await Deno.writeFile(path, bytes);
    rewriteLog(path);
    assertEquals(await Deno.readFile(path), bytes);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("where there is no log, none is made", async () => {
  const folder = await Deno.makeTempDir();
  rewriteLog(join(folder, "log"));
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder, { recursive: true });
});
