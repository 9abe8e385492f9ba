import { assert, assertEquals, assertRejects } from "@std/assert";
import listener from "../../../adapters/mllp/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { accepted, failedInSilence } from "../../world/fake_intake.ts";
import { broken, fakeNet } from "../../world/fake_net.ts";
import { type ListenerRig, openListener, worldWith } from "../../world/tools.ts";
import { turns, unstuck } from "../../world/turns.ts";
import { framed, latin1, RawPeer, textOf } from "./mllp_peer.ts";
import { openServed } from "./mllp_rigs.ts";

type Config = ConfigInput<typeof listener.config>;

const trouble = new MitralError("KIT_JOURNAL_FULL", { blame: "operator", retry: "later", says: "Full" });

function test(
  sentence: string,
  run: (rig: ListenerRig, peer: RawPeer) => Promise<void>,
  config: Partial<Config> = {},
): void {
  Deno.test(`mllp ${sentence}`, async () => {
    await using rig = await openListener(listener, { port: 0, ...config });
    using peer = await RawPeer.dial(rig.listening.address);
    await unstuck(() => run(rig, peer));
  });
}

/** What the fake intake answers, told apart by what it got. */
const echo = (rig: ListenerRig) => {
  rig.intake.reply = (delivery) => ({
    ...accepted(delivery),
    answer: { bytes: new TextEncoder().encode(`AA ${textOf(delivery.bytes)}`), contentType: "text/plain" },
  });
};

test("answers frames that came at once one by one, in order", async (rig, peer) => {
  echo(rig);
  await peer.write("\x0bone\x1c\r\x0btwo\x1c\r\r\n\x0bthree\x1c\r");
  assertEquals([await peer.text(), await peer.text(), await peer.text()], ["AA one", "AA two", "AA three"]);
  assertEquals((await rig.reports.seen("bytesSkipped")).facts?.bytes, 2);
});

test("hands over the next frame only when the one before is answered", async (rig, peer) => {
  const release = rig.intake.hold();
  await peer.write("\x0bone\x1c\r\x0btwo\x1c\r");
  await rig.intake.gotten(1);
  await turns(20);
  assertEquals(rig.intake.texts, ["one"]);
  release();
  await peer.frame();
  await peer.frame();
  assertEquals(rig.intake.texts, ["one", "two"]);
});

test("keeps the order of the messages in its answers, with many in flight", async (rig, peer) => {
  const held: (() => void)[] = [];
  echo(rig);
  const reply = rig.intake.reply;
  rig.intake.reply = async (delivery) => {
    await new Promise<void>((resolve) => held.push(resolve));
    return await reply(delivery);
  };
  for (const text of ["one", "two", "three", "four"]) await peer.send(text);
  await rig.intake.gotten(3);
  await turns(20);
  assertEquals(rig.intake.texts, ["one", "two", "three"], "more than inFlightMax were handed over");
  for (const release of held.splice(0).reverse()) release();
  assertEquals([await peer.text(), await peer.text(), await peer.text()], ["AA one", "AA two", "AA three"]);
  await rig.intake.gotten(4);
  held[0]();
  assertEquals(await peer.text(), "AA four");
}, { inFlightMax: 3 });

test("answers nothing after a message that failed in silence", async (rig, peer) => {
  echo(rig);
  const reply = rig.intake.reply;
  const first = Promise.withResolvers<void>();
  rig.intake.reply = async (delivery) => {
    if (textOf(delivery.bytes) !== "one") return await reply(delivery);
    await first.promise;
    return failedInSilence(trouble);
  };
  await peer.write("\x0bone\x1c\r\x0btwo\x1c\r");
  await rig.intake.gotten(2);
  await turns(10);
  first.resolve();
  assertEquals(await peer.frame(), undefined, "the answer to the second would be taken for the first's");
  assertEquals((await rig.reports.seen("connectionClosed")).facts?.closedBy, "failed");
}, { inFlightMax: 2 });

test("says nothing and goes on where a message was accepted without an answer", async (rig, peer) => {
  rig.intake.reply = () => ({ outcome: { kind: "accepted" }, answer: null });
  await peer.send("one");
  await rig.intake.gotten(1);
  echo(rig);
  await peer.send("two");
  assertEquals(await peer.text(), "AA two");
});

test("skips an empty frame without an answer", async (rig, peer) => {
  echo(rig);
  await peer.write("\x0b\x1c\r\x0bone\x1c\r");
  assertEquals(await peer.text(), "AA one");
  assertEquals(rig.reports.count("emptyFrameSkipped"), 1);
});

test("does not read a socket while the intake is closed", async (rig, peer) => {
  await peer.send("one");
  await peer.frame();
  rig.intake.close();
  await peer.send("two");
  await peer.send("three");
  await rig.intake.consulted();
  await turns(20);
  assertEquals(rig.intake.texts, ["one"]);
  rig.intake.open();
  await peer.frame();
  await peer.frame();
  assertEquals(rig.intake.texts, ["one", "two", "three"]);
});

