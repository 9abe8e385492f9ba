/** Senders of a real gateway, and `openssl s_server` with good certificates and bad ones. */
import { assertEquals } from "@std/assert";
import { RawPeer } from "../adapters/mllp/mllp_peer.ts";
import { assertQuiet } from "../bad_input/_canary.ts";
import { type LogLine, Product } from "../bad_input/_product.ts";
import { Folder } from "../bad_input/_site.ts";
import { certify, pki } from "../world/pki.ts";
import { unstuck } from "../world/turns.ts";
import { Bystander } from "./_bad_peers.ts";
import { type OpensslServer, opensslServer, type ServerWish } from "./_openssl_server.ts";
import { requirePeer } from "./_peers.ts";
import { type Protocol, shownAs, writeCertificates } from "./_secured.ts";

const openssl = await requirePeer("openssl");

/** What is wrong with a server, and how its sender's code ends. */
const wrongs: Readonly<Record<string, readonly [wish: ServerWish, code: string]>> = {
  misnamed: [{ shows: pki.misnamed }, "SERVER_MISNAMED"],
  expired: [{ shows: pki.expired }, "SERVER_EXPIRED"],
  early: [{ shows: pki.early }, "SERVER_EARLY"],
  outdated: [{ shows: certify("localhost", { by: pki.root, version: 1 }) }, "SERVER_OUTDATED"],
  self: [{ shows: pki.selfSigned }, "SERVER_UNTRUSTED"],
  impostor: [{ shows: pki.impostor, between: [pki.impostorRoot] }, "SERVER_UNTRUSTED"],
  halved: [{ shows: pki.server }, "SERVER_UNTRUSTED"],
  aged: [{ shows: pki.direct, args: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"] }, "HANDSHAKE_FAILED"],
  choosy: [{ shows: pki.direct, clientsOf: pki.strangerRoot }, "CLIENT_UNWANTED"],
  choosier: [{ shows: pki.direct, clientsOf: pki.strangerRoot, args: ["-tls1_2"] }, "CLIENT_UNWANTED"],
  unpinned: [{ shows: pki.direct }, "SERVER_UNKNOWN"],
};
/** A server as it should be: it shows a whole chain, and wants to know who comes. */
const right: ServerWish = { shows: pki.server, between: [pki.intermediate], clientsOf: pki.root };

const acknowledged = (id: string) => `MSH|^~\\&|EHR||LAB||20260105093000||ACK|A1|P|2.5.1\rMSA|AA|${id}\r`;
const idIn = (said: string) => /MSH(?:\|[^|\r]*){8}\|([^|\r]*)/.exec(said)?.[1] ?? "";

/** What a server says to a message that has come whole. */
const answers: Readonly<Record<Protocol, (said: string) => string | undefined>> = {
  mllp: (said) => said.includes("\x1c\r") ? `\x0b${acknowledged(idIn(said))}\x1c\r` : undefined,
  https(said) {
    const request = said.slice(said.search(/POST |HEAD |GET /));
    const [, length] = /content-length: (\d+)/i.exec(request) ?? [];
    const end = request.indexOf("\r\n\r\n") + 4;
    if (length === undefined || end < 4 || request.length < end + Number(length)) return undefined;
    const body = acknowledged(idIn(request));
    return `HTTP/1.1 200 OK\r\nContent-Type: application/hl7-v2\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  },
};

function sender(protocol: Protocol, wrong: string, port: number) {
  const trust = wrong === "unpinned" ? { partner: "ehr" } : { ca: "./pki/root.pem" };
  const tls = { ...trust, ...shownAs("us") };
  const to = protocol === "mllp" ? { host: "localhost", port } : { url: `https://localhost:${port}/in` };
  return { [protocol]: { ...to, tls }, retry: { firstMs: 50, longestMs: 500 } };
}

/** The codes that attempts at a destination have failed by. */
function codesOf({ err }: Product, destination: string): readonly string[] {
  const failures = err.split("\n").filter((line) => line.includes('"deliveryFailed"'))
    .map((line) => (JSON.parse(line) as LogLine).properties)
    .filter((properties) => properties.destination === destination);
  return [...new Set(failures.map(({ code }) => String(code)))];
}

Deno.test({
  name:
    "a message waits for a server with a bad certificate, by a code that says what is wrong, until it shows a good one",
  ignore: openssl.missing,
  fn: () =>
    unstuck(async () => {
      await using folder = await Folder.make();
      await writeCertificates(folder, { us: pki.client, ehr: pki.server });
      const protocols = ["mllp", "https"] as const;
      const all = protocols.flatMap((protocol) =>
        Object.entries(wrongs).map(([wrong, [wish, code]]) => ({
          protocol,
          wrong,
          destination: `${protocol}-${wrong}`,
          wish: { ...wish, answer: answers[protocol] },
          code: `${protocol.toUpperCase()}_${code}`,
        }))
      );
      await using servers = new AsyncDisposableStack();
      const started = new Map<string, OpensslServer>();
      const start = async (destination: string, wish: ServerWish) => {
        const server = await opensslServer(openssl, wish);
        started.set(destination, server);
      };
      servers.defer(async () => {
        for (const server of started.values()) await server[Symbol.asyncDispose]();
      });
      await Promise.all(all.map(({ destination, wish }) => start(destination, wish)));
      const send = Object.fromEntries(
        all.map(({ protocol, wrong, destination }) => [
          destination,
          sender(protocol, wrong, started.get(destination)!.port),
        ]),
      );
      const listen = { mllp: { port: 0 } };
      const settings = {
        gateway: "caller",
        data: "./data",
        partners: { ehr: { certificates: "./pki/ehr.pem" } },
        channels: { out: { listen, parse: "hl7v2", send } },
      };
      await using product = await Product.start(await folder.write("gateway.yaml", JSON.stringify(settings)));
      using source = Bystander.on(await RawPeer.dial(product.address("out")));
      await source.isServed();
      const failed = (destination: string) => product.logged({ name: "deliveryFailed", destination });
      await Promise.all(all.map(({ destination }) => failed(destination)));
      assertEquals(
        all.map(({ destination }) => [destination, codesOf(product, destination)]),
        all.map(({ destination, code }) => [destination, [code]]),
      );
      for (const { protocol, destination } of all) {
        const { port } = started.get(destination)!;
        await started.get(destination)![Symbol.asyncDispose]();
        await start(destination, { ...right, port, answer: answers[protocol] });
      }
      for (const { destination } of all) await product.logged({ name: "messageDelivered", destination });
      assertEquals((await product.stop()).code, 0);
      assertQuiet("the log", product.err);
    }, 60_000),
});

Deno.test({
  name: "a server that was sent messages is sent nothing more once its certificate is taken out",
  ignore: openssl.missing,
  fn: () =>
    unstuck(async () => {
      await using folder = await Folder.make();
      await writeCertificates(folder, { us: pki.client, ehr: pki.direct });
      const protocols = ["mllp", "https"] as const;
      await using servers = new AsyncDisposableStack();
      const send: Record<string, unknown> = {};
      for (const protocol of protocols) {
        const server = await opensslServer(openssl, { shows: pki.direct, answer: answers[protocol] });
        send[protocol] = sender(protocol, "unpinned", servers.use(server).port);
      }
      const settings = {
        gateway: "caller",
        data: "./data",
        partners: { ehr: { certificates: "./pki/ehr.pem" } },
        channels: { out: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send } },
      };
      await using product = await Product.start(await folder.write("gateway.yaml", JSON.stringify(settings)));
      using source = Bystander.on(await RawPeer.dial(product.address("out")));
      await source.isServed();
      for (const destination of protocols) await product.logged({ name: "messageDelivered", destination });
      await Deno.remove(folder.at("pki/ehr.pem"));
      await product.logged({ name: "partnerChanged", partner: "ehr" });
      await source.isServed();
      for (const destination of protocols) await product.logged({ name: "deliveryFailed", destination });
      assertEquals(protocols.map((protocol) => codesOf(product, protocol)), [
        ["MLLP_SERVER_UNKNOWN"],
        ["HTTPS_SERVER_UNKNOWN"],
      ]);
      assertEquals((await product.stop()).code, 0);
    }, 60_000),
});
