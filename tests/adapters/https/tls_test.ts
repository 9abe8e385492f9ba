import { assertEquals, assertRejects } from "@std/assert";
import listener from "../../../adapters/https/listener.ts";
import sender from "../../../adapters/https/sender.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import type { ClientTls } from "../../../runtime/contract/tls.ts";
import { denoWorld } from "../../../runtime/world/deno_world.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { visit } from "../../world/openssl.ts";
import { type Certified, certify, pki } from "../../world/pki.ts";
import { TlsSite, trustingRoot } from "../../world/tls_site.ts";
import { openListener, openSender, worldWith } from "../../world/tools.ts";
import { parcelOf } from "../mllp/mllp_rigs.ts";

type ListenerConfig = ConfigInput<typeof listener.config>;
type SenderTls = NonNullable<ConfigInput<typeof sender.config>["tls"]>;

const never = new AbortController().signal;
const LOOK_MS = 10_000;
const REQUEST =
  "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\none";

async function serve(
  site: TlsSite,
  known: Readonly<Record<string, readonly Certified[]>>,
  { certified = pki.server, ...settings }: Partial<ListenerConfig> & { readonly certified?: Certified } = {},
) {
  const clock = new FakeClock(Date.now());
  const world = worldWith(clock);
  const partners = await site.partners(world, known);
  const clients = Object.keys(known).length > 0 ? { clients: ["partners"] } : {};
  const tls = { ...await site.shown("server", certified), ...clients };
  const config = { port: 0, tls, ...settings } as ListenerConfig;
  const rig = await openListener(listener, config, { clock, world, partners });
  return { ...rig, port: Number(new URL(rig.listening.address).port) };
}

const identityOf = ({ chain, certificate, key }: Certified) => ({ certificate: chain || certificate, key });

/** How a partner comes; the same object keeps its connection. */
function as(certified?: Certified): ClientTls {
  return {
    anchors: [pki.root.certificate],
    versionMin: "1.2",
    ...(certified ? { identity: identityOf(certified) } : {}),
  };
}

async function post(port: number, tls: ClientTls, body = "one"): Promise<number | string> {
  const headers = { "content-type": "text/plain" };
  const request = new Request(`https://localhost:${port}/`, { method: "POST", body, headers });
  try {
    const response = await denoWorld.net.fetch(request, { tls, proxy: "none" });
    await response.body?.cancel();
    return response.status;
  } catch (cause) {
    return String((cause as { code?: unknown }).code);
  }
}

Deno.test("https by TLS takes messages from partners that show their certificate", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, { lab: [pki.client] });
  assertEquals(server.listening.address.startsWith("https://127.0.0.1:"), true);
  assertEquals(await post(server.port, as(pki.client)), 200);
  assertEquals(server.intake.received[0].partner, "lab");
  for (const stranger of [undefined, pki.otherClient, pki.expired, pki.selfSigned]) {
    assertEquals(typeof await post(server.port, as(stranger)), "string");
  }
  assertEquals(server.intake.received.length, 1);
  assertEquals((await server.reports.seen("clientRefused", 4)).error?.code, "HTTPS_CLIENT_REFUSED");
});

Deno.test("https by TLS: resumption of another listener's session posts nothing", async () => {
  await using site = await TlsSite.open();
  await using open = await serve(site, {});
  await using theirs = await serve(site, { radiology: [pki.otherClient] });
  await using ours = await serve(site, { lab: [pki.client] });
  const session = site.path("session");
  for (const version of ["1.2", "1.3"] as const) {
    for (const [from, shown] of [[open, undefined], [theirs, pki.otherClient]] as const) {
      const come = { version, says: REQUEST, until: /HTTP\/1\.1 \d+/ };
      const welcome = await visit({
        port: from.port,
        keep: session,
        ...come,
        ...(shown ? { as: shown } : {}),
      });
      assertEquals(/HTTP\/1\.1 200/.test(welcome.says), true);
      const { isResumed, says } = await visit({ port: ours.port, resume: session, ...come });
      assertEquals([isResumed, /HTTP\/1\.1 200/.test(says)], [true, false], version);
    }
  }
  assertEquals(ours.intake.received, []);
});

Deno.test("https by TLS: a v1 certificate posts nothing, with its key or without", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, { lab: [pki.v1], radiology: [pki.v1SelfSigned] });
  for (const { certificate, key } of [pki.v1, pki.v1SelfSigned]) {
    for (const held of [key, pki.stranger.key]) {
      assertEquals(
        typeof await post(server.port, { ...as(), identity: { certificate, key: held } }),
        "string",
      );
    }
  }
  const troubles = server.reports.events.filter(({ name }) => name === "clientRefused")
    .map(({ facts }) => facts?.trouble);
  assertEquals([troubles, server.intake.received], [Array(4).fill("outdated"), []]);
});

