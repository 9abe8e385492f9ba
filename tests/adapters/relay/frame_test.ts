import { nkeys } from "@nats-io/nats-core/internal";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeFrame, encodeFrame, type Entry, FrameError } from "../../../adapters/relay/framing/frame.ts";
import { longestWithin, paddedLength } from "../../../adapters/relay/framing/padding.ts";
import { placeOf } from "../../../adapters/relay/connecting/place.ts";
import { newIdentity } from "./relay_identity.ts";

const entry = (text: string, given: Partial<Entry> = {}): Entry => ({
  reference: new Uint8Array(16).fill(text.length),
  part: 0,
  parts: 1,
  contentType: "text/plain",
  bytes: new TextEncoder().encode(text),
  ...given,
});

Deno.test("a relay's frame is read as it was written, whatever it holds", () => {
  const entries = [entry(""), entry("one"), entry("x".repeat(5_000), { part: 2, parts: 9, contentType: "" })];
  assertEquals(decodeFrame(encodeFrame(entries)), entries);
});

Deno.test("a relay's frame has one of a few lengths, and is at most 12 % longer than it need be", () => {
  const lengths = new Set<number>();
  for (let length = 1_024; length < 5_000_000; length += 997) {
    const padded = paddedLength(length);
    lengths.add(padded);
    assert(padded >= length && padded <= length * 1.12, `${length} becomes ${padded}`);
    assertEquals(paddedLength(padded), padded);
    assert(longestWithin(length) <= length && paddedLength(longestWithin(length)) === longestWithin(length));
  }
  assert(lengths.size < 250, `${lengths.size} lengths`);
  assertEquals(encodeFrame([entry("a")]).length, encodeFrame([entry("a".repeat(900))]).length);
});

Deno.test("bytes that are no frame of a relay are refused, each by its rule", () => {
  const good = encodeFrame([entry("one"), entry("two")]);
  const changed = (at: number, byte: number) => {
    const bad = good.slice();
    bad[at] = byte;
    return bad;
  };
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(3), "no head"],
    [changed(0, 2), "version"],
    [changed(1, 1), "second byte"],
    [changed(3, 0), "no entry"],
    [changed(3, 65), "more than 64"],
    [changed(3, 64), "none of its parts"],
    [changed(21, 1), "none of its parts"],
    [changed(25, 7), "media type"],
    [changed(36, 0xff), "ends within"],
    [good.subarray(0, 40), "ends within"],
    [good.subarray(0, good.length - 1), "padded"],
    [new Uint8Array([...good, 0]), "padded"],
    [changed(good.length - 1, 1), "padding is not zero"],
  ];
  for (const [bytes, rule] of cases) {
    assertThrows(() => decodeFrame(bytes), FrameError, rule);
  }
});

Deno.test("a relay's servers are told by their URLs, and none is spoken to in clear over a network", () => {
  const place = (text: string) => {
    const { speaks, host, port } = placeOf(text) ?? { speaks: "none", host: "", port: 0 };
    return `${speaks} ${host} ${port}`;
  };
  assertEquals(place("wss://relay.example"), "wss relay.example 443");
  assertEquals(place("wss://relay.example:443/"), "wss relay.example 443");
  assertEquals(place("wss://relay.example:8443"), "wss relay.example 8443");
  assertEquals(place("tls://relay.example"), "tls relay.example 4222");
  assertEquals(place("tls://relay.example:443"), "tls relay.example 443");
  assertEquals(place("nats://127.0.0.1:4222"), "nats 127.0.0.1 4222");
  assertEquals(place("nats://[::1]:4222"), "nats ::1 4222");
  for (
    const none of [
      "nats://relay.example",
      "ws://relay.example",
      "wss://user@relay.example",
      "wss://a/b",
      "a:1",
      "",
    ]
  ) {
    assertEquals(place(none), "none  0", none);
  }
});

Deno.test("a key for relays is written as NATS writes that of a user", () => {
  const { user, sign } = newIdentity(), challenge = new Uint8Array(11);
  assert(user.length === 56 && user.startsWith("U"), user);
  assert(nkeys.fromPublic(user).verify(challenge, sign(challenge)));
});
