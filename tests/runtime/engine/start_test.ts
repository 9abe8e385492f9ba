/** Channels that cannot start as their gateway does. */
import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const busy = (retry: "never" | "later") =>
  new MitralError("HAND_PORT_BUSY", { blame: "operator", retry, says: "Cannot listen: busy" });

/** A gateway of two channels, of which `lab` cannot listen. */
async function half(
  rig: GatewayRig,
  retry: "never" | "later" = "later",
): Promise<Record<"lab" | "bills", FakePeer>> {
  const peers = { lab: new FakePeer(), bills: new FakePeer() };
  const channels = [
    rig.channel("lab", [to("ehr", peers.lab)]),
    rig.channel("bills", [to("billing", peers.bills)]),
  ];
  rig.hand("lab").fault = busy(retry);
  await rig.open(channels);
  return peers;
}

const lab = (rig: GatewayRig) => rig.gateway.snapshot().channels[0];

Deno.test("a channel that cannot listen yet is tried until it can, and its gateway runs all the while", async () => {
  await using rig = new GatewayRig();
  const { lab: ehr, bills } = await half(rig);
  assertEquals([rig.gateway.snapshot().ready, lab(rig).condition, lab(rig).work.trouble], [
    false,
    "stopped",
    "HAND_PORT_BUSY",
  ]);
  await rig.hand("bills").give(note({ id: "B" }));
  await bills.took(1);
  await rig.clock.pass(rig.seen("channelFailed", ({ againInMs = 0 }) => againInMs > 0, 3));
  rig.hand("lab").fault = undefined;
  await rig.clock.pass(rig.seen("channelStarted", ({ channel }) => channel === "lab"));
  await rig.hand("lab").give(note({ id: "A" }));
  await ehr.took(1);
  assertEquals([rig.gateway.snapshot().ready, lab(rig).work.trouble], [true, undefined]);
});

Deno.test("a channel that can never listen as it is written keeps its gateway from starting", async () => {
  await using rig = new GatewayRig();
  await assertRejects(() => half(rig, "never"), MitralError, "busy");
  const [{ channel, againInMs }] = rig.all("channelFailed");
  assertEquals([channel, againInMs], ["lab", undefined]);
});

Deno.test("a channel that waits to be started is not, once a person has stopped it", async () => {
  await using rig = new GatewayRig();
  await half(rig);
  await rig.gateway.stopChannel("lab");
  rig.hand("lab").fault = undefined;
  await rig.clock.advance(3_600_000);
  assertEquals(lab(rig).condition, "stopped");
  await rig.gateway.startChannel("lab");
  assertEquals(lab(rig).condition, "running");
});

Deno.test("a channel that waits to be started still does after its journal was opened again", async () => {
  await using rig = new GatewayRig();
  await half(rig);
  rig.store.failure = new Error("gone");
  await rig.hand("bills").give(note({ id: "B" }));
  await rig.seen("journalFailed");
  rig.store.failure = undefined;
  rig.hand("lab").fault = undefined;
  await rig.clock.pass(rig.seen("journalReopened"));
  await rig.clock.pass(rig.seen("channelStarted", ({ channel }) => channel === "lab"));
  await turns();
  assertEquals(lab(rig).condition, "running");
});
