import { assertEquals } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";

const broken = new MitralError("HAND_FRAME_BROKEN", {
  blame: "sender",
  retry: "never",
  says: "Cannot read frame: it is broken",
});

/** Has the listener refuse bytes for breaking its transport's rules. */
function refuse(rig: GatewayRig, bytes: Uint8Array) {
  return rig.hand().intake!.refuse({ bytes, peer: "here" }, broken);
}

Deno.test("what breaks the transport's rules is answered negatively, kept in quarantine, and sent nowhere", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const bytes = note({ id: "A" });
  const reply = await refuse(rig, bytes);
  assertEquals([reply.outcome.kind, said(reply)], ["rejected", "A|AE|HAND_FRAME_BROKEN"]);
  const [kept] = await rig.gateway.archive.list({ state: "quarantined" });
  assertEquals([kept.controlId, kept.trouble?.code], ["A", "HAND_FRAME_BROKEN"]);
  assertEquals((await rig.gateway.archive.show(kept.id))?.received, bytes);
  assertEquals(rig.all("messageQuarantined").map(({ id }) => id), [kept.id]);
  assertEquals(rig.all("messageAnswered").map(({ outcome }) => outcome), ["rejected"]);
  assertEquals(rig.all("messageReceived"), []);
  await rig.hand().give(note({ id: "B" }));
  await peer.took(1);
  assertEquals(peer.taken, ["B"]);
});

Deno.test("a message that is whole is no repetition of one that was refused broken", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await refuse(rig, note({ id: "A" }));
  const reply = await rig.hand().give(note({ id: "A" }));
  assertEquals(reply.outcome.kind, "accepted");
  await peer.took(1);
});

Deno.test("what was refused and cannot be answered is in quarantine all the same, once", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const reply = await refuse(rig, note({ id: "!A" }));
  assertEquals([reply.outcome.kind, reply.answer], ["failed", null]);
  assertEquals((await rig.gateway.archive.list({})).map(({ state }) => state), ["quarantined"]);
});

Deno.test("what was refused gets no answer before it is in quarantine durably", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const letGo = rig.store.hold();
  let isAnswered = false;
  const reply = refuse(rig, note({ id: "A" })).finally(() => isAnswered = true);
  await rig.store.asked(({ op }) => op === "append");
  assertEquals(isAnswered, false);
  letGo();
  assertEquals((await reply).outcome.kind, "rejected");
});
