/** What is left of many peers that behave badly: nothing. */
import { assertEquals } from "@std/assert";
import astm from "../../../adapters/astm/listener.ts";
import tcp from "../../../adapters/tcp/listener.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { FakeAcceptor, type FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { type ListenerRig, openListener, worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { latin1 } from "../sockets.ts";

const COUNT = 500;

/** What a peer says before it does something else. */
const says = [
  "",
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
  "\x02half",
  "\x05\x021H|half",
  "\x05\x021H|\\^&\r\x03E5\r\n",
  "\x02whole\x03",
  "\xff".repeat(300),
  "\x05".repeat(300),
];

const leaves: readonly ((peer: FakeConnection) => void)[] = [
  (peer) => peer.close(),
  (peer) => peer.reset(),
  (peer) => peer.finish(),
  (peer) => peer.goDeaf(),
  () => {},
];

async function flood(rig: ListenerRig, acceptor: FakeAcceptor, clock: FakeClock): Promise<void> {
  for (let at = 0; at < COUNT; at++) {
    const peer = acceptor.dial();
    await peer.write(latin1(says[at % says.length]));
    leaves[at % leaves.length](peer);
  }
  await turns(10);
  await clock.advance(600_000);
  assertEquals(rig.reports.count("connectionOpened"), COUNT);
  assertEquals(rig.reports.count("connectionClosed"), COUNT);
  assertEquals([rig.intake.held, clock.waiting], [0, 0]);
}

for (
  const [name, open] of [
    ["tcp", (parts: Parameters<typeof openListener>[2]) =>
      openListener(tcp, {
        port: 4001,
        framing: { start: "STX", end: "ETX" },
        answers: "fixed",
        idleMsMax: 60_000,
        frameBytesMax: 200,
      }, parts)],
    [
      "astm",
      (parts: Parameters<typeof openListener>[2]) =>
        openListener(astm, { port: 4001, idleMsMax: 60_000 }, parts),
    ],
  ] as const
) {
  Deno.test(`${name} listener keeps nothing of ${COUNT} peers that behave badly`, async () => {
    const clock = new FakeClock();
    const acceptor = new FakeAcceptor();
    const world = worldWith(clock, { net: fakeNet({ listen: () => Promise.resolve(acceptor) }) });
    await using rig = await open({ clock, world });
    await flood(rig, acceptor, clock);
  });
}
