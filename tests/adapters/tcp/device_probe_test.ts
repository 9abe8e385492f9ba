import { assertEquals } from "@std/assert";
import astmListener from "../../../adapters/astm/listener.ts";
import astmSender from "../../../adapters/astm/sender.ts";
import listener from "../../../adapters/tcp/listener.ts";
import sender from "../../../adapters/tcp/sender.ts";
import type { Net } from "../../../runtime/contract/world.ts";
import type { ProbeResult } from "../../../runtime/contract/probe.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { broken, FakeAcceptor, FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { probeOf, worldWith } from "../../world/tools.ts";
import { turns } from "../../world/turns.ts";
import { latin1, textOf } from "../sockets.ts";

const framing = { end: "CR" };

function on(net: Partial<Net>) {
  const clock = new FakeClock();
  return { clock, world: worldWith(clock, { net: fakeNet(net) }) };
}

/** Steps, each with its code where it failed. */
function told(results: readonly ProbeResult[]): readonly string[] {
  return results.map(({ step, error }) => error ? `${step} ${error.code}` : step);
}

/** A peer that says `answer` to every byte; what it heard. */
function answering(answer: string) {
  const heard: string[] = [];
  const connect = () => {
    const [near, far] = FakeConnection.pair();
    (async () => {
      const buffer = new Uint8Array(64);
      for (let count = await far.read(buffer); count; count = await far.read(buffer)) {
        heard.push(textOf(buffer.subarray(0, count)));
        if (heard.at(-1) === "\x05") await far.write(latin1(answer));
      }
    })().catch(() => {});
    return Promise.resolve(near);
  };
  return { heard, net: { connect } };
}

Deno.test("astm asks for the line in a connection test, and gives it back", async () => {
  const peer = answering("\x06");
  const place = on(peer.net);
  const results = await place.clock.pass(probeOf(astmSender, { host: "10.1.2.3", port: 4001 }, place));
  assertEquals(told(results), ["connection", "exchange"]);
  await turns(5);
  assertEquals(peer.heard, ["\x05", "\x04"]);
});

for (
  const [answer, code] of [["\x15", "ASTM_LINE_BUSY"], ["\x05", "ASTM_LINE_BUSY"], ["", "ASTM_ANSWER_LATE"]]
) {
  Deno.test(`astm says ${code} where ENQ is answered with ${JSON.stringify(answer)}`, async () => {
    const place = on(answering(answer).net);
    const results = await place.clock.pass(probeOf(astmSender, { host: "10.1.2.3", port: 4001 }, place));
    assertEquals(told(results), ["connection", `exchange ${code}`]);
  });
}

Deno.test("devices are called in a connection test, and sent nothing, or are waited for", async () => {
  const peer = answering("");
  const calls = on(peer.net);
  for (
    const probing of [
      probeOf(sender, { host: "10.1.2.3", port: 4001, framing }, calls),
      probeOf(listener, { role: "client", host: "10.1.2.3", port: 4001, framing }, calls),
      probeOf(astmListener, { role: "client", host: "10.1.2.3", port: 4001 }, calls),
    ]
  ) assertEquals(told(await calls.clock.pass(probing)), ["connection"]);
  assertEquals(peer.heard, []);
  const waits = on({ listen: () => Promise.resolve(new FakeAcceptor()) });
  for (
    const probing of [
      probeOf(listener, { port: 4001, framing }, waits),
      probeOf(sender, { role: "server", port: 4001, framing }, waits),
      probeOf(astmListener, { port: 4001 }, waits),
      probeOf(astmSender, { role: "server", port: 4001 }, waits),
    ]
  ) assertEquals(told(await probing), ["port"]);
});

Deno.test("devices that cannot be reached, and ports that are taken, are told by code", async () => {
  const refuses = on({ connect: () => Promise.reject(broken("ECONNREFUSED")) });
  const taken = on({ listen: () => Promise.reject(broken("EADDRINUSE")) });
  const mute = on({ connect: () => new Promise(() => {}) });
  assertEquals(
    told(await refuses.clock.pass(probeOf(astmSender, { host: "10.1.2.3", port: 4001 }, refuses))),
    [
      "connection ASTM_PEER_UNREACHABLE",
    ],
  );
  assertEquals(
    told(await mute.clock.pass(probeOf(sender, { host: "10.1.2.3", port: 4001, framing }, mute))),
    [
      "connection TCP_CONNECT_LATE",
    ],
  );
  assertEquals(told(await probeOf(listener, { port: 4001, framing }, taken)), ["port TCP_PORT_BUSY"]);
});
