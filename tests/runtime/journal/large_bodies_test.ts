import { assert, assertEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { diskFiles } from "../../../runtime/journal/disk_files.ts";
import { LARGE_BYTES, readLarge, sha256Of, writeLarge } from "../../../runtime/journal/large_bodies.ts";
import { memoryFiles } from "../../../runtime/journal/memory_files.ts";
import { Journal } from "../../../runtime/journal/journal.ts";
import { sqliteStore } from "../../../runtime/journal/store.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { masterKey } from "../../world/master_key.ts";
import { appendOf, branchTo, deaf, processOf } from "./entries.ts";

const MIB = 1 << 20;

Deno.test("a large body comes back from its file as it was, whatever its size", async () => {
  await inFolder((path) => {
    for (const files of [memoryFiles(), diskFiles(path, randomBytes)]) {
      for (const length of [1, MIB - 1, MIB, MIB + 1, 3 * MIB]) {
        const body = randomBytes(length);
        const kept = writeLarge(body, files, randomBytes);
        assertEquals(readLarge(kept, files)!.length, length);
        assertEquals(sha256Of(readLarge(kept, files)!), sha256Of(body));
        assertEquals(kept.sha256, sha256Of(body));
      }
    }
  });
});

Deno.test("a file is called by the hash of what is in it, for its owner only, and shows nothing of the body", async () => {
  await inFolder(async (path) => {
    const body = new TextEncoder().encode("DOE^JANE|".repeat(100_000));
    const { file } = writeLarge(body, diskFiles(path, randomBytes), randomBytes);
    const place = `${path}/bodies/${file.slice(0, 2)}/${file}`;
    const sealed = await Deno.readFile(place);
    assertEquals(sha256Of(sealed), file);
    assert(!new TextDecoder("latin1").decode(sealed).includes("DOE^JANE"));
    if (Deno.build.os !== "windows") assertEquals((await Deno.stat(place)).mode! & 0o777, 0o600);
  });
});

Deno.test("a file that was changed, cut, swapped or removed is told apart from a good one", async () => {
  await inFolder(async (path) => {
    const files = diskFiles(path, randomBytes);
    const kept = writeLarge(randomBytes(2 * MIB + 5), files, randomBytes);
    const place = `${path}/bodies/${kept.file.slice(0, 2)}/${kept.file}`;
    const good = await Deno.readFile(place);
    const piece = MIB + 16;
    const swapped = new Uint8Array([
      ...good.subarray(piece, 2 * piece),
      ...good.subarray(0, piece),
      ...good.subarray(2 * piece),
    ]);
    for (const wrong of [flipped(good, 100), flipped(good, good.length - 1), swapped, good.slice(0, -1)]) {
      await Deno.writeFile(place, wrong);
      assertEquals(readLarge(kept, files), null);
    }
    // Cut at the end of a piece, and said to be so long.
    await Deno.writeFile(place, good.slice(0, 2 * piece));
    assertEquals(readLarge({ ...kept, length: 2 * MIB }, files), null);
    files.remove(kept.file);
    assertEquals(readLarge(kept, files), null);
  });
});

Deno.test("a journal keeps large bodies in files, and clears away those that nothing names", async () => {
  await inFolder(async (path) => {
    const open = () => Journal.open(denoWorld, path, deaf, sqliteStore(masterKey));
    const bytes = randomBytes(LARGE_BYTES + 1);
    const before = await open();
    const body = await before.keep(bytes);
    const { seq } = await before.write({ ...appendOf(), body });
    await before.write(processOf(seq, [branchTo("ehr")]));
    await before.keep(bytes);
    assertEquals(await filesIn(path), 2);
    await before.close();
    await Deno.writeFile(`${path}/bodies/new-0123`, bytes);
    await Deno.mkdir(`${path}/bodies/lost+found`);
    await Deno.writeFile(`${path}/bodies/README`, bytes);

    const after = await open();
    assertEquals(await filesIn(path), 2, "the large body, and what somebody else has put there");
    const [row] = await after.ask({ ask: "outbox", channel: "lab", destination: "ehr", after: 0, limit: 9 });
    assertEquals([row.size, sha256Of(row.body!)], [bytes.length, sha256Of(bytes)]);
    const [{ id, bytes: size }] = await after.archive.list({});
    assertEquals([size, sha256Of((await after.archive.show(id))!.received)], [bytes.length, sha256Of(bytes)]);
    await after.close();
  });
});

Deno.test("a large message that comes again is known by its hash, in a file or not", async () => {
  await inFolder(async (path) => {
    const journal = await Journal.open(denoWorld, path, deaf, sqliteStore(masterKey));
    const bytes = randomBytes(LARGE_BYTES + 1);
    const sameness = { kind: "exact", windowMs: 1000 } as const;
    const append = { ...appendOf({ sameness }), body: bytes };
    const first = await journal.write({ ...append, body: await journal.keep(bytes) });
    const again = await journal.write({ ...append, id: "again", body: await journal.keep(bytes) });
    assertEquals([first.kind, again.kind, again.seq], ["appended", "pending", first.seq]);
    const other = await journal.write({
      ...append,
      id: "other",
      body: await journal.keep(flipped(bytes, 9)),
    });
    assertEquals(other, { kind: "appended", seq: first.seq + 1, resembles: "reused" });
    await journal.close();
  });
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] ^= 1;
  return changed;
}

/** How many body files there are, half-written ones included. */
async function filesIn(path: string): Promise<number> {
  let count = 0;
  for await (const { isFile, name } of Deno.readDir(`${path}/bodies`)) {
    if (isFile) count++;
    else for await (const _ of Deno.readDir(`${path}/bodies/${name}`)) count++;
  }
  return count;
}

async function inFolder(act: (path: string) => void | Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await act(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
