import { assert, assertEquals, assertMatch } from "@std/assert";
import { limits } from "../../../runtime/engine/limits.ts";
import { takeAll } from "../../../runtime/engine/batch_intake.ts";
import { settles, turns } from "../../world/turns.ts";
import { FakePeer, refusal } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { said } from "./hand_listener.ts";
import { batchOf, idIn, note } from "./note_format.ts";

const encoder = new TextEncoder();
const ids = (count: number) => Array.from({ length: count }, (_, at) => `N${at + 1}`);
const numbered = (count: number) => batchOf(...ids(count).map((id) => ({ id })));
/** What the answer says of each note of a batch: `A AA`. */
const verdicts = (text: string) =>
  text.slice(text.indexOf(":") + 1).split(";").map((each) => each.split("|").slice(0, 2).join(" "));

Deno.test("every message of a batch is received and delivered by itself, in order, and answered in one answer", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const reply = await rig.hand().give(batchOf({ id: "A" }, { id: "B" }, { id: "C" }));
  assertEquals(reply.outcome, { kind: "accepted" });
  assertEquals(verdicts(said(reply)), ["A AA", "B AA", "C AA"]);
  await peer.took(3);
  assertEquals(peer.taken, ["A", "B", "C"]);
  const received = rig.all("messageReceived");
  assertEquals(new Set(received.map(({ id }) => id)).size, 3);
  const [{ id, messages, bytes, warnings }] = rig.all("batchReceived");
  assertEquals([messages, bytes, warnings], [3, 45, []]);
  assertMatch(said(reply), new RegExp(`^=${id}:`));
  assertEquals(rig.all("messageAnswered").map(({ id, outcome }) => [id, outcome]), [[id, "accepted"]]);
  for (const { id } of received) {
    assertEquals(idIn((await rig.gateway.archive.show(id))!.received!).length, 1);
  }
});

Deno.test("the messages of a batch share commits, and only so many are on their way at once", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const letGo = rig.store.hold(({ op }) => op === "append");
  const count = limits.batchAppendsMax + 10;
  const reply = rig.hand().give(numbered(count));
  await rig.store.asked(({ op }) => op === "append");
  assert(!await settles(reply));
  const appended = () => rig.store.commits.flat().filter(({ op }) => op === "append").length;
  assert(appended() <= limits.batchAppendsMax);
  letGo();
  assertEquals(verdicts(said(await reply)).length, count);
  assertEquals(appended(), count);
  const commits = rig.store.commits.filter((each) => each.some(({ op }) => op === "append")).length;
  assert(commits <= 4, `${commits} commits`);
});

Deno.test("a batch of ten thousand messages is found, kept and let go piece by piece", async () => {
  const count = 10_000;
  let [found, kept, most] = [0, 0, 0];
  function* messages() {
    for (; found < count;) {
      most = Math.max(most, ++found - kept);
      yield encoder.encode(`N${found}`);
    }
  }
  const { replies } = await takeAll<number>(messages(), {
    keep: async (bytes, member) => {
      await turns(1);
      assertEquals(idIn(bytes), `N${member}`);
      kept++;
      return member;
    },
    reply: async (member) => ({ outcome: { kind: "accepted" }, answer: note(await member) }),
    allKept: () => assertEquals(kept, count),
  });
  assertEquals((await replies).map(({ answer }) => idIn(answer!.bytes)), ids(count));
  assert(most <= limits.batchAppendsMax, `${most} messages were on their way at once`);

  function note(member: number) {
    return { bytes: encoder.encode(`N${member}`), contentType: "text/x-note" };
  }
});

Deno.test("a batch is not answered before every message in it is, as acknowledge says", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)], { acknowledge: "delivered" })]);
  const reply = rig.hand().give(numbered(3));
  await peer.tried(1);
  assert(!await settles(reply));
  letGo();
  assertEquals(verdicts(said(await reply)), ["N1 AA", "N2 AA", "N3 AA"]);
  assertEquals(peer.taken, ["N1", "N2", "N3"]);
});

