import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ReplayedMessage } from "../../../runtime/engine/gateway_api.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

/** A gateway whose peer has taken some notes, each of a key of its own unless it says another. */
async function delivered(
  rig: GatewayRig,
  notes: readonly string[],
  keys: readonly string[] = notes,
): Promise<FakePeer> {
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })])]);
  for (const [at, id] of notes.entries()) await rig.hand().give(note({ id, keys: [keys[at]] }));
  await rig.seen("messageDelivered", () => true, notes.length);
  return peer;
}

async function all(run: AsyncIterable<ReplayedMessage>): Promise<ReplayedMessage[]> {
  const items = [];
  for await (const item of run) items.push(item);
  return items;
}

Deno.test("messages that match are replayed, oldest first, and each says how far it is", async () => {
  await using rig = new GatewayRig();
  const peer = await delivered(rig, ["A", "B", "C"]);
  const items = await all(rig.gateway.replayAll({ channel: "lab" }, { destination: "ehr" }));
  await peer.took(6);
  assertEquals(peer.taken, ["A", "B", "C", "A", "B", "C"]);
  assertEquals(items.map(({ destinations, done, total }) => [destinations, done, total]), [
    [["ehr"], 1, 3],
    [["ehr"], 2, 3],
    [["ehr"], 3, 3],
  ]);
});

Deno.test("a replay is told from a first delivery: to the sender, in the record, and by who asked and why", async () => {
  await using rig = new GatewayRig();
  const peer = await delivered(rig, ["A"]);
  const marks: unknown[] = [];
  peer.conduct = (parcel) => {
    marks.push(parcel.replays);
    return peer.take(parcel);
  };
  const [{ id }] = rig.all("messageReceived");
  await rig.hand().give(note({ id: "B" }));
  await peer.took(2);
  await all(rig.gateway.replayAll({ ids: [id] }, {
    everywhere: true,
    by: { person: "ann", reason: "asked by the ward" },
  }));
  await peer.took(3);
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(marks, [undefined, 1]);
  const shown = (await rig.gateway.archive.show(id))!;
  assertEquals(shown.deliveries.map(({ replays }) => replays), [1]);
  const { person, reason } = shown.history.find(({ event }) => event === "replayed")!;
  assertEquals([person, reason], ["ann", "asked by the ward"]);
});

Deno.test("messages of a key are replayed together, but not past a newer one that is none of them", async () => {
  await using rig = new GatewayRig();
  const peer = await delivered(rig, ["A", "B", "C", "D"], ["one", "one", "two", "two"]);
  const received = rig.all("messageReceived").map(({ id }) => id);
  const items = await all(
    rig.gateway.replayAll({ ids: [received[0], received[1], received[2]] }, { destination: "ehr" }),
  );
  await peer.took(6);
  assertEquals(peer.taken.slice(4), ["A", "B"]);
  assertEquals(items.map(({ error }) => error?.code), [undefined, undefined, "GATEWAY_REPLAY_REFUSED"]);
  await all(rig.gateway.replayAll({ ids: [received[2]] }, { destination: "ehr", force: true }));
  await peer.took(7);
  assertEquals(peer.taken[6], "C");
});

Deno.test("where more match than may be replayed, none is", async () => {
  await using rig = new GatewayRig();
  const peer = await delivered(rig, ["A", "B"]);
  const error = await assertRejects(
    () => all(rig.gateway.replayAll({ channel: "lab" }, { destination: "ehr", most: 1 })),
    MitralError,
  );
  assertEquals([error.code, error.facts], ["GATEWAY_REPLAY_UNCONFIRMED", { count: 2, most: 1 }]);
  assertEquals(peer.taken, ["A", "B"]);
  assertEquals(rig.all("messageReplayed"), []);
});

Deno.test("of messages that were named, one there is not stops all, and one with nothing to replay is told", async () => {
  await using rig = new GatewayRig();
  await delivered(rig, ["A", "B"]);
  const [{ id }] = rig.all("messageReceived");
  const unknown = await assertRejects(() => all(rig.gateway.replayAll({ ids: [id, "none"] })), MitralError);
  assertEquals(unknown.code, "GATEWAY_MESSAGE_UNKNOWN");
  const [item] = await all(rig.gateway.replayAll({ ids: [id] }));
  assertEquals(item.error?.code, "GATEWAY_REPLAY_EMPTY");
  assertEquals(await all(rig.gateway.replayAll({ channel: "lab" })), []);
});

Deno.test("leaving a replay of many ends it", async () => {
  await using rig = new GatewayRig();
  const notes = Array.from({ length: 120 }, (_, at) => `N${at}`);
  const peer = await delivered(rig, notes);
  for await (const { done } of rig.gateway.replayAll({ channel: "lab" }, { destination: "ehr" })) {
    if (done === 50) break;
  }
  await peer.took(170);
  assertEquals(rig.all("messageReplayed").length, 50);
});

Deno.test("what is delivered between the look for newer deliveries and the replay is seen all the same", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })])]);
  await rig.hand().give(note({ id: "A", keys: ["one"] }));
  const { id } = await rig.seen("messageQuarantined");
  const letGo = rig.store.hold(({ op }) => op === "settle");
  await rig.hand().give(note({ id: "B", keys: ["one"] }));
  await peer.took(1);
  await turns();
  const replayed = assertRejects(() => rig.gateway.replay(id), MitralError);
  await turns();
  assertEquals(rig.store.questions.at(-1)?.ask, "newer");
  letGo();
  assertEquals((await replayed).code, "GATEWAY_REPLAY_REFUSED");
});
