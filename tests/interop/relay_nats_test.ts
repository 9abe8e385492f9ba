/** The adapter `relay` with a real NATS server. */
import { assert, assertEquals } from "@std/assert";
import hpke from "../../actors/envelopes/hpke/mod.ts";
import listener from "../../adapters/relay/listener.ts";
import sender from "../../adapters/relay/sender.ts";
import type { Parcel } from "../../runtime/contract/adapter.ts";
import { bindEnvelope, type Statement } from "../../runtime/contract/envelope.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { ConnectProxy } from "../adapters/https/connect_proxy.ts";
import { bytesOf, codeOf, never, pair, parcelOf } from "../adapters/relay/gateways.ts";
import { NatsRelay } from "../adapters/relay/nats_relay.ts";
import { newIdentity } from "../adapters/relay/relay_identity.ts";
import { CANARY } from "../contract/payloads.ts";
import { accepted } from "../world/fake_intake.ts";
import { testKeyring } from "../runtime/trust/gateways.ts";
import { openListener, openSender, probeOf } from "../world/tools.ts";
import { TlsSite, trustingRoot } from "../world/tls_site.ts";
import { natsServer } from "./_nats.ts";

const [us, them, stranger] = [newIdentity(), newIdentity(), newIdentity()];

const test = (sentence: string, run: () => Promise<void>) =>
  Deno.test({ name: sentence, ignore: natsServer.missing, fn: run });

test("a message and its receipt go through a NATS server, in WebSocket and TLS", async () => {
  const large = new Uint8Array(9_000_000);
  for (let at = 0; at < large.length; at += 65_536) crypto.getRandomValues(large.subarray(at, at + 65_536));
  await using relay = await NatsRelay.start([us, them]);
  await using site = await TlsSite.open();
  const shared = { tls: await trustingRoot(site) };
  const servers = [relay.secureUrl];
  await using at = await pair({ servers, us, them, sending: shared, listening: shared });
  assertEquals(await at.send("one"), { kind: "accepted" });
  assertEquals(await at.send(large), { kind: "accepted" });
  const { bytes } = at.intake.received[1];
  assert(bytes.length === large.length && bytes.every((byte, index) => byte === large[index]));
  const config = { servers, mailbox: them.mailbox, ...shared };
  const results = await probeOf(sender, config, { relay: us, world: denoWorld });
  assertEquals(results.map(({ step, error }) => [step, error?.code]), [
    ["settings", undefined],
    ["name", undefined],
    ["connection", undefined],
    ["tls", undefined],
    ["sign-in", undefined],
  ]);
});

test("a NATS server is reached by a proxy that alone knows the way", async () => {
  await using relay = await NatsRelay.start([us, them]);
  await using site = await TlsSite.open();
  await using proxy = await ConnectProxy.open(relay.server.websocketPort);
  const tls = { ...await trustingRoot(site), serverName: "localhost" };
  const shared = { tls, proxy: { url: proxy.url } };
  await using at = await pair({
    servers: ["wss://relay.example"],
    us,
    them,
    sending: shared,
    listening: shared,
  });
  assertEquals(await at.send("one"), { kind: "accepted" });
  assertEquals(proxy.asked.map(([target]) => target), ["relay.example:443", "relay.example:443"]);
  proxy.status = 403;
  await using refused = await openSender(sender, {
    servers: ["wss://relay.example"],
    mailbox: them.mailbox,
    ...shared,
  }, { relay: us });
  assertEquals(await codeOf(refused.sender.send(parcelOf("two"), never)), "RELAY_PROXY_REFUSED");
});

test("a NATS server that nobody has vouched for is not trusted", async () => {
  await using relay = await NatsRelay.start([us, them]);
  await using rig = await openSender(sender, { servers: [relay.secureUrl], mailbox: them.mailbox }, {
    relay: us,
  });
  assertEquals(await codeOf(rig.sender.send(parcelOf("one"), never)), "RELAY_SERVER_UNTRUSTED");
});

test("a NATS server speaks TLS from the first byte", async () => {
  await using relay = await NatsRelay.start([us, them], { speaksTls: true });
  await using site = await TlsSite.open();
  const shared = { tls: await trustingRoot(site) };
  const servers = [`tls://localhost:${relay.server.port}`];
  await using at = await pair({ servers, us, them, sending: shared, listening: shared });
  assertEquals(await at.send("one"), { kind: "accepted" });
});

test("a NATS server lets in nobody whose key it does not know, and nothing through to who has no agreement", async () => {
  await using relay = await NatsRelay.start([us, them]);
  const servers = [relay.url];
  await using alien = await openSender(sender, { servers, mailbox: them.mailbox }, { relay: stranger });
  assertEquals(await codeOf(alien.sender.send(parcelOf("one"), never)), "RELAY_SIGN_IN_REFUSED");
  await using lost = await openSender(sender, { servers, mailbox: stranger.mailbox }, { relay: us });
  assertEquals(await codeOf(lost.sender.send(parcelOf("one"), never)), "RELAY_ADDRESSEE_UNKNOWN");
});