Deno.test("https by TLS cuts a kept connection when its partner may not come any more", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, { lab: [pki.client], radiology: [pki.otherClient] });
  const [lab, radiology] = [as(pki.client), as(pki.otherClient)];
  assertEquals([await post(server.port, lab), await post(server.port, radiology)], [200, 200]);
  await site.remove("lab.partner.pem");
  await server.clock.advance(LOOK_MS);
  while (await post(server.port, lab) === 200) await server.clock.advance(LOOK_MS);
  assertEquals(await post(server.port, radiology), 200);
});

Deno.test("https by TLS: a certificate does not stand in for the token that a client must bring", async () => {
  await using site = await TlsSite.open();
  const { secretOf } = await import("../../../runtime/contract/spec.ts");
  await using server = await serve(site, { lab: [pki.client], radiology: [pki.otherClient] }, {
    clients: { lab: { bearer: [secretOf("0123456789abcdef0123")] } },
  });
  assertEquals(await post(server.port, as(pki.client)), 401);
  assertEquals(await post(server.port, as(pki.otherClient)), 403);
  const headers = { "content-type": "text/plain", authorization: "Bearer 0123456789abcdef0123" };
  const asked = new Request(`https://localhost:${server.port}/`, { method: "POST", body: "two", headers });
  const response = await denoWorld.net.fetch(asked, { tls: as(pki.client), proxy: "none" });
  assertEquals(response.status, 200);
  await response.body?.cancel();
});

Deno.test("https sends by TLS to a server it knows, and says by code why not to another", async () => {
  await using site = await TlsSite.open();
  const open = async (
    port: number,
    tls: Partial<SenderTls>,
    known: Readonly<Record<string, readonly Certified[]>> = {},
  ) => {
    const world = worldWith(new FakeClock(Date.now()));
    const config = { url: `https://localhost:${port}/`, tls: tls as SenderTls, proxy: "none" };
    return await openSender(sender, config, { world, partners: await site.partners(world, known) });
  };
  const codeOf = async (
    port: number,
    tls: Partial<SenderTls>,
    known?: Readonly<Record<string, readonly Certified[]>>,
  ) => {
    await using rig = await open(port, tls, known);
    return (await assertRejects(() => rig.sender.send(parcelOf("no"), never), MitralError)).code;
  };
  const trust = await trustingRoot(site);
  const identity = await site.shown("client", pki.client);
  await using server = await serve(site, { lab: [pki.client] });
  await using lab = await open(server.port, { ...trust, ...identity });
  assertEquals((await lab.sender.send(parcelOf("one"), never)).kind, "accepted");
  await using pinned = await open(server.port, { partner: "ehr", ...identity }, { ehr: [pki.server] });
  assertEquals((await pinned.sender.send(parcelOf("two"), never)).kind, "accepted");
  assertEquals(server.intake.texts, ["one", "two"]);
  assertEquals(await codeOf(server.port, trust), "HTTPS_CLIENT_UNWANTED");
  assertEquals(
    await codeOf(server.port, { partner: "ehr" }, { ehr: [pki.stranger] }),
    "HTTPS_SERVER_UNKNOWN",
  );
  for (
    const [certified, code] of [
      [pki.expired, "HTTPS_SERVER_EXPIRED"],
      [pki.misnamed, "HTTPS_SERVER_MISNAMED"],
      [pki.stranger, "HTTPS_SERVER_UNTRUSTED"],
    ] as const
  ) {
    await using other = await serve(site, {}, { certified });
    assertEquals(await codeOf(other.port, trust), code);
  }
});

Deno.test("https by TLS sends nothing more to a server whose certificate is taken out, on no kept connection", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, {}, { clients: undefined });
  const clock = new FakeClock(Date.now());
  const world = worldWith(clock);
  const partners = await site.partners(world, { ehr: [pki.server] });
  const config = {
    url: `https://localhost:${server.port}/`,
    tls: { partner: "ehr" } as SenderTls,
    proxy: "none",
  };
  await using rig = await openSender(sender, config, { clock, world, partners });
  assertEquals((await rig.sender.send(parcelOf("one"), never)).kind, "accepted");
  const told = new Promise<void>((resolve) => void partners.watch(() => resolve()));
  await site.write("ehr.partner.pem", pki.stranger.certificate);
  await clock.advance(LOOK_MS);
  await told;
  const { code } = await assertRejects(() => rig.sender.send(parcelOf("no more"), never), MitralError);
  assertEquals(code, "HTTPS_SERVER_UNKNOWN");
  assertEquals(server.intake.texts, ["one"]);
});

