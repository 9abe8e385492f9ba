import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

/** Gives a note and resolves with its id once it is queued. */
async function given(rig: GatewayRig, ...args: Parameters<typeof note>): Promise<string> {
  const count = rig.all("messageProcessed").length + 1;
  await rig.hand().give(note(...args));
  return (await rig.seen("messageProcessed", () => true, count)).id;
}

Deno.test("a delivery waits for the message in quarantine that holds its key, by id, until that is released", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => peer.refuse(parcel, "AE");
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const holder = await given(rig, { id: "A", keys: ["p"], sender: "BASE" });
  await rig.seen("messageQuarantined");
  const id = await given(rig, { id: "B", keys: ["p", "q"] });
  await turns();
  assertEquals(await rig.gateway.waitsFor(id), [
    { destination: "ehr", part: 0, waitsFor: { kind: "heldKey", id: holder } },
  ]);
  assertEquals(await rig.gateway.waitsFor(holder), []);
  peer.conduct = () => new Promise(() => {});
  await rig.gateway.release(holder);
  assertEquals((await rig.gateway.waitsFor(id))[0].waitsFor, {
    kind: "turn",
    trouble: "NOTE_DELIVERY_REFUSED",
  });
});

Deno.test("a delivery without a key waits for what is before it, unless its destination keeps no order", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => new Promise(() => {});
  const destinations = [to("ehr", peer), to("any", peer, { order: { by: "none" } })];
  await rig.open([rig.channel("lab", destinations)]);
  await given(rig, { id: "A" });
  const id = await given(rig, { id: "B", keys: [] });
  assertEquals((await rig.gateway.waitsFor(id)).map(({ waitsFor }) => waitsFor.kind), ["earlier", "turn"]);
});

Deno.test("a delivery waits for a line that does not run, and for a destination that is gone", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => new Promise(() => {});
  const gateway = await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const id = await given(rig, { id: "A" });
  await rig.clock.pass(gateway.stopChannel("lab"));
  assertEquals((await gateway.waitsFor(id))[0].waitsFor, { kind: "line", condition: "stopped" });
  await gateway.reloadChannel(rig.channel("lab", [to("other", peer)]));
  assertEquals((await gateway.waitsFor(id))[0].waitsFor, { kind: "destination" });
  await rig.clock.pass(gateway.removeChannel("lab"));
  assertEquals((await gateway.waitsFor(id))[0].waitsFor, { kind: "destination" });
});

Deno.test("nothing is known of what a message waits for that is not in the journal", async () => {
  await using rig = new GatewayRig();
  const gateway = await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const { code } = await assertRejects(() => gateway.waitsFor("absent"), MitralError);
  assertEquals(code, "GATEWAY_MESSAGE_UNKNOWN");
});
