import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Outcome } from "../../../runtime/contract/message.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";
import { settles, turns } from "../../world/turns.ts";

const encoder = new TextEncoder();

/** A peer that answers with a note of its own. */
function answering(text: string): FakePeer {
  const peer = new FakePeer();
  peer.conduct = (parcel) => {
    peer.take(parcel);
    const id = new TextDecoder().decode(parcel.bytes).split("|")[0];
    const answer = { bytes: encoder.encode(`${id}|AA|${text}||`), contentType: "text/x-note" };
    return { kind: "accepted", answer };
  };
  return peer;
}

const hub = step("hub", (message) => message.derive({ body: message.body.saying("HUB") }));

Deno.test("acknowledge from a destination answers with its answer, once that is durable, and never before", async () => {
  await using rig = new GatewayRig();
  const [mpi, other] = [answering("found"), new FakePeer()];
  other.hold();
  const channel = rig.channel("lab", [to("mpi", mpi), to("other", other)], { acknowledge: { from: "mpi" } });
  await rig.open([channel]);
  const letGo = rig.store.hold(({ op }) => op === "settle");
  const reply = rig.hand().give(note({ id: "Q" }));
  await rig.store.asked(({ op }) => op === "settle");
  assert(!await settles(reply));
  letGo();
  assertEquals(said(await reply), "Q|AA|found||");
});

Deno.test("respond changes the answer on its way back, and the stored answer is the changed one", async () => {
  await using rig = new GatewayRig();
  const mpi = answering("found");
  const channel = rig.channel("lab", [to("mpi", mpi)], { acknowledge: { from: "mpi" }, respond: [hub] });
  await rig.open([channel]);
  const first = said(await rig.hand().give(note({ id: "Q" })));
  assertEquals(first, "Q|AA|found||HUB");
  assertEquals(said(await rig.hand().give(note({ id: "Q" }))), first);
  assertEquals(mpi.attempts.length, 1);
  // The archive tells what the peer itself said.
  const { id } = await rig.seen("messageDelivered");
  const { payloads } = (await rig.gateway.archive.show(id))!;
  assertEquals(new TextDecoder().decode(payloads[0].answer), "Q|AA|found||");
});

Deno.test("the stored answer is the changed one also after a power cut right behind its commit", async () => {
  await using rig = new GatewayRig();
  const mpi = answering("found");
  const channel = rig.channel("lab", [to("mpi", mpi)], { acknowledge: { from: "mpi" }, respond: [hub] });
  await rig.open([channel]);
  await rig.hand().give(note({ id: "Q" }));
  rig.cutPower();
  await rig.open([channel]);
  assertEquals(said(await rig.hand().give(note({ id: "Q" }))), "Q|AA|found||HUB");
  assertEquals(mpi.attempts.length, 1);
});

Deno.test("a destination that refuses has its answer passed on, and the same message is worked on again", async () => {
  await using rig = new GatewayRig();
  const mpi = new FakePeer();
  let attempts = 0;
  mpi.conduct = (parcel) => attempts++ === 0 ? mpi.refuse(parcel, "AE") : mpi.take(parcel);
  await rig.open([rig.channel("lab", [to("mpi", mpi)], { acknowledge: { from: "mpi" } })]);
  const reply = await rig.hand().give(note({ id: "Q" }));
  assertEquals([reply.outcome.kind, said(reply)], ["rejected", "Q|AE"]);
  assertEquals(said(await rig.hand().give(note({ id: "Q" }))), "Q|AA");
});

Deno.test("a message the destination is not to have is answered at once", async () => {
  await using rig = new GatewayRig();
  const mpi = new FakePeer();
  const nothing = step("nothing", () => null);
  const channel = rig.channel("lab", [to("mpi", mpi, { steps: [nothing] }), to("ehr", new FakePeer())], {
    acknowledge: { from: "mpi" },
  });
  await rig.open([channel]);
  assertMatch(said(await rig.hand().give(note({ id: "Q" }))), /^Q\|AA\|/);
});

