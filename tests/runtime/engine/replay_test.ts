import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

Deno.test("a replayed delivery goes to the destination that refused it, with the payload that was stored", async () => {
  await using rig = new GatewayRig();
  const [ehr, other] = [new FakePeer(), new FakePeer()];
  ehr.conduct = (parcel) => ehr.refuse(parcel, "AE");
  let stamp = 0;
  const stamped = step(
    "stamp",
    (message) => message.derive({ body: message.body.saying(`stamp ${++stamp}`) }),
  );
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("other", other)], { steps: [stamped] })]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageQuarantined");
  ehr.conduct = (parcel) => ehr.take(parcel);
  assertEquals(await rig.gateway.replay(id), { destinations: ["ehr"] });
  await ehr.took(1);
  assertEquals(ehr.attempts[1].bytes, ehr.attempts[0].bytes);
  assertEquals(other.attempts.length, 1);
  await rig.seen("messageDelivered", ({ destination }) => destination === "ehr");
  assertEquals(rig.gateway.snapshot().journal.pending, 0);
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
});

Deno.test("a message quarantined before it had branches runs through its channel again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  let broken = true;
  const mend = step("mend", (message) => {
    if (broken) throw refusal;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [mend] })]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageQuarantined");
  broken = false;
  assertEquals(await rig.gateway.replay(id), { destinations: [] });
  await peer.took(1);
  assertEquals(peer.taken, ["A"]);
});

Deno.test("a replay is refused where the key has a newer delivery, unless it is forced", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A", keys: ["patient"] }));
  await rig.hand().give(note({ id: "B", keys: ["patient"] }));
  const { id } = await rig.seen("messageQuarantined");
  await rig.seen("messageDelivered");
  const refused = await assertRejects(() => rig.gateway.replay(id), MitralError);
  assertEquals(refused.code, "GATEWAY_REPLAY_REFUSED");
  await rig.gateway.replay(id, { force: true });
  await peer.took(2);
  assertEquals(peer.taken, ["B", "A"]);
});

Deno.test("what was delivered is sent again only to a destination that is named", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageDelivered");
  assertEquals((await assertRejects(() => rig.gateway.replay(id), MitralError)).code, "GATEWAY_REPLAY_EMPTY");
  await rig.gateway.replay(id, { destination: "ehr" });
  await peer.took(2);
  const unknown = await assertRejects(() => rig.gateway.replay("none"), MitralError);
  assertEquals(unknown.code, "GATEWAY_MESSAGE_UNKNOWN");
});

Deno.test("a delivery replayed while many wait goes out, and none of the others is lost", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "first" }));
  const { id } = await rig.seen("messageQuarantined");
  const letGo = peer.hold();
  const names = Array.from({ length: 400 }, (_, at) => `N${at}`);
  for (const name of names) await rig.hand().give(note({ id: name }));
  await rig.seen("messageProcessed", () => true, 401);
  await rig.gateway.replay(id);
  letGo();
  await peer.took(401);
  assertEquals(peer.taken.toSorted(), ["first", ...names].toSorted());
  assertEquals(peer.taken.filter((name) => name !== "first"), names);
});

Deno.test("what is replayed while its channel is removed counts as pending until it is delivered", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.attempts.length === 1 ? peer.refuse(parcel, "AE") : peer.take(parcel);
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageQuarantined");
  await rig.gateway.removeChannel("lab");
  await rig.gateway.replay(id);
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, note({ id: "A" }).length);
  await rig.gateway.reloadChannel(channel);
  await rig.seen("messageDelivered");
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
});

Deno.test("all parts of a message are sent again to a destination that is named, in order", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const split = step(
    "split",
    (message) => ["1", "2"].map((text) => message.derive({ body: message.body.saying(text) })),
  );
  await rig.open([rig.channel("lab", [to("ehr", peer)], { steps: [split] })]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageDelivered", () => true, 2);
  await rig.gateway.replay(id, { destination: "ehr" });
  await peer.took(4);
  const texts = peer.attempts.map(({ bytes }) => new TextDecoder().decode(bytes).split("|")[4]);
  assertEquals(texts, ["1", "2", "1", "2"]);
});
