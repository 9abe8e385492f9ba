import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import listener from "../../../adapters/mllp/listener.ts";
import sender from "../../../adapters/mllp/sender.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { broken, FakeAcceptor, FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { type Certified, pki } from "../../world/pki.ts";
import { probeOf, worldWith } from "../../world/tools.ts";
import { type Secret, secretOf } from "../../../runtime/contract/spec.ts";
import type { Net } from "../../../runtime/contract/world.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";

function on(net: Partial<Net>) {
  const clock = new FakeClock();
  return { clock, world: worldWith(clock, { net: fakeNet(net) }) };
}

Deno.test("mllp calls its peer in a connection test, and sends nothing", async () => {
  const [near, far] = FakeConnection.pair();
  const place = on({
    lookup: () => Promise.resolve(["10.1.2.3"]),
    connect: () => Promise.resolve(near),
  });
  const results = await place.clock.pass(probeOf(sender, { host: "ehr.example", port: 2575 }, place));
  assertEquals(results.map(({ step, ms, error }) => [step, ms, error]), [
    ["name", 0, undefined],
    ["connection", 0, undefined],
  ]);
  assertEquals([near.isClosed, far.takeUnread().length], [true, 0]);
});

Deno.test("mllp says by code why its peer cannot be called", async () => {
  const codeOf = async (net: Partial<Net>) => {
    const place = on(net);
    const probing = probeOf(listener, { role: "client", host: "10.1.2.3", port: 2575 }, place);
    return (await place.clock.pass(probing)).map(({ error }) => error?.code);
  };
  const refused = () => Promise.reject(broken("ECONNREFUSED"));
  assertEquals(await codeOf({ connect: refused }), ["MLLP_PEER_UNREACHABLE"]);
  assertEquals(await codeOf({ connect: () => new Promise(() => {}) }), ["MLLP_CONNECT_LATE"]);
});

Deno.test("mllp tries its port in a connection test where it waits to be called", async () => {
  const taken: number[] = [];
  const place = on({
    listen({ port }) {
      taken.push(port);
      return Promise.resolve(new FakeAcceptor());
    },
  });
  for (
    const probing of [
      probeOf(listener, { port: 2575 }, place),
      probeOf(sender, { role: "server", port: 2576 }, place),
    ]
  ) assertMatch((await probing)[0].says, /^port 257\d of 127\.0\.0\.1 is free$/);
  assertEquals(taken, [2575, 2576]);
  const busy = on({ listen: () => Promise.reject(broken("EADDRINUSE")) });
  const [result] = await probeOf(listener, { port: 2575 }, busy);
  assertEquals([result.step, result.error?.code], ["port", "MLLP_PORT_BUSY"]);
});

/** A folder with a certificate and its key, and the settings that name them. */
async function withFiles(
  own: Certified,
  use: (tls: { certificate: string; key: Secret; ca: string[] }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [certificate, ca] = [join(folder, "own.pem"), join(folder, "ca.pem")];
  await Deno.writeTextFile(certificate, own.chain);
  await Deno.writeTextFile(ca, pki.root.certificate);
  await use({ certificate, key: secretOf(own.key), ca: [ca] });
  await Deno.remove(folder, { recursive: true });
}

Deno.test("mllp shakes hands in a connection test where it speaks TLS, and says by code why it cannot", async () => {
  const lastOf = (shown: Certified) =>
    withServer(shown, async (port) => {
      const told: string[][] = [];
      await withFiles(pki.client, async ({ ca }) => {
        const results = await probeOf(sender, { host: "localhost", port, tls: { ca } }, { world: denoWorld });
        told.push(...results.map(({ step, says, error }) => [step, error?.code ?? says]));
      });
      return told.at(-1);
    });
  assertEquals(await lastOf(pki.server), [
    "tls",
    "CN=ehr.hospital.example, by CN=Hospital Issuing, 89 days left",
  ]);
  assertEquals(await lastOf(pki.stranger), ["tls", "MLLP_SERVER_UNTRUSTED"]);
  assertEquals(await lastOf(pki.misnamed), ["tls", "MLLP_SERVER_MISNAMED"]);
});

async function withServer<T>(shown: Certified, use: (port: number) => Promise<T>): Promise<T> {
  const acceptor = await denoWorld.net.listen({
    host: "127.0.0.1",
    port: 0,
    tls: () => ({ certificate: shown.chain, key: shown.key, versionMin: "1.2" }),
  });
  const accepting = (async () => {
    for await (const connection of acceptor) {
      void connection.read(new Uint8Array(1)).catch(() => {}).finally(() => connection.close());
    }
  })();
  const result = await use(acceptor.port);
  acceptor.close();
  await accepting;
  return result;
}

Deno.test("mllp looks at its own certificate in a connection test", async () => {
  const net = { ...denoWorld.net, listen: () => Promise.resolve(new FakeAcceptor()) };
  const world = { ...denoWorld, net };
  const first = async (own: Certified, key = own) => {
    const told: string[] = [];
    await withFiles(own, async ({ certificate }) => {
      const tls = { certificate, key: secretOf(key.key) };
      const [{ step, says, error }] = await probeOf(listener, { port: 2575, tls }, { world });
      told.push(step, error?.code ?? says);
    });
    return told;
  };
  assertEquals(await first(pki.server), [
    "settings",
    "shows CN=ehr.hospital.example, by CN=Hospital Issuing, 89 days left",
  ]);
  assertEquals(await first(pki.expired), ["settings", "MLLP_CERTIFICATE_EXPIRING"]);
  assertEquals(await first(pki.server, pki.client), ["settings", "MLLP_CERTIFICATE_UNFIT"]);
});
