import { assertEquals } from "@std/assert";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { turns } from "../../world/turns.ts";
import { refusal } from "./fake_peer.ts";
import { GatewayRig, step } from "./gateway_rig.ts";
import { acknowledged, hl7, hl7Channel, Hl7Peer, textOf } from "./hl7_peer.ts";
import { moments } from "./queue_harness.ts";

const numbered = (number: number | string, id = `M${number}`, sender = "S|F") =>
  hl7(`MSH|^~\\&|${sender}|R|RF|2024||ADT^A01|${id}|P|2.5|${number}\nPID|1||4711\n`);

const NUMBERS = { sequenceNumbers: true };

/** Control ids of what a peer took. */
const idsIn = (peer: Hl7Peer) => peer.taken.map((text) => text.split("|")[9]);

Deno.test("numbered messages are taken in sequence, and what is not is answered with the expected number", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, NUMBERS)]);
  const answers: string[] = [];
  const give = async (...args: Parameters<typeof numbered>) =>
    answers.push(acknowledged(await rig.hand().give(numbered(...args))));
  await give(0);
  await give(41);
  await give(42);
  await give(42);
  await give(45);
  await give(40);
  await give("x");
  await give(0, "start");
  await give(43);
  await give(-1, "resync");
  await give(7);
  await give(9);
  await give("", "without");
  await give(1, "theirs", "OTHER|F");
  assertEquals(answers, [
    "AA M0 -1",
    "AA M41 41",
    "AA M42 42",
    "AA M42 43",
    "AE M45 43",
    "AE M40 43",
    "AE Mx 43",
    "AA start 43",
    "AA M43 43",
    "AA resync -1",
    "AA M7 7",
    "AE M9 8",
    "AA without",
    "AA theirs 1",
  ]);
  await rig.seen("messageDelivered", () => true, 6);
  await turns(3);
  assertEquals(idsIn(peer), ["M41", "M42", "M43", "M7", "without", "theirs"]);
  const filtered = await rig.gateway.archive.list({ state: "filtered" });
  assertEquals(filtered.map(({ controlId }) => controlId), ["resync", "start", "M0"]);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
});

Deno.test("numbers mean nothing where the channel is not told that senders number their messages", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer)]);
  for (const number of [5, 3, 0, -1]) {
    assertEquals(acknowledged(await rig.hand().give(numbered(number))), `AA M${number}`);
  }
  await rig.seen("messageDelivered", () => true, 4);
});

Deno.test("the last number of a sender outlives a restart, and goes on with its message, or not at all", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  const channel = hl7Channel(rig, peer, NUMBERS);
  await rig.open([channel]);
  await rig.hand().give(numbered(41));
  rig.store.hold(({ op }) => op === "append");
  void rig.hand().give(numbered(42));
  void rig.hand().give(numbered(43));
  await rig.store.asked(({ op }) => op === "append", 2);
  rig.cutPower();
  await rig.open([channel]);
  const answers = [];
  for (const number of [43, 42, 42, 43]) answers.push(acknowledged(await rig.hand().give(numbered(number))));
  assertEquals(answers, ["AE M43 42", "AA M42 42", "AA M42 43", "AA M43 43"]);
});

Deno.test("messages sent without waiting for answers are judged in their order, from the first on", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, NUMBERS)]);
  const replies = await Promise.all([1, 2, 3, 5, 4].map((number) => rig.hand().give(numbered(number))));
  assertEquals(replies.map(acknowledged), ["AA M1 1", "AA M2 2", "AA M3 3", "AE M5 4", "AA M4 4"]);
});

Deno.test("a repeated number is answered as its message is: joined while pending, tried anew once refused", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  const refusal = new MitralError("ACT_MESSAGE_BAD", {
    blame: "sender",
    retry: "never",
    says: "Cannot go on",
  });
  const release = Promise.withResolvers<void>();
  let works = 0;
  const check = step("check", async (message) => {
    await release.promise;
    if (++works === 1) throw refusal;
    return message;
  });
  await rig.open([hl7Channel(rig, peer, NUMBERS, {
    acknowledge: "processed",
    duplicates: { answer: "never", windowMs: 0, reused: "deliver" },
    steps: [check],
  })]);
  const first = rig.hand().give(numbered(41));
  await rig.seen("messageReceived");
  const again = rig.hand().give(numbered(41));
  await rig.seen("messageRepeated");
  release.resolve();
  assertEquals((await Promise.all([first, again])).map(acknowledged), ["AE M41 41", "AE M41 42"]);
  assertEquals(acknowledged(await rig.hand().give(numbered(41, "corrected"))), "AA corrected 42");
  assertEquals(acknowledged(await rig.hand().give(numbered(41, "corrected"))), "AA corrected 42");
  assertEquals(acknowledged(await rig.hand().give(numbered(42))), "AA M42 42");
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(idsIn(peer), ["corrected", "M42"]);
});

