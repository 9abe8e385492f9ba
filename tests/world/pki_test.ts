import { assertEquals } from "@std/assert";
import { requirePeer } from "../interop/_peers.ts";
import { pki } from "./pki.ts";

const openssl = await requirePeer("openssl");

Deno.test("certificates for tests are as good or bad for openssl as they are meant to be", {
  ignore: openssl.missing,
}, async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/root.pem`, pki.root.certificate);
  await Deno.writeTextFile(`${folder}/middle.pem`, pki.intermediate.certificate);
  const verdict = async (certificate: string) => {
    await Deno.writeTextFile(`${folder}/leaf.pem`, certificate);
    const args = ["verify", "-purpose", "sslserver", "-verify_hostname", "localhost"];
    const { code, stderr } = await openssl.command([
      ...args,
      ...["-CAfile", "root.pem", "-untrusted", "middle.pem", "leaf.pem"],
    ], { cwd: folder }).output();
    return code === 0 ? "good" : /error \d+ [^:]*: (.*)/.exec(new TextDecoder().decode(stderr))?.[1];
  };
  const verdicts: Record<string, string | undefined> = {};
  const leaves = Object.entries(pki).filter(([name]) => !/root|intermediate/i.test(name));
  for (const [name, { certificate }] of leaves) verdicts[name] = await verdict(certificate);
  await Deno.remove(folder, { recursive: true });
  assertEquals(verdicts, {
    server: "good",
    client: "good",
    otherClient: "good",
    direct: "good",
    expired: "certificate has expired",
    early: "certificate is not yet valid",
    misnamed: "hostname mismatch",
    nameless: "good",
    selfSigned: "self-signed certificate",
    v1: "hostname mismatch",
    v1SelfSigned: "self-signed certificate",
    weakKey: "good",
    weakHash: "good",
    clientOnly: "unsuitable certificate purpose",
    impostor: "certificate signature failure",
    stranger: "unable to get local issuer certificate",
  });
});
