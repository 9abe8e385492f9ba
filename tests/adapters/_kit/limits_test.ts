import { assertEquals, assertRejects } from "@std/assert";
import { barredErrors, Door, doorErrors } from "../../../adapters/_kit/limits/door.ts";
import { addressBytes, isWithin, networkOf, peerOf } from "../../../adapters/_kit/limits/network.ts";
import { Rate, Rates } from "../../../adapters/_kit/limits/rate.ts";
import { PEERS_MAX, Recent } from "../../../adapters/_kit/limits/recent.ts";
import { doorSettings, unfitNetworks } from "../../../adapters/_kit/limits/settings.ts";
import { Strikes } from "../../../adapters/_kit/limits/strikes.ts";
import { errorTable } from "../../../runtime/contract/error.ts";
import { FakeClock } from "../../world/fake_clock.ts";
import { configOf, Reports } from "../../world/tools.ts";

function openDoor(
  config: { connectionsMax?: number; connectionsPerAddressMax?: number; allow?: string[] },
  strikes?: Strikes,
) {
  const clock = new FakeClock();
  const { events, report } = new Reports();
  const { error } = errorTable("lamp", { ...doorErrors("LAMP"), ...barredErrors("LAMP") });
  const barred = strikes &&
    { barred: { strikes, error: (peer: string) => error("LAMP_ADDRESS_BARRED", { peer }) } };
  const tools = { config: configOf(doorSettings, config), world: { clock }, error, report };
  return { door: new Door("LAMP", tools, barred), clock, events };
}

for (
  const [network, within, without] of [
    ["10.0.0.0/8", ["10.0.0.1", "10.255.255.255", "::ffff:10.1.2.3"], [
      "11.0.0.1",
      "9.255.255.255",
      "::a00:1",
    ]],
    ["192.168.4.0/22", ["192.168.4.0", "192.168.7.255"], ["192.168.3.255", "192.168.8.0"]],
    ["192.0.2.7", ["192.0.2.7"], ["192.0.2.8", "192.0.2.6"]],
    ["0.0.0.0/0", ["203.0.113.9", "::ffff:203.0.113.9"], ["2001:db8::1"]],
    ["::/0", ["2001:db8::1", "::1"], ["203.0.113.9"]],
    ["2001:db8::/33", ["2001:db8:7fff::1"], ["2001:db8:8000::1", "2001:db9::1"]],
    ["::ffff:192.0.2.0/120", ["192.0.2.255", "::ffff:c000:201"], ["192.0.3.0"]],
    ["fe80::1", ["fe80::1", "fe80::1%eth0"], ["fe80::2%eth0"]],
  ] as const
) {
  Deno.test(`the network ${network} has its own addresses and no others`, () => {
    const has = (address: string) => isWithin(addressBytes(address)!, networkOf(network)!);
    assertEquals(within.filter((address) => !has(address)), []);
    assertEquals(without.filter(has), []);
  });
}

