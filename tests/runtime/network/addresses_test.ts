import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  type Address,
  addressText,
  contains,
  lastOf,
  maskOf,
  type Network,
  networkAround,
  networkOf,
  networkText,
  overlap,
  parseAddress,
  parseNetwork,
  rangeOf,
} from "../../../runtime/network/addresses.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { seenAs } from "../../../runtime/network/translation.ts";

for (
  const [text, written] of [
    ["10.1.20.5", "10.1.20.5"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["2001:DB8:0:0:0:0:0:5", "2001:db8::5"],
    ["2001:db8::1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ]
) {
  Deno.test(`${text} is an address, written ${written}`, () => {
    assertEquals(addressText(parseAddress(text)!), written);
  });
}

for (
  const text of [
    "",
    "10.1.20",
    "10.1.20.256",
    "010.1.20.5",
    "10.1.20.5 ",
    "10.1.20.5.6",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "1:2:3:4:5:6:7::8",
    "g::",
    "12345::",
    "fe80::1%eth0",
    "::256.0.0.1",
    "gateway.example",
  ]
) Deno.test(`${JSON.stringify(text)} is no address`, () => assertEquals(parseAddress(text), undefined));

for (
  const text of [
    "10.1.20.0/33",
    "10.1.20.5/24",
    "10.1.20.0/",
    "10.1.20.0/024",
    "2001:db8::1/64",
    "::/129",
    "a/8",
  ]
) {
  Deno.test(`${text} is no network`, () => assertEquals(parseNetwork(text), undefined));
}

Deno.test("masks are written as devices have them", () => {
  assertEquals(maskOf(parseNetwork("10.1.20.0/22")!), "255.255.252.0");
  assertEquals(maskOf(parseNetwork("10.1.20.0/22")!, true), "0.0.3.255");
  assertEquals(maskOf(parseNetwork("0.0.0.0/0")!), "0.0.0.0");
  assertEquals(maskOf(parseNetwork("10.1.20.5")!), "255.255.255.255");
  assertEquals(rangeOf(parseNetwork("10.1.20.0/22")!), ["10.1.20.0", "10.1.23.255"]);
});

/** Networks that a seed makes up, and an address in the first. */
function* made(
  count: number,
): Generator<{ readonly one: Network; readonly other: Network; readonly address: Address }> {
  const random = new SeededRandom(20260101);
  for (let at = 0; at < count; at++) {
    const version = random.chance(0.5) ? 6 : 4;
    // Few high bits, so that networks meet.
    const value = () => {
      let value = 0n;
      for (let part = 0; part < (version === 4 ? 1 : 4); part++) {
        value = value << 32n | BigInt(random.below(2 ** 26));
      }
      return value;
    };
    const network = () => networkAround({ version, value: value() }, random.below(version === 4 ? 33 : 129));
    const one = network();
    const inside = one.first + value() % (lastOf(one) - one.first + 1n);
    yield { one, other: network(), address: { version, value: inside } };
  }
}

Deno.test("what is written of an address or a network is read as the same", () => {
  for (const { one, address } of made(2_000)) {
    assertEquals(parseAddress(addressText(address)), address);
    assertEquals(parseNetwork(networkText(one)), one);
  }
});

Deno.test("networks overlap where, and only where, one contains the other", () => {
  let met = 0;
  for (const { one, other } of made(5_000)) {
    const expected = contains(one, other) || contains(other, one);
    assertEquals(overlap(one, other), expected, `${networkText(one)} ${networkText(other)}`);
    assertEquals(overlap(other, one), expected);
    if (expected) met++;
  }
  assert(met > 50, "hardly any of them met");
});

Deno.test("translation is one to one, keeps the order, and comes back", () => {
  for (const { one, other, address } of made(2_000)) {
    if (other.prefix > one.prefix) continue;
    const as = networkAround({ version: one.version, value: other.first }, one.prefix);
    const seen = seenAs(address, [{ network: one, as }]);
    assert(contains(as, networkOf(seen)));
    assertEquals(seenAs(seen, [{ network: as, as: one }]), address);
    const next = { ...address, value: address.value === lastOf(one) ? one.first : address.value + 1n };
    if (one.prefix < (one.version === 4 ? 32 : 128)) {
      assertNotEquals(seenAs(next, [{ network: one, as }]), seen);
    }
  }
});