test("refuses a frame over frameBytesMax, answers, and closes", async (rig, peer) => {
  await peer.write(`\x0b${"x".repeat(101)}`);
  assertEquals(await peer.text(), "refused MLLP_FRAME_TOO_LARGE");
  assertEquals(rig.intake.refused[0].delivery.bytes.length, 100);
  assertEquals(rig.intake.refused[0].error.facts.frameBytesMax, 100);
  assertEquals(rig.intake.refused[0].error.message, "Cannot read frame: larger than frameBytesMax (100)");
  await peer.write("x".repeat(100_000));
  assertEquals((await rig.clock.pass(peer.end())).length, 0);
  assertEquals((await rig.reports.seen("connectionClosed")).facts?.closedBy, "refused");
  assertEquals(rig.clock.elapsedMs(), 2_000, "the answer is given time to arrive");
}, { frameBytesMax: 100 });

test("closes without a word where a refusal has no answer", async (rig, peer) => {
  rig.intake.refusal = () => failedInSilence(trouble);
  await peer.write("MSH|no start\x1c\r");
  assertEquals((await peer.end()).length, 0);
  assertEquals(rig.intake.refused[0].error.code, "MLLP_FRAME_START_MISSING");
});

test("answers what came before a broken frame first", async (rig, peer) => {
  echo(rig);
  const reply = rig.intake.reply;
  const first = Promise.withResolvers<void>();
  rig.intake.reply = async (delivery) => {
    await first.promise;
    return await reply(delivery);
  };
  await peer.write("\x0bone\x1c\rMSH|no start\x1c\r");
  await rig.intake.gottenRefused(1);
  first.resolve();
  assertEquals([await peer.text(), await peer.text()], ["AA one", "refused MLLP_FRAME_START_MISSING"]);
}, { inFlightMax: 2 });

test("refuses a frame that starts within another", async (rig, peer) => {
  await peer.write("\x0bMSH|one\r\x0bMSH|two\r\x1c\r");
  assertEquals(await peer.text(), "refused MLLP_FRAME_START_REPEATED");
  assertEquals(rig.intake.received.length, 0);
});

test(
  "takes a frame that lacks its CR after endMsMax, and is not troubled by a late CR",
  async (rig, peer) => {
    echo(rig);
    await peer.write("\x0bone\x1c");
    await rig.clock.armed(250);
    await rig.clock.advance(249);
    assertEquals(rig.intake.received.length, 0);
    await rig.clock.advance(1);
    assertEquals(await peer.text(), "AA one");
    await peer.write("\r\x0btwo\x1c\r");
    assertEquals(await peer.text(), "AA two");
  },
);

test("takes a frame that lacks its CR when the peer has finished, and still answers", async (rig, peer) => {
  echo(rig);
  await peer.write("\x0bone\x1c");
  await peer.finish();
  assertEquals(await peer.text(), "AA one");
  assertEquals((await peer.end()).length, 0);
});

test("keeps a silent connection open by default", async (rig, peer) => {
  echo(rig);
  await peer.send("one");
  await peer.frame();
  await rig.clock.advance(86_400_000);
  await peer.send("two");
  assertEquals(await peer.text(), "AA two");
});

test(
  "closes a connection that is silent for idleMsMax, but not one that waits for its answer",
  async (rig, peer) => {
    const release = rig.intake.hold();
    await peer.send("one");
    await rig.intake.gotten(1);
    await rig.clock.advance(300_000);
    release();
    assert(await peer.frame());
    assertEquals((await rig.clock.pass(peer.end())).length, 0);
    assertEquals((await rig.reports.seen("connectionClosed")).facts?.closedBy, "idle");
    assert(rig.clock.elapsedMs() >= 360_000);
  },
  { idleMsMax: 60_000, inFlightMax: 2 },
);

test("does not count a probe as a connection, and lets no probe take a place", async (rig, peer) => {
  echo(rig);
  using second = await RawPeer.dial(rig.listening.address);
  using probe = await RawPeer.dial(rig.listening.address);
  probe.close();
  await rig.reports.seen("connectionProbed");
  assertEquals(rig.reports.count("connectionOpened"), 0);
  await peer.send("one");
  assertEquals(await peer.text(), "AA one");
  await second.send("two");
  assertEquals(await second.text(), "AA two");
}, { connectionsMax: 2 });

test("closes one connection too many at once, and takes the next when a place is free", async (rig, peer) => {
  await peer.send("one");
  await peer.frame();
  using extra = await RawPeer.dial(rig.listening.address);
  assertEquals((await extra.end()).length, 0);
  assertEquals(rig.reports.count("connectionTurnedAway"), 1);
  peer.close();
  await rig.reports.seen("connectionClosed");
  using next = await RawPeer.dial(rig.listening.address);
  await next.send("two");
  assert(await next.frame());
}, { connectionsMax: 1 });

