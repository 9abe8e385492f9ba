import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

/** Two channels, each with a peer. */
async function twoChannels(rig: GatewayRig) {
  const peers = { lab: new FakePeer(), bills: new FakePeer() };
  const lab = rig.channel("lab", [to("ehr", peers.lab)]);
  const bills = rig.channel("bills", [to("billing", peers.bills)]);
  await rig.open([lab, bills]);
  return { ...peers, plans: { lab, bills } };
}

Deno.test("a channel that is stopped takes nothing, and the others do not notice", async () => {
  await using rig = new GatewayRig();
  const { lab, bills } = await twoChannels(rig);
  await rig.gateway.stopChannel("lab");
  assertEquals(
    rig.gateway.snapshot().channels.map(({ name, condition, address }) => [name, condition, address]),
    [
      ["lab", "stopped", ""],
      ["bills", "running", "hand"],
    ],
  );
  for (const id of ["A", "B"]) await rig.hand("bills").give(note({ id }));
  await bills.took(2);
  assertEquals([bills.opened, bills.closed, lab.opened, lab.closed], [1, 0, 1, 1]);
  assertEquals(rig.all("channelStopped").map(({ channel }) => channel), ["lab"]);
});

Deno.test("a channel that is started again goes on with what it had", async () => {
  await using rig = new GatewayRig();
  const { lab } = await twoChannels(rig);
  lab.conduct = () => lab.isDown();
  for (const id of ["A", "B"]) await rig.hand("lab").give(note({ id }));
  await rig.seen("deliveryFailed");
  await rig.gateway.stopChannel("lab");
  lab.conduct = (parcel) => lab.take(parcel);
  await rig.gateway.startChannel("lab");
  await rig.hand("lab").give(note({ id: "C" }));
  await lab.took(3);
  assertEquals(lab.taken, ["A", "B", "C"]);
});

Deno.test("a channel that is reloaded works by its new plan, with what it had, and the others do not notice", async () => {
  await using rig = new GatewayRig();
  const { lab, bills, plans } = await twoChannels(rig);
  lab.conduct = () => lab.isDown();
  await rig.hand("lab").give(note({ id: "A" }));
  await rig.seen("deliveryFailed");
  const mark = step("mark", (message) => message.derive({ body: message.body.saying("new plan") }));
  lab.conduct = (parcel) => lab.take(parcel);
  await rig.gateway.reloadChannel({ ...plans.lab, steps: [mark] });
  await rig.hand("lab").give(note({ id: "B" }));
  await rig.hand("bills").give(note({ id: "C" }));
  await Promise.all([lab.took(2), bills.took(1)]);
  assertEquals(lab.attempts.slice(1).map(({ bytes }) => new TextDecoder().decode(bytes)), [
    "A|A|S|message|",
    "B|B|S|message|new plan",
  ]);
  assertEquals([bills.opened, bills.closed], [1, 0]);
  assertEquals(rig.gateway.snapshot().channels.length, 2);
});

Deno.test("a channel can be added to a running gateway", async () => {
  await using rig = new GatewayRig();
  await twoChannels(rig);
  const peer = new FakePeer();
  await rig.gateway.reloadChannel(rig.channel("new", [to("there", peer)]));
  await rig.hand("new").give(note({ id: "A" }));
  await peer.took(1);
});

Deno.test("a channel that two people start at once listens once", async () => {
  await using rig = new GatewayRig();
  const channel = rig.channel("lab", [to("ehr", new FakePeer())]);
  const { spec } = channel.listen;
  let listening = 0;
  const listen: typeof spec.listen = async (tools) => {
    listening++;
    await turns();
    return await spec.listen(tools);
  };
  await rig.open([{ ...channel, listen: { spec: { ...spec, listen }, config: {} } }]);
  await rig.gateway.stopChannel("lab");
  await Promise.all([rig.gateway.startChannel("lab"), rig.gateway.startChannel("lab")]);
  assertEquals(listening, 2);
});

Deno.test("a channel the gateway does not have cannot be started or stopped", async () => {
  await using rig = new GatewayRig();
  await twoChannels(rig);
  for (const act of [() => rig.gateway.startChannel("none"), () => rig.gateway.stopChannel("none")]) {
    assertEquals((await assertRejects(act, MitralError)).code, "GATEWAY_CHANNEL_UNKNOWN");
  }
});

