/** What a peer may take from an MLLP listener: connections, time and messages. */
import { assert, assertEquals } from "@std/assert";
import listener from "../../../adapters/mllp/listener.ts";
import { openListener, worldWith } from "../../world/tools.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { turns } from "../../world/turns.ts";
import { framed, latin1, RawPeer } from "./mllp_peer.ts";
import { echo, gotten, openServed } from "./mllp_rigs.ts";

const open = (config: Parameters<typeof openServed>[0]) =>
  openListener(listener, { port: 0, ...config }, { world: worldWith(new FakeClock()) });

Deno.test("mllp refuses a frame that trickles, frameMsMax after its first byte", async () => {
  await using rig = await openServed({ frameMsMax: 60_000 });
  const { acceptor, clock, intake, reports } = rig;
  const peer = acceptor.dial();
  await peer.write(framed("whole"));
  await intake.gotten(1);
  await clock.advance(50_000);
  await peer.write(latin1("\x0b"));
  for (let second = 0; second < 59; second++) {
    await turns(3);
    await clock.advance(1_000);
    await peer.write(latin1("x"));
  }
  await turns(3);
  assertEquals(intake.refused.length, 0);
  await clock.advance(1_000);
  assertEquals(intake.refused[0].error.code, "MLLP_FRAME_LATE");
  assertEquals(intake.refused[0].delivery.bytes.length, 59);
  await clock.advance(2_000);
  assertEquals((await reports.seen("connectionClosed")).facts?.closedBy, "refused");
});

Deno.test("mllp cuts a peer off that was refused, whatever it still has to say", async () => {
  await using rig = await openServed({ frameMsMax: 60_000 });
  const { acceptor, clock, reports } = rig;
  const peer = acceptor.dial();
  await peer.write(latin1("\x0b"));
  for (let second = 0; second < 70 && reports.count("connectionClosed") === 0; second++) {
    await turns(3);
    await clock.advance(1_000);
    await peer.write(latin1("x")).catch(() => {});
  }
  assertEquals(reports.count("frameRefused"), 1);
  assertEquals((await reports.seen("connectionClosed")).facts?.closedBy, "refused");
});

Deno.test("mllp counts frameMsMax anew for each frame, and not while it does not read itself", async () => {
  await using rig = await openServed({ frameMsMax: 60_000, pauseMsMax: 0 });
  const { acceptor, clock, intake } = rig;
  const peer = acceptor.dial();
  await peer.write(latin1("\x0bon"));
  await turns(3);
  await clock.advance(59_000);
  await peer.write(latin1("e\x1c\r\x0btw"));
  await intake.gotten(1);
  await turns(3);
  await clock.advance(59_000);
  intake.close();
  await peer.write(latin1("o"));
  await turns(3);
  await clock.advance(600_000);
  intake.open();
  await turns(3);
  await peer.write(latin1("\x1c\r"));
  await intake.gotten(2);
  assertEquals(intake.texts, ["one", "two"]);
});

Deno.test("mllp closes a connection whose peer does not read its answers for stallMsMax", async () => {
  await using rig = await openServed({ stallMsMax: 40_000 });
  const { acceptor, clock, reports } = rig;
  echo(rig);
  const peer = acceptor.dial();
  peer.goDeaf();
  await peer.write(framed("one"));
  await clock.armed(40_000);
  await clock.advance(39_999);
  assertEquals(reports.count("answerUnread"), 0);
  await clock.advance(1);
  const { error, facts } = await reports.seen("answerUnread");
  assertEquals([error?.code, facts?.code], ["MLLP_ANSWER_UNREAD", "MLLP_ANSWER_UNREAD"]);
  assertEquals((await reports.seen("connectionClosed")).facts?.closedBy, "unread");
  await rig.listening.stop();
  assertEquals(clock.waiting, 0, "a timer is left behind");
});

Deno.test("mllp slows an address down to messagesPerSecondMax, over all its connections", async () => {
  await using rig = await openServed({ messagesPerSecondMax: 2, inFlightMax: 10 });
  const { acceptor, clock, intake } = rig;
  echo(rig);
  const [one, two] = [acceptor.dial(), acceptor.dial()];
  await one.write(Uint8Array.from([..."abc"].flatMap((text) => [...framed(text)])));
  await turns(5);
  await two.write(framed("d"));
  await turns(5);
  assertEquals(intake.texts, ["a", "b"]);
  await clock.advance(500);
  assertEquals(intake.texts, ["a", "b", "c"]);
  await clock.advance(500);
  assertEquals(intake.texts, ["a", "b", "c", "d"]);
  assertEquals(await gotten(one), "\x0bAA a\x1c\r\x0bAA b\x1c\r\x0bAA c\x1c\r");
  await rig.listening.stop();
});

Deno.test("mllp stops while a message waits for its turn, and leaves it to its sender", async () => {
  await using rig = await openServed({ messagesPerSecondMax: 1, inFlightMax: 10 });
  const peer = rig.acceptor.dial();
  await peer.write(Uint8Array.from([...framed("a"), ...framed("b")]));
  await rig.clock.armed(1_000);
  await rig.listening.stop();
  assertEquals(rig.intake.texts, ["a"]);
});

Deno.test("mllp takes so many connections of one address, and the next when one is gone", async () => {
  await using rig = await open({ connectionsPerAddressMax: 2 });
  const { address } = rig.listening;
  using first = await RawPeer.dial(address);
  using second = await RawPeer.dial(address);
  using third = await RawPeer.dial(address);
  assertEquals((await third.end()).length, 0);
  const { facts, error } = await rig.reports.seen("connectionTurnedAway");
  assertEquals(facts, { peer: "127.0.0.1", reason: "address", code: "MLLP_ADDRESS_FULL" });
  assertEquals(error?.code, "MLLP_ADDRESS_FULL");
  first.close();
  await rig.reports.seen("connectionProbed");
  using fourth = await RawPeer.dial(address);
  for (const peer of [second, fourth]) {
    await peer.send("still here");
    assert(await peer.frame());
  }
});

Deno.test("mllp takes connections from the networks of allow, and no others", async () => {
  await using other = await open({ allow: ["192.0.2.0/24", "2001:db8::/32"] });
  using stranger = await RawPeer.dial(other.listening.address);
  assertEquals((await stranger.end()).length, 0);
  assertEquals((await other.reports.seen("connectionTurnedAway")).facts?.code, "MLLP_NETWORK_REFUSED");
  await using own = await open({ allow: ["192.0.2.0/24", "127.0.0.0/8"] });
  using peer = await RawPeer.dial(own.listening.address);
  await peer.send("one");
  assert(await peer.frame());
});

Deno.test("mllp keeps the silent within bounds without turning away who speaks", async () => {
  await using rig = await openServed({ connectionsMax: 1 });
  const peers = Array.from({ length: 300 }, () => rig.acceptor.dial());
  await peers.at(-1)!.write(framed("one"));
  await rig.intake.gotten(1);
  await turns(5);
  assertEquals(peers.filter(({ hasEnded }) => !hasEnded).length, 64);
});
