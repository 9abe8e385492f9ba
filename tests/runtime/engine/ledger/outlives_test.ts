import { assertEquals } from "@std/assert";
import { DAY_MS } from "../../../../runtime/journal/sealing.ts";
import { FakePeer } from "../fake_peer.ts";
import { GatewayRig, to } from "../gateway_rig.ts";
import { note } from "../note_format.ts";

Deno.test("what was written down of a message and of who has seen it is there ten years after the message is gone", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  await rig.hand().give(note({ id: "A" }));
  const { id } = await rig.seen("messageDelivered");
  await rig.gateway.noteSeen([id], "viewed", { person: "ann", reason: "ward" });
  const told = async () => {
    const { entries } = await rig.gateway.ledger.ask({ ask: "entries", from: 0, limit: 1_000, message: id });
    return entries.map(({ entry: { kind, by, act } }) => [kind, by, act].filter(Boolean).join(" "));
  };
  const acts = async () =>
    (await rig.gateway.archive.acts({})).map(({ person, act, reason }) => [person, act, reason]);
  assertEquals(await told(), ["received", "delivered", "act ann viewed"]);
  assertEquals(await acts(), [["ann", "viewed", "ward"]]);
  for (const days of [40, 3_650]) {
    rig.clock.set(days * DAY_MS);
    await rig.gateway.prune();
    assertEquals(rig.store.count("SELECT count(*) FROM message"), 0);
    assertEquals(await told(), ["received", "delivered", "act ann viewed"]);
    // The reason may name a patient, and goes with the day's keys.
    assertEquals((await acts()).map(([person, act]) => [person, act]), [["ann", "viewed"]]);
  }
});
