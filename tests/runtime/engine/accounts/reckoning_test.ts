import { assertEquals, assertStringIncludes } from "@std/assert";
import { MitralError } from "../../../../runtime/contract/error.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import { Reckoning } from "../../../../runtime/engine/accounts/reckoning.ts";
import type { ControlHandler, Evidence, Told } from "../../../../runtime/engine/exchange/control.ts";
import type { Unstamped } from "../../../../runtime/engine/line.ts";
import type { Exchanged } from "../../../../runtime/journal/exchanged.ts";
import type { Journal } from "../../../../runtime/journal/journal.ts";
import { FakeClock } from "../../../world/fake_clock.ts";
import { SeededRandom } from "../../../world/seeded_random.ts";
import { turns } from "../../../world/turns.ts";
import { MemoryStore } from "../../../world/memory_store.ts";
import { journalOn } from "../../journal/entries.ts";

const encoder = new TextEncoder();
const DEAF = { blame: "receiver", retry: "later", says: "Cannot hear" } as const;
const ACCEPTED: Outcome = { kind: "accepted" };

/** One gateway's reckoning, with a journal of its own; `far` is the other's once there is one. */
class Side implements Disposable {
  readonly store = new MemoryStore();
  readonly reports: Unstamped[] = [];
  far: Side | undefined;
  journal!: Journal;
  reckoning!: Reckoning;
  handle: ControlHandler | undefined;
  /** Everything that is being told. */
  telling: Promise<unknown>[] = [];
  /** True while nothing that it is told gets through. */
  isDeaf = false;
  readonly #wakes: (() => void)[] = [];

  constructor(readonly gateway: string, readonly clock: FakeClock) {}

  async open(): Promise<void> {
    this.journal = await journalOn(this.store);
    const other = () => this.far!;
    this.reckoning = new Reckoning({
      control: {
        handle: (_type, handler) => void (this.handle = handler),
        tell: (_partner, told) => {
          const heard = other().hears(told).then((outcome) => ({ outcome, sentAtMs: 0, heardAtMs: 0 }));
          this.telling.push(heard.catch(() => {}));
          return heard;
        },
      },
      book: {
        names: ["there"],
        stateOf: () => "active",
        find: () => ({}) as never,
        watch: () => () => {},
        look: () => Promise.resolve(),
        take: () => Promise.resolve(false),
      },
      keyring: { gatewayOf: () => other().gateway },
      world: { clock: this.clock, random: new SeededRandom(1) },
      journal: () => this.journal,
      feedsTo: () => [],
      report: (event) => {
        this.reports.push(event);
        for (const wake of this.#wakes.splice(0)) wake();
      },
    });
  }

  /** Resolves once so many events of that name were reported. */
  async until(name: string, times: number): Promise<void> {
    while (this.named(name).length < times) {
      await new Promise<void>((resolve) => void this.#wakes.push(resolve));
    }
  }

  async hears(told: Told): Promise<Outcome> {
    if (this.isDeaf) throw new MitralError("TEST_PEER_DEAF", DEAF);
    const text = JSON.stringify(told);
    const evidence: Evidence = { payload: encoder.encode(text), signed: encoder.encode(`${text.length}`) };
    await this.handle!("there", JSON.parse(text), evidence);
    return ACCEPTED;
  }

  async has(way: Exchanged["way"], first: number, last: number, epoch = 1): Promise<void> {
    for (let sequence = first; sequence <= last; sequence++) {
      const exchanged: Exchanged = {
        way,
        gateway: this.far!.gateway,
        feed: "results",
        epoch,
        sequence,
        receipt: "accepted",
      };
      await this.journal.write({ op: "exchanged", exchanged });
    }
  }

  named(name: string) {
    return this.reports.filter((report) => report.name === name);
  }

  [Symbol.dispose](): void {
    this.reckoning.stop();
    this.store[Symbol.dispose]();
  }
}

async function twoSides(): Promise<{ hospital: Side; lab: Side }> {
  const clock = new FakeClock();
  const hospital = new Side("hospital.example", clock), lab = new Side("lab.example", clock);
  [hospital.far, lab.far] = [lab, hospital];
  await hospital.open();
  await lab.open();
  return { hospital, lab };
}

/** Everything that was told, answers included, has been heard. */
async function told(...sides: Side[]): Promise<void> {
  for (let before = -1, now = 0; before !== now;) {
    before = now;
    await Promise.all(sides.flatMap(({ telling }) => telling));
    now = sides.reduce((sum, { telling }) => sum + telling.length, 0);
  }
}

Deno.test("where both sides say the same, they agree, and what they agree on is not kept singly", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  await hospital.has("sent", 1, 40);
  await lab.has("received", 1, 40);
  await hospital.reckoning.reckon("there");
  await told(hospital, lab);
  const reckoned = await hospital.reckoning.last("there");
  assertEquals(reckoned?.feeds.map(({ way, feed, agreed }) => [way, feed, agreed]), [[
    "sent",
    "results",
    40,
  ]]);
  assertEquals(hospital.named("accountCompared").length, 1);
  assertEquals(hospital.named("accountDisputed"), []);
  for (const side of [hospital, lab]) {
    const [found] = await side.journal.ask({ ask: "exchanged", gateway: side.far!.gateway });
    assertEquals([found.accepted, found.agreedUpTo], [[], 40], side.gateway);
  }
  await hospital.has("sent", 41, 42);
  await lab.has("received", 41, 42);
  await hospital.reckoning.reckon("there");
  await told(hospital, lab);
  assertEquals((await hospital.reckoning.last("there"))?.feeds[0].agreedUpTo, 42);
});

Deno.test("whoever asks now hears whether the answer was compared, and after ten seconds that none has come", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  assertEquals(await hospital.reckoning.compare("there"), true);
  assertEquals(hospital.named("accountCompared").length, 1);
  hospital.isDeaf = true;
  const asked = hospital.reckoning.compare("there");
  await lab.until("accountFailed", 1);
  hospital.clock.advance(10_000);
  assertEquals(await asked, false);
});