Deno.test("a batch is answered with what a destination answered to each of its messages", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => idIn(parcel.bytes) === "N2" ? peer.refuse(parcel, "AE") : peer.take(parcel);
  await rig.open([rig.channel("lab", [to("ehr", peer)], { acknowledge: { from: "ehr" } })]);
  const reply = await rig.hand().give(numbered(3));
  assertEquals(verdicts(said(reply)), ["N1 AA", "N2 AE", "N3 AA"]);
  assertEquals(reply.outcome.kind, "rejected");
});

Deno.test("a message of a batch that cannot be read goes into quarantine as it came, and the others go on", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const unread = (bytes: Uint8Array) => new TextDecoder().decode(bytes).startsWith("?");
  await rig.open([rig.channel("lab", [to("ehr", peer)], { messageBytesMax: 100, acknowledge: "processed" })]);
  const long = { id: "L", text: "x".repeat(100) };
  const reply = await rig.hand().give(batchOf({ id: "A" }, { id: "?" }, long, { id: "D" }));
  assertEquals(verdicts(said(reply)), ["A AA", "? AE", "L AE", "D AA"]);
  assert(reply.outcome.kind === "rejected");
  assertEquals([reply.outcome.error.code, reply.outcome.error.facts], [
    "ENGINE_BATCH_REFUSED",
    { refused: 2, messages: 4 },
  ]);
  await peer.took(2);
  assertEquals(peer.taken, ["A", "D"]);
  const kept = await rig.gateway.archive.list({ state: "quarantined" });
  assertEquals(kept.map(({ trouble }) => trouble?.code).sort(), [
    "ENGINE_MESSAGE_TOO_LARGE",
    "NOTE_LINE_UNREADABLE",
  ]);
  const shown = await Promise.all(kept.map(({ id }) => rig.gateway.archive.show(id)));
  assertEquals(shown.filter((each) => unread(each!.received!)).length, 1);
});

Deno.test("a batch that comes again is answered as before, and nothing of it goes out twice", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const first = verdicts(said(await rig.hand().give(numbered(3))));
  assertEquals(verdicts(said(await rig.hand().give(numbered(4)))), [...first, "N4 AA"]);
  await peer.took(4);
  assertEquals(peer.taken, ids(4));
  assertEquals(rig.all("messageRepeated").length, 3);
});

Deno.test("what a peer gives behind a batch comes behind all of it, and what another gives does not wait", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const count = limits.batchAppendsMax + 10;
  const batch = rig.hand().give(numbered(count));
  const [behind, other] = [
    rig.hand().give(note({ id: "B" })),
    rig.hand().give(note({ id: "O" }), undefined, "there"),
  ];
  await Promise.all([batch, behind, other]);
  const received = (await rig.gateway.archive.list({ limit: 1000 })).map(({ controlId }) => controlId)
    .reverse();
  assertEquals(received.filter((id) => id !== "O"), [...ids(count), "B"]);
  assert(received.indexOf("O") <= limits.batchAppendsMax);
});

Deno.test("a batch cut short by a crash is taken from where it was when it comes again, in order", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  const whole = numbered(limits.batchAppendsMax + 40);
  // The first lot is durable, the second never is.
  const second = `N${limits.batchAppendsMax + 1}`;
  rig.store.hold((operation) => operation.op === "append" && operation.controlId === second);
  const reply = rig.hand().give(whole);
  await rig.store.asked((operation) => operation.op === "append" && operation.controlId === second);
  assert(!await settles(reply));
  rig.cutPower();
  peer.cutPower();
  await rig.open([channel]);
  const again = await rig.hand().give(whole);
  assertEquals(again.outcome.kind, "accepted");
  while (peer.taken.at(-1) !== `N${limits.batchAppendsMax + 40}`) await peer.took(peer.taken.length + 1);
  assertEquals(rig.store.count("SELECT count(*) FROM message"), limits.batchAppendsMax + 40);
  assertEquals([...new Set(peer.taken)], ids(limits.batchAppendsMax + 40));
});

