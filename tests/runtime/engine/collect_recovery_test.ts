import { assert, assertEquals } from "@std/assert";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { turns } from "../../world/turns.ts";
import { collecting, gather, idsIn, stateOf } from "./batches.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig } from "./gateway_rig.ts";
import { note } from "./note_format.ts";
import { moments } from "./queue_harness.ts";

Deno.test("a power cut before a batch is durable leaves its members gathering", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [collecting("files", peer, { countMax: 2 })]);
  await rig.open([channel]);
  rig.store.hold(({ op }) => op === "closeBatch");
  await gather(rig, "A", "B");
  await rig.store.asked(({ op }) => op === "closeBatch");
  rig.cutPower();
  assertEquals(rig.store.count("SELECT count(*) FROM delivery WHERE state = 3 AND batch = 0"), 2);
  await rig.open([channel]);
  await peer.took(1);
  assertEquals(idsIn(peer), ["A B"]);
});

Deno.test("a power cut after a batch is durable sends that batch, and no other", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.hold();
  const channel = rig.channel("lab", [collecting("files", peer, { countMax: 2 })]);
  await rig.open([channel]);
  await gather(rig, "A", "B", "C");
  const { id } = await rig.seen("batchClosed");
  rig.cutPower();
  peer.cutPower();
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.open([channel]);
  await peer.took(1);
  await turns();
  assertEquals(peer.attempts.slice(-1).map((attempt) => attempt.id), [id]);
  assertEquals(idsIn(peer).at(-1), "A B");
  assertEquals([rig.all("batchClosed").length, stateOf(rig).gathering], [1, 1]);
});

Deno.test("a power cut before the end of a batch is durable sends the same bytes again", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const channel = rig.channel("lab", [collecting("files", peer, { countMax: 2, as: "zip" })]);
  await rig.open([channel]);
  rig.store.hold(({ op }) => op === "settle");
  await gather(rig, "A", "B");
  await rig.store.asked(({ op }) => op === "settle");
  rig.cutPower();
  await rig.open([channel]);
  await rig.seen("messageDelivered");
  assertEquals(peer.attempts[0], peer.attempts[1]);
  assertEquals((await rig.gateway.archive.list({ state: "delivered" })).length, 3);
});

Deno.test("a gateway that loses its power again and again puts every message into one batch, in order (25 schedules)", async () => {
  let repeated = 0, undone = 0;
  for (let seed = 1; seed <= 25; seed++) {
    try {
      const seen = await powerCuts(seed);
      repeated += seen.repeated;
      undone += seen.undone;
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
  assert(repeated > 0, "no cut came between a delivery and the commit of its outcome: this proves little");
  assert(undone > 0, "no cut came while a batch was being closed: this proves little");
});

/** Cuts the power again and again; returns how many batches were sent again, and how many closings came to nothing. */
async function powerCuts(seed: number): Promise<{ repeated: number; undone: number }> {
  const lives = 4, perLife = 25;
  const random = new SeededRandom(seed);
  await using rig = new GatewayRig(seed);
  const peer = new FakePeer();
  peer.conduct = async (parcel) => {
    await moments(random);
    if (random.chance(0.1)) peer.isDown();
    return await peer.take(parcel);
  };
  const collect = { countMax: 3 + random.below(5), at: ["13:00"], bytesMax: 60 + random.below(100) };
  const channel = rig.channel("lab", [collecting("files", peer, collect)], {
    acknowledge: random.pick(["received", "processed"]),
  });
  const acknowledged: string[] = [];
  let number = 0;
  for (let life = 0; life < lives; life++) {
    await rig.open([channel]);
    const alive = { is: true };
    const noteAnswer = (id: string) => (reply: Reply) => {
      if (alive.is && reply.outcome.kind === "accepted") acknowledged.push(id);
    };
    for (let at = 0; at < perLife; at++) {
      const id = `N${number++}`;
      void rig.hand().give(note({ id })).then(noteAnswer(id));
      for (let left = random.below(12); left > 0; left--) await moments(random);
      if (random.chance(0.1)) await rig.clock.advance(20 * 60_000);
      if (random.chance(0.1)) void rig.gateway.closeBatch("lab").catch(() => {});
      if (random.chance(0.05)) {
        const held = random.pick(["process", "closeBatch", "settle"]);
        rig.store.hold(({ op }) => op === held);
      }
    }
    alive.is = false;
    rig.cutPower();
    peer.cutPower();
  }
  await rig.open([channel]);
  const kept = rig.store.count(
    "SELECT count(*) FROM message JOIN name ON name.id = adapter WHERE text <> 'collect'",
  );
  while (rig.store.count("SELECT count(*) FROM message WHERE state = 0") > 0) await turns();
  await rig.gateway.closeBatch("lab");
  const left = "SELECT count(*) FROM delivery WHERE state IN (0, 3)";
  await rig.clock.pass(rig.seen("messageDelivered", () => rig.store.count(left) === 0));

  const batches = new Map<string, Uint8Array>();
  for (const { id, bytes } of peer.attempts) {
    assertEquals(bytes, batches.get(id) ?? bytes, "a batch was sent again with other bytes");
    batches.set(id, bytes);
  }
  const ids = [...batches.values()].flatMap((bytes) =>
    new TextDecoder().decode(bytes).trim().split("\n").map((line) => line.split("|")[0])
  );
  assertEquals(ids.length, kept, "some were lost, or are in two batches");
  const numbers = ids.map((id) => Number(id.slice(1)));
  assertEquals(numbers, [...new Set(numbers)].toSorted((a, b) => a - b), "out of order, or in two batches");
  for (const id of acknowledged) assert(ids.includes(id), `${id} was acknowledged and lost`);
  assertEquals(rig.store.count("SELECT count(*) FROM delivery WHERE state = 1"), kept + batches.size);
  assertEquals(rig.gateway.snapshot().journal, { condition: "open", pending: 0, pendingBytes: 0 });
  const asked = rig.store.commits.flat().filter(({ op }) => op === "closeBatch").length;
  return { repeated: peer.taken.length - batches.size, undone: asked - batches.size };
}
