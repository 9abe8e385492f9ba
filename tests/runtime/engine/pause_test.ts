import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const by = { person: "ann", reason: "update of the EHR" };

const line = (rig: GatewayRig, name = "ehr") => rig.gateway.snapshot().channels[0].destinations[name];

Deno.test("a paused destination finishes what it sends and takes no more, and its neighbour goes on", async () => {
  await using rig = new GatewayRig();
  const [ehr, bills] = [new FakePeer(), new FakePeer()];
  const letGo = ehr.hold();
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("bills", bills)])]);
  for (const id of ["A", "B"]) await rig.hand().give(note({ id }));
  await ehr.tried(1);
  await rig.gateway.pause("lab", "ehr", by);
  assertEquals([line(rig).paused, line(rig, "bills").paused], [true, undefined]);
  letGo();
  await ehr.took(1);
  await bills.took(2);
  await turns(5);
  assertEquals([ehr.taken, line(rig).queued], [["A"], 1]);
  await rig.gateway.resume("lab", "ehr", by);
  await ehr.took(2);
  assertEquals([ehr.taken, line(rig).paused], [["A", "B"], undefined]);
  assertEquals([rig.all("destinationPaused").length, rig.all("destinationResumed").length], [1, 1]);
});

Deno.test("what waited for another attempt makes it only after its destination is resumed", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1, rig.clock);
  peer.conduct = () => peer.isDown();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })])]);
  for (const id of ["A", "B", "C"]) await rig.hand().give(note({ id, keys: [id] }));
  await rig.seen("deliveryFailed", () => true, 3);
  await rig.gateway.pause("lab", "ehr", by);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.advance(60_000);
  assertEquals(peer.attempts.length, 3);
  await rig.gateway.resume("lab", "ehr", by);
  await peer.took(3);
});

Deno.test("what was taken and had not begun when its destination was paused waits, and goes out in order", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer(1);
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer, { order: { by: "key" } })])]);
  const ids = ["A", "B", "C", "D"];
  for (const id of ids) await rig.hand().give(note({ id, keys: [id] }));
  await peer.tried(1);
  await turns(5);
  await rig.gateway.pause("lab", "ehr", by);
  letGo();
  await peer.took(1);
  await turns(5);
  assertEquals(peer.attempts.length, 1);
  await rig.gateway.resume("lab", "ehr", by);
  await peer.took(4);
  assertEquals([peer.taken, peer.attempts.length], [ids, 4]);
});

Deno.test("a pause outlives a restart, a stop and a reload, and ends with resume", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  await rig.gateway.pause("lab", "ehr", by);
  rig.cutPower();
  await rig.open([channel]);
  await rig.hand().give(note({ id: "A" }));
  await rig.clock.pass(rig.gateway.reloadChannel(channel));
  await rig.clock.pass(rig.gateway.stopChannel("lab"));
  await rig.gateway.startChannel("lab");
  await turns(5);
  assertEquals([peer.attempts, line(rig).paused, line(rig).queued], [[], true, 1]);
  await rig.gateway.resume("lab", "ehr", by);
  await peer.took(1);
  await rig.clock.pass(rig.gateway.reloadChannel(channel));
  assertEquals(line(rig).paused, undefined);
});

Deno.test("a gateway whose senders are held takes messages and sends none, until they are released", async () => {
  await using rig = new GatewayRig();
  const [ehr, other] = [new FakePeer(), new FakePeer()];
  rig.store.database.exec("INSERT OR REPLACE INTO setting VALUES ('senders_held', 1)");
  const channels = [rig.channel("lab", [to("ehr", ehr)]), rig.channel("adt", [to("other", other)])];
  await rig.open(channels);
  await rig.hand("lab").give(note({ id: "A" }));
  await rig.hand("adt").give(note({ id: "B" }));
  await turns(5);
  assertEquals([rig.gateway.snapshot().sendersHeld, ehr.attempts, other.attempts], [true, [], []]);
  await rig.gateway.releaseSenders(by);
  await Promise.all([ehr.took(1), other.took(1)]);
  assertEquals([rig.gateway.snapshot().sendersHeld, rig.all("sendersReleased").length], [false, 1]);
  rig.cutPower();
  await rig.open(channels);
  assertEquals(rig.gateway.snapshot().sendersHeld, false);
});

Deno.test("only what is there and has a sender of its own can be paused", async () => {
  await using rig = new GatewayRig();
  const next = { ...to("next", new FakePeer()), send: { channel: "adt" } };
  await rig.open([rig.channel("lab", [next]), rig.channel("adt", [to("ehr", new FakePeer())])]);
  for (
    const [channel, destination, code] of [
      ["none", "ehr", "GATEWAY_CHANNEL_UNKNOWN"],
      ["lab", "none", "GATEWAY_DESTINATION_UNKNOWN"],
      ["lab", "next", "GATEWAY_DESTINATION_UNKNOWN"],
    ] as const
  ) {
    const refused = await assertRejects(() => rig.gateway.pause(channel, destination, by), MitralError);
    assertEquals(refused.code, code);
  }
  assertEquals(await rig.gateway.archive.acts({}), []);
});
