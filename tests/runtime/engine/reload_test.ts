import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../world/seeded_random.ts";
import { turns } from "../../world/turns.ts";
import { FakePeer } from "./fake_peer.ts";
import { GatewayRig, step, to } from "./gateway_rig.ts";
import { note } from "./note_format.ts";

const COUNT = 150;

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
