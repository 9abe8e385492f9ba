import { assert, assertEquals } from "@std/assert";
import { createMessage, RawBody } from "../../../runtime/contract/message.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note, NoteBody } from "./note_format.ts";

Deno.test("a delivery is tried again after waits that double, with jitter, until the peer is there", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  for (let failures = 1; failures <= 12; failures++) {
    const { againInMs, attempt } = await rig.seen("deliveryFailed", () => true, failures);
    const fullMs = Math.min(100 * 2 ** (failures - 1), 10_000);
    assertEquals(attempt, failures);
    assert(againInMs >= fullMs / 2 && againInMs <= fullMs, `${againInMs} of ${fullMs} ms`);
    assertEquals(peer.attempts.length, failures);
    await rig.clock.advance(againInMs - 1);
    assertEquals(peer.attempts.length, failures);
    await rig.clock.advance(1);
  }
  const waits = rig.all("deliveryFailed").map(({ againInMs }) => againInMs);
  assert(new Set(waits.slice(7)).size > 1, "no jitter");
  assertEquals(rig.gateway.snapshot().channels[0].destinations.ehr.trouble, "PEER_PLACE_UNREACHABLE");
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(1));
  await rig.seen("messageDelivered", ({ attempt }) => attempt === peer.attempts.length);
  assertEquals(rig.gateway.snapshot().channels[0].destinations.ehr.trouble, undefined);
});

Deno.test("a delivery that waits for its peer starts from where it was after a restart, not from the first wait", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(rig.seen("deliveryFailed", () => true, 6));
  await rig.clock.pass(rig.gateway.close());
  rig.events.length = 0;
  await rig.open([channel]);
  const { attempt, againInMs } = await rig.seen("deliveryFailed");
  assertEquals(attempt, 7);
  assert(againInMs >= 3200);
});

Deno.test("every attempt sends the same bytes under the same id, also after a restart", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => peer.isDown();
  let stamp = 0;
  const stamped = step(
    "stamp",
    (message) => message.derive({ body: message.body.saying(`stamp ${++stamp}`) }),
  );
  const channel = rig.channel("lab", [to("ehr", peer)], { steps: [stamped] });
  await rig.open([channel]);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(peer.tried(3));
  rig.cutPower();
  peer.conduct = (parcel) => peer.attempts.length < 6 ? peer.isDown() : peer.take(parcel);
  await rig.open([channel]);
  await rig.clock.pass(peer.took(1));
  const [first, ...others] = peer.attempts;
  assertEquals(new TextDecoder().decode(first.bytes), "A|A|S|message|stamp 1");
  for (const other of others) assertEquals([other.id, other.bytes], [first.id, first.bytes]);
});

Deno.test("what no step changed goes out byte for byte as it came", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const bytes = note({ id: "A", text: "as it came" });
  await rig.hand().give(bytes);
  await peer.took(1);
  assertEquals(peer.attempts[0].bytes, bytes);
});

Deno.test("an actor that makes a message of its own changes what is sent, and not whose it is", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const bytes = note({ id: "A", text: "made" });
  const make = step("make", ({ channel, origin }) =>
    createMessage({
      id: "another",
      channel,
      origin,
      receivedAtMs: 1,
      received: bytes,
      body: new NoteBody("A|A|S|message|made"),
    }));
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [make] })]);
  await rig.hand().give(note({ id: "A", text: "as it came" }));
  const { id } = await rig.seen("messageDelivered");
  assertEquals(peer.attempts.map((each) => [each.id, each.bytes]), [[id, bytes]]);
  assertEquals(id, rig.all("messageReceived")[0].id);
  const kept = await rig.gateway.archive.show(id);
  assertEquals(kept?.payloads[0].bytes, bytes);
});