test("turns a silent connection away when it speaks and no place is left", async (rig, peer) => {
  await peer.send("one");
  await peer.frame();
  using second = await RawPeer.dial(rig.listening.address);
  using third = await RawPeer.dial(rig.listening.address);
  await second.send("two");
  await second.frame();
  await third.send("three");
  assertEquals(await third.frame(), undefined);
  assertEquals(rig.intake.texts, ["one", "two"]);
  await rig.reports.seen("connectionTurnedAway");
}, { connectionsMax: 2 });

test("stops while a message is half read, and leaves it to its sender", async (rig, peer) => {
  await peer.write("\x0bone\x1c\r\x0bha");
  await peer.frame();
  await rig.listening.stop();
  assertEquals((await peer.end()).length, 0);
  assertEquals(rig.intake.texts, ["one"]);
  assertEquals(rig.intake.refused.length, 0);
});

test("stops while the intake is closed", async (rig, peer) => {
  await peer.send("one");
  await peer.frame();
  rig.intake.close();
  await peer.send("two");
  await rig.intake.consulted();
  await rig.listening.stop();
  assertEquals((await peer.end()).length, 0);
});

test("writes no answer that would break its own frame", async (rig, peer) => {
  rig.intake.reply = (delivery) => ({
    ...accepted(delivery),
    answer: { bytes: Uint8Array.of(0x41, 0x1c, 0x0d, 0x41), contentType: "text/plain" },
  });
  await peer.send("one");
  assertEquals((await peer.end()).length, 0);
  assertEquals(rig.reports.count("answerUnfit"), 1);
});

for (
  const [cause, code] of [
    [broken("EADDRINUSE"), "MLLP_PORT_BUSY"],
    [broken("EACCES"), "MLLP_PORT_FORBIDDEN"],
    [Object.assign(new Error(), { name: "NotCapable" }), "MLLP_PORT_FORBIDDEN"],
    [broken("EADDRNOTAVAIL"), "MLLP_HOST_FOREIGN"],
    [broken("EMFILE"), "MLLP_PORT_UNUSABLE"],
  ] as const
) {
  Deno.test(`mllp says ${code} where listening fails with ${cause.message || cause.name}`, async () => {
    const world = worldWith(new FakeClock(), { net: fakeNet({ listen: () => Promise.reject(cause) }) });
    const error = await assertRejects(() => openListener(listener, { port: 104 }, { world }), MitralError);
    assertEquals([error.code, error.blame], [code, "operator"]);
  });
}

Deno.test("mllp waits for the rest of a frame for pauseMsMax, and then refuses it", async () => {
  await using rig = await openServed();
  const { acceptor, clock, intake } = rig;
  const peer = acceptor.dial();
  await peer.write(latin1("\x0bMSH|"));
  await clock.armed(30_000);
  await clock.advance(29_999);
  await peer.write(latin1("more"));
  await turns(3);
  await clock.advance(29_999);
  assertEquals(intake.refused.length, 0, "a byte in time begins the pause anew");
  await clock.advance(1);
  assertEquals(intake.refused[0].error.code, "MLLP_FRAME_END_MISSING");
  assertEquals(textOf(intake.refused[0].delivery.bytes), "MSH|more");
  const answer = new Uint8Array(100);
  assertEquals(
    textOf(answer.subarray(1, await peer.read(answer) ?? 0)),
    "refused MLLP_FRAME_END_MISSING\x1c\r",
  );
  await clock.advance(2_000);
  assertEquals(await peer.read(answer), null);
});

Deno.test("mllp keeps the bytes of a connection that was reset within a frame", async () => {
  await using rig = await openServed();
  const { acceptor, clock, intake, reports, listening } = rig;
  const peer = acceptor.dial();
  await peer.write(latin1("\x0bMSH|ha"));
  await clock.armed(30_000);
  peer.reset();
  await intake.gottenRefused(1);
  const [{ delivery, error }] = intake.refused;
  assertEquals(textOf(delivery.bytes), "MSH|ha");
  assertEquals([delivery.peer, error.code], ["192.0.2.7:51022", "MLLP_FRAME_END_MISSING"]);
  await reports.seen("connectionClosed");
  await listening.stop();
  assertEquals(clock.waiting, 0, "a timer is left behind");
});

Deno.test("mllp drops the oldest silent connection when there are too many of them", async () => {
  await using rig = await openServed({ connectionsMax: 2 });
  const peers = Array.from({ length: 65 }, () => rig.acceptor.dial());
  assertEquals(await peers[0].read(new Uint8Array(10)), null);
  await peers[1].write(framed("still here"));
  assert(await peers[1].read(new Uint8Array(100)));
  await rig.reports.seen("connectionTurnedAway");
  assertEquals(rig.reports.count("connectionTurnedAway"), 1);
});

Deno.test("mllp closes the connection where the intake breaks its promise", async () => {
  await using rig = await openServed();
  rig.intake.reply = () => Promise.reject(new Error("a bug"));
  const peer = rig.acceptor.dial();
  await peer.write(framed("one"));
  assertEquals(await peer.read(new Uint8Array(10)), null);
  assertEquals((await rig.reports.seen("connectionClosed")).facts?.closedBy, "unanswered");
});