/** A connection by TLS that posts, and is kept. */
async function kept(port: number, serverName?: string) {
  const tls = {
    anchors: [pki.root.certificate],
    versionMin: "1.2" as const,
    ...(serverName ? { serverName } : {}),
  };
  const connection = await denoWorld.net.connect({ host: "localhost", port, tls });
  return {
    shown: connection.certificate?.fingerprint,
    async post(): Promise<string> {
      await connection.write(new TextEncoder().encode(REQUEST));
      const buffer = new Uint8Array(4_096);
      return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0)).slice(0, 12);
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

Deno.test("https by TLS shows a renewed certificate from the next connection on, and cuts none", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, {});
  using before = await kept(server.port);
  assertEquals([before.shown, await before.post()], [pki.server.fingerprint, "HTTP/1.1 200"]);
  const fresh = certify("ehr.hospital.example", { by: pki.intermediate });
  await site.write("server.key", fresh.key);
  await site.write("server.pem", fresh.chain);
  await server.clock.advance(LOOK_MS);
  await server.clock.armed(LOOK_MS);
  using after = await kept(server.port);
  assertEquals([after.shown, await after.post()], [fresh.fingerprint, "HTTP/1.1 200"]);
  assertEquals(await before.post(), "HTTP/1.1 200");
});

Deno.test("https by TLS shows the certificate for the name a client asks for, and says when it ends", async () => {
  await using site = await TlsSite.open();
  const other = certify("other", { by: pki.root, names: ["other.hospital.example"], untilDays: 6 });
  const names = { "other.hospital.example": await site.shown("other", other) };
  const tls = { ...await site.shown("server"), names };
  const clock = new FakeClock(Date.now());
  const world = worldWith(clock);
  const config = { port: 0, tls } as ListenerConfig;
  await using server = await openListener(listener, config, { clock, world });
  const port = Number(new URL(server.listening.address).port);
  using named = await kept(port, "other.hospital.example");
  using unnamed = await kept(port);
  assertEquals([named.shown, unnamed.shown], [other.fingerprint, pki.server.fingerprint]);
  assertEquals([await named.post(), await unnamed.post()], Array(2).fill("HTTP/1.1 200"));
  const { facts, error } = await server.reports.seen("certificateExpires");
  assertEquals([facts?.setting, facts?.days, error?.code], [
    "tls.names.other.hospital.example",
    5,
    "HTTPS_CERTIFICATE_EXPIRING",
  ]);
});

/** A server by TLS that a test speaks for itself. */
async function spokenFor() {
  const acceptor = await denoWorld.net.listen({
    host: "127.0.0.1",
    port: 0,
    tls: () => ({ ...identityOf(pki.server), versionMin: "1.2" }),
    handshakeMsMax: 10_000,
  });
  const connections = acceptor[Symbol.asyncIterator]();
  return {
    port: acceptor.port,
    /** The next connection, with a request on it. */
    async asked() {
      const { value: connection } = await connections.next();
      const heard = async () => await connection.read(new Uint8Array(4_096)).catch(() => null);
      await heard();
      return {
        answer: () => connection.write(new TextEncoder().encode("HTTP/1.1 204 No Content\r\n\r\n")),
        heard,
      };
    },
    [Symbol.dispose]: () => acceptor.close(),
  };
}

Deno.test("https by TLS cuts its connections to a server whose certificate is taken out, kept or in use", async () => {
  await using site = await TlsSite.open();
  using server = await spokenFor();
  const clock = new FakeClock(Date.now());
  const world = worldWith(clock);
  const partners = await site.partners(world, { ehr: [pki.server], lab: [pki.client] });
  const tls = { partner: "ehr" } as SenderTls;
  const config = { url: `https://localhost:${server.port}/`, tls, proxy: "none", connections: 2 };
  await using rig = await openSender(sender, config, { clock, world, partners });
  const [first, second] = ["one", "two"].map((text) => rig.sender.send(parcelOf(text), never));
  const [kept, used] = [await server.asked(), await server.asked()];
  await kept.answer();
  await Promise.race([first, second]);
  // What is another partner's affair cuts nothing.
  const told = new Promise<void>((resolve) => void partners.watch(() => resolve()));
  await site.write("lab.partner.pem", pki.otherClient.certificate);
  await clock.advance(LOOK_MS);
  await told;
  // It is looked again once that is done.
  await clock.armed(LOOK_MS);
  const third = rig.sender.send(parcelOf("three"), never);
  await kept.heard();
  await kept.answer();
  await third;
  await site.write("ehr.partner.pem", pki.stranger.certificate);
  await clock.advance(LOOK_MS);
  assertEquals([await kept.heard(), await used.heard()], [null, null]);
  const [lost] = (await Promise.allSettled([first, second])).filter(({ status }) => status === "rejected");
  assertEquals((lost as PromiseRejectedResult).reason.code, "HTTPS_PEER_UNREACHABLE");
});

Deno.test("https by TLS keeps no connection once it is closed", async () => {
  await using site = await TlsSite.open();
  using server = await spokenFor();
  const config = { url: `https://localhost:${server.port}/`, tls: await trustingRoot(site), proxy: "none" };
  const rig = await openSender(sender, config as ConfigInput<typeof sender.config>);
  const sent = rig.sender.send(parcelOf("one"), never);
  const connection = await server.asked();
  await connection.answer();
  await sent;
  await rig[Symbol.asyncDispose]();
  assertEquals(await connection.heard(), null);
});
