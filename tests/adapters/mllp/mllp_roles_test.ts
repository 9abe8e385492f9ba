/** Roles the other way round: a listener that calls, a sender that is called. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import sender from "../../../adapters/mllp/sender.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { broken, FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { openSender, worldWith } from "../../world/tools.ts";
import { settles, turns } from "../../world/turns.ts";
import { framed, latin1 } from "./mllp_peer.ts";
import { echo, gotten, never, openCalled, openOn, parcelOf } from "./mllp_rigs.ts";

const text = (content: string) => `\x0b${content}\x1c\r`;
const codeOf = async (sending: Promise<unknown>) => (await assertRejects(() => sending, MitralError)).code;

/** A listener that calls a peer, which is away for the first `awayTimes` calls. */
async function openCaller({ awayTimes = 0 } = {}) {
  const peers: FakeConnection[] = [];
  let calls = 0;
  const connect = () => {
    if (calls++ < awayTimes) return Promise.reject(broken("ECONNREFUSED"));
    const [near, far] = FakeConnection.pair();
    peers.push(far);
    return Promise.resolve(near);
  };
  const rig = await openOn({ connect }, { role: "client", host: "analyser.example", port: 2575 });
  echo(rig);
  return { ...rig, peers, calls: () => calls };
}

Deno.test("mllp calls the peer and takes the messages that come over that connection", async () => {
  await using rig = await openCaller();
  assertEquals(rig.listening.address, "calls analyser.example:2575");
  await turns(5);
  assertEquals(rig.reports.count("connectionOpened"), 1);
  await rig.peers[0].write(latin1(text("one") + text("two")));
  assertEquals(await gotten(rig.peers[0]), text("AA one") + text("AA two"));
  assertEquals(rig.intake.received[0].peer, "192.0.2.7:51022");
});

Deno.test("mllp calls again when the connection is lost, soon where it was of use", async () => {
  await using rig = await openCaller();
  await turns(5);
  for (let call = 0; call < 3; call++) {
    await rig.peers[call].write(framed("one"));
    assertEquals(await gotten(rig.peers[call]), text("AA one"));
    rig.peers[call].close();
    await turns(5);
    await rig.clock.advance(1_000);
    assertEquals(rig.peers.length, call + 2);
  }
});

Deno.test("mllp calls a peer that is away with growing waits, and tells why", async () => {
  await using rig = await openCaller({ awayTimes: 7 });
  await turns(5);
  const waits: number[] = [];
  for (let call = 0; call < 7; call++) {
    const { facts, error } = await rig.reports.seen("connectionFailed", call + 1);
    assertEquals([error?.code, facts?.host], ["MLLP_PEER_UNREACHABLE", "analyser.example"]);
    waits.push(Number(facts?.againInMs));
    await rig.clock.advance(Number(facts?.againInMs));
  }
  for (const [at, wait] of waits.entries()) {
    const whole = Math.min(1_000 * 2 ** at, 30_000);
    assert(wait >= whole / 2 && wait <= whole, `${waits}`);
  }
  assertEquals(rig.peers.length, 1);
});

Deno.test("mllp stops calling when it is stopped, and leaves no timer behind", async () => {
  for (const awayTimes of [0, 1]) {
    const rig = await openCaller({ awayTimes });
    await turns(5);
    await rig.listening.stop();
    await rig.clock.advance(60_000);
    assertEquals(rig.calls(), 1);
    assertEquals(rig.clock.waiting, 0);
    if (awayTimes === 0) assert(rig.peers[0].hasEnded);
  }
});

Deno.test("mllp answers what a peer it called has sent before it stops", async () => {
  await using rig = await openCaller();
  const release = rig.intake.hold();
  await turns(5);
  await rig.peers[0].write(framed("one"));
  await rig.intake.gotten(1);
  const stopping = rig.listening.stop();
  assert(!await settles(stopping));
  release();
  assertEquals(await gotten(rig.peers[0]), text("AA one"));
  await stopping;
});

Deno.test("mllp gives up a call that is under way when it is stopped", async () => {
  const rig = await openOn({ connect: () => new Promise(() => {}) }, {
    role: "client",
    host: "analyser.example",
    port: 2575,
  });
  await turns(5);
  await rig.listening.stop();
  assertEquals(rig.clock.waiting, 0);
});

