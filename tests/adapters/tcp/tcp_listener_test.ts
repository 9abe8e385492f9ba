import { assertEquals } from "@std/assert";
import listener from "../../../adapters/tcp/listener.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ConfigInput } from "../../../runtime/contract/spec.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { accepted, answerTo, failedInSilence, refused } from "../../world/fake_intake.ts";
import { FakeAcceptor, type FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { type ListenerRig, openListener, worldWith } from "../../world/tools.ts";
import { settles, turns } from "../../world/turns.ts";
import { latin1, textOf } from "../sockets.ts";

type Given = ConfigInput<typeof listener.config>;

const MARKS: Given["framing"] = { start: "STX", end: "ETX CR" };
const ACK = "\x06", NAK = "\x15";

const trouble = new MitralError("KIT_JOURNAL_FULL", {
  blame: "operator",
  retry: "later",
  says: "Cannot take message: the test says so",
});

interface Stage extends ListenerRig {
  dial(): FakeConnection;
}

function test(
  sentence: string,
  config: Partial<Given>,
  run: (stage: Stage, peer: FakeConnection) => Promise<void>,
): void {
  Deno.test(`tcp listener ${sentence}`, async () => {
    const clock = new FakeClock();
    const acceptor = new FakeAcceptor();
    const world = worldWith(clock, { net: fakeNet({ listen: () => Promise.resolve(acceptor) }) });
    await using rig = await openListener(listener, { port: 4001, framing: MARKS, ...config }, {
      clock,
      world,
    });
    const stage = { ...rig, dial: () => acceptor.dial() };
    await run(stage, stage.dial());
  });
}

/** Says something, and what has come by then. */
async function say(peer: FakeConnection, what: string): Promise<string> {
  await peer.write(latin1(what));
  return await heard(peer);
}

async function heard(peer: FakeConnection): Promise<string> {
  await turns(5);
  return textOf(peer.takeUnread());
}

test(
  "tells a device that waits for a byte whether its message is taken",
  { answers: "fixed" },
  async (stage, peer) => {
    assertEquals(await say(peer, "\x02one\x03\r"), ACK);
    stage.intake.reply = (delivery) => refused(delivery, trouble);
    assertEquals(await say(peer, "\x02two\x03\r"), NAK);
    stage.intake.reply = () => failedInSilence(trouble);
    assertEquals(await say(peer, "\x02three\x03\r"), NAK);
    stage.intake.reply = () => ({ outcome: { kind: "filtered" }, answer: null });
    assertEquals(await say(peer, "\x02four\x03\r"), ACK);
    assertEquals(peer.hasEnded, false);
  },
);

test(
  "answers with the bytes it is told",
  { answers: "fixed", ack: "OK\\r\\n", nak: "DLE NAK" },
  async (stage, peer) => {
    assertEquals(await say(peer, "\x02one\x03\r"), "OK\r\n");
    stage.intake.reply = () => failedInSilence(trouble);
    assertEquals(await say(peer, "\x02two\x03\r"), "\x10\x15");
  },
);

test(
  "takes messages in order, each when the one before is taken",
  { answers: "fixed" },
  async (stage, peer) => {
    const release = stage.intake.hold();
    assertEquals(await say(peer, "\x02one\x03\r\x02two\x03\r"), "");
    assertEquals(stage.intake.texts, ["one"]);
    release();
    assertEquals(await heard(peer), ACK + ACK);
    assertEquals(stage.intake.texts, ["one", "two"]);
  },
);

test("says nothing where peers get no answers", {}, async (stage, peer) => {
  stage.intake.reply = (delivery) => refused(delivery, trouble);
  assertEquals(await say(peer, "\x02one\x03\r"), "");
  stage.intake.reply = accepted;
  assertEquals(await say(peer, "\x02two\x03\r"), "");
  assertEquals([stage.intake.texts, peer.hasEnded], [["one", "two"], false]);
});

test("offers a message again that nobody else has any more", {}, async (stage, peer) => {
  stage.intake.reply = () => failedInSilence(trouble);
  await say(peer, "\x02one\x03\r\x02two\x03\r");
  await stage.clock.advance(1_000);
  stage.intake.reply = accepted;
  await stage.clock.advance(1_000);
  assertEquals(stage.intake.texts, ["one", "one", "one", "two"]);
  assertEquals(stage.reports.count("messageOfferedAgain"), 2);
});

test("does not offer again what is in safe storage, and failed later", {}, async (stage, peer) => {
  stage.intake.reply = (_, kept) => {
    kept?.();
    return failedInSilence(trouble);
  };
  await say(peer, "\x02one\x03\r");
  assertEquals([stage.intake.texts, peer.hasEnded], [["one"], true]);
});

test("counts what stands between messages, and keeps none of it", {}, async (stage, peer) => {
  await say(peer, "\r\n\0\x02one\x03\r\nGET / HTTP/1.1\r\n\x02two\x03\r");
  assertEquals(stage.intake.texts, ["one", "two"]);
  const skipped = stage.reports.events.filter(({ name }) => name === "bytesSkipped");
  assertEquals(skipped.map(({ facts }) => facts?.bytes), [20]);
  assertEquals(stage.intake.refused.length, 0);
});

test("keeps what a device left unfinished when it began anew", {}, async (stage, peer) => {
  await say(peer, "\x02hal\x02whole\x03\r");
  assertEquals(stage.intake.texts, ["whole"]);
  assertEquals(stage.intake.refused.map(({ delivery, error }) => [textOf(delivery.bytes), error.code]), [
    ["hal", "TCP_START_REPEATED"],
  ]);
});

for (
  const [how, leave] of [
    ["closes", (peer: FakeConnection) => peer.close()],
    ["vanishes", (peer: FakeConnection) => peer.reset()],
    ["pauses for pauseMsMax", (_: FakeConnection, { clock }: Stage) => clock.advance(30_000)],
  ] as const
) {
  test(`keeps half a message whose sender ${how}, and does not take it`, {}, async (stage, peer) => {
    await say(peer, "\x02half");
    await leave(peer, stage);
    await stage.intake.gottenRefused(1);
    const [{ delivery, error }] = stage.intake.refused;
    assertEquals([textOf(delivery.bytes), error.code], ["half", "TCP_END_MISSING"]);
    await stage.reports.seen("connectionClosed");
    assertEquals(stage.intake.received.length, 0);
  });
}

test("refuses a message that trickles for frameMsMax", { frameMsMax: 60_000 }, async (stage, peer) => {
  await say(peer, "\x02");
  for (let second = 0; second < 59; second++) {
    await say(peer, "x");
    await stage.clock.advance(1_000);
  }
  assertEquals(stage.intake.refused.length, 0);
  await say(peer, "x");
  await stage.clock.advance(1_000);
  assertEquals(stage.intake.refused.map(({ error }) => error.code), ["TCP_END_MISSING"]);
});

test("closes a connection that is silent for idleMsMax", { idleMsMax: 60_000 }, async (stage, peer) => {
  await say(peer, "\x02one\x03\r");
  await stage.clock.advance(59_999);
  assertEquals(peer.hasEnded, false);
  await stage.clock.advance(1);
  assertEquals(peer.hasEnded, true);
});

test("closes a connection whose peer reads no answer", { answers: "fixed" }, async (stage, peer) => {
  peer.goDeaf();
  await say(peer, "\x02one\x03\r");
  await stage.clock.advance(30_000);
  assertEquals(peer.hasEnded, true);
});

test(
  "turns a scanner away without keeping anything",
  { framing: { prefix: { bytes: 4, encoding: "digits" } } },
  async (stage, peer) => {
    await say(peer, "GET / HTTP/1.1\r\nHost: hospital\r\n\r\n");
    assertEquals(peer.hasEnded, true);
    assertEquals(stage.intake.received.length + stage.intake.refused.length, 0);
    assertEquals((await stage.reports.seen("frameRefused")).facts?.code, "TCP_LENGTH_WRONG");
  },
);

test("keeps the beginning of what is too large, and closes", { frameBytesMax: 8 }, async (stage, peer) => {
  await say(peer, "\x02123456789");
  assertEquals(peer.hasEnded, true);
  assertEquals(stage.intake.refused.map(({ delivery, error }) => [textOf(delivery.bytes), error.code]), [
    ["12345678", "TCP_FRAME_TOO_LARGE"],
  ]);
});

test(
  "takes messages of one length",
  { framing: { length: 4 }, answers: "fixed" },
  async ({ intake }, peer) => {
    assertEquals(await say(peer, "onetwo"), ACK);
    assertEquals(await say(peer, "34"), ACK);
    assertEquals(intake.texts, ["onet", "wo34"]);
  },
);

test(
  "takes one message a connection only where its sender ended it",
  { framing: { untilClose: true } },
  async (stage, peer) => {
    await say(peer, "one");
    peer.finish();
    await stage.intake.gotten(1);
    const other = stage.dial();
    await say(other, "half");
    other.reset();
    await stage.intake.gottenRefused(1);
    assertEquals([stage.intake.texts, textOf(stage.intake.refused[0].delivery.bytes)], [["one"], "half"]);
  },
);

test(
  "reads no more while the channel takes nothing, and blames nobody for it",
  { answers: "fixed" },
  async (stage, peer) => {
    await say(peer, "\x02ha");
    stage.intake.close();
    await say(peer, "l");
    await stage.clock.advance(3_600_000);
    stage.intake.open();
    assertEquals(await say(peer, "f\x03\r"), ACK);
    assertEquals(stage.intake.texts, ["half"]);
  },
);

test("reads no more while there is no memory for it", { answers: "fixed" }, async (stage, peer) => {
  await say(peer, "\x02ha");
  stage.intake.isOutOfMemory = true;
  await say(peer, "lf");
  await say(peer, "\x03\r");
  assertEquals(stage.intake.received.length, 0);
  stage.intake.open();
  assertEquals(await heard(peer), ACK);
  assertEquals(stage.intake.texts, ["half"]);
});

test(
  "slows an address down to messagesPerSecondMax",
  { answers: "fixed", messagesPerSecondMax: 1 },
  async (stage, peer) => {
    assertEquals(await say(peer, "\x02one\x03\r\x02two\x03\r"), ACK);
    await stage.clock.advance(1_000);
    assertEquals(await heard(peer), ACK);
  },
);

test("writes no answer that its framing cannot hold", { answers: "framed" }, async (stage, peer) => {
  stage.intake.reply = (delivery) => ({
    ...accepted(delivery),
    answer: { bytes: latin1("a\x03\rb"), contentType: "text/plain" },
  });
  assertEquals(await say(peer, "\x02one\x03\r"), "");
  assertEquals([peer.hasEnded, stage.reports.count("answerUnfit")], [true, 1]);
});

test(
  "answers what it has taken before it stops, and takes no more",
  { answers: "framed" },
  async (stage, peer) => {
    const release = stage.intake.hold();
    await say(peer, "\x02one\x03\r");
    const stopped = stage.listening.stop();
    assertEquals(await settles(stopped), false);
    release();
    await stopped;
    assertEquals(await heard(peer), `\x02${textOf(answerTo(latin1("one")))}\x03\r`);
    assertEquals(peer.hasEnded, true);
  },
);

test("stops within a message without keeping half of it", {}, async ({ listening, intake }, peer) => {
  await say(peer, "\x02half");
  await listening.stop();
  assertEquals([peer.hasEnded, intake.refused.length], [true, 0]);
});

test(
  "takes what it has read whole when it stops, however slow the peer is to be",
  { messagesPerSecondMax: 1, answers: "fixed" },
  async ({ listening, intake }, peer) => {
    assertEquals(await say(peer, "\x02one\x03\r\x02two\x03\r\x02half"), ACK);
    await listening.stop();
    assertEquals([intake.texts, await heard(peer), peer.hasEnded], [["one", "two"], ACK, true]);
  },
);
