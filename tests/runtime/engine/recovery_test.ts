import { assert, assertEquals } from "@std/assert";
import type { Reply } from "../../../runtime/contract/adapter.ts";
import { limits } from "../../../runtime/engine/limits.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";
import { moments } from "./queue_harness.ts";

Deno.test("a gateway that lost its power delivers what it acknowledged, in order, the same bytes every time (25 schedules)", async () => {
  let repeated = 0;
  for (let seed = 1; seed <= 25; seed++) {
    try {
      repeated += await powerCuts(seed);
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
  assert(repeated > 0, "no cut came between a delivery and the commit of its outcome: this proves little");
});

/** Cuts the power again and again; returns how many deliveries were repeated. */
async function powerCuts(seed: number): Promise<number> {
  const cuts = 4, perLife = 25;
  const random = new SeededRandom(seed);
  await using rig = new GatewayRig(seed);
  const strict = new FakePeer(1), keyed = new FakePeer(3);
  for (const peer of [strict, keyed]) {
    peer.conduct = async (parcel) => {
      await moments(random);
      if (random.chance(0.05)) peer.isDown();
      if (random.chance(0.02)) throw new TypeError("a bug in the sender");
      return await peer.take(parcel);
    };
  }
  let stamp = 0;
  const channel = rig.channel("lab", [to("strict", strict), to("keyed", keyed, { order: { by: "key" } })], {
    acknowledge: random.pick(["received", "processed"]),
    steps: [step("stamp", async (message) => {
      await moments(random);
      return message.derive({ body: message.body.saying(`stamp ${++stamp}`) });
    })],
    supervise: { restartsMax: 50, withinMs: 60_000, crashesMax: 40, backoffMs: 10, backoffMsMax: 100 },
  });
  const acknowledged: string[] = [];
  let number = 0;
  for (let life = 0; life < cuts; life++) {
    await rig.open([channel]);
    const alive = { is: true };
    const noteAnswer = (id: string) => (reply: Reply) => {
      if (alive.is && reply.outcome.kind === "accepted") acknowledged.push(id);
    };
    for (let at = 0; at < perLife; at++) {
      const id = `N${number++}`;
      void rig.hand().give(note({ id, keys: [`k${number % 4}`] })).then(noteAnswer(id));
      for (let left = random.below(12); left > 0; left--) await moments(random);
      if (random.chance(0.2)) await rig.clock.advance(200);
      if (random.chance(0.05)) {
        const held = random.pick(["append", "process", "settle"]);
        rig.store.hold(({ op }) => op === held);
      }
    }
    alive.is = false;
    rig.cutPower();
    strict.cutPower();
    keyed.cutPower();
  }
  await rig.open([channel]);
  const kept = rig.store.count("SELECT count(*) FROM message");
  for (const peer of [strict, keyed]) {
    await rig.clock.pass(
      rig.seen(
        "messageDelivered",
        ({ destination }) =>
          destination === (peer === strict ? "strict" : "keyed") &&
          rig.store.count("SELECT count(*) FROM delivery WHERE state = 0") +
                rig.store.count("SELECT count(*) FROM message WHERE state = 0") === 0,
      ),
    );
    const firsts = [...new Set(peer.taken)];
    assertEquals(firsts.length, kept, "some were lost");
    for (const id of acknowledged) assert(firsts.includes(id), `${id} was acknowledged and lost`);
    for (const { controlId, bytes } of peer.attempts) {
      assertEquals(bytes, peer.attempts.find((other) => other.controlId === controlId)!.bytes);
    }
    assert(peer.taken.length - kept <= cuts * limits.unsyncedMax);
  }
  const order = [...new Set(strict.taken)].map((id) => Number(id.slice(1)));
  assertEquals(order, order.toSorted((a, b) => a - b), "out of order");
  for (const key of [0, 1, 2, 3]) {
    const numbers = [...new Set(keyed.taken)].map((id) => Number(id.slice(1))).filter((one) =>
      one % 4 === key
    );
    assertEquals(numbers, numbers.toSorted((a, b) => a - b), "a key is out of order");
  }
  return strict.taken.length + keyed.taken.length - 2 * kept;
}

Deno.test("a message whose bytes changed on disk is in quarantine, and the others flow", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const stuck = new Promise<null>(() => {});
  const stopped = rig.channel("lab", [to("ehr", peer)], { steps: [step("stuck", () => stuck)] });
  await rig.open([stopped]);
  for (const id of ["A", "B", "C"]) await rig.hand().give(note({ id }));
  rig.cutPower();
  rig.store.damage(2);
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  const { id, error, destination } = await rig.seen("messageQuarantined");
  assertEquals([error.code, destination], ["ENGINE_BODY_DAMAGED", undefined]);
  await peer.took(2);
  assertEquals(peer.taken, ["A", "C"]);
  const [kept] = await rig.gateway.archive.list({ state: "quarantined" });
  // What it said of itself is sealed with it.
  assertEquals([kept.id, kept.controlId, kept.trouble?.code], [id, "", "ENGINE_BODY_DAMAGED"]);
  await rig.seen("messageDelivered", () => true, 2);
  assertEquals(rig.gateway.snapshot().journal.pendingBytes, 0);
});

Deno.test("a delivery whose bytes changed on disk is in quarantine, and the others go out", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  peer.hold();
  const channel = rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel]);
  for (const id of ["A", "B", "C"]) await rig.hand().give(note({ id }));
  await rig.seen("messageProcessed", () => true, 3);
  rig.cutPower();
  rig.store.damage(2);
  peer.conduct = (parcel) => peer.take(parcel);
  await rig.open([channel]);
  const { error, destination } = await rig.seen("messageQuarantined");
  assertEquals([error.code, destination], ["ENGINE_BODY_DAMAGED", "ehr"]);
  await peer.took(2);
  assertEquals(peer.taken, ["A", "C"]);
  await rig.seen("messageDelivered", () => true, 2);
  const { pending, pendingBytes } = rig.gateway.snapshot().journal;
  assertEquals([pending, pendingBytes], [0, 0]);
});