Deno.test("mllp sends over the connection that the peer has opened", async () => {
  await using rig = await openCalled();
  const peer = rig.acceptor.dial();
  await turns(5);
  assertEquals(rig.reports.count("connectionOpened"), 0);
  for (const message of ["one", "two"]) {
    const sending = rig.sender.send(parcelOf(message), never);
    assertEquals(await gotten(peer), text(message));
    await peer.write(framed("AA"));
    assertEquals((await sending).kind, "accepted");
  }
  assertEquals(rig.reports.count("connectionOpened"), 1);
});

Deno.test("mllp waits connectMsMax for the peer to call, and sends at once when it does", async () => {
  await using rig = await openCalled({ connectMsMax: 5_000 });
  const early = rig.sender.send(parcelOf("one"), never);
  await rig.clock.advance(4_999);
  assert(!await settles(early));
  const failed = codeOf(early);
  await rig.clock.advance(1);
  assertEquals(await failed, "MLLP_PEER_ABSENT");
  const waiting = rig.sender.send(parcelOf("two"), never);
  await turns(5);
  const peer = rig.acceptor.dial();
  assertEquals(await gotten(peer), text("two"));
  await peer.write(framed("AA"));
  await waiting;
});

Deno.test("mllp uses the newest connection, and the one before it when that is gone", async () => {
  await using rig = await openCalled();
  const deliver = async (peer: FakeConnection, message: string) => {
    const sending = rig.sender.send(parcelOf(message), never);
    assertEquals(await gotten(peer), text(message));
    await peer.write(framed("AA"));
    await sending;
  };
  const old = rig.acceptor.dial();
  await turns(5);
  await deliver(old, "one");
  const newest = rig.acceptor.dial();
  await turns(5);
  await deliver(newest, "two");
  const probe = rig.acceptor.dial();
  probe.close();
  await turns(5);
  await deliver(newest, "three");
  newest.close();
  await turns(5);
  await deliver(old, "four");
  assertEquals([rig.reports.count("connectionOpened"), rig.reports.count("connectionProbed")], [2, 1]);
});

Deno.test("mllp keeps a message where it is when a newer connection comes", async () => {
  await using rig = await openCalled();
  const old = rig.acceptor.dial();
  await turns(5);
  const sending = rig.sender.send(parcelOf("one"), never);
  assertEquals(await gotten(old), text("one"));
  rig.acceptor.dial();
  await turns(5);
  await old.write(framed("AA"));
  assertEquals((await sending).kind, "accepted");
});

Deno.test("mllp uses as many of the peer's connections as it is told", async () => {
  await using rig = await openCalled({ connections: 2 });
  const peers = [rig.acceptor.dial(), rig.acceptor.dial(), rig.acceptor.dial()];
  await turns(5);
  const sendings = ["one", "two"].map((message) => rig.sender.send(parcelOf(message), never));
  assertEquals([await gotten(peers[1]), await gotten(peers[2])].sort(), [text("one"), text("two")]);
  for (const peer of peers.slice(1)) await peer.write(framed("AA"));
  await Promise.all(sendings);
});

Deno.test("mllp keeps few connections that it does not use", async () => {
  await using rig = await openCalled();
  const peers = Array.from({ length: 20 }, () => rig.acceptor.dial());
  await turns(5);
  assertEquals(peers.filter((peer) => peer.hasEnded).length, 4);
  assert(peers[0].hasEnded && !peers[19].hasEnded);
});

Deno.test("mllp gives the wait for a call up at once, and closes everything when it is disposed", async () => {
  const rig = await openCalled();
  const life = new AbortController();
  const reason = new Error("no longer wanted");
  const unwanted = rig.sender.send(parcelOf("one"), life.signal).catch((cause) => cause);
  await turns(2);
  life.abort(reason);
  assertEquals(await unwanted, reason);
  const peer = rig.acceptor.dial();
  await turns(5);
  const dropped = codeOf(rig.sender.send(parcelOf("two"), never));
  await turns(5);
  await rig.sender[Symbol.asyncDispose]();
  assertEquals(await dropped, "MLLP_SENDER_CLOSED");
  assert(peer.hasEnded);
  assertEquals(rig.clock.waiting, 0);
});

Deno.test("mllp says why it cannot be called", async () => {
  for (const [cause, code] of [["EADDRINUSE", "MLLP_PORT_BUSY"], ["EADDRNOTAVAIL", "MLLP_HOST_FOREIGN"]]) {
    const world = worldWith(new FakeClock(), {
      net: fakeNet({ listen: () => Promise.reject(broken(cause)) }),
    });
    const opening = openSender(sender, { role: "server", host: "10.1.2.3", port: 2575 }, { world });
    assertEquals(await codeOf(opening), code);
  }
});