Deno.test("another message under the last number is answered as a repetition, and kept for a person", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, NUMBERS)]);
  await rig.hand().give(numbered(1));
  assertEquals(acknowledged(await rig.hand().give(numbered(1, "new"))), "AA new 2");
  const [kept] = await rig.gateway.archive.list({ state: "quarantined" });
  assertEquals([kept.controlId, kept.trouble?.code], ["new", "ENGINE_NUMBER_REUSED"]);
  await rig.gateway.replay(kept.id);
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(idsIn(peer), ["M1", "new"]);
});

Deno.test("a sender that follows MSA-4 has every message delivered once, in order, over power cuts (20 schedules)", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    try {
      await powerCuts(seed);
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
});

async function powerCuts(seed: number): Promise<void> {
  const random = new SeededRandom(seed), count = 20;
  await using rig = new GatewayRig(seed);
  const peer = new Hl7Peer();
  const channel = hl7Channel(rig, peer, NUMBERS);
  let next = 1, links = 0;
  for (let life = 0; next <= count; life++) {
    await rig.open([channel]);
    // The initiator asks where to go on.
    const started = acknowledged(await rig.hand().give(numbered(0, `L${links++}`)));
    const expected = Number(started.split(" ")[2]);
    if (expected > 0) next = expected;
    const cut = life < 6 ? random.below(8) : Infinity;
    for (let at = 0; next <= count; at++) {
      if (at === cut && random.chance(0.5)) rig.store.hold(({ op }) => op === "append");
      const giving = rig.hand().give(numbered(next));
      if (at === cut) {
        for (let some = random.below(20); some > 0; some--) await moments(random);
        break;
      }
      const reply: Reply = await giving;
      const [code, , number] = acknowledged(reply).split(" ");
      assertEquals(code, "AA");
      next = Number(number) === next ? next + 1 : Number(number);
    }
    if (next <= count) {
      rig.cutPower();
      peer.cutPower();
    }
  }
  await rig.clock.pass(rig.seen("messageDelivered", () => new Set(idsIn(peer)).size === count));
  assertEquals([...new Set(idsIn(peer))], Array.from({ length: count }, (_, at) => `M${at + 1}`));
  assertEquals(rig.store.count("SELECT count(*) FROM message WHERE state = 1"), count);
}

Deno.test("a message without a number does not overtake the first of its sender that has one", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  await rig.open([hl7Channel(rig, peer, NUMBERS)]);
  await Promise.all([numbered(1), numbered("", "without"), numbered(2)].map((each) => rig.hand().give(each)));
  await rig.seen("messageDelivered", () => true, 3);
  assertEquals(idsIn(peer), ["M1", "without", "M2"]);
});

Deno.test("a refused number that comes again with another content is refused where control ids must not be reused", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  const picky = step("picky", (message) => {
    if (message.body.get("PID-3") === "4711") throw refusal;
    return message;
  });
  await rig.open([hl7Channel(rig, peer, NUMBERS, {
    acknowledge: "processed",
    steps: [picky],
    duplicates: { answer: "recent", windowMs: 300_000, reused: "reject" },
  })]);
  assertEquals(acknowledged(await rig.hand().give(numbered(5))).slice(0, 5), "AR M5");
  const corrected = hl7(textOf(numbered(5)).replace("4711", "4712"));
  assertEquals(acknowledged(await rig.hand().give(corrected)).slice(0, 5), "AE M5");
  assertEquals(rig.all("messageQuarantined").map(({ error }) => error.code), [
    refusal.code,
    "ENGINE_ID_REUSED",
  ]);
});
