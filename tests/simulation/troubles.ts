import type { SeededRandom } from "../world/seeded_random.ts";
import type { Generator } from "./generator.ts";
import type { Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { Receiver } from "./receiver.ts";
import type { Reviewers } from "./reviewers.ts";
import type { Scenario, Trouble, Weather } from "./scenario.ts";
import type { SimulatedDisk } from "./simulated_disk.ts";
import type { SimulatedNet } from "./simulated_net.ts";
import type { Timeline } from "./timeline.ts";
import type { Trace } from "./trace.ts";

/** What troubles are made for. */
export interface TroubleParts {
  readonly scenario: Scenario;
  readonly timeline: Timeline;
  readonly disk: SimulatedDisk;
  readonly net: SimulatedNet;
  readonly machine: Machine;
  readonly weather: Weather;
  readonly receivers: readonly Receiver[];
  readonly generators: readonly Generator[];
  readonly reviewers: Reviewers | undefined;
  readonly ledger: Ledger;
  readonly trace: Trace;
  readonly random: SeededRandom;
}

const CLOCK_STEPS_MS = [-86_400_000, -3_600_000, -1_000, 1_000, 3_600_000, 86_400_000];

/** One message may have several deliveries, which may get into quarantine one after another. */
const REPLAYS_MAX = 5;

/** No machine starts sooner: nothing that was on the network is any more. */
const START_MS = 50;

/** Disk operations within which a planned fault comes. */
const SOON = 60;

/** Faults for a while, then calm; and whoever puts right what a person or a service manager would put right. */
export class Troubles {
  /** Everything got through, and the gateway was stopped. */
  isOver = false;
  readonly #parts: TroubleParts;
  #isCalm = false;
  /** How often a person has dealt with a message in quarantine. */
  readonly #dealtWith = new Map<string, number>();
  /** Destinations that a person has paused, and the channel of each. */
  readonly #paused = new Map<string, { readonly channel: string }>();

  constructor(parts: TroubleParts) {
    this.#parts = parts;
    void this.#strike();
    void this.#operate();
  }

  /** Why it is not over. */
  describe(): string {
    const { generators, machine } = this.#parts;
    const waiting = generators.flatMap(({ sent }) => sent).filter(({ verdict }) => verdict === undefined);
    return JSON.stringify({
      unanswered: waiting.map(({ controlId }) => controlId),
      snapshot: machine.gateway?.snapshot() ?? "down",
    });
  }

  async #strike(): Promise<void> {
    const { scenario: { troubledMs, faultEveryMs, troubles }, timeline, random } = this.#parts;
    for (;;) {
      await timeline.sleep(random.number() * 2 * faultEveryMs);
      if (timeline.nowMs > troubledMs) break;
      const trouble = random.pick(troubles);
      this.#parts.trace.note("trouble", trouble);
      this.#cause(trouble);
    }
    const { disk, net, weather, receivers, generators, reviewers, trace } = this.#parts;
    trace.note("trouble", "is over");
    disk.calm();
    disk.makeRoom();
    net.calm();
    weather.isBad = false;
    for (const receiver of receivers) receiver.conduct = () => "takes";
    for (const generator of generators) generator.calm();
    reviewers?.calm();
    this.#isCalm = true;
  }

  #cause(trouble: Trouble): void {
    const { disk, net, machine, receivers, random, timeline, scenario: { plan } } = this.#parts;
    const later = (action: () => void) => timeline.after(random.number() * 20_000, action);
    const port = random.pick(random.pick(receivers).ports);
    const channel = random.pick(plan.channels);
    const soon = 1 + random.below(SOON);
    switch (trouble) {
      case "powerCut":
        return machine.die("powerCut");
      case "powerCutAtWrite":
        return disk.plan("powerCut", soon);
      case "kill":
        return machine.die("killed");
      case "restart":
        return void machine.stop();
      case "writeFails":
      case "syncFails":
      case "readFails":
        return disk.plan(trouble, soon);
      // One thing leads to the next: a sync fails, the program with it, and then the machine.
      case "diskDies":
        disk.plan("syncFails", soon);
        timeline.after(random.number() * 2_000, () => machine.die("killed"));
        return void timeline.after(2_000 + random.number() * 4_000, () => machine.die("powerCut"));
      case "diskFills":
        disk.plan("full", soon);
        return void later(() => disk.makeRoom());
      case "clockIsSet":
        return machine.setClock(random.pick(CLOCK_STEPS_MS));
      case "receiverIsDown":
      case "receiverIsSilent":
        net.meet(port, trouble === "receiverIsDown" ? "refused" : "silent");
        return void later(() => net.meet(port, "open"));
      case "channelRestarts":
        machine.gateway?.stopChannel(channel.name).catch(() => {});
        return void later(() => machine.gateway?.startChannel(channel.name).catch(() => {}));
      case "destinationPauses": {
        const { name } = random.pick(channel.destinations);
        this.#paused.set(name, { channel: channel.name });
        machine.gateway?.pause(channel.name, name).catch(() => {});
        return void later(() => void this.#resume(name));
      }
      case "channelReloads":
        return void machine.gateway?.reloadChannel(channel).catch(() => {});
    }
  }

  /** A person lets a destination go on that one has paused. */
  async #resume(destination: string): Promise<void> {
    const pause = this.#paused.get(destination);
    if (!pause) return;
    const isDone = await this.#parts.machine.ask(async (gateway) => {
      await gateway.resume(pause.channel, destination);
      return true;
    });
    // Somebody may have paused it once more meanwhile.
    if (isDone && this.#paused.get(destination) === pause) this.#paused.delete(destination);
  }

  /** Starts what is down, again and again; in the end, when nothing is left to do, stops the gateway. */
  async #operate(): Promise<void> {
    const { timeline, random, machine, ledger } = this.#parts;
    for (;;) {
      await timeline.sleep(START_MS + random.number() * 2_000);
      const { gateway } = machine;
      if (!gateway) {
        const failure = await machine.start();
        if (failure && this.#isCalm) ledger.violated(`the gateway does not start: ${failure}`);
      } else if (gateway.snapshot().journal.condition === "failed") {
        await machine.stop();
      } else if (this.#isCalm) {
        if (await this.#finish()) return;
      } else {
        this.#startHalted();
      }
    }
  }

  #startHalted(): void {
    const { gateway } = this.#parts.machine;
    for (const { name, condition, work, destinations } of gateway!.snapshot().channels) {
      const lines = [work, ...Object.values(destinations)];
      if (condition === "stopped" && this.#isCalm || lines.some((line) => line.condition === "halted")) {
        gateway!.startChannel(name).catch(() => {});
      }
    }
  }

  /** Deals with what is left; true when nothing was. */
  async #finish(): Promise<boolean> {
    const { machine, generators, reviewers, ledger, trace } = this.#parts;
    const gateway = machine.gateway!;
    this.#startHalted();
    for (const destination of this.#paused.keys()) await this.#resume(destination);
    await this.#dealWithQuarantine();
    if (machine.gateway !== gateway || !generators.every(({ isDone }) => isDone)) return false;
    if (gateway.snapshot().journal.pending > 0) return false;
    if (reviewers && !await reviewers.areDone() || machine.gateway !== gateway) return false;
    const { journal } = gateway.snapshot();
    // What they decided last may be under way.
    if (journal.pending > 0) return false;
    if (journal.pendingBytes !== 0) {
      ledger.violated(`nothing is pending, and ${journal.pendingBytes} bytes are`);
    }
    trace.note("trouble", "everything got through");
    const trouble = await machine.stop();
    if (trouble) ledger.violated(`the gateway does not stop: ${trouble}`);
    await machine.start();
    // What was under way when the troubles ended may still come.
    if (!machine.gateway) return false;
    const found = machine.gateway.snapshot().journal;
    if (found.pending !== 0 || found.pendingBytes !== 0) {
      ledger.violated(
        `nothing was pending, and after a start ${found.pending} are, of ${found.pendingBytes} bytes`,
      );
    }
    await machine.stop();
    return this.isOver = true;
  }

  /** A person sends again, or lets go, each message in quarantine. */
  async #dealWithQuarantine(): Promise<void> {
    const { machine, scenario: { replays } } = this.#parts;
    const found = await machine.ask(({ archive }) => archive.list({ state: "quarantined", limit: 1000 }));
    for (const { id, trouble } of found ?? []) {
      const times = this.#dealtWith.get(id) ?? 0;
      // What is no whole message has never been acknowledged, and comes again by itself.
      if (times >= (replays ? REPLAYS_MAX : 1) || trouble?.code.startsWith("MLLP_")) continue;
      this.#dealtWith.set(id, times + 1);
      await machine.ask((gateway) => replays ? gateway.replay(id, { force: true }) : gateway.release(id));
    }
  }
}