Deno.test("bytes an actor put together keep the order of their keys, and must be readable", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(3);
  const letGo = peer.hold();
  const raw = step("raw", (message) => {
    const id = message.body.get("id") === "N" ? "?" : message.body.get("id")!;
    return message.derive({ body: new RawBody(note({ id, keys: ["same"] }), "text/x-note") });
  });
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })], { steps: [raw] })]);
  for (const id of ["A", "N", "B"]) await rig.hand().give(note({ id }));
  await rig.seen("messageProcessed", () => true, 2);
  await turns(5);
  assertEquals(peer.busy, 1);
  letGo();
  await peer.took(2);
  assertEquals([peer.taken, rig.all("stageCrashed")], [["A", "B"], []]);
  assertEquals(rig.all("messageQuarantined").map(({ error }) => error.code), ["NOTE_LINE_UNREADABLE"]);
});

Deno.test("a peer that refuses for now is tried for refusedMs, and then the delivery is in quarantine", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = (parcel) =>
    parcel.id === peer.attempts[0].id ? peer.refuse(parcel, "AR") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.hand().give(note({ id: "B" }));
  const { error } = await rig.clock.pass(rig.seen("messageQuarantined"));
  assertEquals(error.code, "ENGINE_DELIVERY_EXHAUSTED");
  const refusedMs = peer.attempts.findLast(({ controlId }) => controlId === "A")!.atMs -
    peer.attempts[0].atMs;
  assert(refusedMs >= 600_000 && refusedMs <= 610_000, `${refusedMs}`);
  await peer.took(1);
  assertEquals(peer.taken, ["B"]);
});

Deno.test("a peer that is silent exhausts nothing, however long", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(peer.tried(130));
  assert(rig.clock.elapsedMs() > 600_000);
  assertEquals(rig.all("messageQuarantined"), []);
});

Deno.test("a delivery the peer refuses for good is in quarantine with its answer, and the next goes out", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  await rig.hand().give(note({ id: "B" }));
  await rig.seen("messageDelivered");
  assertEquals(peer.attempts.map(({ controlId }) => controlId), ["A", "B"]);
  const [{ id }] = await rig.gateway.archive.list({ state: "quarantined" });
  const kept = await rig.gateway.archive.show(id);
  assertEquals(kept?.deliveries[0].trouble?.code, "NOTE_DELIVERY_REFUSED");
  assertEquals(new TextDecoder().decode(kept?.payloads[0].answer), "A|AE");
});

Deno.test("order by channel sends one at a time, in order, and keeps that across attempts", async () => {
  await using rig = new GatewayRig(3);
  const peer = new FakePeer(4);
  let failures = 0;
  peer.conduct = (parcel) => ++failures % 3 !== 0 ? peer.isDown() : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const names = Array.from({ length: 20 }, (_, at) => `N${at}`);
  await Promise.all(names.map((id) => rig.hand().give(note({ id }))));
  await rig.clock.pass(peer.took(20));
  assertEquals(peer.taken, names);
  assertEquals(peer.busiest, 1);
});

Deno.test("order by key sends keys side by side, each in order, and a key that is held up holds up no other", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(3);
  peer.conduct = (parcel) => {
    const [, key] = new TextDecoder().decode(parcel.bytes).split("|");
    return key === "held" ? peer.isDown() : peer.take(parcel);
  };
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })])]);
  const give = (id: string, keys: string[]) => rig.hand().give(note({ id, keys }));
  for (let at = 0; at < 300; at++) await give(`H${at}`, ["held"]);
  for (let at = 0; at < 40; at++) await give(`F${at}`, [`k${at % 4}`]);
  await peer.took(40);
  for (const key of [0, 1, 2, 3]) {
    const numbers = peer.taken.map((id) => Number(id.slice(1))).filter((number) => number % 4 === key);
    assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  }
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(peer.took(340));
  const held = peer.taken.filter((id) => id.startsWith("H"));
  assertEquals(held, Array.from({ length: 300 }, (_, at) => `H${at}`));
});

