import { assert, assertEquals } from "@std/assert";
import { fragment } from "../../../actors/formats/hl7v2/hl7.ts";
import { settles } from "../../world/turns.ts";
import type { Operation } from "../../../runtime/journal/operations.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { GatewayRig } from "./gateway_rig.ts";
import { acknowledged, hl7, hl7Channel, Hl7Peer, textOf } from "./hl7_peer.ts";
import { moments } from "./queue_harness.ts";

Deno.test("a power cut before pieces are joined leaves them waiting, and they are joined after it", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  const channel = hl7Channel(rig, peer);
  await rig.open([channel]);
  const message = `MSH|^~\\&|S|F|R|RF|2024||ORU^R01|M|P|2.5\nPID|1\nOBX|1|TX||${"x".repeat(200)}\n`;
  const pieces = fragment(hl7(message), 150);
  rig.store.hold(({ op }) => op === "joinPieces");
  for (const piece of pieces.slice(0, -1)) await rig.hand().give(piece);
  void rig.hand().give(pieces.at(-1)!);
  await rig.store.asked(({ op }) => op === "joinPieces");
  rig.cutPower();
  assertEquals(rig.store.count("SELECT count(*) FROM message WHERE state = 4"), pieces.length);
  await rig.open([channel]);
  await rig.seen("messageDelivered");
  assertEquals(peer.taken, [message]);
  const { condition, pending, pendingBytes } = rig.gateway.snapshot().journal;
  assertEquals([condition, pending, pendingBytes], ["open", 0, 0]);
});

Deno.test("a channel listens after a power cut only when the pieces that are all there are joined", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  const channel = hl7Channel(rig, peer, {}, { acknowledge: "delivered" });
  await rig.open([channel]);
  const message = `MSH|^~\\&|S|F|R|RF|2024||ORU^R01|M|P|2.5\nPID|1\nOBX|1|TX||${"x".repeat(200)}\n`;
  const pieces = fragment(hl7(message), 150);
  const isJoin = ({ op }: Operation) => op === "joinPieces";
  rig.store.hold(isJoin);
  for (const piece of pieces.slice(0, -1)) await rig.hand().give(piece);
  void rig.hand().give(pieces.at(-1)!);
  await rig.store.asked(isJoin);
  rig.cutPower();
  const letGo = rig.store.hold(isJoin);
  const opening = rig.open([channel]);
  await rig.store.asked(isJoin, 2);
  // The last piece would be known again, and be answered though nothing is delivered.
  assert(!await settles(opening));
  letGo();
  await opening;
  await rig.seen("messageDelivered");
});

Deno.test("the wait for the rest of a message begins anew with a restart", async () => {
  await using rig = new GatewayRig();
  const peer = new Hl7Peer();
  const channel = hl7Channel(rig, peer);
  await rig.open([channel]);
  const piece = hl7("MSH|^~\\&|S|F|R|RF|2024||ORU^R01|M|P|2.5\nPID|1\nDSC|x|F\n");
  await rig.hand().give(piece);
  await rig.clock.advance(599_000);
  rig.cutPower();
  await rig.open([channel]);
  assertEquals(rig.gateway.snapshot().journal.pending, 1);
  await rig.clock.advance(599_000);
  assertEquals(rig.all("messageQuarantined").length, 0);
  await rig.clock.advance(1_000);
  const { error } = await rig.seen("messageQuarantined");
  assertEquals([error.code, rig.gateway.snapshot().journal.pending], ["ENGINE_PIECES_INCOMPLETE", 0]);
});

Deno.test("pieces whose power was cut become each message once, whatever was sent again (25 schedules)", async () => {
  const seen = { cutBeforeJoin: 0, repeated: 0 };
  for (let seed = 1; seed <= 25; seed++) {
    try {
      const { cutBeforeJoin, repeated } = await powerCuts(seed);
      seen.cutBeforeJoin += cutBeforeJoin;
      seen.repeated += repeated;
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
  assert(
    seen.cutBeforeJoin > 0 && seen.repeated > 0,
    `nothing was cut where it matters: ${JSON.stringify(seen)}`,
  );
});

/** Senders that send each piece again until it is acknowledged, over power cuts. */
async function powerCuts(seed: number): Promise<{ cutBeforeJoin: number; repeated: number }> {
  const random = new SeededRandom(seed);
  await using rig = new GatewayRig(seed);
  const peer = new Hl7Peer();
  const channel = hl7Channel(rig, peer, {}, {
    acknowledge: random.pick(["received", "processed", "delivered"]),
  });
  const messages = Array.from({ length: 6 }, (_, at) => {
    const lines = Array.from(
      { length: 1 + random.below(6) },
      (_, n) => `OBX|${n}|TX||${"y".repeat(random.below(150))}\n`,
    );
    return `MSH|^~\\&|S${at % 2}|F|R|RF|2024||ORU^R01|M${at >> 1}|P|2.5\nPID|1||${at}\n${lines.join("")}`;
  });
  const left = new Set(messages.flatMap((message) => fragment(hl7(message), 130)));
  let cutBeforeJoin = 0;
  for (let life = 0; left.size > 0; life++) {
    await rig.open([channel]);
    const alive = { is: true };
    const rounds = life < 5 ? 12 : Infinity;
    for (let at = 0; at < rounds && left.size > 0; at++) {
      const piece = random.pick([...left]);
      const reply = rig.hand().give(piece).then((answered) => {
        if (alive.is && acknowledged(answered).startsWith("AA")) left.delete(piece);
      });
      if (life >= 5) await rig.clock.pass(reply);
      for (let some = random.below(30); some > 0; some--) await moments(random);
      if (life < 5 && random.chance(0.06)) {
        const held = random.pick(["append", "joinPieces", "process", "settle"]);
        rig.store.hold(({ op }) => op === held);
        if (held === "joinPieces") cutBeforeJoin++;
      }
    }
    if (left.size === 0) break;
    alive.is = false;
    rig.cutPower();
    peer.cutPower();
  }
  await rig.clock.pass(
    rig.seen("messageDelivered", () => new Set(peer.taken).size === messages.length),
  );
  assertEquals(new Set(peer.taken), new Set(messages));
  for (const message of messages) {
    const ids = peer.attempts.filter(({ bytes }) => textOf(bytes) === message).map(({ id }) => id);
    assertEquals(new Set(ids).size, 1, "one message became two");
  }
  await rig.clock.advance(700_000);
  assertEquals(rig.all("messageQuarantined").length, 0);
  const { condition, pending, pendingBytes } = rig.gateway.snapshot().journal;
  assertEquals([condition, pending, pendingBytes], ["open", 0, 0]);
  return { cutBeforeJoin, repeated: rig.all("messageRepeated").length };
}
