import { assertEquals, assertMatch } from "@std/assert";
import listener from "../../../adapters/mllp/listener.ts";
import sender from "../../../adapters/mllp/sender.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { broken, FakeAcceptor, FakeConnection, fakeNet } from "../../world/fake_net.ts";
import { probeOf, worldWith } from "../../world/tools.ts";
import type { Net } from "../../../runtime/contract/world.ts";

function on(net: Partial<Net>) {
  const clock = new FakeClock();
  return { clock, world: worldWith(clock, { net: fakeNet(net) }) };
}

Deno.test("mllp calls its peer in a connection test, and sends nothing", async () => {
  const [near, far] = FakeConnection.pair();
  const place = on({
    lookup: () => Promise.resolve(["10.1.2.3"]),
    connect: () => Promise.resolve(near),
  });
  const results = await place.clock.pass(probeOf(sender, { host: "ehr.example", port: 2575 }, place));
  assertEquals(results.map(({ step, ms, error }) => [step, ms, error]), [
    ["name", 0, undefined],
    ["connection", 300, undefined],
  ]);
  assertEquals([near.isClosed, far.takeUnread().length], [true, 0]);
});

Deno.test("mllp says by code why its peer cannot be called", async () => {
  const codeOf = async (net: Partial<Net>) => {
    const place = on(net);
    const probing = probeOf(listener, { role: "client", host: "10.1.2.3", port: 2575 }, place);
    return (await place.clock.pass(probing)).map(({ error }) => error?.code);
  };
  const refused = () => Promise.reject(broken("ECONNREFUSED"));
  assertEquals(await codeOf({ connect: refused }), ["MLLP_PEER_UNREACHABLE"]);
  assertEquals(await codeOf({ connect: () => new Promise(() => {}) }), ["MLLP_CONNECT_LATE"]);
});

Deno.test("mllp tries its port in a connection test where it waits to be called", async () => {
  const taken: number[] = [];
  const place = on({
    listen({ port }) {
      taken.push(port);
      return Promise.resolve(new FakeAcceptor());
    },
  });
  for (
    const probing of [
      probeOf(listener, { port: 2575 }, place),
      probeOf(sender, { role: "server", port: 2576 }, place),
    ]
  ) assertMatch((await probing)[0].says, /^port 257\d of 127\.0\.0\.1 is free$/);
  assertEquals(taken, [2575, 2576]);
  const busy = on({ listen: () => Promise.reject(broken("EADDRINUSE")) });
  const [result] = await probeOf(listener, { port: 2575 }, busy);
  assertEquals([result.step, result.error?.code], ["port", "MLLP_PORT_BUSY"]);
});