Deno.test("order by a path keeps the order of each of its values, whatever the format's own keys", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(3);
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key", path: "sender" } })])]);
  const give = (id: string, sender: string) => rig.hand().give(note({ id, keys: ["same"], sender }));
  for (const [id, sender] of [["A", "X"], ["B", "Y"], ["C", "X"]]) await give(id, sender);
  await rig.seen("messageProcessed", () => true, 3);
  await peer.tried(2);
  await turns(5);
  assertEquals(peer.attempts.map(({ controlId }) => controlId), ["A", "B"]);
  letGo();
  await peer.took(3);
  assertEquals(peer.taken, ["A", "B", "C"]);
});

Deno.test("order by a path keeps a message without a value apart from all before and after it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(3);
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key", path: "text" } })])]);
  for (const [id, text] of [["A", "x"], ["B", ""], ["C", "y"]]) await rig.hand().give(note({ id, text }));
  await rig.seen("messageProcessed", () => true, 3);
  await peer.tried(1);
  await turns(5);
  assertEquals(peer.busy, 1);
  letGo();
  await peer.took(3);
  assertEquals([peer.taken, peer.busiest], [["A", "B", "C"], 1]);
});

Deno.test("order none uses every lane", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(4);
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "none" } })])]);
  for (let at = 0; at < 6; at++) await rig.hand().give(note({ id: `N${at}` }));
  await peer.tried(4);
  assertEquals(peer.busy, 4);
  letGo();
  await peer.took(6);
});

Deno.test("a destination that is down holds up no other", async () => {
  await using rig = new GatewayRig();
  const [down, up] = [new FakePeer(), new FakePeer()];
  down.conduct = () => down.isDown();
  await rig.open([rig.channel("lab", [to("down", down), to("up", up)])]);
  const names = Array.from({ length: 600 }, (_, at) => `N${at}`);
  for (const id of names) await rig.hand().give(note({ id }));
  await up.took(600);
  assertEquals(up.taken, names);
  assertEquals(rig.gateway.snapshot().channels[0].destinations.down.queued, 600);
  down.conduct = (parcel) => down.take(parcel);
  await rig.clock.pass(down.took(600));
  assertEquals(down.taken, names);
});

Deno.test("at most unsyncedMax outcomes are known and not durable", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letPeerGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "none" } })])]);
  for (let at = 0; at < 200; at++) await rig.hand().give(note({ id: `N${at}` }));
  await rig.seen("messageProcessed", () => true, 200);
  const letGo = rig.store.hold(({ op }) => op === "settle");
  letPeerGo();
  await peer.took(limits.unsyncedMax);
  await turns(5);
  assertEquals(peer.taken.length, limits.unsyncedMax);
  letGo();
  await peer.took(200);
});

Deno.test("a destination with steps of its own sends what they make, and skips what they filter", async () => {
  await using rig = new GatewayRig();
  const [all, some] = [new FakePeer(), new FakePeer()];
  const odd = step("filter", (message) => /[13579]$/.test(message.body.parts[0]) ? message : null);
  const mark = step("mark", (message) => message.derive({ body: message.body.saying("marked") }));
  await rig.open([rig.channel("lab", [to("all", all), to("some", some, { steps: [odd, mark] })])]);
  for (const id of ["N1", "N2", "N3"]) await rig.hand().give(note({ id }));
  await Promise.all([all.took(3), some.took(2)]);
  assertEquals(some.taken, ["N1", "N3"]);
  assertEquals(new TextDecoder().decode(some.attempts[0].bytes), "N1|N1|S|message|marked");
  assertEquals(new TextDecoder().decode(all.attempts[0].bytes), "N1|N1|S|message|");
});

Deno.test("an answer that belongs to another message counts as none", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) =>
    peer.attempts.length === 1 ? parcel.judge(new TextEncoder().encode("other|AA")) : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  const { error } = await rig.seen("deliveryFailed");
  assertEquals(error.code, "NOTE_ANSWER_STRAY");
  await rig.clock.pass(peer.took(1));
});
