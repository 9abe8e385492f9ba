import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { freePort } from "../../examples/_kit/ports.ts";
import { askMitral } from "../../examples/_kit/process.ts";
import { keys, SftpPeer } from "../adapters/sftp_server/sftp_peer.ts";
import { Crashable } from "./_crashable.ts";

Deno.test("no file that a partner was told is taken is lost, and none is half, when an SFTP server is killed in the middle of uploads", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [port, count, lanes] = [freePort(), 60, 4];
    const site = { name: "drop", folder, file: join(folder, "gateway.yaml"), log: join(folder, "drop.log") };
    await Deno.writeTextFile(join(folder, "host"), keys.host.private);
    await Deno.writeTextFile(site.file, drop(port));
    await Deno.mkdir(join(folder, "out"));
    await using gateway = new Crashable(site);
    await gateway.up();

    const ids = Array.from({ length: count }, (_, number) => `S-${String(number).padStart(4, "0")}`);
    const left = [...ids];
    let [acknowledged, begun, again] = [0, 0, 0];
    const lane = async () => {
      let peer: SftpPeer | undefined;
      for (let id = left.shift(); id; id = left.shift()) {
        for (let isTaken = false; !isTaken;) {
          try {
            peer ??= await SftpPeer.connect(`127.0.0.1:${port}`);
            // In the middle of this very upload, or while it is handed over.
            if (++begun % 20 === 0) void gateway.crash();
            await push(peer, `/${id}.hl7`, messageOf(id));
            isTaken = true;
            acknowledged++;
          } catch {
            again++;
            peer?.vanish();
            peer = undefined;
            await gateway.up();
          }
        }
      }
      peer?.vanish();
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    await gateway.crash();

    assertEquals(acknowledged, count);
    assert(gateway.crashes > 2 && again > 0, `${gateway.crashes} kills, ${again} uploads begun again`);
    const list = await askMitral("messages", "list", "--file", site.file, "--limit", "1000") as {
      readonly controlId: string;
      readonly bytes: number;
      readonly state: string;
    }[];
    assertEquals(list.map(({ controlId }) => controlId).sort(), ids);
    const size = messageOf(ids[0]).length;
    assertEquals(list.filter(({ bytes, state }) => bytes !== size || state === "quarantined"), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Goes on where a file ends that was cut off, as `reput` does. */
async function push(peer: SftpPeer, path: string, bytes: Uint8Array): Promise<void> {
  const { size } = await peer.stat(path).catch(() => ({ size: 0 }));
  const handle = await peer.open(path, size > 0 ? "r+" : "w");
  for (let at = size; at < bytes.length; at += 16_000) {
    await peer.write(handle, bytes.subarray(at, at + 16_000), at);
  }
  await peer.close(handle);
}

function messageOf(id: string): Uint8Array {
  const text = `MSH|^~\\&|LAB|A|EHR|B|20260101120000||ORU^R01|${id}|P|2.5\rPID|1||4711\r`;
  return new TextEncoder().encode(`${text}NTE|1||${id.repeat(25_000)}\r`);
}

function drop(port: number): string {
  return `
gateway: drop
channels:
  results:
    listen:
      sftp_server:
        port: ${port}
        hostKey: file:./host
        folder: ./staged
        partners: { acme: { keys: "${keys.acme.public.trim()}" } }
    parse: hl7v2
    send:
      files: { file: { path: ./out } }
`;
}
