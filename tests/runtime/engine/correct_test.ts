import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const by = { person: "ann", reason: "wrong date of birth" };
const decoder = new TextDecoder();

/** A channel that refuses what does not say `right`. */
async function strict(rig: GatewayRig): Promise<FakePeer> {
  const peer = new FakePeer();
  const check = step("check", (message) => {
    if (message.body.get("text") !== "right") throw refusal;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [check] })]);
  return peer;
}

Deno.test("a message in quarantine is replaced by a new one, which goes the whole way", async () => {
  await using rig = new GatewayRig();
  const peer = await strict(rig);
  await rig.hand().give(note({ id: "A", text: "wrong" }));
  const { id } = await rig.seen("messageQuarantined");
  const corrected = await rig.gateway.correct(id, note({ id: "A", text: "right" }), { by });
  await peer.took(1);
  assertEquals([corrected.destinations, peer.taken], [[], ["A"]]);
  const before = (await rig.gateway.archive.show(id))!,
    after = (await rig.gateway.archive.show(corrected.id))!;
  assertEquals([before.state, after.state], ["cancelled", "processed"]);
  assertEquals(after.origin, { adapter: "correction", peer: "ann" });
  assertEquals(before.handedOnTo, [{ id: corrected.id, channel: "lab" }]);
  const act = before.history.find(({ person }) => person !== undefined)!;
  assertEquals([act.event, act.person, act.reason], [`corrected as ${corrected.id}`, by.person, by.reason]);
  assertEquals(after.history.some(({ event }) => event === `corrects ${id}`), true);
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
});

Deno.test("a correction that is wrong itself is in quarantine, and can be corrected", async () => {
  await using rig = new GatewayRig();
  const peer = await strict(rig);
  await rig.hand().give(note({ id: "A", text: "wrong" }));
  const first = await rig.seen("messageQuarantined");
  const again = await rig.gateway.correct(first.id, note({ id: "A", text: "worse" }), { by });
  await rig.seen("messageQuarantined", ({ id }) => id === again.id);
  await rig.gateway.correct(again.id, note({ id: "A", text: "right" }), { by });
  await peer.took(1);
  assertEquals(peer.taken, ["A"]);
});

Deno.test("nothing but what is in quarantine is ever changed", async () => {
  await using rig = new GatewayRig();
  const peer = await strict(rig);
  await rig.hand().give(note({ id: "A", text: "right" }));
  await peer.took(1);
  const { id } = await rig.seen("messageDelivered");
  const code = async (id: string, destination?: string) => {
    const how = destination === undefined ? { by } : { by, destination };
    const asked = () => rig.gateway.correct(id, note({ id: "A", text: "right" }), how);
    return (await assertRejects(asked, MitralError)).code;
  };
  assertEquals(await code(id), "GATEWAY_CORRECTION_EMPTY");
  assertEquals(await code(id, "ehr"), "GATEWAY_CORRECTION_EMPTY");
  assertEquals(await code("none"), "GATEWAY_MESSAGE_UNKNOWN");
  await rig.hand().give(note({ id: "B", text: "wrong" }));
  const quarantined = await rig.seen("messageQuarantined");
  assertEquals(await code(quarantined.id, "ehr"), "GATEWAY_CORRECTION_EMPTY");
});

Deno.test("of two who correct a message at once, one does", async () => {
  await using rig = new GatewayRig();
  const peer = await strict(rig);
  await rig.hand().give(note({ id: "A", text: "wrong" }));
  const { id } = await rig.seen("messageQuarantined");
  const right = note({ id: "A", text: "right" });
  const both = await Promise.allSettled([
    rig.gateway.correct(id, right, { by }),
    rig.gateway.correct(id, right, { by }),
  ]);
  const codes = both.map((each) => each.status === "rejected" ? (each.reason as MitralError).code : "done");
  assertEquals(codes, ["done", "ENGINE_CORRECTION_LATE"]);
  await peer.took(1);
  assertEquals(peer.taken, ["A"]);
});

Deno.test("a delivery in quarantine gets another payload, in its place; the first is kept", async () => {
  await using rig = new GatewayRig();
  const [ehr, other] = [new FakePeer(), new FakePeer()];
  ehr.conduct = (parcel) => ehr.refuse(parcel, "AE");
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("other", other)])]);
  await rig.hand().give(note({ id: "A", text: "wrong" }));
  const { id } = await rig.seen("messageQuarantined");
  ehr.conduct = (parcel) => ehr.take(parcel);
  const corrected = await rig.gateway.correct(id, note({ id: "A2", text: "right" }), { by });
  assertEquals(corrected, { id, destinations: ["ehr"] });
  await ehr.took(1);
  await rig.seen("messageDelivered", ({ destination }) => destination === "ehr");
  assertEquals([ehr.taken, other.taken], [["A2"], ["A"]]);
  const shown = (await rig.gateway.archive.show(id))!;
  const [payload, untouched] = shown.payloads;
  assertEquals(decoder.decode(payload.bytes), decoder.decode(note({ id: "A2", text: "right" })));
  assertEquals(decoder.decode(payload.before), decoder.decode(note({ id: "A", text: "wrong" })));
  assertEquals(untouched.before, undefined);
  assertEquals(shown.received, note({ id: "A", text: "wrong" }));
  const act = shown.history.find(({ event }) => event === "corrected")!;
  assertEquals([act.destination, act.person, act.reason], ["ehr", by.person, by.reason]);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
});

Deno.test("bytes are for one destination, which is named where several have the message in quarantine", async () => {
  await using rig = new GatewayRig();
  const [ehr, other] = [new FakePeer(), new FakePeer()];
  for (const peer of [ehr, other]) peer.conduct = (parcel) => peer.refuse(parcel, "AE");
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("other", other)])]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageQuarantined", () => true, 2);
  const ambiguous = await assertRejects(
    () => rig.gateway.correct(id, note({ id: "A" }), { by }),
    MitralError,
  );
  assertEquals(ambiguous.code, "GATEWAY_CORRECTION_AMBIGUOUS");
  other.conduct = (parcel) => other.take(parcel);
  await rig.gateway.correct(id, note({ id: "A2" }), { by, destination: "other" });
  await other.took(1);
  assertEquals([other.taken, ehr.attempts.length], [["A2"], 1]);
});

Deno.test("a corrected payload does not go past a newer delivery of its key, unless it is forced", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A", keys: ["one"] }));
  await rig.hand().give(note({ id: "B", keys: ["one"] }));
  const { id } = await rig.seen("messageQuarantined");
  await rig.seen("messageDelivered");
  const refused = await assertRejects(() => rig.gateway.correct(id, note({ id: "A2" }), { by }), MitralError);
  assertEquals(refused.code, "GATEWAY_REPLAY_REFUSED");
  await rig.gateway.correct(id, note({ id: "A2" }), { by, force: true });
  await peer.took(2);
  assertEquals(peer.taken, ["B", "A2"]);
});
