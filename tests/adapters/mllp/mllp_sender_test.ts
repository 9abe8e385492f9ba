import { assert, assertEquals, assertRejects } from "@std/assert";
import spec from "../../../adapters/mllp/sender.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { broken, FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { openSender, type SenderRig, worldWith } from "../../world/tools.ts";
import { settles, turns, unstuck } from "../../world/turns.ts";
import { framed, latin1, RawServer, textOf } from "./mllp_peer.ts";
import { never, openCalling, parcelOf, type SenderConfig } from "./mllp_rigs.ts";

async function answerTo(sending: ReturnType<SenderRig["sender"]["send"]>): Promise<string> {
  const outcome = await sending;
  assert(outcome.kind === "accepted");
  return textOf(outcome.answer!.bytes);
}

async function codeOf(sending: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => sending, MitralError)).code;
}

function test(
  sentence: string,
  run: (rig: SenderRig, server: RawServer) => Promise<void>,
  config: Partial<SenderConfig> = {},
): void {
  Deno.test(`mllp ${sentence}`, async () => {
    await using server = new RawServer();
    await using rig = await openSender(spec, { host: "127.0.0.1", port: server.port, ...config });
    await unstuck(() => run(rig, server));
  });
}

test("connects with the first message and keeps the connection", async ({ sender, reports }, server) => {
  await turns(5);
  assertEquals(server.connections, 0);
  for (const text of ["one", "two", "three"]) {
    const sending = sender.send(parcelOf(text), never);
    await (await server.next()).peer.send(`AA ${text}`);
    assertEquals(await answerTo(sending), `AA ${text}`);
  }
  assertEquals(server.connections, 1);
  assertEquals(reports.count("connectionOpened"), 1);
});

test("opens a connection for each message where it keeps none", async ({ sender }, server) => {
  for (const text of ["one", "two"]) {
    const sending = sender.send(parcelOf(text), never);
    await (await server.next()).peer.send("AA");
    await sending;
  }
  assertEquals(server.connections, 2);
}, { keepAlive: false });

test("sends no message that would break its own frame", async ({ sender }, server) => {
  assertEquals(await codeOf(sender.send(parcelOf("MSH|\x1c\rMSH|"), never)), "MLLP_MESSAGE_UNFIT");
  assertEquals(server.connections, 0);
});

test("fails by code on an empty answer", async ({ sender }, server) => {
  const sending = sender.send(parcelOf("one"), never);
  await (await server.next()).peer.send("");
  assertEquals(await codeOf(sending), "MLLP_ANSWER_EMPTY");
});

test("fails by code on an answer over frameBytesMax", async ({ sender }, server) => {
  const sending = sender.send(parcelOf("one"), never);
  await (await server.next()).peer.send("x".repeat(101));
  assertEquals(await codeOf(sending), "MLLP_ANSWER_TOO_LARGE");
}, { frameBytesMax: 100 });

test("fails by code on an answer that is cut", async ({ sender }, server) => {
  const sending = sender.send(parcelOf("one"), never);
  const { peer } = await server.next();
  await peer.write("\x0bMSA|");
  await peer.finish();
  assertEquals(await codeOf(sending), "MLLP_ANSWER_BROKEN");
});

test("fails by code on an answer without a VT", async ({ sender }, server) => {
  const sending = sender.send(parcelOf("one"), never);
  await (await server.next()).peer.write("MSA|AA\x1c\r");
  assertEquals(await codeOf(sending), "MLLP_ANSWER_BROKEN");
});

async function nextText(peer: FakeConnection): Promise<string> {
  const buffer = new Uint8Array(10_000);
  return textOf(buffer.subarray(0, await peer.read(buffer) ?? 0));
}

Deno.test("mllp closes an idle connection on which the peer says what nobody asked for", async () => {
  for (const stray of ["\x0bMSA|late\x1c\r", "\x0bMS"]) {
    await using rig = await openCalling();
    const first = rig.sender.send(parcelOf("one"), never);
    await turns();
    await rig.peers[0].write(framed("AA one"));
    await first;
    await rig.peers[0].write(latin1(stray));
    await turns();
    assertEquals(rig.reports.count("strayAnswerDropped"), 1);
    const second = rig.sender.send(parcelOf("two"), never);
    await turns();
    await rig.peers[1].write(framed("AA two"));
    assertEquals(await answerTo(second), "AA two");
  }
});