Deno.test("what is no network is known as none", () => {
  const allow = [
    "10.0.0.0/33",
    "10.0.0/8",
    "10.0.0.256",
    "10.0.0.01",
    "::ffff:10.0.0.0/90",
    "1::2::3",
    "1:2:3",
    "fffff::",
  ]
    .concat([
      "1:2:3:4:5:6:7:8:9",
      "1.2.3.4::1",
      "::1.2.3",
      "10.0.0.0/",
      "10.0.0.0/8/8",
      "lab.example",
      "",
      ":",
      "::/129",
    ]);
  assertEquals(unfitNetworks({ allow }).length, allow.length);
  assertEquals(unfitNetworks({ allow: ["10.0.0.0/8", "::", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:1.2.3.4"] }), []);
  assertEquals(unfitNetworks({}), []);
});

Deno.test("an address is counted as one host: of IPv4, of a local network, or of a /64", () => {
  for (
    const [one, other, areOne] of [
      ["192.0.2.7", "::ffff:192.0.2.7", true],
      ["192.0.2.7", "192.0.2.8", false],
      ["2001:db8::1", "2001:db8::2:3", true],
      ["2001:db8::1", "2001:db8:0:1::1", false],
      ["fe80::1%eth0", "fe80::2%eth0", false],
      ["fd00::1", "fd00::2", false],
      ["::1", "::2", false],
    ] as const
  ) assertEquals(peerOf(one) === peerOf(other), areOne, `${one} ${other}`);
});

Deno.test("a door lets connections in up to its bounds, in all and for each address", () => {
  const { door, events } = openDoor({ connectionsMax: 3, connectionsPerAddressMax: 2 });
  const [first] = [door.enter("192.0.2.1"), door.enter("192.0.2.1")];
  assertEquals(door.enter("192.0.2.1"), undefined);
  const third = door.enter("192.0.2.2");
  assertEquals(door.enter("192.0.2.3"), undefined);
  first?.[Symbol.dispose]();
  first?.[Symbol.dispose]();
  assertEquals(door.open, 2, "a connection leaves once");
  assertEquals(door.enter("192.0.2.1") === undefined, false);
  third?.[Symbol.dispose]();
  assertEquals(events.map(({ name, facts }) => [name, facts?.peer, facts?.reason, facts?.code]), [
    ["connectionTurnedAway", "192.0.2.1", "address", "LAMP_ADDRESS_FULL"],
    ["connectionTurnedAway", "192.0.2.3", "connections", "LAMP_CONNECTIONS_FULL"],
  ]);
});

Deno.test("a door turns strangers' networks away, and warns once a minute for each reason", async () => {
  const { door, clock, events } = openDoor({ allow: ["192.0.2.0/24"], connectionsPerAddressMax: 1 });
  const warned = () => events.flatMap(({ error }) => error?.message ?? []);
  for (let at = 0; at < 3; at++) assertEquals(door.enter("198.51.100.1"), undefined);
  assertEquals(events.length, 3);
  const says = "Cannot take connection from 198.51.100.1: it is in no network of allow";
  assertEquals(warned(), [says]);
  for (let at = 0; at < 3; at++) door.enter("192.0.2.1");
  assertEquals(warned().length, 2);
  await clock.advance(59_999);
  door.enter("198.51.100.1");
  assertEquals(warned().length, 2);
  await clock.advance(1);
  door.enter("198.51.100.1");
  assertEquals(warned().length, 3);
});

Deno.test("a door turns away who failed too often, for a while", async () => {
  const clock = new FakeClock();
  const strikes = new Strikes(clock, { failuresMax: 2, outMs: 60_000 });
  const { door, events } = openDoor({}, strikes);
  strikes.strike("192.0.2.1");
  assertEquals(door.enter("192.0.2.1") === undefined, false);
  strikes.strike("192.0.2.1");
  assertEquals([door.enter("192.0.2.1"), strikes.outMs("192.0.2.1")], [undefined, 60_000]);
  assertEquals(events[0].facts?.reason, "barred");
  assertEquals(door.enter("192.0.2.2") === undefined, false);
  await clock.advance(60_000);
  assertEquals([door.enter("192.0.2.1") === undefined, strikes.outMs("192.0.2.1")], [false, 0]);
  strikes.strike("192.0.2.1");
  assertEquals(strikes.outMs("192.0.2.1"), 0, "what was before the pause counts no more");
  strikes.forgive("192.0.2.1");
  strikes.strike("192.0.2.1");
  assertEquals(strikes.outMs("192.0.2.1"), 0);
});

Deno.test("a rate lets a second's worth through at once, and then one at a time", async () => {
  const clock = new FakeClock();
  const rate = new Rate(clock, 3);
  assertEquals([rate.take(), rate.take(), rate.take(), rate.take()], [0, 0, 0, 334]);
  await clock.advance(334);
  assertEquals([rate.take(), rate.take()], [0, 333]);
  await clock.advance(10_000);
  assertEquals([rate.take(), rate.take(), rate.take()], [0, 0, 0]);
  assertEquals(rate.take() > 0, true);
});

Deno.test("a rate gives turns in order", async () => {
  const clock = new FakeClock();
  const rate = new Rate(clock, 2);
  const life = new AbortController();
  assertEquals([rate.turn(life.signal), rate.turn(life.signal)], [undefined, undefined]);
  const done: string[] = [];
  const third = rate.turn(life.signal)!.then(() => done.push("third"));
  const fourth = rate.turn(life.signal)!.then(() => done.push("fourth"));
  await clock.advance(500);
  assertEquals(done, ["third"]);
  await clock.advance(500);
  await Promise.all([third, fourth]);
  assertEquals(done, ["third", "fourth"]);
  const last = rate.turn(life.signal)!;
  life.abort(new Error("over"));
  await assertRejects(() => last, Error, "over");
});

Deno.test("each peer has a rate of its own, where there is one", () => {
  const rates = new Rates(new FakeClock(), 1);
  assertEquals(rates.of("192.0.2.1")!.take(), 0);
  assertEquals(rates.of("::ffff:192.0.2.1")!.take(), 1_000);
  assertEquals(rates.of("192.0.2.2")!.take(), 0);
  assertEquals(rates.of("acme")!.take(), 0);
  assertEquals(new Rates(new FakeClock(), 0).of("192.0.2.1"), undefined);
});

Deno.test("what is remembered of peers is bounded, and forgets those that were not seen for longest", () => {
  const recent = new Recent<number>();
  for (let at = 0; at < PEERS_MAX; at++) recent.set(`peer ${at}`, at);
  recent.get("peer 0");
  recent.set("one more", 1);
  assertEquals([recent.size, recent.get("peer 0"), recent.get("peer 1")], [PEERS_MAX, 0, undefined]);
});
