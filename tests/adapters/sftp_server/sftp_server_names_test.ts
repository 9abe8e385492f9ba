import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { join } from "node:path";
import { open } from "./sftp_scene.ts";
import type { SftpPeer } from "./sftp_peer.ts";

/** What somebody may write who wants to get out, or to confuse. */
const name = fc.array(
  fc.constantFrom(
    ...[
      "..",
      ".",
      "/",
      "/",
      "\\",
      "%2e%2e",
      "%2F",
      "a",
      "b",
      "ä",
      "\u202e",
      "\ufffd",
      "\ud800",
      "\0",
      "~",
      "*",
    ],
    ...[".part", ".whole", ".folder", " ", "../../outside", "/etc/passwd"],
  ),
  { maxLength: 5 },
).map((parts) => parts.join(""));

const steps: Readonly<Record<string, (peer: SftpPeer, one: string, other: string) => Promise<unknown>>> = {
  put: (peer, one) => peer.put(one, "content"),
  begin: (peer, one) => peer.open(one, "w"),
  get: (peer, one) => peer.get(one),
  list: (peer, one) => peer.list(one),
  stat: (peer, one) => peer.stat(one),
  rename: (peer, one, other) => peer.rename(one, other),
  remove: (peer, one) => peer.remove(one),
  makeFolder: (peer, one) => peer.makeFolder(one),
  removeFolder: (peer, one) => peer.removeFolder(one),
  link: (peer, one, other) => peer.link(one, other),
  realPath: (peer, one) => peer.realPath(one),
  setTimes: (peer, one) => peer.setTimes(one, 1),
};

Deno.test("sftp_server lets nobody out of its folder, whatever is asked for by whatever name", async () => {
  const outside = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(outside, "outside"), "mine");
    const step = fc.tuple(fc.constantFrom(...Object.keys(steps)), name, name);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (asked) => {
        const folder = join(outside, "staged");
        await using scene = await open({ complete: "rename" }, folder);
        const peer = await scene.connect();
        for (const [what, one, other] of asked) {
          // What is refused is refused with a status, and the session goes on.
          await steps[what](peer, one, other).catch((error: Error) =>
            assert(error.message !== "the connection is gone", `${what} ends the connection`)
          );
        }
        const seen = await tree(peer);
        peer.vanish();
        assertEquals([...Deno.readDirSync(outside)].map(({ name }) => name).sort(), ["outside", "staged"]);
        assertEquals(await Deno.readTextFile(join(outside, "outside")), "mine");
        assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["acme", "lab"]);
        for (const { name, isFile } of Deno.readDirSync(join(folder, "acme"))) {
          assert(isFile && /\.(part|whole|folder)$/.test(name), name);
        }
        // Another life finds the same, but for what was taken: that is gone.
        await using again = await scene.again();
        const later = await again.connect();
        const taken = scene.intake.received.length;
        const left = await tree(later);
        later.vanish();
        assert(left.every((path) => seen.includes(path)));
        assert(seen.length - left.length <= taken, `${seen} has become ${left}`);
        await again[Symbol.asyncDispose]();
        await Deno.remove(folder, { recursive: true });
      }),
      { numRuns: 25 },
    );
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
});

/** Every path there is. */
async function tree(peer: SftpPeer, folder = ""): Promise<string[]> {
  const found: string[] = [];
  for (const name of await peer.list(folder || "/")) {
    const path = `${folder}/${name}`;
    found.push(path);
    if ((await peer.stat(path)).isDirectory()) found.push(...await tree(peer, path));
  }
  return found;
}
