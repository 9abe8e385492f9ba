import { assertEquals, assertRejects } from "@std/assert";
import listener from "../../../adapters/mllp/listener.ts";
import sender from "../../../adapters/mllp/sender.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { type ConfigInput, secretOf } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { visit } from "../../world/openssl.ts";
import { type Certified, certify, pki } from "../../world/pki.ts";
import { TlsSite, trustingRoot } from "../../world/tls_site.ts";
import { configOf, openListener, openSender, worldWith } from "../../world/tools.ts";
import { latin1 } from "./mllp_peer.ts";
import { echo, never, parcelOf } from "./mllp_rigs.ts";

type ListenerTls = NonNullable<ConfigInput<typeof listener.config>["tls"]>;
type SenderTls = NonNullable<ConfigInput<typeof sender.config>["tls"]>;

const FRAME = "\x0bMSH|^~\\&|LAB\r\x1c\r";
const LOOK_MS = 10_000;
const DAY_MS = 86_400_000;

/** A listener that lets partners in, on a machine whose clock a test moves. */
async function serve(
  site: TlsSite,
  known: Readonly<Record<string, readonly Certified[]>>,
  settings: Partial<ListenerTls> = {},
  certified: Certified = pki.server,
) {
  const clock = new FakeClock(Date.now());
  const world = worldWith(clock);
  const partners = await site.partners(world, known);
  const tls = { ...await site.shown("server", certified), clients: ["partners"], ...settings };
  const rig = await openListener(listener, { port: 0, tls: tls as ListenerTls }, { clock, world, partners });
  echo(rig);
  return { ...rig, port: Number(rig.listening.address.split(":")[1]) };
}

async function call(
  site: TlsSite,
  port: number,
  tls: Partial<SenderTls>,
  known: Readonly<Record<string, readonly Certified[]>> = {},
  settings: { readonly keepAlive?: boolean } = {},
) {
  const clock = new FakeClock(Date.now());
  const world = worldWith(clock);
  const partners = await site.partners(world, known);
  const config = { host: "localhost", port, tls: tls as SenderTls, ...settings };
  return await openSender(sender, config, { clock, world, partners });
}

const codeOf = async (act: () => Promise<unknown>) => (await assertRejects(act, MitralError)).code;

Deno.test("mllp by TLS carries messages between partners that know each other", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, { lab: [pki.client] });
  const identity = await site.shown("client", pki.client);
  await using client = await call(site, server.port, { ...await trustingRoot(site), ...identity });
  const outcome = await client.sender.send(parcelOf("one"), never);
  assertEquals(outcome.kind, "accepted");
  assertEquals(server.intake.texts, ["one"]);
  assertEquals(server.intake.received[0].partner, "lab");
  // The server may be known by its own certificate just as well.
  await using pinned = await call(site, server.port, { partner: "ehr", ...identity }, { ehr: [pki.server] });
  assertEquals((await pinned.sender.send(parcelOf("two"), never)).kind, "accepted");
});

Deno.test("mllp by TLS: resumption of another listener's session hands nothing over", async () => {
  await using site = await TlsSite.open();
  await using open = await serve(site, {}, { clients: undefined });
  await using theirs = await serve(site, { radiology: [pki.otherClient] });
  await using ours = await serve(site, { lab: [pki.client] });
  const session = site.path("session");
  for (const version of ["1.2", "1.3"] as const) {
    for (const [from, as] of [[open, undefined], [theirs, pki.otherClient]] as const) {
      const welcome = await visit({
        port: from.port,
        keep: session,
        version,
        says: FRAME,
        until: /AA MSH/,
        ...(as ? { as } : {}),
      });
      assertEquals(/AA MSH/.test(welcome.says), true);
      const { isResumed } = await visit({ port: ours.port, resume: session, version, says: FRAME });
      assertEquals(isResumed, true, version);
    }
  }
  assertEquals(ours.intake.received, []);
  assertEquals(ours.reports.count("clientRefused"), 4);
  assertEquals(ours.reports.events[0].error?.code, "MLLP_CLIENT_REFUSED");
});

