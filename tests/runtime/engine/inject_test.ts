import { assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("what is injected is taken as its listener would: text as UTF-8, bytes of the caller's own", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)], { acknowledge: "processed" })]);
  const bytes = note({ id: "A" });
  const injected = rig.gateway.inject("lab", bytes, { peer: "nightly job" });
  bytes.fill(0x21);
  assertEquals((await injected).outcome.kind, "accepted");
  const { answer } = await rig.gateway.inject("lab", "B|B|S|message|ä");
  assertEquals(answer && textOf(answer.bytes).slice(0, 5), "B|AA|");
  await peer.took(2);
  assertEquals(peer.attempts.map(({ bytes }) => textOf(bytes)), ["A|A|S|message|", "B|B|S|message|ä"]);
  const records = await rig.gateway.archive.list({});
  assertEquals(records.map(({ origin }) => origin.peer), ["inject", "nightly job"]);
  const { outcome } = await rig.gateway.inject("lab", "?");
  assertEquals("error" in outcome && [outcome.kind, outcome.error.code], [
    "rejected",
    "NOTE_LINE_UNREADABLE",
  ]);
  assertEquals(
    (await assertRejects(() => rig.gateway.inject("none", ""), MitralError)).code,
    "GATEWAY_CHANNEL_UNKNOWN",
  );
});