test("a NATS server that was not made sure of, or without our mailbox, is not used", async () => {
  for (
    const [metadata, code] of [
      [{ "mitral.sync": "late" }, "RELAY_SYNC_UNSAFE"],
      [{}, "RELAY_SYNC_UNSAFE"],
      [undefined, "RELAY_MAILBOX_MISSING"],
    ] as const
  ) {
    await using relay = await NatsRelay.start([us, them], metadata ? { metadata } : {});
    if (!metadata) await relay.ask(`STREAM.DELETE.MBX_${us.mailbox}`);
    await using rig = await openSender(sender, { servers: [relay.url], mailbox: them.mailbox }, {
      relay: us,
    });
    assertEquals(await codeOf(rig.sender.send(parcelOf("one"), never)), code);
  }
});

test("a mailbox of a NATS server that is full takes no more until its gateway comes", async () => {
  await using relay = await NatsRelay.start([us, them], { mailboxBytesMax: 40_000 });
  await using rig = await openSender(sender, {
    servers: [relay.url],
    mailbox: them.mailbox,
    receiptMsMax: 60_000,
  }, { relay: us });
  const sendings: Promise<unknown>[] = [];
  for (let full = false; !full;) {
    const sending = rig.sender.send(parcelOf("x".repeat(8_000)), never);
    sendings.push(sending.catch(() => {}));
    const code = codeOf(sending);
    await Promise.race([code, stored(relay, them.mailbox, sendings.length)]);
    full = await Promise.race([code, Promise.resolve("")]) === "RELAY_MAILBOX_FULL";
  }
  assert(sendings.length > 3, `full after ${sendings.length}`);
  await using taking = await openListener(listener, { servers: [relay.url] }, { relay: them });
  await taking.intake.gotten(sendings.length - 1);
  await Promise.all(sendings);
  assertEquals(await rig.sender.send(parcelOf("fits again"), never), { kind: "accepted" });
});

test("a NATS server that is killed in the middle of traffic, again and again, loses nothing", async () => {
  await using relay = await NatsRelay.start([us, them], { ackMs: 1_000 });
  // A real clock: what the server does takes real time.
  await using at = await pair({
    servers: [relay.url],
    us,
    them,
    world: denoWorld,
    sending: { receiptMsMax: 5_000, answerMsMax: 2_000 },
    listening: { answerMsMax: 2_000 },
  });
  const total = 1_500;
  let begun = 0, receipted = 0;
  const lanes = Array.from({ length: 64 }, async () => {
    while (begun < total) {
      const text = `message ${begun++}`;
      // As the engine does: as often as it takes.
      while ((await at.send(text).catch(() => undefined))?.kind !== "accepted");
      receipted++;
    }
  });
  for (const share of [0.2, 0.5, 0.8]) {
    await at.intake.gotten(Math.floor(total * share));
    await relay.server.kill();
    await relay.server.start();
  }
  await Promise.all(lanes);
  assertEquals(receipted, total);
  assertEquals(new Set(at.intake.texts).size, total);
});

test("nothing of a sealed message is readable in the files of a NATS server", async () => {
  await using relay = await NatsRelay.start([us, them]);
  const clock = denoWorld.clock, nowMs = () => clock.nowMs();
  const hospital = bindEnvelope(hpke, { profile: "any" }, await testKeyring("hospital", ["lab"]), { nowMs });
  const lab = bindEnvelope(hpke, { profile: "any" }, await testKeyring("lab", ["hospital"]), { nowMs });
  await using at = await pair({ servers: [relay.url], us, them });
  const { promise: looked, resolve: goOn } = Promise.withResolvers<void>();
  at.intake.reply = async (delivery) => {
    // As long as it is not answered the server keeps it.
    await looked;
    if (delivery.contentType === "text/plain") return accepted(delivery);
    const opened = await lab.open(delivery.bytes);
    assertEquals(new TextDecoder().decode(opened.payload), CANARY);
    const outcome = { kind: "accepted" } as const;
    return { outcome, answer: await lab.receipt(delivery.bytes, opened, outcome) };
  };
  const payload = bytesOf(CANARY);
  const statement: Statement = {
    id: "m1",
    from: "hospital.example",
    channel: "lab-results",
    epoch: 1,
    sequence: 1,
    issuedAtMs: nowMs(),
    expiresAtMs: nowMs() + 3_600_000,
    contentType: "text/plain",
  };
  const { bytes: sealed } = await hospital.seal(payload, statement, ["lab"]);
  const parcel: Parcel = {
    ...parcelOf(sealed),
    contentType: hospital.contentType,
    judge: (receipt) => hospital.judge(receipt, { statement, payload, to: "lab" }),
  };
  const sealing = at.sending.sender.send(parcel, never);
  // Something in clear, so that the search is known to find what is there.
  const showing = at.send("in the open");
  await at.intake.gotten(2);
  const files = async (text: string) => {
    const { stdout } = await new Deno.Command("grep", {
      args: [
        "--recursive",
        "--files-with-matches",
        "--text",
        "--fixed-strings",
        text,
        relay.server.at("store"),
      ],
    }).output();
    return new TextDecoder().decode(stdout).split("\n").length - 1;
  };
  assert(await files("in the open") > 0);
  assertEquals(await files(CANARY), 0);
  goOn();
  assertEquals([(await sealing).kind, (await showing).kind], ["accepted", "accepted"]);
  assertEquals(await files(CANARY), 0);
});

/** Resolves once a mailbox holds so many frames. */
async function stored(relay: NatsRelay, mailbox: string, frames: number): Promise<void> {
  for (;;) {
    const { state } = await relay.ask(`STREAM.INFO.MBX_${mailbox}`);
    if ((state as { messages: number }).messages >= frames) return;
  }
}
