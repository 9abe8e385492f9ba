import { assertEquals, assertMatch } from "@std/assert";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import type { ChannelPlan } from "../../../runtime/engine/plan.ts";
import { settles, turns } from "../../world/turns.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { note } from "./note_format.ts";

const decoder = new TextDecoder();
const twice = (id: string, text = "twice") => note({ id, text });
type Settings = Partial<Omit<ChannelPlan, "destinations">>;

/** A channel whose second answers are messages of another, which sends them to where they belong. */
function apart(rig: GatewayRig, ehr: FakePeer, sender: FakePeer, settings: Settings = {}) {
  return [
    rig.channel("lab", [to("ehr", ehr)], { applicationAcknowledge: { to: "answers" }, ...settings }),
    rig.channel("answers", [to("sender", sender)]),
  ];
}

const told = (sender: FakePeer) => sender.attempts.map(({ bytes }) => decoder.decode(bytes));

async function later({ later }: Reply): Promise<string> {
  const answer = await later;
  return answer ? decoder.decode(answer.bytes) : "";
}

Deno.test("a sender that asks for two answers hears at once, and again in an exchange of its own", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  await rig.open(apart(rig, ehr, sender));
  assertEquals(said(await rig.hand().give(twice("A"))), "A|CA");
  await sender.took(1);
  assertMatch(told(sender)[0], /^A\|AA\|/);
  const [{ id }] = rig.all("messageReceived");
  const answer = await rig.seen("messageReceived", ({ channel }) => channel === "answers");
  assertEquals((await rig.gateway.archive.show(id))?.handedOnTo, [{ id: answer.id, channel: "answers" }]);
  assertEquals((await rig.gateway.archive.show(answer.id))?.origin, { adapter: "channel", peer: "lab" });
});

Deno.test("a sender that asks for one answer hears once, beside those that ask for two", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  await rig.open(apart(rig, ehr, sender));
  assertMatch(said(await rig.hand().give(note({ id: "A" }))), /^A\|AA\|/);
  assertEquals(said(await rig.hand().give(twice("B"))), "B|CA");
  await sender.took(1);
  await ehr.took(2);
  assertEquals(sender.taken, ["B"]);
});

Deno.test("the second answer says what went wrong in the work on the message, and is left out where nobody wants it", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  const fails = step("check", (message) => {
    if (message.body.get("id")?.startsWith("bad")) throw refusal;
    return message;
  });
  await rig.open(apart(rig, ehr, sender, { steps: [fails] }));
  for (const id of ["bad1", "good1"]) {
    assertEquals(said(await rig.hand().give(twice(id, "twice but bad"))), `${id}|CA`);
  }
  await ehr.took(1);
  assertEquals(said(await rig.hand().give(twice("good2"))), "good2|CA");
  await sender.took(2);
  assertEquals(sender.taken, ["bad1", "good2"]);
  assertEquals(told(sender)[0], "bad1|AE|ACT_NOTE_REFUSED");
});

Deno.test("what is refused before it is taken is answered once, negatively", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  await rig.open(apart(rig, ehr, sender, { messageBytesMax: 10 }));
  const reply = await rig.hand().give(twice("A"));
  assertEquals([said(reply), reply.later], ["A|AE|ENGINE_MESSAGE_TOO_LARGE", undefined]);
  await turns();
  assertEquals(sender.attempts, []);
});

Deno.test("acknowledge delivered gives the second answer when every destination has taken it, or one has refused", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  const letGo = ehr.hold();
  await rig.open(apart(rig, ehr, sender, { acknowledge: "delivered" }));
  assertEquals(said(await rig.hand().give(twice("A"))), "A|CA");
  await ehr.tried(1);
  await turns(20);
  assertEquals(sender.attempts, []);
  letGo();
  await sender.took(1);
  ehr.conduct = (parcel) => ehr.refuse(parcel, "AE");
  await rig.hand().give(twice("B"));
  await sender.took(2);
  assertMatch(told(sender)[0], /^A\|AA\|/);
  assertEquals(told(sender)[1], "B|AE|ENGINE_DELIVERY_REFUSED");
});

Deno.test("acknowledge from gives the destination's own answer as the second", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  await rig.open(apart(rig, ehr, sender, { acknowledge: { from: "ehr" } }));
  assertEquals(said(await rig.hand().give(twice("A"))), "A|CA");
  await sender.took(1);
  assertEquals(told(sender), ["A|AA"]);
});