Deno.test("a gateway of which one listener cannot listen leaves nothing running", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const good = rig.channel("good", [to("ehr", peer)]);
  const bad = rig.channel("bad", [to("ehr", peer)]);
  const spec = { ...bad.listen.spec, listen: () => Promise.reject(new TypeError("port in use")) };
  await assertRejects(() => rig.open([good, { ...bad, listen: { spec, config: {} } }]), TypeError);
  assertEquals(rig.hand("good").intake, undefined);
  assertEquals(peer.opened, peer.closed);
});

Deno.test("a listener that cannot listen leaves its channel stopped, and its lines too", async () => {
  await using rig = new GatewayRig();
  const { plans } = await twoChannels(rig);
  const spec = { ...plans.lab.listen.spec, listen: () => Promise.reject(new TypeError("port in use")) };
  await assertRejects(
    () => rig.gateway.reloadChannel({ ...plans.lab, listen: { spec, config: {} } }),
    TypeError,
  );
  const lab = rig.gateway.snapshot().channels.find(({ name }) => name === "lab")!;
  assertEquals([lab.condition, lab.work.condition, lab.destinations.ehr.condition], [
    "stopped",
    "stopped",
    "stopped",
  ]);
  assert(!lab.isOpen);
});

Deno.test("counts and queues in the snapshot are those of the channel", async () => {
  await using rig = new GatewayRig();
  const { lab } = await twoChannels(rig);
  lab.conduct = (parcel) => lab.attempts.length === 1 ? lab.refuse(parcel, "AE") : lab.take(parcel);
  for (const id of ["A", "B", "?C", "B"]) await rig.hand("lab").give(note({ id }));
  await rig.seen("messageDelivered");
  await rig.seen("messageQuarantined", () => true, 2);
  const [{ counts }, other] = rig.gateway.snapshot().channels;
  assertEquals(counts, { received: 3, repeated: 1, filtered: 0, delivered: 1, failed: 0, quarantined: 2 });
  assertEquals(other.counts.received, 0);
});

Deno.test("a channel that is removed is forgotten, and what it had is sent when it is there again", async () => {
  await using rig = new GatewayRig();
  const { lab, bills, plans } = await twoChannels(rig);
  lab.conduct = () => lab.isDown();
  await rig.hand("lab").give(note({ id: "A" }));
  await rig.seen("deliveryFailed");
  await rig.gateway.removeChannel("lab");
  assertEquals(rig.gateway.snapshot().channels.map(({ name }) => name), ["bills"]);
  const unknown = await assertRejects(() => rig.gateway.startChannel("lab"), MitralError);
  assertEquals(unknown.code, "GATEWAY_CHANNEL_UNKNOWN");
  await rig.hand("bills").give(note({ id: "B" }));
  await bills.took(1);
  lab.conduct = (parcel) => lab.take(parcel);
  await rig.gateway.reloadChannel(plans.lab);
  await lab.took(1);
  assertEquals(lab.taken, ["A"]);
});

Deno.test("a channel whose new plan does not start stays stopped with it", async () => {
  await using rig = new GatewayRig();
  const { lab, plans } = await twoChannels(rig);
  const listen = {
    spec: { ...plans.lab.listen.spec, listen: () => Promise.reject(new TypeError("no such port")) },
    config: {},
  };
  await assertRejects(() => rig.gateway.reloadChannel({ ...plans.lab, listen }), TypeError);
  assertEquals(rig.gateway.snapshot().channels.map(({ condition }) => condition), ["stopped", "running"]);
  await rig.gateway.reloadChannel(plans.lab);
  await rig.hand("lab").give(note({ id: "A" }));
  await lab.took(1);
});

Deno.test("a channel tells whom its listener had to turn away, until a message gets through", async () => {
  await using rig = new GatewayRig();
  await twoChannels(rig);
  const trouble = () => rig.gateway.snapshot().channels.map(({ work }) => work.trouble);
  const says = "Cannot let client in";
  const error = new MitralError("HAND_CLIENT_REFUSED", { blame: "sender", retry: "later", says });
  rig.hand("lab").report({ name: "clientRefused", error });
  rig.hand("lab").report({ name: "connectionClosed" });
  assertEquals(trouble(), ["HAND_CLIENT_REFUSED", undefined]);
  await rig.hand("lab").give(note({ id: "A" }));
  await rig.seen("messageProcessed");
  assertEquals(trouble(), [undefined, undefined]);
});
