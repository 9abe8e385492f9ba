import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { FolderSize } from "../../../runtime/engine/folder_size.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";

/** A folder that holds 300 bytes in another and 20 in itself, and how often it was walked through. */
async function withFolder(use: (folder: string, size: FolderSize, clock: FakeClock) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "ab"));
    await Deno.writeFile(join(folder, "ab", "abc"), new Uint8Array(300));
    await Deno.writeFile(join(folder, "new-1"), new Uint8Array(20));
    const clock = new FakeClock();
    await use(folder, new FolderSize(folder, denoWorld.disk, clock), clock);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the size of a folder is that of all files in it", () =>
  withFolder(async (_folder, size) => assertEquals(await size.read(), 320)));

Deno.test("the size of a folder that is not there is not known", () =>
  withFolder(async (folder) => {
    const size = new FolderSize(join(folder, "absent"), denoWorld.disk, new FakeClock());
    assertEquals(await size.read(), undefined);
  }));

Deno.test("a folder is walked through now and then, and nobody waits but for the first time", () =>
  withFolder(async (folder, _, clock) => {
    let walks = 0;
    const walked = Promise.withResolvers<void>();
    const size = new FolderSize(folder, {
      ...denoWorld.disk,
      list: async (path) => {
        if (path === folder && ++walks === 2) await walked.promise;
        return await denoWorld.disk.list(path);
      },
    }, clock);
    assertEquals([await size.read(), await size.read(), walks], [320, 320, 1]);
    await Deno.writeFile(join(folder, "ab", "abd"), new Uint8Array(5));
    await clock.advance(limits.folderWalkMs);
    assertEquals([await size.read(), await size.read(), walks], [320, 320, 2]);
    walked.resolve();
    while (await size.read() !== 325) await denoWorld.clock.turn();
    assertEquals(walks, 2);
  }));