Deno.test("a batch one message of which is not taken now is not answered, so that it comes again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.conduct = (parcel) => idIn(parcel.bytes) === "N2" ? peer.isDown() : peer.take(parcel);
  await rig.open([
    rig.channel("lab", [to("ehr", peer, { order: { by: "none" } })], {
      acknowledge: "delivered",
      answerMsMax: 50,
    }),
  ]);
  const reply = rig.hand().give(numbered(3));
  await rig.seen("deliveryFailed");
  const { outcome, answer } = await rig.clock.pass(reply);
  assert(outcome.kind === "failed");
  assertEquals([outcome.error.code, answer], ["ENGINE_ANSWER_LATE", null]);
});

Deno.test("a batch that cannot be made durable is not answered", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  rig.store.failure = new Error("disk full");
  const { outcome, answer } = await rig.hand().give(numbered(limits.batchAppendsMax * 2));
  assert(outcome.kind === "failed");
  assertEquals([outcome.error.code, answer], ["JOURNAL_STORE_FAILED", null]);
});

Deno.test("an empty batch is answered, and nothing is received", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const reply = await rig.hand().give(encoder.encode("="));
  assertEquals(reply.outcome, { kind: "accepted" });
  assertMatch(said(reply), /^=[-\w]+:$/);
  assertEquals(rig.all("messageReceived"), []);
  assertEquals(rig.store.count("SELECT count(*) FROM message"), 0);
});

Deno.test("a batch is filtered where nobody is to have any of its messages", async () => {
  await using rig = new GatewayRig();
  const none = step("none", () => null);
  await rig.open([
    rig.channel("lab", [to("ehr", new FakePeer())], { acknowledge: "processed", steps: [none] }),
  ]);
  assertEquals((await rig.hand().give(numbered(2))).outcome.kind, "filtered");
});

Deno.test("a batch that is broken as a whole is refused and kept as it came, and nothing of it goes on", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const broken = encoder.encode("=?" + new TextDecoder().decode(numbered(2)));
  const reply = await rig.hand().give(broken);
  assert(reply.outcome.kind === "rejected");
  assertEquals(reply.outcome.error.code, "NOTE_LINE_UNREADABLE");
  const [{ id }, ...others] = await rig.gateway.archive.list({});
  assertEquals(others, []);
  assertEquals((await rig.gateway.archive.show(id))?.received, broken);
});

Deno.test("what is odd about a batch is told by code, and its messages are taken", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())])]);
  const reply = await rig.hand().give(encoder.encode(new TextDecoder().decode(numbered(2)) + ";"));
  assertEquals(verdicts(said(reply)), ["N1 AA", "N2 AA"]);
  assertEquals(rig.all("batchReceived").map(({ warnings }) => warnings), [["NOTE_BATCH_OPEN"]]);
});

Deno.test("messageBytesMax counts for each message of a batch, not for the batch", async () => {
  await using rig = new GatewayRig();
  await rig.open([rig.channel("lab", [to("ehr", new FakePeer())], { messageBytesMax: 40 })]);
  assertEquals((await rig.hand().give(numbered(100))).outcome.kind, "accepted");
});

Deno.test("a step that refuses one message of a batch refuses that one", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const picky = step("picky", (message) => {
    if (message.body.get("id") === "N2") throw refusal;
    return message;
  });
  await rig.open([rig.channel("lab", [to("ehr", peer)], { acknowledge: "processed", steps: [picky] })]);
  const reply = await rig.hand().give(numbered(3));
  assertEquals(verdicts(said(reply)), ["N1 AA", "N2 AE", "N3 AA"]);
  await peer.took(2);
  assertEquals(peer.taken, ["N1", "N3"]);
});