Deno.test("mllp takes the first of two answers and does not use that connection again", async () => {
  await using rig = await openCalling();
  const first = rig.sender.send(parcelOf("one"), never);
  await turns();
  await rig.peers[0].write(latin1("\x0bCA one\x1c\r\x0bAA one\x1c\r"));
  assertEquals(await answerTo(first), "CA one");
  const second = rig.sender.send(parcelOf("two"), never);
  await turns();
  await rig.peers[1].write(framed("CA two"));
  assertEquals(await answerTo(second), "CA two");
});

Deno.test("mllp minds no line ends between two answers", async () => {
  await using rig = await openCalling();
  for (const text of ["one", "two"]) {
    const sending = rig.sender.send(parcelOf(text), never);
    await turns();
    await rig.peers[0].write(latin1(`\x0bAA ${text}\x1c\r\r\n`));
    assertEquals(await answerTo(sending), `AA ${text}`);
  }
  assertEquals(rig.peers.length, 1);
});

Deno.test("mllp sends nothing on a connection that the peer has closed", async () => {
  await using rig = await openCalling();
  const first = rig.sender.send(parcelOf("one"), never);
  await turns();
  assertEquals(await nextText(rig.peers[0]), "\x0bone\x1c\r");
  await rig.peers[0].write(framed("AA"));
  await first;
  rig.peers[0].finish();
  await turns();
  const second = rig.sender.send(parcelOf("two"), never);
  await turns();
  assertEquals(await nextText(rig.peers[0]), "", "written to a connection that was half closed");
  assertEquals(await nextText(rig.peers[1]), "\x0btwo\x1c\r");
  await rig.peers[1].write(framed("AA"));
  await second;
});

Deno.test("mllp looks at a connection that has rested before it sends on it", async () => {
  await using rig = await openCalling();
  const first = rig.sender.send(parcelOf("one"), never);
  await turns();
  await rig.peers[0].write(framed("AA"));
  await first;
  await rig.clock.advance(1_001);
  rig.clock.turn = () => {
    // What the peer did meanwhile is only seen now.
    rig.peers[0].finish();
    return turns();
  };
  const second = rig.sender.send(parcelOf("two"), never);
  await turns(3);
  await rig.peers[1].write(framed("AA two"));
  assertEquals(await answerTo(second), "AA two");
});

Deno.test("mllp closes a connection that had nothing to do for idleMsMax", async () => {
  await using rig = await openCalling({ idleMsMax: 60_000 });
  for (const elapsedMs of [0, 45_000]) {
    await rig.clock.advance(elapsedMs);
    const sending = rig.sender.send(parcelOf("one"), never);
    await turns();
    await rig.peers[0].write(framed("AA"));
    await sending;
  }
  await rig.clock.advance(59_999);
  assertEquals(rig.peers.length, 1);
  const closed = nextText(rig.peers[0]).then(() => nextText(rig.peers[0])).then(() => nextText(rig.peers[0]));
  assert(!await settles(closed));
  await rig.clock.advance(1);
  assertEquals(await closed, "");
});

Deno.test("mllp waits answerMsMax for an answer, also where it has begun to come", async () => {
  await using rig = await openCalling({ answerMsMax: 5_000 });
  const sending = rig.sender.send(parcelOf("one"), never);
  const failed = codeOf(sending);
  await turns();
  await rig.clock.advance(4_000);
  await rig.peers[0].write(latin1("\x0bMSA|AA\x1c"));
  await turns();
  await rig.peers[0].write(latin1("|more"));
  await turns();
  await rig.clock.advance(999);
  assert(!await settles(sending));
  await rig.clock.advance(1);
  assertEquals(await failed, "MLLP_ANSWER_LATE");
});

Deno.test("mllp takes an answer that lacks its CR after endMsMax", async () => {
  await using rig = await openCalling();
  const sending = rig.sender.send(parcelOf("one"), never);
  await turns();
  await rig.peers[0].write(latin1("\x0bAA\x1c"));
  await turns();
  await rig.clock.advance(249);
  assert(!await settles(sending));
  await rig.clock.advance(1);
  assertEquals(await answerTo(sending), "AA");
});

