import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const by = { person: "ann", reason: "the EHR is down" };

const line = (rig: GatewayRig, name = "ehr") => rig.gateway.snapshot().channels[0].destinations[name];

async function giveAll(rig: GatewayRig, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) await rig.hand().give(note({ id }));
}

Deno.test("what is queued for a destination and what comes goes out by another's sender, in order, with its own payload", async () => {
  await using rig = new GatewayRig();
  const [ehr, standby] = [new FakePeer(1, rig.clock), new FakePeer()];
  ehr.conduct = () => ehr.isDown();
  const mark = step("mark", (message) => message.derive({ body: message.body.saying("for the EHR") }));
  await rig.open([rig.channel("lab", [to("ehr", ehr, { steps: [mark] }), to("standby", standby)])]);
  await giveAll(rig, "A", "B");
  await rig.seen("deliveryFailed");
  await standby.took(2);
  await rig.clock.pass(rig.gateway.divert("lab", "ehr", "standby", by));
  assertEquals(line(rig).divertedTo, "standby");
  await giveAll(rig, "C");
  await standby.took(6);
  const diverted = standby.attempts.filter(({ bytes }) =>
    new TextDecoder().decode(bytes).includes("for the EHR")
  );
  assertEquals(diverted.map(({ controlId }) => controlId), ["A", "B", "C"]);
  await rig.seen("messageDelivered", () => true, 6);
  const [{ id }] = rig.all("messageReceived");
  const kept = (await rig.gateway.archive.show(id))!;
  assertEquals(kept.deliveries.map(({ destination, state }) => [destination, state]), [
    ["ehr", "delivered"],
    ["standby", "delivered"],
  ]);
  const noted = kept.history.filter(({ event }) => event.startsWith("diverted"));
  assertEquals(noted.map(({ event, destination }) => [event, destination]), [["diverted to standby", "ehr"]]);
  assertEquals(line(rig).queued, 0);
});

Deno.test("an attempt under way ends before the diversion begins: nothing is sent both ways", async () => {
  await using rig = new GatewayRig();
  const [ehr, standby] = [new FakePeer(), new FakePeer()];
  const letGo = ehr.hold();
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("standby", standby, { steps: [drop] })])]);
  await giveAll(rig, "A", "B");
  await ehr.tried(1);
  const diverting = rig.gateway.divert("lab", "ehr", "standby", by);
  await turns(5);
  assertEquals(standby.attempts, []);
  letGo();
  await diverting;
  await standby.took(1);
  assertEquals([ehr.taken, standby.taken], [["A"], ["B"]]);
});

Deno.test("where the store fails meanwhile nothing goes out by the new way before the store is open again", async () => {
  await using rig = new GatewayRig();
  const [ehr, standby] = [new FakePeer(), new FakePeer()];
  ehr.hold();
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("standby", standby, { steps: [drop] })])]);
  await giveAll(rig, "A", "B");
  await ehr.tried(1);
  const diverting = rig.gateway.divert("lab", "ehr", "standby", by);
  await turns(5);
  rig.store.failure = new Error("disk I/O error");
  await rig.hand().give(note({ id: "lost" }));
  await diverting;
  await turns(20);
  assertEquals(standby.attempts, []);
  rig.store.failure = undefined;
  await rig.clock.pass(rig.seen("journalReopened"));
  await standby.took(2);
  assertEquals(standby.taken, ["A", "B"]);
});

Deno.test("a diversion outlives a restart, and ends with what is queued then", async () => {
  await using rig = new GatewayRig();
  const [ehr, standby] = [new FakePeer(), new FakePeer()];
  const channel = rig.channel("lab", [to("ehr", ehr), to("standby", standby, { steps: [drop] })]);
  await rig.open([channel]);
  await rig.gateway.divert("lab", "ehr", "standby", by);
  rig.cutPower();
  await rig.open([channel]);
  await giveAll(rig, "A");
  await standby.took(1);
  await rig.gateway.divert("lab", "ehr", null, by);
  assertEquals(line(rig).divertedTo, undefined);
  await giveAll(rig, "B");
  await ehr.took(1);
  assertEquals([ehr.taken, standby.taken], [["B"], ["A"]]);
  assertEquals([rig.all("diversionStarted")[0].to, rig.all("diversionEnded").length], ["standby", 1]);
});

Deno.test("a diversion leads to another destination that sends by itself, and never on from there", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const collect = { at: [], timeZone: "UTC", bytesMax: 1_000, as: "lines", empty: "skip" } as const;
  await rig.open([
    rig.channel("lab", [
      to("ehr", peer),
      to("standby", peer),
      to("third", peer),
      to("nightly", peer, { collect }),
      { ...to("next", peer), send: { channel: "adt" } },
    ]),
    rig.channel("adt", [to("ehr", peer)]),
  ]);
  const refused = async (from: string, target: string) =>
    (await assertRejects(() => rig.gateway.divert("lab", from, target, by), MitralError)).code;
  for (const target of ["none", "ehr", "nightly", "next"]) {
    assertEquals(await refused("ehr", target), "GATEWAY_DIVERSION_REFUSED", target);
  }
  assertEquals(await refused("next", "ehr"), "GATEWAY_DESTINATION_UNKNOWN");
  await rig.gateway.divert("lab", "ehr", "standby", by);
  assertEquals(await refused("third", "ehr"), "GATEWAY_DIVERSION_REFUSED");
  assertEquals(await refused("standby", "third"), "GATEWAY_DIVERSION_REFUSED");
  await rig.gateway.divert("lab", "third", "standby", by);
});

Deno.test("where the other destination is gone after a reload the line halts and says so, and its own sender sends nothing", async () => {
  await using rig = new GatewayRig();
  const [ehr, standby] = [new FakePeer(), new FakePeer()];
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("standby", standby, { steps: [drop] })])]);
  await rig.gateway.divert("lab", "ehr", "standby", by);
  await rig.clock.pass(rig.gateway.reloadChannel(rig.channel("lab", [to("ehr", ehr)])));
  assertEquals((await rig.seen("lineHalted")).error.code, "ENGINE_DIVERSION_LOST");
  await giveAll(rig, "A");
  await turns(5);
  assertEquals([ehr.attempts, line(rig).trouble], [[], "ENGINE_DIVERSION_LOST"]);
  await rig.gateway.divert("lab", "ehr", null, by);
  await ehr.took(1);
});

Deno.test("a stop in the middle of a diversion leaves nothing running", async () => {
  await using rig = new GatewayRig();
  const [ehr, standby] = [new FakePeer(), new FakePeer()];
  const letGo = ehr.hold();
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("standby", standby, { steps: [drop] })])]);
  await giveAll(rig, "A", "B");
  await ehr.tried(1);
  const diverting = rig.gateway.divert("lab", "ehr", "standby", by);
  await turns(2);
  const stopping = rig.gateway.stopChannel("lab");
  letGo();
  await rig.clock.pass(Promise.all([diverting, stopping]));
  assertEquals([line(rig).condition, standby.taken], ["stopped", []]);
  await rig.gateway.startChannel("lab");
  await standby.took(1);
  assertEquals([ehr.taken, standby.taken], [["A"], ["B"]]);
});

/** Leaves everything out: its destination gets nothing of its own. */
const drop = step("drop", () => null);