Deno.test("a destination that does not answer within answerMsMax leaves whoever asked without an answer", async () => {
  await using rig = new GatewayRig();
  const mpi = new FakePeer();
  mpi.conduct = () => mpi.isDown();
  const channel = rig.channel("lab", [to("mpi", mpi)], { acknowledge: { from: "mpi" }, answerMsMax: 20_000 });
  await rig.open([channel]);
  const asked = rig.hand().give(note({ id: "Q" }));
  const reply = await rig.clock.pass(asked);
  assertEquals([reply.outcome.kind, reply.answer], ["failed", null]);
  assertEquals((reply.outcome as Outcome & { kind: "failed" }).error.code, "ENGINE_ANSWER_LATE");
});

Deno.test("an answer that respond cannot change is told by code, and the delivery stands", async () => {
  await using rig = new GatewayRig();
  const broken = step("broken", () => {
    throw refusal;
  });
  const crashing = step("crashing", () => {
    throw new TypeError("found somebody");
  });
  await rig.open([
    rig.channel("lab", [to("mpi", answering("found"))], { acknowledge: { from: "mpi" }, respond: [broken] }),
    rig.channel("two", [to("mpi", answering("found"))], {
      acknowledge: { from: "mpi" },
      respond: [crashing],
    }),
  ]);
  assertEquals(said(await rig.hand().give(note({ id: "Q" }))), "Q|AE|ACT_NOTE_REFUSED");
  assertEquals(said(await rig.hand("two").give(note({ id: "Q" }))), "Q|AE|ENGINE_RESPONSE_CRASHED");
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(rig.all("messageQuarantined").length, 0);
});

Deno.test("steps of respond that do not open are opened again for the next answer", async () => {
  await using rig = new GatewayRig();
  let opened = 0;
  const prepare = () => {
    if (opened++ === 0) throw new TypeError("no table");
  };
  const late = { ...hub, spec: { ...hub.spec, prepare } };
  const acknowledge = { from: "mpi" };
  await rig.open([rig.channel("lab", [to("mpi", answering("found"))], { acknowledge, respond: [late] })]);
  assertEquals(said(await rig.hand().give(note({ id: "Q" }))), "Q|AE|ENGINE_RESPONSE_CRASHED");
  assertEquals(said(await rig.hand().give(note({ id: "R" }))), "R|AA|found||HUB");
});

Deno.test("a step of respond that never ends costs its answer, and neither the delivery nor the stop", async () => {
  await using rig = new GatewayRig();
  const mpi = answering("found");
  const endless = step("endless", () => new Promise<never>(() => {}));
  const channel = rig.channel("lab", [to("mpi", mpi)], { acknowledge: { from: "mpi" }, respond: [endless] });
  await rig.open([channel]);
  const asked = rig.hand().give(note({ id: "Q" }));
  await mpi.took(1);
  await turns();
  await rig.clock.advance(channel.answerMsMax);
  assertEquals((await asked).outcome.kind, "failed");
  await rig.seen("messageDelivered");
  assert(await settles(rig.gateway.stopChannel("lab")));
});

Deno.test("steps of respond work on one answer at a time, and may give theirs as a list", async () => {
  await using rig = new GatewayRig();
  const mpi = new FakePeer(2);
  let [busy, busiest] = [0, 0];
  const slow = step("slow", async (message) => {
    busiest = Math.max(busiest, ++busy);
    await turns();
    busy--;
    return [message];
  });
  const destination = to("mpi", mpi, { order: { by: "key" } });
  await rig.open([rig.channel("lab", [destination], { acknowledge: { from: "mpi" }, respond: [slow] })]);
  const replies = await Promise.all(["Q", "R"].map((id) => rig.hand().give(note({ id }))));
  assertEquals([replies.map(said), busiest], [["Q|AA", "R|AA"], 1]);
});

Deno.test("a destination that refuses a part of a message that was split has not accepted it", async () => {
  await using rig = new GatewayRig();
  const mpi = new FakePeer();
  mpi.conduct = (parcel) => mpi.attempts.length === 2 ? mpi.refuse(parcel, "AE") : mpi.take(parcel);
  const split = step(
    "split",
    (message) => message.body.split("keys").map((body) => message.derive({ body })),
  );
  await rig.open([rig.channel("lab", [to("mpi", mpi)], { acknowledge: { from: "mpi" }, steps: [split] })]);
  const reply = await rig.hand().give(note({ id: "Q", keys: ["x", "y", "z"] }));
  assertEquals([reply.outcome.kind, said(reply)], ["rejected", "Q|AE"]);
});