Deno.test("mllp by TLS: a v1 certificate hands nothing over", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, { lab: [pki.v1] });
  // Whoever has the certificate, which is public, and any key at all.
  const identity = { certificate: pki.v1.certificate, key: pki.stranger.key };
  const tls = { anchors: [pki.root.certificate], identity, versionMin: "1.2" } as const;
  const thief = await worldWith(server.clock).net.connect({ host: "localhost", port: server.port, tls });
  await thief.write(latin1(FRAME)).catch(() => {});
  assertEquals(await thief.read(new Uint8Array(1)).catch(() => null), null);
  thief.close();
  const refusal = await server.reports.seen("clientRefused");
  assertEquals([refusal.facts?.trouble, refusal.facts?.fingerprint], ["outdated", pki.v1.fingerprint]);
  assertEquals(server.intake.received, []);
});

Deno.test("mllp by TLS lets in whose certificate is added, and cuts whose certificate is taken out", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, { lab: [pki.client], radiology: [pki.stranger] });
  const trust = await trustingRoot(site);
  await using lab = await call(site, server.port, { ...trust, ...await site.shown("lab", pki.client) });
  await using radiology = await call(site, server.port, {
    ...trust,
    ...await site.shown("radiology", pki.otherClient),
  });
  assertEquals((await lab.sender.send(parcelOf("one"), never)).kind, "accepted");
  assertEquals(await codeOf(() => radiology.sender.send(parcelOf("no"), never)), "MLLP_ANSWER_MISSING");
  await site.write("radiology.partner.pem", pki.otherClient.certificate);
  await site.remove("lab.partner.pem");
  await server.clock.advance(LOOK_MS);
  await server.reports.seen("connectionClosed");
  assertEquals((await radiology.sender.send(parcelOf("two"), never)).kind, "accepted");
  assertEquals(await codeOf(() => lab.sender.send(parcelOf("no more"), never)), "MLLP_ANSWER_MISSING");
  assertEquals(server.intake.texts, ["one", "two"]);
});

Deno.test("mllp by TLS sends nothing more to a server whose certificate is taken out, on no connection", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, {}, { clients: undefined });
  await using client = await call(site, server.port, { partner: "ehr" }, { ehr: [pki.server] });
  assertEquals((await client.sender.send(parcelOf("one"), never)).kind, "accepted");
  await site.write("ehr.partner.pem", pki.stranger.certificate);
  await client.clock.advance(LOOK_MS);
  await server.reports.seen("connectionClosed");
  assertEquals(await codeOf(() => client.sender.send(parcelOf("no more"), never)), "MLLP_SERVER_UNKNOWN");
  await site.write("ehr.partner.pem", pki.server.certificate);
  await client.clock.advance(LOOK_MS);
  await client.clock.armed(LOOK_MS);
  assertEquals((await client.sender.send(parcelOf("two"), never)).kind, "accepted");
  assertEquals(server.intake.texts, ["one", "two"]);
});

Deno.test("mllp by TLS trusts whom it trusted while the file that says so is half written", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, {}, { clients: undefined });
  await using client = await call(site, server.port, await trustingRoot(site), {}, { keepAlive: false });
  const rewritten = async (text: string) => {
    await site.write("root.pem", text);
    await client.clock.advance(LOOK_MS);
    await client.clock.armed(LOOK_MS);
  };
  for (const half of ["", pki.root.certificate.slice(0, 200)]) {
    await rewritten(half);
    assertEquals((await client.sender.send(parcelOf("one"), never)).kind, "accepted");
  }
  await rewritten(pki.strangerRoot.certificate);
  assertEquals(await codeOf(() => client.sender.send(parcelOf("no"), never)), "MLLP_SERVER_UNTRUSTED");
});

Deno.test("mllp by TLS shows a renewed certificate from the next connection on", async () => {
  await using site = await TlsSite.open();
  await using server = await serve(site, {}, { clients: undefined });
  const fresh = certify("ehr.hospital.example", { by: pki.intermediate });
  const shown = async () => {
    const { net } = worldWith(new FakeClock());
    const tls = { anchors: [pki.root.certificate], versionMin: "1.2" } as const;
    const connection = await net.connect({ host: "localhost", port: server.port, tls });
    connection.close();
    return connection.certificate?.fingerprint;
  };
  await using before = await call(site, server.port, await trustingRoot(site));
  assertEquals((await before.sender.send(parcelOf("one"), never)).kind, "accepted");
  // The certificate is there before its key: until both are, the old pair goes on.
  await site.write("server.pem", fresh.chain);
  await server.clock.advance(LOOK_MS);
  assertEquals((await server.reports.seen("certificateRefused")).error?.code, "MLLP_CERTIFICATE_UNFIT");
  assertEquals(await shown(), pki.server.fingerprint);
  await site.write("server.key", fresh.key);
  await server.clock.advance(LOOK_MS);
  await server.clock.armed(LOOK_MS);
  assertEquals(await shown(), fresh.fingerprint);
  assertEquals((await before.sender.send(parcelOf("two"), never)).kind, "accepted");
  assertEquals(server.reports.count("connectionOpened") <= 2, true);
});

