import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import { turns } from "../../world/turns.ts";
import { collecting, gather, idsIn, stateOf } from "./batches.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

Deno.test("collect sends countMax messages as one, in the order they came", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 3 })])]);
  await gather(rig, "A", "B");
  assertEquals([stateOf(rig).gathering, peer.attempts.length], [2, 0]);
  await gather(rig, "C", "D");
  await peer.took(1);
  assertEquals(idsIn(peer), ["A B C"]);
  const { messages, why, bytes } = await rig.seen("batchClosed");
  assertEquals([messages, why, bytes], [3, "count", peer.attempts[0].bytes.length]);
  assertEquals(stateOf(rig).gathering, 1);
});

Deno.test("collect sends what has gathered before it is larger than bytesMax, and a larger message alone", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const size = note({ id: "A" }).length;
  await rig.open([rig.channel("lab", [collecting("files", peer, { bytesMax: 2 * size })])]);
  await gather(rig, "A", "B");
  assertEquals(peer.attempts.length, 0);
  await gather(rig, "C");
  await peer.took(1);
  assertEquals(idsIn(peer), ["A B"]);
  await gather(rig, "X".repeat(3 * size));
  await peer.took(3);
  assertEquals(idsIn(peer).slice(1), ["C", "X".repeat(3 * size)]);
  assert(rig.all("batchClosed").every(({ why }) => why === "size"));
});

Deno.test("collect sends what has gathered when somebody asks, and nothing where nothing has", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, {}), to("ehr", new FakePeer())])]);
  assertEquals(await rig.gateway.closeBatch("lab"), [{ destination: "files", messages: 0 }]);
  await gather(rig, "A", "B");
  assertEquals(await rig.gateway.closeBatch("lab", "files"), [{ destination: "files", messages: 2 }]);
  await peer.took(1);
  assertEquals(rig.all("batchClosed").map(({ why }) => why), ["asked"]);
  const missing = await assertRejects(() => rig.gateway.closeBatch("lab", "ehr"), MitralError);
  assertEquals([missing.code, missing.facts.which], ["GATEWAY_COLLECT_MISSING", "ehr"]);
  await rig.gateway.stopChannel("lab");
  const stopped = await assertRejects(() => rig.gateway.closeBatch("lab"), MitralError);
  assertEquals(stopped.code, "ENGINE_LINE_STOPPED");
});

Deno.test("a batch is a message of its own, which tells how many it is made of, and each of them tells the batch", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 2 })])]);
  await gather(rig, "A");
  const [{ id }] = rig.all("messageReceived");
  const gathers = (await rig.gateway.archive.show(id))!;
  assertEquals(gathers.deliveries.map(({ state, batch }) => [state, batch]), [["gathering", undefined]]);
  await gather(rig, "B");
  const batch = await rig.seen("messageDelivered");
  const member = (await rig.gateway.archive.show(id))!;
  assertEquals(member.deliveries.map(({ state, batch }) => [state, batch]), [["delivered", batch.id]]);
  const whole = (await rig.gateway.archive.show(batch.id))!;
  assertEquals([whole.origin, whole.type, whole.state], [
    { adapter: "collect", peer: "files" },
    "lines",
    "processed",
  ]);
  assertEquals(whole.history.map(({ event }) => event), ["received", "batch of 2", "delivered"]);
  assertEquals(whole.deliveries.map(({ state, batch }) => [state, batch]), [["delivered", undefined]]);
  assertEquals(whole.received, peer.attempts[0].bytes);
});

Deno.test("the members of a batch that is refused are in quarantine with it, and are delivered with it when it is replayed", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.refuse(parcel, "AE");
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 2, as: "notes" })])]);
  await gather(rig, "A", "B");
  const { id } = await rig.seen("messageQuarantined");
  const quarantined = await rig.gateway.archive.list({ state: "quarantined" });
  assertEquals(quarantined.map(({ controlId }) => controlId), [id, "B", "A"]);
  assertEquals(
    quarantined.map(({ deliveries: [{ trouble }] }) => trouble?.code),
    Array(3).fill("NOTE_DELIVERY_REFUSED"),
  );
  const member = (await rig.gateway.archive.show(quarantined[2].id))!;
  assertEquals(member.history.map(({ event }) => event), ["received", "quarantined"]);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.gateway.replay(id);
  assertEquals((await rig.gateway.archive.list({ state: "gathering" })).length, 2);
  await rig.seen("messageDelivered");
  assertEquals(peer.attempts[0].bytes, peer.attempts[1].bytes);
  assertEquals((await rig.gateway.archive.list({ state: "delivered" })).length, 3);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
});

