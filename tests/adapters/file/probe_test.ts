import { assertEquals } from "@std/assert";
import { join } from "node:path";
import listener from "../../../adapters/file/listener.ts";
import sender from "../../../adapters/file/sender.ts";
import { secretOf } from "../../../runtime/contract/spec.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { broken } from "../../world/fake_net.ts";
import { probeOf, worldWith } from "../../world/tools.ts";

Deno.test("file tries its folders in a connection test, and leaves them as they were", async () => {
  const path = await Deno.makeTempDir();
  await Deno.mkdir(join(path, "done"));
  await Deno.writeTextFile(join(path, "a.hl7"), "MSH");
  const results = await probeOf(listener, { path });
  assertEquals(results.map(({ step, error }) => [step, error]), Array(4).fill(["folder", undefined]));
  assertEquals(await denoWorld.disk.list(path), ["a.hl7", "done"]);
  assertEquals(await denoWorld.disk.list(join(path, "done")), []);
  await Deno.remove(path, { recursive: true });
  assertEquals((await probeOf(listener, { path })).map(({ error }) => error?.code), [
    "FILE_FOLDER_UNREADABLE",
  ]);
  assertEquals((await probeOf(sender, { path })).map(({ error }) => error?.code), ["FILE_FOLDER_MISSING"]);
});

Deno.test("file says by code what is wrong with a folder it cannot write to", async () => {
  const path = await Deno.makeTempDir();
  const codesOf = async (code: string) => {
    const disk = { ...denoWorld.disk, writeAtomic: () => Promise.reject(broken(code)) };
    const world = worldWith(new FakeClock(), { disk });
    const results = [
      ...await probeOf(listener, { path }, { world }),
      ...await probeOf(sender, { path }, { world }),
    ];
    return results.flatMap(({ error }) => error?.code ?? []);
  };
  assertEquals(await codesOf("EACCES"), ["FILE_FOLDER_UNWRITABLE", "FILE_WRITE_FAILED"]);
  assertEquals(await codesOf("ENOSPC"), ["FILE_FOLDER_UNWRITABLE", "FILE_DISK_FULL"]);
  await Deno.remove(path, { recursive: true });
});

Deno.test("file says in a connection test that the keys of its cipher are none", async () => {
  const path = await Deno.makeTempDir();
  const keys = join(path, "keys");
  await Deno.writeTextFile(keys, "no keys\n");
  const cipher = { age: [keys] };
  assertEquals((await probeOf(sender, { path, cipher })).map(({ step, error }) => [step, error?.code]), [
    ["settings", "FILE_CIPHER_KEY_INVALID"],
  ]);
  const opening = { age: secretOf("no keys") };
  assertEquals((await probeOf(listener, { path, cipher: opening })).map(({ error }) => error?.code), [
    "FILE_CIPHER_KEY_INVALID",
  ]);
  await Deno.remove(path, { recursive: true });
});
