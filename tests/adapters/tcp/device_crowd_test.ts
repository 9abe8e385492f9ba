/** Who takes a place at a listener of devices: who speaks. */
import { assertEquals } from "@std/assert";
import astm from "../../../adapters/astm/listener.ts";
import tcp from "../../../adapters/tcp/listener.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { FakeAcceptor, fakeNet } from "../../world/fake_net.ts";
import { type ListenerRig, openListener, worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { latin1, textOf } from "../sockets.ts";

type Parts = Parameters<typeof openListener>[2];

const devices: Readonly<
  Record<string, { readonly open: (parts: Parts) => Promise<ListenerRig>; readonly says: string }>
> = {
  tcp: {
    open: (parts) =>
      openListener(tcp, {
        port: 4001,
        framing: { start: "STX", end: "ETX" },
        answers: "fixed",
        connectionsMax: 1,
      }, parts),
    says: "\x02one\x03",
  },
  astm: { open: (parts) => openListener(astm, { port: 4001, connectionsMax: 1 }, parts), says: "\x05" },
};

for (const [name, { open, says }] of Object.entries(devices)) {
  Deno.test(`${name} listener keeps the silent within bounds, and gives places to those who speak`, async () => {
    const clock = new FakeClock();
    const acceptor = new FakeAcceptor();
    const world = worldWith(clock, { net: fakeNet({ listen: () => Promise.resolve(acceptor) }) });
    await using rig = await open({ clock, world });
    const heard = async (peer: { takeUnread(): Uint8Array<ArrayBuffer> }) => {
      await turns(5);
      return textOf(peer.takeUnread());
    };
    const peers = Array.from({ length: 300 }, () => acceptor.dial());
    await turns(5);
    assertEquals(peers.filter(({ hasEnded }) => !hasEnded).length, 64);
    const [late, last] = peers.slice(-2);
    await last.write(latin1(says));
    assertEquals([await heard(last), last.hasEnded], ["\x06", false]);
    // There is one place.
    await late.write(latin1(says));
    assertEquals([await heard(late), late.hasEnded], ["", true]);
    const next = acceptor.dial();
    await turns(5);
    assertEquals(next.hasEnded, true);
    const code = `${name.toUpperCase()}_CONNECTIONS_FULL`;
    const told = rig.reports.events.filter(({ facts }) => facts?.code === code);
    assertEquals(told.length, 300 - 64 + 2);
    last.close();
    await turns(5);
    const again = acceptor.dial();
    await again.write(latin1(says));
    assertEquals(await heard(again), "\x06");
  });
}