Deno.test("a message that is replayed by itself gathers again and goes out with the next batch", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 2 })])]);
  await gather(rig, "A", "B");
  await rig.seen("messageDelivered");
  const [{ id }] = rig.all("messageReceived");
  assertEquals(await rig.gateway.replay(id, { destination: "files" }), { destinations: ["files"] });
  assertEquals(stateOf(rig).gathering, 1);
  const again = await assertRejects(() => rig.gateway.replay(id, { destination: "files" }), MitralError);
  assertEquals(again.code, "GATEWAY_REPLAY_EMPTY");
  await gather(rig, "C");
  await peer.took(2);
  assertEquals(idsIn(peer), ["A B", "A C"]);
  const record = (await rig.gateway.archive.show(id))!;
  assertEquals(record.deliveries[0].batch, rig.all("batchClosed")[1].id);
});

Deno.test("a message that is put back while a batch is being closed is not taken for one of it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 2 })])]);
  await gather(rig, "A", "B");
  await rig.seen("messageDelivered");
  await gather(rig, "C");
  const letGo = rig.store.hold();
  const [{ id }] = rig.all("messageReceived");
  const replayed = rig.gateway.replay(id, { destination: "files" });
  await rig.store.asked(({ op }) => op === "replay");
  // What it reads is not all any more once the replay is durable.
  const closing = rig.gateway.closeBatch("lab");
  await turns();
  letGo();
  await Promise.all([replayed, closing]);
  await rig.gateway.closeBatch("lab");
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(idsIn(peer), ["A B", "A", "C"]);
  const closed = rig.store.commits.flat().filter(({ op }) => op === "closeBatch");
  assertEquals(closed.length, 4, "none was refused: this proves nothing");
});

Deno.test("a replay of a batch is refused where a member's key has a newer delivery, unless it is forced", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 2, as: "notes" })])]);
  await gather(rig, "A", "B");
  const { id } = await rig.seen("messageQuarantined");
  for (const later of ["C", "D"]) await rig.hand().give(note({ id: later, keys: ["B"] }));
  await rig.seen("messageDelivered");
  const refused = await assertRejects(() => rig.gateway.replay(id), MitralError);
  assertEquals(refused.code, "GATEWAY_REPLAY_REFUSED");
  await rig.gateway.replay(id, { force: true });
  await rig.seen("messageDelivered", () => true, 2);
});

Deno.test("batches are sent in the order they were closed, and their numbers follow each other", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const sequences: number[] = [];
  peer.conduct = (parcel) => {
    sequences.push(parcel.sequence);
    return sequences.length === 1 ? peer.isDown() : peer.take(parcel);
  };
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 2 })])]);
  await gather(rig, "A", "B", "C", "D", "E", "F");
  await rig.clock.pass(peer.took(3));
  assertEquals(idsIn(peer), ["A B", "A B", "C D", "E F"]);
  assertEquals(sequences, [1, 1, 2, 3]);
});

Deno.test("a message that cannot be joined is in quarantine, by code, and the others go out without it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const lined = step(
    "lined",
    (message) =>
      message.body.get("id") === "B" ? message.derive({ body: message.body.saying("1\n2") }) : message,
  );
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 3 })], { steps: [lined] })]);
  await gather(rig, "A", "B", "C");
  const { error } = await rig.seen("messageQuarantined");
  assertEquals(error.code, "ENGINE_BATCH_LINED");
  await peer.took(1);
  assertEquals(idsIn(peer), ["A C"]);
  const [kept] = await rig.gateway.archive.list({ state: "quarantined" });
  assertEquals([kept.controlId, kept.deliveries[0].batch], ["B", undefined]);
  await rig.seen("messageDelivered");
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
  // Replayed, it gathers again: it is never sent by itself.
  await rig.gateway.replay(kept.id);
  assertEquals([stateOf(rig).gathering, stateOf(rig).queued], [1, 0]);
});

