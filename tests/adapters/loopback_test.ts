import { assertEquals, assertMatch } from "@std/assert";
import astm from "../../adapters/astm/listener.ts";
import fax from "../../adapters/fax/listener.ts";
import https from "../../adapters/https/listener.ts";
import mllp from "../../adapters/mllp/listener.ts";
import sftpServer from "../../adapters/sftp_server/listener.ts";
import tcp from "../../adapters/tcp/listener.ts";
import { secretOf } from "../../runtime/contract/spec.ts";
import { openListener } from "../world/tools.ts";

const providers = {
  sinch: {
    kind: "sinch" as const,
    login: { user: "fax", password: [secretOf("correct horse")] },
    signatureAgeMsMax: 300_000,
  },
};

Deno.test("what listens is reached from this machine alone until a file names another address", async () => {
  const rigs = [
    await openListener(astm, { port: 0 }),
    await openListener(fax, { port: 0, providers }),
    await openListener(https, { port: 0 }),
    await openListener(mllp, { port: 0 }),
    await openListener(tcp, { port: 0, framing: { start: "STX", end: "ETX" } }),
  ];
  for (const rig of rigs) {
    await using open = rig;
    assertMatch(open.listening.address, /^(http:\/\/)?127\.0\.0\.1:\d+(\/|\/fax)?$/);
  }
  // A host key and partners would have to be made first.
  assertEquals(sftpServer.config.host.default, "127.0.0.1");
});
