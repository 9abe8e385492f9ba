import { assert, assertEquals, assertRejects } from "@std/assert";
import { MitralError } from "../../../runtime/contract/error.ts";
import { settles } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const diskFull = new Error("database or disk is full");

Deno.test("a store that fails ends every answer, halts every line and closes every gate, and says so", async () => {
  await using rig = new GatewayRig();
  const [ehr, bills] = [new FakePeer(), new FakePeer()];
  await rig.open([rig.channel("lab", [to("ehr", ehr)]), rig.channel("bills", [to("billing", bills)])]);
  await rig.hand("lab").give(note({ id: "A" }));
  await rig.seen("messageDelivered");
  rig.store.failure = diskFull;
  const replies = await Promise.all(["B", "C"].map((id) => rig.hand("lab").give(note({ id }))));
  for (const { outcome, answer } of replies) {
    assertEquals([outcome.kind, answer], ["failed", null]);
    assertEquals("error" in outcome && outcome.error.code, "JOURNAL_STORE_FAILED");
  }
  assertEquals((await rig.seen("journalFailed")).error.code, "JOURNAL_STORE_FAILED");
  const { journal, ready, channels } = rig.gateway.snapshot();
  assertEquals([journal.condition, ready], ["failed", false]);
  for (const { condition, isOpen, work, destinations } of channels) {
    assertEquals([condition, isOpen, work.condition], ["halted", false, "halted"]);
    assertEquals([work.trouble, work.stages.map((stage) => stage.condition)], [
      "JOURNAL_STORE_FAILED",
      ["stopped", "stopped", "stopped"],
    ]);
    assertEquals(Object.values(destinations).map((line) => line.condition), ["halted"]);
  }
  assertEquals(rig.all("lineHalted").length, 4);
});

Deno.test("a store that fails while a message is processed leaves its peer without an answer", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)], { acknowledge: "processed", answerMsMax: 5000 });
  await rig.open([channel]);
  const letGo = rig.store.hold(({ op }) => op === "process");
  const reply = rig.hand().give(note({ id: "A" }));
  await rig.store.asked(({ op }) => op === "process");
  rig.store.failure = diskFull;
  letGo();
  await rig.seen("journalFailed");
  const { outcome, answer } = await rig.clock.pass(reply);
  assertEquals([outcome.kind, answer], ["failed", null]);
  assertEquals(peer.attempts, []);
});

Deno.test("a channel cannot be started or reloaded on a store that has failed, and sends nothing", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  for (const id of ["A", "B", "C"]) await rig.hand().give(note({ id }));
  await peer.tried(1);
  rig.store.failure = diskFull;
  await rig.hand().give(note({ id: "D" }));
  await rig.seen("journalFailed");
  letGo();
  await rig.gateway.stopChannel("lab");
  for (
    const act of [() => rig.gateway.startChannel("lab"), () => rig.gateway.reloadChannel(channel)]
  ) {
    assertEquals((await assertRejects(act, MitralError)).code, "JOURNAL_STORE_FAILED");
  }
  assertEquals(peer.attempts.length, 1);
});

Deno.test("what was acknowledged before the store failed is delivered once it is opened again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const stuck = Promise.withResolvers<void>();
  const slow = step("slow", async (message) => {
    await stuck.promise;
    return message;
  });
  const channel = rig.channel("lab", [to("ehr", peer)], { steps: [slow] });
  await rig.open([channel]);
  for (const id of ["A", "B"]) await rig.hand().give(note({ id }));
  rig.store.failure = diskFull;
  await rig.hand().give(note({ id: "C" }));
  await rig.clock.pass(rig.gateway.close());
  rig.store.failure = undefined;
  stuck.resolve();
  await rig.open([channel]);
  await peer.took(2);
  assertEquals(peer.taken, ["A", "B"]);
});

Deno.test("the gate closes while more than pendingBytesMax waits, and opens again below it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => peer.isDown();
  const one = note({ id: "N0", text: "x".repeat(90) }).length;
  const settings = { journal: { pendingBytesMax: 10 * one, keepDays: 30 } };
  await rig.open([rig.channel("lab", [to("ehr", peer)])], settings);
  let given = 0;
  while (rig.hand().intake!.isOpen && given < 50) {
    await rig.hand().give(note({ id: `N${given++ % 10}`, text: "x".repeat(90), sender: `S${given}` }));
  }
  const { reason } = await rig.seen("intakeClosed");
  assertEquals(reason, "journal is full");
  assert(given >= 10 && given <= 13, `${given}`);
  assert(!rig.gateway.snapshot().ready);
  const opened = rig.hand().intake!.opened(new AbortController().signal);
  assert(!await settles(opened));
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(opened);
  assert(rig.gateway.snapshot().journal.pendingBytes <= 9 * (one + 4));
  await rig.clock.pass(peer.took(given));
});

Deno.test("the gate opens again when the last message that filled the journal is filtered", async () => {
  await using rig = new GatewayRig();
  const stuck = Promise.withResolvers<void>();
  const slow = step("filter", async () => {
    await stuck.promise;
    return null;
  });
  const channel = rig.channel("lab", [to("ehr", new FakePeer())], { steps: [slow] });
  await rig.open([channel], { journal: { pendingBytesMax: 100, keepDays: 30 } });
  await rig.hand().give(note({ id: "A", text: "x".repeat(200) }));
  assert(!rig.hand().intake!.isOpen);
  stuck.resolve();
  await rig.seen("messageFiltered");
  assert(rig.hand().intake!.isOpen);
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
});

Deno.test("a gateway that opens on a full journal takes nothing before it has made room", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = () => peer.isDown();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  await rig.hand().give(note({ id: "A", text: "x".repeat(200) }));
  await rig.clock.pass(rig.gateway.close());
  await rig.open([channel], { journal: { pendingBytesMax: 100, keepDays: 30 } });
  assert(!rig.hand().intake!.isOpen);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.clock.pass(rig.hand().intake!.opened(new AbortController().signal));
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
});
