import { assert, assertEquals } from "@std/assert";
import type { Outcome } from "../../../runtime/contract/message.ts";
import type { DestinationPlan } from "../../../runtime/engine/plan.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { turns, unstuck } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const SCHEDULES = 15;
const MESSAGES = 40;
const KEYS = ["p", "q", "r"];

/** Leaves everything out: its destination gets nothing of its own. */
const drop = step("drop", () => null);

/**
 * One schedule: messages come, the peers fail and recover, people stand in the way. In the end everything is let go, and
 * what became of each message must add up.
 */
async function play(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  await using rig = new GatewayRig(seed);
  const taken: string[] = [];
  const peerOf = (lanes: number) => {
    const peer = new FakePeer(lanes, rig.clock);
    peer.conduct = async (parcel): Promise<Outcome> => {
      await rig.clock.sleep(random.below(50));
      if (trouble && random.chance(trouble)) {
        return random.chance(0.2) ? peer.refuse(parcel, "AR") : peer.isDown();
      }
      const outcome = await peer.take(parcel);
      taken.push(peer.taken.at(-1)!);
      return outcome;
    };
    return peer;
  };
  let trouble = 0.3;
  const order: Partial<DestinationPlan> = { order: { by: random.chance(0.5) ? "key" : "channel" } };
  const channel = rig.channel("lab", [
    to("ehr", peerOf(1 + random.below(4)), order),
    to("standby", peerOf(1), { ...order, steps: [drop] }),
  ]);
  const gateway = await rig.open([channel]);
  const keyOf = new Map<string, string>();
  const ended = new Set<string>();
  const open = () => rig.all("messageReceived").map(({ id }) => id);
  const acts: (() => Promise<unknown>)[] = [
    () => gateway.pause("lab", "ehr"),
    () => gateway.resume("lab", "ehr"),
    () => gateway.skip("lab", "ehr").then(({ id, end }) => end === "skipped" && ended.add(id)),
    () => gateway.divert("lab", "ehr", random.chance(0.5) ? "standby" : null),
    () => {
      const all = open(), id = all[random.below(all.length)];
      return gateway.cancel(id).then(() => ended.add(id));
    },
  ];
  const refusals = new Set(["GATEWAY_QUEUE_EMPTY", "GATEWAY_CANCEL_EMPTY", "GATEWAY_CANCEL_SENDING"]);
  const acting: Promise<unknown>[] = [];
  for (let at = 0; at < MESSAGES; at++) {
    const id = `N${String(at).padStart(3, "0")}`, key = KEYS[random.below(KEYS.length)];
    keyOf.set(id, key);
    await rig.hand().give(note({ id, keys: [key] }));
    if (random.chance(0.3)) trouble = random.chance(0.5) ? 1 : 0.2;
    if (random.chance(0.6)) {
      acting.push(acts[random.below(acts.length)]().catch(({ code }) => assert(refusals.has(code), code)));
    }
    await rig.clock.advance(random.below(400));
  }
  trouble = 0;
  await rig.clock.pass(gateway.divert("lab", "ehr", null));
  await gateway.resume("lab", "ehr");
  await rig.clock.pass(Promise.all(acting));
  await gateway.resume("lab", "ehr");
  await rig.clock.pass(gateway.divert("lab", "ehr", null));
  const emptied = async () => {
    while (gateway.snapshot().journal.pending > 0) await turns();
  };
  await rig.clock.pass(emptied());

  const records = await gateway.archive.list({ limit: 1000 });
  const states = new Map(
    records.map(({ id, controlId, deliveries: [{ state }] }) => [controlId, { id, state }]),
  );
  for (const [controlId, { id, state }] of states) {
    assertEquals(taken.includes(controlId), state === "delivered", `${controlId} is ${state}`);
    assertEquals(ended.has(id), state !== "delivered", `${controlId} is ${state}`);
  }
  assertEquals(new Set(taken).size, taken.length, "sent twice");
  for (const key of KEYS) {
    const sent = taken.filter((id) => keyOf.get(id) === key);
    assertEquals(sent, sent.toSorted(), `order of ${key}`);
  }
  assertEquals(gateway.snapshot().journal.pendingBytes, 0);
  assertEquals(gateway.snapshot().channels[0].destinations.ehr.queued, 0);
}

Deno.test(`whatever people do to a queue, each message is sent once and in order, or ended by a person (${SCHEDULES} schedules)`, async () => {
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    await unstuck(() => play(seed)).catch((cause) => {
      throw new Error(`seed ${seed}`, { cause });
    });
  }
});
