import { assert, assertEquals } from "@std/assert";
import type { Operation } from "../../../runtime/journal/operations.ts";
import { SeededRandom } from "../../world/seeded_random.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const COUNT = 150;

/** Reloads a channel while a commit with such an operation is held back, and lets that go in the midst of it. */
async function reloadDuring(rig: GatewayRig, peer: FakePeer, op: Operation["op"]): Promise<void> {
  const channel = () => rig.channel("lab", [to("ehr", peer)]);
  await rig.open([channel()]);
  const letGo = rig.store.hold((operation) => operation.op === op);
  const reply = rig.gateway.inject("lab", note({ id: "A" }));
  await rig.store.asked((operation) => operation.op === op);
  const reloading = rig.gateway.reloadChannel(channel());
  await turns(20);
  letGo();
  await reloading;
  assertEquals((await reply).outcome.kind, "accepted");
  await turns(20);
}

Deno.test("a reload delivers nothing again whose outcome was known and not yet durable", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await reloadDuring(rig, peer, "settle");
  assertEquals(peer.taken, ["A"]);
});

Deno.test("a message that became durable during a reload is delivered after it", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  await reloadDuring(rig, peer, "append");
  assertEquals(peer.taken, ["A"]);
});

Deno.test("a channel that several callers reload at once is one channel in the end, and delivers once", async () => {
  await using rig = new GatewayRig();
  const peer = new FakePeer();
  const letGo = peer.hold();
  await rig.open([rig.channel("lab", [to("ehr", peer)])]);
  await rig.hand().give(note({ id: "A" }));
  await peer.tried(1);
  const reloads = [1, 2, 3].map(() => rig.gateway.reloadChannel(rig.channel("lab", [to("ehr", peer)])));
  await turns(20);
  letGo();
  await rig.clock.pass(Promise.all(reloads));
  await rig.hand().give(note({ id: "B" }));
  await peer.took(2);
  await turns(20);
  assertEquals(peer.taken, ["A", "B"]);
  assertEquals(peer.opened - peer.closed, 1);
});

/** Gives a note until the channel has taken it, as a sender does that gets no answer. */
async function giveFor(rig: GatewayRig, id: string, random: SeededRandom): Promise<void> {
  for (;;) {
    if (random.chance(0.3)) await turns(1);
    const { intake } = rig.hand();
    if (intake?.isOpen && (await rig.hand().give(note({ id }))).answer) return;
    await turns(1);
  }
}

for (let seed = 1; seed <= 5; seed++) {
  Deno.test(`a channel that is reloaded under load loses nothing and reorders nothing (seed ${seed})`, async () => {
    await using rig = new GatewayRig(seed);
    const random = new SeededRandom(seed);
    const peer = new FakePeer();
    peer.conduct = (parcel) => random.chance(0.05) ? peer.isDown() : peer.take(parcel);
    let version = 0;
    const versioned = () => {
      const own = ++version;
      const stamp = step("stamp", (message) => message.derive({ body: message.body.saying(`v${own}`) }));
      return rig.channel("lab", [to("ehr", peer)], { steps: [stamp] });
    };
    await rig.open([versioned()]);
    let given = 0;
    const giving = (async () => {
      for (; given < COUNT; given++) await giveFor(rig, `N${given}`, random);
    })();
    const reloading = (async () => {
      while (given < COUNT) {
        await turns(1 + random.below(6));
        await rig.clock.pass(rig.gateway.reloadChannel(versioned()));
      }
    })();
    await Promise.all([giving, reloading]);
    await rig.clock.pass(peer.took(COUNT));
    assertEquals(peer.taken, Array.from({ length: COUNT }, (_, at) => `N${at}`));
    assert(version > 5, `reloaded ${version} times only`);
    const versions = peer.attempts.map(({ bytes }) => Number(new TextDecoder().decode(bytes).split("|v")[1]));
    assertEquals(versions, versions.toSorted((a, b) => a - b));
  });
}
