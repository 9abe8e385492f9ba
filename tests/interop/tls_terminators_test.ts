/** nginx and stunnel, which speak TLS for a gateway that does not, or for what calls it. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawPeer } from "../adapters/mllp/mllp_peer.ts";
import { assertQuiet } from "../bad_input/_canary.ts";
import { Product } from "../bad_input/_product.ts";
import { Folder, type Settings } from "../bad_input/_site.ts";
import { visit } from "../world/openssl.ts";
import { pki } from "../world/pki.ts";
import { unstuck } from "../world/turns.ts";
import { Bystander, message } from "./_bad_peers.ts";
import { curl, post } from "./_curl.ts";
import { requirePeer } from "./_peers.ts";
import { shownAs, writeCertificates } from "./_secured.ts";
import { nginx, startNginx, startStunnel, stunnel } from "./_terminators.ts";

const openssl = await requirePeer("openssl");
const TOKEN = "0123456789abcdef0123456789abcdef";
const stuckMs = 60_000;
const files = { files: { file: { path: "./out" } } };

async function site(): Promise<Folder> {
  const folder = await Folder.make();
  await writeCertificates(folder, { server: pki.server, lab: pki.client });
  await folder.write("secrets/token", TOKEN);
  return folder;
}

async function start(folder: Folder, channels: Settings, name = "gateway"): Promise<Product> {
  const partners = { lab: { certificates: "./pki/lab.pem" } };
  const settings = { gateway: name, data: `./${name}`, partners, channels };
  return await Product.start(await folder.write(`${name}.yaml`, JSON.stringify(settings)));
}

async function assertEndsWell(product: Product): Promise<void> {
  assertEquals((await product.stop()).code, 0);
  assertQuiet("the log", product.err);
}

Deno.test({
  name: "nginx asks for certificates in front of an https channel that asks for a token",
  ignore: nginx.missing || curl.missing,
  fn: () =>
    unstuck(async () => {
      await using folder = await site();
      const https = { port: 0, path: "/in", auth: { bearer: "secret:token" }, bodyBytesMax: "16 MiB" };
      await using product = await start(folder, {
        results: { listen: { https }, parse: "hl7v2", send: files },
      });
      await using front = await startNginx(folder, new URL(product.address("results")).host);
      const url = `https://localhost:${front.port}/in`;
      const trust = ["--cacert", folder.at("pki/root.pem"), "--header", "Content-Type: application/hl7-v2"];
      const lab = ["--cert", folder.at("pki/lab.pem"), "--key", folder.at("secrets/lab")];
      const signedIn = ["--oauth2-bearer", TOKEN];
      const large = `${message("LARGE")}${"NTE|1||and so on\r".repeat(500_000)}`;
      for (const [body, id] of [[message("FIRST"), "FIRST"], [large, "LARGE"], [message("LAST"), "LAST"]]) {
        const { status, body: answer } = await post(url, body, ...trust, ...lab, ...signedIn);
        assertEquals(status, 200);
        assertStringIncludes(answer, `MSA|AA|${id}`);
      }
      const refused = await post(url, message(), ...trust, ...lab, "--oauth2-bearer", "0123456789abcdef");
      assertEquals([refused.status, JSON.parse(refused.body).code], [401, "HTTPS_SIGN_IN_WRONG"]);
      // It is refused before it is sent, and the connection behind nginx cannot be used again.
      const unread = await post(url, large, ...trust, ...lab);
      assertEquals([unread.status, JSON.parse(unread.body).code], [401, "HTTPS_SIGN_IN_MISSING"]);
      assertEquals((await post(url, message(), ...trust, ...lab, ...signedIn)).status, 200);
      assertEquals(
        (await post(url, message(), ...trust, ...signedIn)).status,
        400,
        "nginx wants a certificate",
      );
      await assertEndsWell(product);
    }, stuckMs),
});

Deno.test({
  name: "stunnel speaks TLS in front of a plain mllp channel",
  ignore: stunnel.missing || openssl.missing,
  fn: () =>
    unstuck(async () => {
      await using folder = await site();
      const listen = { mllp: { port: 0 } };
      await using product = await start(folder, { results: { listen, parse: "hl7v2", send: files } });
      await using front = await startStunnel(folder, "server", product.address("results"));
      for (const version of ["1.2", "1.3"] as const) {
        const come = { port: front.port, version, says: `\x0b${message()}\x1c\r`, until: /MSA\|AA/ };
        assertMatch((await visit({ ...come, as: pki.client })).says, come.until);
      }
      await assertEndsWell(product);
    }, stuckMs),
});

Deno.test({
  name: "stunnel brings what an mllp sender sends to a channel that asks for certificates",
  ignore: stunnel.missing,
  fn: () =>
    unstuck(async () => {
      await using folder = await site();
      const tls = { ...shownAs("server"), clients: ["lab"] };
      await using there = await start(folder, {
        results: { listen: { mllp: { port: 0, tls } }, parse: "hl7v2", send: files },
      }, "there");
      await using between = await startStunnel(folder, "client", there.address("results"));
      const send = { there: { mllp: { host: "127.0.0.1", port: between.port } } };
      await using here = await start(
        folder,
        { results: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send } },
        "here",
      );
      using source = Bystander.on(await RawPeer.dial(here.address("results")));
      for (let count = 1; count <= 3; count++) {
        await source.isServed();
        await here.logged({ name: "messageDelivered", destination: "there" }, count);
        await there.logged({ name: "messageDelivered", destination: "files" }, count);
      }
      await assertEndsWell(here);
      await assertEndsWell(there);
    }, stuckMs),
});
