import { assert, assertEquals } from "@std/assert";
import listener from "../../../adapters/relay/listener.ts";
import sender from "../../../adapters/relay/sender.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { accepted, answerTo, failedInSilence, refused } from "../../world/fake_intake.ts";
import { openListener, openSender, probeOf, worldWith } from "../../world/tools.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { settles, turns } from "../../world/turns.ts";
import { FakeRelay } from "./fake_relay.ts";
import { codeOf, never, pair, parcelOf, textOf } from "./gateways.ts";
import { newIdentity } from "./relay_identity.ts";

const [us, them] = [newIdentity(), newIdentity()];
const trouble = new MitralError("TEST_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take it",
});

async function site() {
  const clock = new FakeClock();
  const relay = new FakeRelay(clock, [us, them]);
  const gateways = await pair({ servers: [relay.url], us, them, clock });
  return {
    ...gateways,
    relay,
    async [Symbol.asyncDispose]() {
      await gateways[Symbol.asyncDispose]();
      await relay[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a relay brings a message to the partner, and its receipt back", async () => {
  await using at = await site();
  assertEquals(await at.send("one"), { kind: "accepted" });
  assertEquals(at.intake.texts, ["one"]);
  assertEquals(at.intake.received[0].peer, us.mailbox);
  assertEquals(at.intake.received[0].contentType, "text/plain");
});

Deno.test("messages sent to a relay at the same time share frames, and so do their receipts", async () => {
  await using at = await site();
  await at.send("first");
  const before = at.relay.sent.length;
  const all = Array.from({ length: 60 }, (_, index) => `message ${index}`);
  await Promise.all(all.map((text) => at.send(text)));
  assertEquals(at.intake.texts.slice(1), all, "in the order they were sent");
  const frames = at.relay.sent.slice(before);
  assert(frames.length < 20, `${frames.length} frames for 60 messages and 60 receipts`);
});

Deno.test("a message too large for one frame of a relay comes in several, and whole", async () => {
  await using at = await site();
  at.relay.maxPayload = 16_384;
  const large = crypto.getRandomValues(new Uint8Array(60_000));
  assertEquals(await at.send(large), { kind: "accepted" });
  assertEquals(at.intake.received[0].bytes, large);
  const messages = at.relay.sent.filter(({ kind }) => kind === "m");
  assert(messages.length >= 4 && messages.every(({ bytes }) => bytes.length <= 16_384));
});

Deno.test("what was not taken comes again by the relay, later and later, and has its receipt then", async () => {
  await using at = await site();
  at.intake.reply = () => failedInSilence(trouble);
  const sending = at.send("unlucky");
  await at.intake.gotten(1);
  for (const [count, ms] of [[2, 1_000], [3, 2_000], [4, 4_000]]) {
    await turns(20);
    await at.clock.armed(ms);
    await at.clock.advance(ms);
    await at.intake.gotten(count);
  }
  at.intake.reply = (delivery) => ({
    outcome: { kind: "accepted" },
    answer: { bytes: answerTo(delivery.bytes), contentType: "text/plain" },
  });
  await at.clock.armed(8_000);
  await at.clock.advance(8_000);
  assertEquals(await sending, { kind: "accepted" });
});

Deno.test("what shares a frame of a relay with a message that is not taken is answered, and handed over once", async () => {
  await using at = await site();
  at.intake.reply = (delivery) =>
    textOf(delivery.bytes) === "bad" && at.intake.received.length < 4 ? failedInSilence(trouble) : {
      outcome: { kind: "accepted" },
      answer: { bytes: answerTo(delivery.bytes), contentType: "text/plain" },
    };
  await at.send("first");
  const [good, bad] = [at.send("good"), at.send("bad")];
  assertEquals(await good, { kind: "accepted" });
  await at.clock.armed(1_000);
  await at.clock.advance(1_000);
  assertEquals(await bad, { kind: "accepted" });
  assertEquals(at.intake.texts, ["first", "good", "bad", "bad"]);
});

Deno.test("a message that a partner rejects has a receipt by the relay, too", async () => {
  await using at = await site();
  at.intake.reply = (delivery) => refused(delivery, trouble);
  assertEquals(
    await codeOf(at.send("rejected")),
    "TEST_RECEIPT_FORGED",
    "the receipt is for the judge to read",
  );
});

Deno.test("a gateway that stops before it has answered gets the message again by the relay in its next life", async () => {
  const clock = new FakeClock();
  await using relay = new FakeRelay(clock, [us, them]);
  await using at = await pair({ servers: [relay.url], us, them, clock });
  at.intake.hold();
  const sending = at.send("twice");
  await at.intake.gotten(1);
  // As a crash does: nothing is answered.
  await at.taking.listening[Symbol.asyncDispose]();
  await using next = await openListener(listener, { servers: [relay.url] }, { clock, relay: them });
  assertEquals(await sending, { kind: "accepted" });
  assertEquals(next.intake.texts, ["twice"]);
});

Deno.test("a gateway asks a relay for no more than it can hold while its intake is closed", async () => {
  await using at = await site();
  at.intake.close();
  const sendings = Array.from(
    { length: 40 },
    (_, index) => at.send(`message ${index} ${"x".repeat(200_000)}`),
  );
  await at.intake.consulted();
  await turns(50);
  assertEquals(at.intake.received.length, 0);
  at.intake.open();
  for (const sending of sendings) assertEquals(await sending, { kind: "accepted" });
  assertEquals(at.intake.received.length, 40);
});

Deno.test("a full mailbox of a relay, a stranger's, and one that stores nothing are told apart", async () => {
  const clock = new FakeClock();
  await using relay = new FakeRelay(clock, [us, them]);
  relay.own.add(them.mailbox);
  const open = (mailbox: string) =>
    openSender(sender, { servers: [relay.url], mailbox }, { clock, relay: us });
  await using known = await open(them.mailbox);
  const answers: readonly (readonly [unknown, string])[] = [
    [{ error: { code: 503, err_code: 10077 } }, "RELAY_MAILBOX_FULL"],
    [{ error: { code: 500, err_code: 10049 } }, "RELAY_FRAME_REFUSED"],
    [{ nonsense: true }, "RELAY_ANSWER_BROKEN"],
    ["", "RELAY_ANSWER_BROKEN"],
  ];
  for (const [answer, code] of answers) {
    relay.answer = () => answer;
    assertEquals(await codeOf(known.sender.send(parcelOf("one"), never)), code);
  }
  relay.answer = () => undefined;
  await using stranger = await open("0123456789abcdef");
  assertEquals(await codeOf(stranger.sender.send(parcelOf("one"), never)), "RELAY_ADDRESSEE_UNKNOWN");
});

Deno.test("a relay that may lose what it stored is not used", async () => {
  const good = new FakeRelay(new FakeClock(), [us]).stream;
  const cases: readonly (readonly [Partial<FakeRelay>, string])[] = [
    [{ version: "2.14.9" }, "RELAY_SERVER_OLD"],
    [{ version: "1.99.0" }, "RELAY_SERVER_OLD"],
    [{ version: "nonsense" }, "RELAY_SERVER_OLD"],
    [{ stream: { ...good, metadata: { "mitral.sync": "late" } } }, "RELAY_SYNC_UNSAFE"],
    [{ stream: { ...good, metadata: undefined } }, "RELAY_SYNC_UNSAFE"],
    [{ stream: { ...good, retention: "limits" } }, "RELAY_MAILBOX_UNFIT"],
    [{ stream: { ...good, discard: "old" } }, "RELAY_MAILBOX_UNFIT"],
    [{ stream: { ...good, storage: "memory" } }, "RELAY_MAILBOX_UNFIT"],
  ];
  for (const [wrong, code] of cases) {
    const clock = new FakeClock();
    await using relay = Object.assign(new FakeRelay(clock, [us, them]), wrong);
    const config = { servers: [relay.url], mailbox: them.mailbox };
    await using rig = await openSender(sender, config, { clock, relay: us });
    assertEquals(await codeOf(rig.sender.send(parcelOf("one"), never)), code);
    assertEquals(relay.sent.length, 0);
    const [last] = (await probeOf(sender, config, { relay: us })).slice(-1);
    assertEquals([last.step, last.error?.code], ["sign-in", code]);
  }
});

Deno.test("a relay that does not know a gateway's key says so, and no gateway without a key calls one", async () => {
  const clock = new FakeClock(), stranger = newIdentity();
  await using relay = new FakeRelay(clock, [us, them]);
  const config = { servers: [relay.url], mailbox: them.mailbox };
  await using rig = await openSender(sender, config, { clock, relay: stranger });
  assertEquals(await codeOf(rig.sender.send(parcelOf("one"), never)), "RELAY_SIGN_IN_REFUSED");
  assertEquals(await codeOf(openSender(sender, config, { clock })), "RELAY_IDENTITY_MISSING");
  assertEquals((await probeOf(listener, { servers: [relay.url] }))[0].error?.code, "RELAY_IDENTITY_MISSING");
});

Deno.test("where one server of a relay is away the next is called", async () => {
  const clock = new FakeClock();
  await using away = new FakeRelay(clock, [us, them]);
  await using here = new FakeRelay(clock, [us, them]);
  await away.stop();
  await using at = await pair({ servers: [away.url, here.url], us, them, clock });
  assertEquals(await at.send("one"), { kind: "accepted" });
  const results = await probeOf(sender, { servers: [away.url, here.url], mailbox: them.mailbox }, {
    relay: us,
  });
  assertEquals(results.map(({ step, error }) => [step, error?.code]), [
    ["settings", undefined],
    ["connection", undefined],
    ["connection", undefined],
    ["sign-in", undefined],
  ]);
});

Deno.test("all senders and the listener of a gateway share one connection to a relay, until the last is closed", async () => {
  const clock = new FakeClock(), other = newIdentity();
  await using relay = new FakeRelay(clock, [us, them, other]);
  const parts = { clock, relay: us, world: worldWith(clock) };
  await using taking = await openListener(listener, { servers: [relay.url] }, parts);
  await using partner = await openListener(listener, { servers: [relay.url] }, { clock, relay: them });
  await using third = await openListener(listener, { servers: [relay.url] }, { clock, relay: other });
  const rigs = [];
  for (const { mailbox } of [them, other]) {
    rigs.push(await openSender(sender, { servers: [relay.url], mailbox }, parts));
  }
  const outcomes = await Promise.all(rigs.map(({ sender }) => sender.send(parcelOf("one"), never)));
  assertEquals(outcomes.map(({ kind }) => kind), ["accepted", "accepted"]);
  assertEquals([...partner.intake.texts, ...third.intake.texts], ["one", "one"]);
  assertEquals(relay.clients, 3);
  for (const rig of rigs) await rig.sender[Symbol.asyncDispose]();
  assertEquals(relay.clients, 3);
  await taking.listening[Symbol.asyncDispose]();
  while (relay.clients > 2) await turns();
});

Deno.test("a connection to a relay that is lost is made again, after waits that double", async () => {
  await using at = await site();
  await at.send("one");
  await at.relay.stop();
  await at.taking.reports.seen("connectionClosed");
  for (const [count, ms] of [[1, 1_000], [2, 2_000], [3, 4_000]]) {
    await at.clock.pass(at.taking.reports.seen("connectionFailed", count));
    const { facts, error } = await at.taking.reports.seen("connectionFailed", count);
    assertEquals(error?.code, "RELAY_PEER_UNREACHABLE");
    const againInMs = Number(facts?.againInMs);
    assert(againInMs >= ms / 2 && againInMs <= 4 * ms, `${againInMs}`);
  }
  at.relay.start();
  await at.clock.pass(at.taking.reports.seen("connectionOpened", 2), 9_000);
  assertEquals(await at.clock.pass(at.send("two"), 5_000), { kind: "accepted" });
});

Deno.test("a frame whose connection is lost before the relay has answered is said over, and stored once", async () => {
  await using at = await site();
  await at.send("one");
  let cuts = 0;
  at.relay.meddle = (frame) => {
    if (frame.kind === "m" && cuts++ === 0) at.relay.cut();
    return [frame];
  };
  const sending = at.send("two");
  assertEquals(await at.clock.pass(sending, 5_000), { kind: "accepted" });
  assertEquals(at.relay.sent.filter(({ kind }) => kind === "m").length, 3, "the second was said twice");
  assertEquals(at.intake.texts, ["one", "two"]);
});

Deno.test("a relay that does not answer is given up, and the message is sent anew", async () => {
  await using at = await site();
  await at.send("one");
  at.relay.meddle = () => new Promise(() => {});
  const sending = codeOf(at.send("two"));
  await at.clock.armed(10_000);
  assert(!await settles(sending));
  await at.clock.advance(10_000);
  assertEquals(await sending, "RELAY_ANSWER_LATE");
});

Deno.test("a channel that takes its time holds up none of the others that get messages by the same relay", async () => {
  await using at = await site();
  const slow = Promise.withResolvers<void>();
  at.intake.reply = async (delivery, kept) => {
    kept?.();
    if (textOf(delivery.bytes).startsWith("slow")) await slow.promise;
    return accepted(delivery);
  };
  const sendings: Promise<unknown>[] = [];
  // Each in a frame of its own, and more of them than are worked at at once.
  for (let count = 1; count <= 40; count++) {
    sendings.push(at.send(`slow ${count}`));
    await at.intake.gotten(count);
  }
  assertEquals((await at.send("quick")).kind, "accepted");
  slow.resolve();
  await Promise.all(sendings);
});

Deno.test("what nobody ever takes is dropped by the relay after a while, since its sender has it and sends it anew", async () => {
  await using at = await site();
  at.intake.reply = () => failedInSilence(trouble);
  const sending = codeOf(at.send("poison"));
  await untilDropped(at);
  assertEquals(at.intake.received.length, 20);
  assertEquals((await at.taking.reports.seen("frameDropped")).facts?.times, 20);
  await pass(at.clock, 120_000);
  assertEquals([await sending, at.intake.received.length], ["RELAY_RECEIPT_LATE", 20]);
  at.intake.reply = accepted;
  assertEquals((await at.send("poison")).kind, "accepted");
});

Deno.test("two gateways whose mailboxes at a relay are full of each other's messages get out of that", async () => {
  await using at = await site();
  let isFull = true;
  const full = { error: { code: 503, err_code: 10077 } };
  at.relay.answer = ({ kind }) => kind === "r" && isFull ? full : undefined;
  const sending = codeOf(at.send("stuck"));
  await untilDropped(at);
  isFull = false;
  await pass(at.clock, 120_000);
  assertEquals(await sending, "RELAY_RECEIPT_LATE");
  assertEquals((await at.send("stuck")).kind, "accepted");
});

/** The one message there is comes again until it is dropped. */
async function untilDropped({ clock, intake }: Awaited<ReturnType<typeof site>>): Promise<void> {
  for (let times = 1, ms = 1_000; times < 20; times++, ms = Math.min(2 * ms, 60_000)) {
    await intake.gotten(times);
    await turns(20);
    await clock.armed(ms);
    await pass(clock, ms);
  }
  await intake.gotten(20);
}

/** In steps that leave both sides of a connection time to say that they are there. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    await clock.advance(Math.min(left, 10_000));
    await turns(20);
  }
}
