import { assert, assertEquals, assertMatch } from "@std/assert";
import { settles } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";

Deno.test("acknowledge received answers once the message is durable, and never before", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const letGo = rig.store.hold();
  const reply = rig.hand().give(note({ id: "A" }));
  await rig.store.asked(({ op }) => op === "append");
  assert(!await settles(reply));
  letGo();
  assertMatch(said(await reply), /^A\|AA\|/);
});

Deno.test("acknowledge received does not wait for the work on the message", async () => {
  await using rig = new GatewayRig();
  const never = step("stuck", () => new Promise<null>(() => {}));
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { steps: [never] })]);
  assertMatch(said(await rig.hand().give(note({ id: "A" }))), /^A\|AA\|/);
});

Deno.test("acknowledge processed answers once every branch is queued durably, and never before", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letPeerGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)], { acknowledge: "processed" })]);
  const letGo = rig.store.hold(({ op }) => op === "process");
  const reply = rig.hand().give(note({ id: "A" }));
  await rig.store.asked(({ op }) => op === "process");
  assert(!await settles(reply));
  assertEquals(peer.attempts.length, 0);
  letGo();
  assertMatch(said(await reply), /^A\|AA\|/);
  letPeerGo();
});

Deno.test("acknowledge delivered answers once every destination has taken it durably, and never before", async () => {
  await using rig = new GatewayRig();
  const [ehr, lab] = [new FakePeer(), new FakePeer()];
  const letEhr = ehr.hold();
  const channel = rig.channel("lab", [to("ehr", ehr), to("lab", lab)], { acknowledge: "delivered" });
  await rig.open([channel]);
  const reply = rig.hand().give(note({ id: "A" }));
  await lab.took(1);
  await ehr.tried(1);
  assert(!await settles(reply));
  const letGo = rig.store.hold();
  letEhr();
  await rig.store.asked((operation) => operation.op === "settle", 2);
  assert(!await settles(reply));
  letGo();
  assertMatch(said(await reply), /^A\|AA\|/);
});

Deno.test("an adapter hears that a message is kept once it is durable, whatever its answer waits for", async () => {
  await using rig = new GatewayRig();
  const ehr = new FakePeer();
  const letEhr = ehr.hold();
  await rig.open([rig.channel("lab", [to("ehr", ehr)], { acknowledge: "delivered" })]);
  const letGo = rig.store.hold();
  const kept = Promise.withResolvers<void>();
  const reply = rig.hand().give(note({ id: "A" }), kept.resolve);
  await rig.store.asked(({ op }) => op === "append");
  assert(!await settles(kept.promise));
  letGo();
  await kept.promise;
  assert(!await settles(reply));
  letEhr();
  assertMatch(said(await reply), /^A\|AA\|/);
});

Deno.test("an adapter hears that a message is kept where it is kept in quarantine", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { messageBytesMax: 1 })]);
  let kept = 0;
  const reply = await rig.hand().give(note({ id: "A" }), () => kept++);
  assertEquals([reply.outcome.kind, kept], ["rejected", 1]);
});

Deno.test("acknowledge delivered answers negatively where a destination refused the message", async () => {
  await using rig = new GatewayRig();
  const [ehr, lab] = [new FakePeer(), new FakePeer()];
  ehr.conduct = (parcel) => ehr.refuse(parcel, "AE");
  await rig.open([rig.channel("lab", [to("ehr", ehr), to("lab", lab)], { acknowledge: "delivered" })]);
  const reply = await rig.hand().give(note({ id: "A" }));
  assertEquals(said(reply), "A|AE|ENGINE_DELIVERY_INCOMPLETE");
});

for (const acknowledge of ["processed", "delivered"] as const) {
  Deno.test(`acknowledge ${acknowledge} answers a filtered message as taken`, async () => {
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    await rig.open([
      rig.channel("lab", [to("ehr", peer)], { acknowledge, steps: [step("filter", () => null)] }),
    ]);
    const reply = await rig.hand().give(note({ id: "A" }));
    assertEquals(reply.outcome.kind, "filtered");
    assertMatch(said(reply), /^A\|AA\|/);
    assertEquals(peer.attempts.length, 0);
  });

  Deno.test(`acknowledge ${acknowledge} answers negatively where the work on the message fails by code`, async () => {
    await using rig = new GatewayRig();
    await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { acknowledge })]);
    const reply = await rig.hand().give(note({ id: "?A" }));
    assertEquals(said(reply), "?A|AE|NOTE_LINE_UNREADABLE");
    assertEquals(rig.store.count("SELECT count(*) FROM message WHERE state = 3"), 1);
  });

  Deno.test(`acknowledge ${acknowledge} gives no answer after answerMsMax, and keeps the message`, async () => {
    await using rig = new GatewayRig();
    const peer = new FakePeer();
    const stuck = Promise.withResolvers<void>();
    const channel = rig.channel("lab", [to("ehr", peer)], {
      acknowledge,
      answerMsMax: 5000,
      steps: [step("slow", async (message) => {
        await stuck.promise;
        return message;
      })],
    });
    await rig.open([channel]);
    const reply = rig.hand().give(note({ id: "A" }));
    await rig.clock.armed(5000);
    await rig.clock.advance(4999);
    assert(!await settles(reply));
    await rig.clock.advance(1);
    const { outcome, answer } = await reply;
    assertEquals([outcome.kind, answer], ["failed", null]);
    assertEquals("error" in outcome && outcome.error.code, "ENGINE_ANSWER_LATE");
    stuck.resolve();
    await peer.took(1);
    assertEquals(peer.taken, ["A"]);
  });
}

Deno.test("an intake that is closed takes nothing and answers nothing", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  const { intake } = rig.hand();
  await rig.gateway.stopChannel("lab");
  assert(!intake!.isOpen);
  const { outcome, answer } = await intake!.receive({ bytes: note({ id: "A" }), peer: "here" });
  assertEquals([outcome.kind, answer], ["failed", null]);
  assertEquals("error" in outcome && outcome.error.code, "ENGINE_INTAKE_CLOSED");
  assertEquals(rig.store.count("SELECT count(*) FROM message"), 0);
});

Deno.test("an intake refuses a message over messageBytesMax and keeps it in quarantine", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { messageBytesMax: 20 })]);
  const reply = await rig.hand().give(note({ id: "A", text: "more than twenty bytes" }));
  assertEquals(said(reply), "A|AE|ENGINE_MESSAGE_TOO_LARGE");
  const [kept] = await rig.gateway.archive.list({ state: "quarantined" });
  assertEquals([kept.controlId, kept.trouble?.code], ["A", "ENGINE_MESSAGE_TOO_LARGE"]);
});

Deno.test("a message that is durable and cannot be answered is kept once, and the journal goes on", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const { outcome, answer } = await rig.hand().give(note({ id: "!A" }));
  assertEquals([outcome.kind, answer], ["failed", null]);
  assertMatch(said(await rig.hand().give(note({ id: "B" }))), /^B\|AA\|/);
  await peer.took(2);
  assertEquals(peer.taken, ["!A", "B"]);
});

Deno.test("every answer is reported once, with the id of its message", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  await rig.hand().give(note({ id: "A" }));
  const received = await rig.seen("messageReceived");
  const answered = await rig.seen("messageAnswered");
  assertEquals([answered.id, answered.outcome], [received.id, "accepted"]);
});