Deno.test("a receiver that has lost what it gave receipts for is found out by both, with the numbers", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  await hospital.has("sent", 1, 20);
  await lab.has("received", 1, 15);
  await hospital.reckoning.reckon("there");
  await told(hospital, lab);
  for (const side of [hospital, lab]) {
    const [dispute] = side.named("accountDisputed");
    assertStringIncludes(String((dispute as { error: Error }).error.message), "16–20", side.gateway);
  }
  const [found] = await hospital.journal.ask({ ask: "exchanged", gateway: lab.gateway });
  assertEquals([found.accepted, found.agreedUpTo], [[[16, 20]], 15]);
});

Deno.test("a sender that was restored learns what its partner has and it does not know", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  // Of the epoch before its own.
  await hospital.has("sent", 1, 12, 0);
  await lab.has("received", 1, 20, 0);
  await hospital.reckoning.reckon("there");
  await told(hospital, lab);
  assertEquals(lab.named("accountDisputed").length, 1);
  assertEquals((await hospital.reckoning.last("there"))?.feeds[0].unknown, [[13, 20]]);
});

Deno.test("whoever was restored has reckoned with nobody until an answer was compared", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  assertEquals(await hospital.reckoning.unreckoned(), ["there"]);
  await lab.reckoning.reckon("there");
  await told(hospital, lab);
  assertEquals(await hospital.reckoning.unreckoned(), ["there"]);
  await hospital.reckoning.reckon("there");
  await told(hospital, lab);
  assertEquals(await hospital.reckoning.unreckoned(), []);
});

Deno.test("an account is told soon after the start, again until it is answered, and once a day from then on", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  lab.isDeaf = true;
  hospital.reckoning.start();
  await turns();
  await hospital.clock.advance(5_000);
  await hospital.until("accountFailed", 1);
  lab.isDeaf = false;
  await hospital.clock.advance(120_000);
  await hospital.until("accountCompared", 1);
  await turns();
  await hospital.clock.advance(23 * 3_600_000);
  await turns();
  assertEquals(hospital.named("accountCompared").length, 1);
  await hospital.clock.advance(3_600_000);
  await hospital.until("accountCompared", 2);
});

Deno.test("both accounts of a day are kept with what the partner signed", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  await hospital.has("sent", 1, 3);
  await hospital.reckoning.reckon("there");
  await told(hospital, lab);
  const day = new Date(hospital.clock.nowMs()).toISOString().slice(0, 10);
  const evidence = JSON.parse((await hospital.reckoning.evidence("there", day))!);
  assertEquals(JSON.parse(evidence.theirs).answers, evidence.ours.atMs);
  assertEquals(evidence.signed, String(evidence.theirs.length));
});

Deno.test("a feed that a partner alone speaks of leaves nothing in the journal", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  const made = (feed: string) => (
    { feed, epoch: 1, agreedUpTo: 0, accepted: [], rejected: [], last: 5, open: [] }
  );
  const sent = Array.from({ length: 50 }, (_, at) => made(`made up ${at}`));
  await hospital.hears({ type: "account", v: 1, atMs: 1, epoch: 1, sent, received: [] });
  assertEquals(await hospital.journal.ask({ ask: "exchanged", gateway: lab.gateway }), []);
});

Deno.test("whoever asks again before it has its answer has one", async () => {
  const { hospital, lab } = await twoSides();
  using _one = hospital, _other = lab;
  const asked = { type: "account", v: 1, atMs: 1, epoch: 1, sent: [], received: [] };
  await Promise.all([hospital.hears(asked), hospital.hears(asked), hospital.hears(asked)]);
  assertEquals(hospital.telling.length, 1);
  await told(hospital, lab);
  await hospital.hears(asked);
  assertEquals(hospital.telling.length, 2);
});