Deno.test("mllp takes an answer that comes before its message is wholly written, and closes", async () => {
  const clock = new FakeClock();
  const [near, far] = FakeConnection.pair();
  near.write = () => new Promise(() => {});
  const net = fakeNet({ connect: () => Promise.resolve(near) });
  const world = worldWith(clock, { net });
  await using rig = await openSender(spec, { host: "peer.example", port: 2575 }, { clock, world });
  const sending = rig.sender.send(parcelOf("too large for the peer"), never);
  await turns();
  await far.write(framed("AR"));
  assertEquals(await answerTo(sending), "AR");
  rig.sender.send(parcelOf("next"), never).catch(() => {});
  await turns();
  assert(near.isClosed, "a half-written message and a new one would mix");
});

Deno.test("mllp gives up a connection that is not made within connectMsMax, and closes it when it is", async () => {
  const clock = new FakeClock();
  const made = Promise.withResolvers<FakeConnection>();
  const net = fakeNet({ connect: () => made.promise });
  const world = worldWith(clock, { net });
  await using rig = await openSender(spec, { host: "peer.example", port: 2575 }, { clock, world });
  const failed = codeOf(rig.sender.send(parcelOf("one"), never));
  await clock.armed(10_000);
  await clock.advance(10_000);
  assertEquals(await failed, "MLLP_CONNECT_LATE");
  const [near] = FakeConnection.pair();
  made.resolve(near);
  await turns();
  assert(near.isClosed);
});

Deno.test("mllp gives up at once when it is told while it connects", async () => {
  const clock = new FakeClock();
  const made = Promise.withResolvers<FakeConnection>();
  const net = fakeNet({ connect: () => made.promise });
  const world = worldWith(clock, { net });
  await using rig = await openSender(spec, { host: "peer.example", port: 2575 }, { clock, world });
  for (const makesIt of [false, true]) {
    const life = new AbortController();
    const sending = rig.sender.send(parcelOf("one"), life.signal);
    const reason = new Error("no longer wanted");
    const [near] = FakeConnection.pair();
    // Once before the connection is made, and once in the very moment after.
    if (makesIt) made.resolve(near);
    await Promise.resolve();
    life.abort(reason);
    assertEquals(await sending.catch((cause) => cause), reason);
    await turns();
    assert(!makesIt || near.isClosed);
    assertEquals(clock.waiting, 0, "a timer is left behind");
  }
});

for (
  const [cause, code, blame] of [
    [broken("ECONNREFUSED"), "MLLP_PEER_UNREACHABLE", "receiver"],
    [broken("EHOSTUNREACH"), "MLLP_PEER_UNREACHABLE", "receiver"],
    [broken("ENOTFOUND"), "MLLP_HOST_UNKNOWN", "operator"],
    [new Error("failed to lookup address information: none"), "MLLP_HOST_UNKNOWN", "operator"],
    [Object.assign(new Error("no permission"), { name: "NotCapable" }), "MLLP_HOST_FORBIDDEN", "operator"],
  ] as const
) {
  Deno.test(`mllp says ${code} where connecting fails with: ${cause.message}`, async () => {
    const clock = new FakeClock();
    const world = worldWith(clock, { net: fakeNet({ connect: () => Promise.reject(cause) }) });
    await using rig = await openSender(spec, { host: "peer.example", port: 2575 }, { clock, world });
    const error = await assertRejects(() => rig.sender.send(parcelOf("one"), never), MitralError);
    assertEquals([error.code, error.blame, error.retry], [code, blame, "later"]);
  });
}

Deno.test("mllp says that there was no answer where the peer is gone before the message is out", async () => {
  const connect = () => {
    const [near, far] = FakeConnection.pair();
    far.close();
    return Promise.resolve(near);
  };
  const clock = new FakeClock();
  const world = worldWith(clock, { net: fakeNet({ connect }) });
  await using rig = await openSender(spec, { host: "peer.example", port: 2575 }, { clock, world });
  await unstuck(async () => {
    assertEquals(await codeOf(rig.sender.send(parcelOf("one"), never)), "MLLP_ANSWER_MISSING");
  }, 2_000);
});