Deno.test("mllp by TLS warns 30, 14, 7 and 1 days before a certificate ends, once each", async () => {
  await using site = await TlsSite.open();
  const certified = certify("ehr.hospital.example", { by: pki.intermediate, untilDays: 31 });
  await using server = await serve(site, {}, { clients: undefined }, certified);
  assertEquals(server.reports.count("certificateExpires"), 0);
  const days: unknown[] = [];
  for (let day = 0; day < 32; day++) {
    server.clock.set(DAY_MS);
    for (let look = 0; look < 2; look++) {
      await server.clock.advance(LOOK_MS);
      await server.clock.armed(LOOK_MS);
    }
  }
  for (const { name, facts, error } of server.reports.events) {
    if (name === "certificateExpires") days.push([facts?.days, error?.code]);
  }
  const code = "MLLP_CERTIFICATE_EXPIRING";
  assertEquals(days, [[29, code], [13, code], [6, code], [0, code]]);
});

Deno.test("mllp by TLS says by code what is wrong with a server", async () => {
  await using site = await TlsSite.open();
  const troubles: readonly (readonly [Certified, string])[] = [
    [pki.expired, "MLLP_SERVER_EXPIRED"],
    [pki.early, "MLLP_SERVER_EARLY"],
    [pki.misnamed, "MLLP_SERVER_MISNAMED"],
    [pki.stranger, "MLLP_SERVER_UNTRUSTED"],
  ];
  for (const [certified, code] of troubles) {
    await using server = await serve(site, {}, { clients: undefined }, certified);
    await using client = await call(site, server.port, await trustingRoot(site));
    assertEquals(await codeOf(() => client.sender.send(parcelOf("no"), never)), code);
    assertEquals(server.intake.received, []);
  }
  await using wanting = await serve(site, { lab: [pki.client] });
  await using nameless = await call(site, wanting.port, await trustingRoot(site));
  assertEquals(await codeOf(() => nameless.sender.send(parcelOf("no"), never)), "MLLP_CLIENT_UNWANTED");
  await using pinned = await call(site, wanting.port, { partner: "ehr" }, { ehr: [pki.stranger] });
  assertEquals(await codeOf(() => pinned.sender.send(parcelOf("no"), never)), "MLLP_SERVER_UNKNOWN");
});

Deno.test("mllp does not start on a certificate that is not there, without its key, or for a partner nobody knows", async () => {
  await using site = await TlsSite.open();
  const good = await site.shown("good");
  const starts = (tls: Partial<ListenerTls>) =>
    codeOf(() => openListener(listener, { port: 0, tls: { ...good, ...tls } as ListenerTls }));
  assertEquals(await starts({ certificate: site.path("absent.pem") }), "MLLP_CERTIFICATE_UNREADABLE");
  assertEquals(await starts({ key: secretOf(pki.client.key) }), "MLLP_CERTIFICATE_UNFIT");
  assertEquals(await starts({ clients: ["nobody"] }), "MLLP_PARTNER_UNKNOWN");
});

Deno.test("mllp refuses settings of TLS that do not fit its role", () => {
  const key = secretOf("key");
  const rules = (role: "client" | "server", tls: Partial<ListenerTls>) => {
    const at = role === "client" ? { role, host: "peer.example", port: 1 } : { role, port: 0 };
    return (listener.check?.(configOf(listener.config, { ...at, tls: tls as ListenerTls })) ?? [])
      .map(({ setting, rule }) => `${setting} ${rule}`);
  };
  assertEquals(rules("server", { certificate: "/a.pem", key }), []);
  assertEquals(rules("server", {}), ["tls needs certificate and key"]);
  assertEquals(rules("server", { certificate: "/a.pem", key, ca: ["/ca.pem"] }), [
    "tls has no use for ca at role: server",
  ]);
  assertEquals(rules("client", {}), []);
  assertEquals(rules("client", { certificate: "/a.pem" }), ["tls needs certificate and key together"]);
  assertEquals(rules("client", { clients: ["partners"] }), ["tls has no use for clients at role: client"]);
  assertEquals(rules("client", { ca: ["/ca.pem"], partner: "ehr" }), [
    "tls has either ca or partner: a partner is known by its own certificate",
  ]);
});
