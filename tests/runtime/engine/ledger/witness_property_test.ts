/** Three gateways that witness each other, through whatever a seed makes up. */
import { assert, assertEquals } from "@std/assert";
import { readCheckpoint } from "../../../../runtime/trust/ledger/checkpoint.ts";
import { verifyConsistency } from "../../../../runtime/trust/ledger/tree.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { SeededRandom } from "../../../world/seeded_random.ts";
import { LedgerSite } from "./ledger_rig.ts";

/** Three that know each other. */
class Three implements AsyncDisposable {
  readonly random: SeededRandom;
  readonly clock = new FakeClock();
  readonly sites: LedgerSite[] = [];

  private constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  static async open(seed: number): Promise<Three> {
    const three = new Three(seed);
    for (const name of ["clinic", "hospital", "lab"]) {
      three.sites.push(await LedgerSite.open(name, three.clock));
    }
    const [clinic, hospital, lab] = three.sites;
    clinic.meets(hospital, lab);
    hospital.meets(lab);
    return three;
  }

  any(): LedgerSite {
    return this.sites[this.random.below(this.sites.length)];
  }

  /** Anything that happens to honest gateways. */
  async step(): Promise<void> {
    const { random, clock } = this;
    const site = this.any();
    switch (random.below(8)) {
      case 0:
        await site.restart();
        break;
      case 1:
        site.crash();
        await site.start();
        break;
      case 2:
        site.isDeaf = !site.isDeaf;
        break;
      case 3: {
        // What was told once may come again, much later.
        const again = site.told[random.below(site.told.length)];
        if (again) await site.partners.get(again[0])!.hears(site.name, again[1]).catch(() => {});
        break;
      }
      case 4:
        await clock.advance(random.below(180_000));
        break;
      default:
        await site.grow(1 + random.below(40));
        await clock.advance(random.below(3_000));
    }
  }

  /** Everybody is reached, and has seen all of everybody's. */
  async settle(): Promise<void> {
    for (const site of this.sites) site.isDeaf = false;
    // Whoever has asked too often is heard again.
    await this.clock.advance(120_000);
    for (const site of this.sites) {
      const answers = await this.clock.pass(site.ledger.witnessNow());
      assertEquals(answers.map(({ hasSigned, trouble }) => [hasSigned, trouble]), [
        [true, undefined],
        [true, undefined],
      ]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const site of this.sites) await site[Symbol.asyncDispose]();
  }
}

for (let seed = 1; seed <= 5; seed++) {
  Deno.test(`whatever happens to honest gateways, nobody is accused, and all is seen in the end (seed ${seed})`, async () => {
    await using three = await Three.open(seed);
    for (let step = 0; step < 40; step++) await three.step();
    await three.settle();
    for (const { ledger, alarmed } of three.sites) {
      assertEquals(alarmed, []);
      const heads = [...await ledger.ask({ ask: "checkpoints", limit: 1_000 })].reverse()
        .filter(({ witnesses }) => witnesses.length > 0);
      for (const [at, { epoch, size, note }] of heads.entries()) {
        if (at === 0) continue;
        const [from, to] = [readCheckpoint(heads[at - 1].note), readCheckpoint(note)];
        const proof = await ledger.ask({ ask: "consistency", epoch, from: from.size, size });
        assert(verifyConsistency({ from, to, proof }));
      }
    }
  });

  Deno.test(`a gateway of which a copy goes on in its place is found out, whatever happens beside it (seed ${seed})`, async () => {
    await using three = await Three.open(seed);
    for (let step = 0; step < 15; step++) await three.step();
    await three.settle();
    const [clinic, ...others] = three.sites;
    await using copy = clinic.copied();
    await clinic.grow(1 + three.random.below(30));
    await three.settle();
    await clinic.stop();
    clinic.replacedBy(copy);
    three.sites[0] = copy;
    await copy.start();
    for (let step = 0; step < 15; step++) await three.step();
    for (const site of three.sites) site.isDeaf = false;
    await three.clock.advance(120_000);
    await copy.grow();
    await three.clock.pass(copy.ledger.witnessNow());
    for (const site of [copy, ...others]) {
      const codes = site.ledger.state().alarms.map(({ code, gateway }) => [code, gateway]);
      assert(codes.length > 0, site.name);
      for (const [code, gateway] of codes) {
        assertEquals(gateway, clinic.gateway);
        assert(code === "LEDGER_VIEW_SPLIT" || code === "LEDGER_ROLLED_BACK", code);
      }
    }
    three.sites[0] = clinic;
  });
}
