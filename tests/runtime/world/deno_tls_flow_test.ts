import { assert } from "@std/assert";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { pki } from "../../world/pki.ts";
import { turns } from "../../world/turns.ts";

const { net } = denoWorld;

Deno.test("tls: who sends is held back where nobody reads, on either side", async () => {
  const { chain, key } = pki.server;
  const acceptor = await net.listen({
    host: "127.0.0.1",
    port: 0,
    tls: () => ({ certificate: chain, key, versionMin: "1.2" }),
  });
  const accepting = acceptor[Symbol.asyncIterator]().next();
  const tls = { anchors: [pki.root.certificate], versionMin: "1.2" as const };
  const client = await net.connect({ host: "localhost", port: acceptor.port, tls });
  const server = (await accepting).value!;
  const size = 32 << 20, piece = new Uint8Array(1 << 20);
  for (const [from, to] of [[client, server], [server, client]]) {
    let written = 0;
    const write = async () => {
      for (; written < size; written += piece.length) await from.write(piece);
    };
    const writing = write();
    for (let before = -1; before < written;) {
      before = written;
      await turns(100);
    }
    assert(written < size / 2, `${written} bytes were taken, and nobody read them`);
    const into = new Uint8Array(1 << 16);
    for (let read = 0; read < size;) read += (await to.read(into))!;
    await writing;
  }
  client.close();
  server.close();
  acceptor.close();
});
