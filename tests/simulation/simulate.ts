import { pathsOf } from "../../runtime/engine/paths/paths_of.ts";
import { SeededRandom } from "../world/seeded_random.ts";
import { findings } from "./findings.ts";
import { Generator } from "./generator.ts";
import { Ledger } from "./ledger.ts";
import { fork, Machine } from "./machine.ts";
import { CONDUCTS, Receiver } from "./receiver.ts";
import { Reviewers } from "./reviewers.ts";
import { type Scenario, scenarioOf, Weather } from "./scenario.ts";
import { SimulatedDisk } from "./simulated_disk.ts";
import { SimulatedNet } from "./simulated_net.ts";
import { type Defect, emptyJournal, JOURNAL_PATH } from "./simulated_store.ts";
import { Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";
import { Troubles } from "./troubles.ts";

/** How a run came out. */
export interface RunResult {
  readonly seed: number;
  /** Of everything that happened: the same for the same seed. */
  readonly checksum: string;
  /** What may never happen, and did. */
  readonly violations: readonly string[];
  readonly messages: number;
  readonly acknowledged: number;
  readonly lives: number;
  readonly moments: number;
  /** Deliveries that were made again though the receiver had said yes, each for a reason. */
  readonly repeats: number;
}

/** What a run can be given. */
export interface RunOptions {
  /** Given each line of what happens. */
  readonly say?: ((line: string) => void) | undefined;
  /** Made wrong on purpose. */
  readonly defect?: Defect;
  /** Comes in place of what chance makes. */
  readonly instead?: Partial<Scenario>;
}

/** Milliseconds after which everything must be through, once the faults are over. */
const CALM_MS = 3_600_000;

/** Runs the real engine and journal through what chance makes of a seed. One at a time. */
export async function simulate(seed: number, { say, defect, instead }: RunOptions = {}): Promise<RunResult> {
  const random = new SeededRandom(seed);
  const timeline = new Timeline();
  const trace = new Trace(timeline, say);
  const weather = new Weather();
  // Steps ask for the clock of the present, which comes later.
  let machine: Machine | undefined = undefined as Machine | undefined;
  const scenario: Scenario = { ...scenarioOf(fork(random), weather, () => machine!.clock), ...instead };
  const image = emptyJournal();
  const disk = new SimulatedDisk(fork(random), defect?.diskLies);
  disk.install(JOURNAL_PATH, image);
  const net = new SimulatedNet(timeline, fork(random));
  const mood = fork(random);
  const receivers = new Map(
    scenario.plan.channels.flatMap(({ destinations }) =>
      destinations.flatMap(({ name, send }) => {
        const ports = pathsOf(send).map(({ send }) => (send.config as { readonly port: number }).port);
        const receiver = new Receiver(name, ports, { net, random: fork(random), trace });
        receiver.conduct = () => mood.chance(scenario.moodiness) ? mood.pick(CONDUCTS) : "takes";
        return ports.map((port) => [port, receiver] as const);
      })
    ),
  );
  const machines = [...new Set(receivers.values())];
  const { channels } = scenario.plan;
  const ledger = new Ledger({
    timeline,
    disk,
    channels,
    people: scenario.people,
    receivers,
    clockWasSetByMs: () => machine!.offset.mostMs - machine!.offset.leastMs,
  });
  machine = new Machine({ ...scenario, timeline, disk, net, ledger, trace, random: fork(random), defect });
  const generators = scenario.generators.map((plan) =>
    new Generator(plan.name, plan.port, { ...plan, net, random: fork(random), trace, acknowledged: () => {} })
  );
  const { people } = scenario;
  const reviewers = people &&
    new Reviewers({ people, machine, ledger, timeline, random: fork(random), trace });
  const troubles = new Troubles({
    scenario,
    timeline,
    disk,
    net,
    machine,
    weather,
    receivers: machines,
    generators,
    reviewers,
    ledger,
    trace,
    random: fork(random),
  });
  const isOver = () => troubles.isOver || ledger.violations.length > 0;
  const ended = await timeline.run(isOver, scenario.troubledMs + CALM_MS);
  if (!ended) ledger.violated(`not everything got through: ${troubles.describe()}`);
  if (ledger.violations.length === 0) {
    for (const finding of findings(scenario, generators, machines, ledger)) {
      ledger.violated(finding);
    }
  }
  machine.die("killed");
  trace.include(disk.image(JOURNAL_PATH));
  return {
    seed,
    checksum: trace.checksum,
    violations: ledger.violations,
    messages: generators.reduce((sum, { sent }) => sum + sent.length, 0),
    acknowledged: generators.flatMap(({ sent }) => sent).filter(({ verdict }) => verdict === "taken").length,
    lives: machine.lives,
    moments: timeline.moments,
    repeats: ledger.repeats,
  };
}