for (const acknowledge of ["received", "delivered"] as const) {
  Deno.test(`a second answer is neither lost nor given twice where the power goes at ${acknowledge}`, async () => {
    await using rig = new GatewayRig();
    const [ehr, sender] = [new FakePeer(), new FakePeer()];
    const channels = apart(rig, ehr, sender, { acknowledge });
    const decides = acknowledge === "received" ? "process" : "settle";
    await rig.open(channels);
    rig.store.hold(({ op }) => op === decides);
    await rig.hand().give(twice("A"));
    await rig.store.asked(({ op }) => op === decides);
    rig.cutPower();
    assertEquals(sender.attempts, []);
    await rig.open(channels);
    await sender.took(1);
    await rig.seen("messageDelivered", ({ channel }) => channel === "answers");
    rig.cutPower();
    await rig.open(channels);
    await rig.hand().give(twice("B"));
    await sender.took(2);
    assertEquals(sender.taken, ["A", "B"]);
  });
}

Deno.test("a message that comes again hears again that it was taken, and no second time what became of it", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  const letGo = ehr.hold();
  await rig.open(apart(rig, ehr, sender, { acknowledge: "delivered" }));
  for (let time = 0; time < 2; time++) assertEquals(said(await rig.hand().give(twice("A"))), "A|CA");
  letGo();
  await sender.took(1);
  assertEquals(said(await rig.hand().give(twice("A"))), "A|CA");
  assertEquals(said(await rig.hand().give(twice("B"))), "B|CA");
  await sender.took(2);
  assertEquals([ehr.taken, sender.taken], [["A", "B"], ["A", "B"]]);
});

Deno.test("a replay of what was refused is no news for its sender", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  let isBroken = true;
  const fails = step("check", (message) => {
    if (isBroken) throw refusal;
    return message;
  });
  await rig.open(apart(rig, ehr, sender, { steps: [fails] }));
  await rig.hand().give(twice("A"));
  const { id } = await rig.seen("messageQuarantined");
  await sender.took(1);
  isBroken = false;
  await rig.gateway.replay(id);
  await ehr.took(1);
  await rig.hand().give(twice("B"));
  await sender.took(2);
  assertEquals(sender.taken, ["A", "B"]);
});

Deno.test("second answers wait where their channel is stopped, or gone", async () => {
  await using rig = new GatewayRig();
  const [ehr, sender] = [new FakePeer(), new FakePeer()];
  const [lab, answers] = apart(rig, ehr, sender);
  await rig.open([lab, answers]);
  await rig.gateway.removeChannel("answers");
  await rig.hand().give(twice("A"));
  await ehr.took(1);
  await turns(20);
  await rig.gateway.reloadChannel(answers);
  await sender.took(1);
  assertMatch(told(sender)[0], /^A\|AA\|/);
});

Deno.test("the second answer goes back by the way the message came, once the work is done", async () => {
  await using rig = new GatewayRig();
  const ehr = new FakePeer();
  const work = Promise.withResolvers<void>();
  const slow = step("slow", async (message) => {
    await work.promise;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", ehr)], { applicationAcknowledge: "here", steps: [slow] })]);
  const reply = await rig.hand().give(twice("A"));
  assertEquals(said(reply), "A|CA");
  assertEquals(await settles(reply.later!), false);
  work.resolve();
  assertMatch(await later(reply), /^A\|AA\|/);
  const single = await rig.hand().give(note({ id: "B" }));
  assertMatch(said(single), /^B\|AA\|/);
  assertEquals(single.later, undefined);
});

Deno.test("a message that comes again hears by the same way what became of the first", async () => {
  await using rig = new GatewayRig();
  const ehr = new FakePeer();
  const letGo = ehr.hold();
  await rig.open([
    rig.channel("lab", [to("ehr", ehr)], { applicationAcknowledge: "here", acknowledge: "delivered" }),
  ]);
  const first = await rig.hand().give(twice("A"));
  const again = await rig.hand().give(twice("A"));
  assertEquals([said(first), said(again)], ["A|CA", "A|CA"]);
  letGo();
  for (const reply of [first, again, await rig.hand().give(twice("A"))]) {
    assertMatch(await later(reply), /^A\|AA\|/);
  }
  assertEquals(ehr.taken, ["A"]);
});

Deno.test("nothing is said later where nothing is known within answerMsMax", async () => {
  await using rig = new GatewayRig();
  const ehr = new FakePeer();
  ehr.hold();
  await rig.open([
    rig.channel("lab", [to("ehr", ehr)], {
      applicationAcknowledge: "here",
      acknowledge: "delivered",
      answerMsMax: 5000,
    }),
  ]);
  const reply = await rig.hand().give(twice("A"));
  await rig.clock.armed(5000);
  await rig.clock.advance(5000);
  assertEquals(await later(reply), "");
});