Deno.test("a message whose bytes changed on disk is in quarantine, and the others are sent as one", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, {})])]);
  await gather(rig, "A", "B", "C");
  rig.store.damage(2);
  assertEquals(await rig.gateway.closeBatch("lab"), [{ destination: "files", messages: 2 }]);
  const { error } = await rig.seen("messageQuarantined");
  assertEquals(error.code, "ENGINE_BODY_DAMAGED");
  await rig.seen("messageDelivered");
  assertEquals(idsIn(peer), ["A C"]);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
});

Deno.test("what gathers counts as pending, once, until its batch is delivered, and so it does after a restart", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => peer.isDown();
  const channel = rig.channel("lab", [collecting("files", peer, { countMax: 2 })]);
  await rig.open([channel]);
  await gather(rig, "A", "B", "C");
  await peer.tried(1);
  const [batch, left] = [peer.attempts[0].bytes.length, note({ id: "C" }).length];
  const expected = { condition: "open", pending: 2, pendingBytes: batch + left };
  assertEquals<unknown>(rig.gateway.snapshot().journal, expected);
  rig.cutPower();
  await rig.open([channel]);
  assertEquals<unknown>(rig.gateway.snapshot().journal, expected);
  assertEquals([stateOf(rig).gathering, stateOf(rig).queued], [1, 1]);
});

Deno.test("a backlog larger than bytesMax is closed as the gateway starts, and is never in memory whole", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const ids = Array.from({ length: 10_000 }, (_, at) => `N${String(at).padStart(5, "0")}`);
  const size = note({ id: ids[0] }).length, perBatch = 500;
  await rig.open([rig.channel("lab", [collecting("files", peer, {})])]);
  for (let at = 0; at < ids.length; at += 500) await gather(rig, ...ids.slice(at, at + 500));
  rig.cutPower();
  rig.store.questions.length = 0;
  await rig.open([rig.channel("lab", [collecting("files", peer, { bytesMax: perBatch * size })])]);
  // Nothing passes its mark any more once the last batch is as large as it may be.
  await peer.took(ids.length / perBatch - 1);
  assertEquals(idsIn(peer).join(" ").split(" "), ids.slice(0, ids.length - perBatch));
  assertEquals(stateOf(rig).gathering, perBatch);
  const pages = rig.store.questions.filter(({ ask }) => ask === "gathered");
  const perRead = Math.ceil(perBatch / limits.pageMax);
  // And one that finds that nothing more fits.
  assertEquals(pages.length, peer.taken.length * (perRead + 1));
});

Deno.test("a destination that collects no more sends what had gathered one by one, in order", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, {})])]);
  await gather(rig, "A", "B");
  await rig.gateway.reloadChannel(rig.channel("lab", [to("files", peer)]));
  await rig.hand().give(note({ id: "C" }));
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(idsIn(peer), ["A", "B", "C"]);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
});

Deno.test("batches can be handed to another channel", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const next = { ...collecting("next", peer, { countMax: 2, as: "notes" }), send: { channel: "second" } };
  await rig.open([rig.channel("lab", [next]), rig.channel("second", [to("ehr", peer)])]);
  await gather(rig, "A", "B", "C");
  await peer.took(1);
  const batch = await rig.seen("batchClosed");
  assertEquals(new TextDecoder().decode(peer.attempts[0].bytes), `${batch.id}||S|message|A B`);
  const second = await rig.seen("messageReceived", ({ channel }) => channel === "second");
  const told = await rig.gateway.archive.show(batch.id);
  assertEquals(told?.handedOnTo, [{ id: second.id, channel: "second" }]);
  assertEquals(stateOf(rig).gathering, 1);
  await rig.seen("messageDelivered");
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, note({ id: "C" }).length);
});

Deno.test("a batch that cannot be made now is tried again, and says where it failed", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [collecting("files", peer, { countMax: 2 })])]);
  rig.store.unanswered = ({ ask }) => ask === "gathered";
  await gather(rig, "A", "B");
  const { stage, destination, cause } = await rig.seen("stageCrashed");
  assertEquals([stage, destination], ["collect", "files"]);
  assert(cause.startsWith("TypeError"));
  rig.store.unanswered = () => false;
  await rig.clock.pass(peer.took(1));
  assertEquals(idsIn(peer), ["A B"]);
});
