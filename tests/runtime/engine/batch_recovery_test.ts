import { assert, assertEquals } from "@std/assert";
import { fragment } from "../../../actors/formats/hl7v2/hl7.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { GatewayRig, to } from "./gateway_rig.ts";
import { hl7, hl7Channel, Hl7Peer, textOf } from "./hl7_peer.ts";
import { moments } from "./queue_harness.ts";

Deno.test("batches of messages, pieces and numbers whose power was cut end once each, in order, and are told of once (25 schedules)", async () => {
  let cuts = 0;
  for (let seed = 1; seed <= 25; seed++) {
    try {
      cuts += await powerCuts(seed);
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
  assert(cuts > 25, "too little was cut");
});

/** Two senders that send each batch again until it is answered, and then the next, over power cuts. */
async function powerCuts(seed: number): Promise<number> {
  const random = new SeededRandom(seed);
  await using rig = new GatewayRig(seed);
  const peer = new Hl7Peer(), hearer = new Hl7Peer();
  const acknowledge = random.pick(["received", "processed", "delivered"] as const);
  const channels = [
    hl7Channel(rig, peer, { sequenceNumbers: true }, {
      acknowledge,
      applicationAcknowledge: { to: "answers" },
    }),
    {
      ...hl7Channel(rig, hearer),
      name: "answers",
      destinations: [to("asker", hearer)],
      listen: rig.channel("answers", []).listen,
    },
  ];
  const senders = ["S", "T"].map((sender) => {
    const batches = Array.from({ length: 3 }, (_, batch) =>
      Array.from({ length: 4 }, (_, at) => {
        const number = sender === "T" ? `${1 + batch * 4 + at}` : "";
        const isLarge = number === "" && random.chance(0.4);
        return `MSH|^~\\&|${sender}|F|R|RF|2024||ORU^R01|${sender}${batch}${at}|P|2.5|${number}||AL|AL\n` +
          `PID|1||${sender}\nOBX|1|TX||${"x".repeat(isLarge ? 250 : 9)}\n`;
      }));
    return { batches, left: batches.map(wholeOf) };
  });
  let cuts = 0;
  while (senders.some(({ left }) => left.length > 0)) {
    await rig.open(channels);
    const alive = { is: true, cut: false };
    const sending = Promise.all(senders.map(async ({ left }, at) => {
      while (alive.is && left.length > 0) {
        const { answer } = await rig.hand().give(left[0], undefined, `sender ${at}`);
        if (alive.is && answer) left.shift();
      }
    }));
    if (cuts < 6) {
      for (let some = random.below(60); some > 0; some--) await moments(random);
      if (random.chance(0.7)) {
        const held = random.pick(["append", "joinPieces", "process", "settle"]);
        rig.store.hold(({ op }) => op === held);
      }
      for (let some = random.below(30); some > 0; some--) await moments(random);
      cuts++;
      alive.is = false;
      rig.cutPower();
      peer.cutPower();
      hearer.cutPower();
    } else await rig.clock.pass(sending);
  }
  if (cuts < 6) await rig.open(channels);
  const wanted = senders.map(({ batches }) => batches.flat());
  const count = wanted.flat().length;
  await rig.clock.pass(
    rig.seen(
      "messageDelivered",
      () => new Set(peer.taken).size >= count && rig.gateway.snapshot().journal.pending === 0,
    ),
  );
  wanted.forEach((messages, at) => {
    const taken = peer.taken.filter((text) => text.includes(`&|${"ST"[at]}|`));
    assertEquals([...new Set(taken)], messages, "all of them, first come in order");
  });
  for (const message of wanted.flat()) {
    const ids = peer.attempts.filter(({ bytes }) => textOf(bytes) === message).map(({ id }) => id);
    assertEquals(new Set(ids).size, 1, "one message became two");
  }
  assertEquals(
    rig.store.count("SELECT count(*) FROM message JOIN name ON name.id = channel WHERE text = 'answers'"),
    count,
    "each is told of once",
  );
  assertEquals(rig.all("messageQuarantined"), []);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
  return cuts;
}

/** A batch, its large messages in pieces. */
function wholeOf(messages: readonly string[]): Uint8Array {
  const members = messages.flatMap((message) => fragment(hl7(message), 200).map(textOf));
  return hl7(`BHS|^~\\&\n${members.join("")}BTS|${members.length}\n`);
}
