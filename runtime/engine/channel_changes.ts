import type { World } from "../contract/world.ts";
import type { By } from "../journal/acts.ts";
import type { Journal } from "../journal/journal.ts";
import type { PendingTotals } from "../journal/questions.ts";
import type { Channel } from "./channel.ts";
import { deadlineIn } from "./drain.ts";
import { errors } from "./gateway_errors.ts";
import { InTurn } from "./in_turn.ts";
import type { JournalKeeper } from "./journal_keeper.ts";
import type { GatewayLedger } from "./ledger/gateway_ledger.ts";
import type { ChannelPlan } from "./plan.ts";
import type { Renewal } from "./renewal.ts";

/** What changing channels needs of a gateway. */
export interface ChannelChangesParts {
  readonly keeper: JournalKeeper;
  readonly world: World;
  /** By name; who changes them changes it. */
  readonly channels: Map<string, Channel>;
  readonly renewal: Renewal;
  readonly ledger: GatewayLedger;
  readonly drainMsMax: number;
  /** Makes a channel of a plan, in place of the one of that name. */
  make(plan: ChannelPlan, totals: PendingTotals): Channel;
  /** Called before a plan that came while the gateway runs is made a channel. */
  prepare(plan: ChannelPlan): Promise<void>;
  isClosing(): boolean;
}

/** Starts, stops, reloads and removes channels of a running gateway. */
export class ChannelChanges {
  readonly #parts: ChannelChangesParts;
  /** For one caller at a time: two of them would share a channel's queues. */
  readonly #turns = new InTurn();

  constructor(parts: ChannelChangesParts) {
    this.#parts = parts;
  }

  start(name: string): Promise<void> {
    return this.#change(name, async () => {
      const channel = this.find(name);
      this.#mustHaveJournal();
      const { work, destinations } = channel.state();
      // A line that halted starts again with its channel.
      const lines = [work, ...Object.values(destinations)];
      if (lines.some(({ condition }) => condition === "halted")) await this.#stop(channel);
      await this.#start(channel);
    });
  }

  stop(name: string): Promise<void> {
    return this.#change(name, () => this.#stop(this.find(name)));
  }

  reload(plan: ChannelPlan, by?: By): Promise<void> {
    return this.#change(plan.name, async () => {
      const { channels, prepare, make, ledger } = this.#parts;
      this.#mustHaveJournal();
      const old = channels.get(plan.name);
      if (old) await this.#retire(old);
      await prepare(plan);
      const channel = make(plan, await this.#journal.ask({ ask: "pending" }));
      // Before what it receives.
      ledger.configured(plan.name, plan.hash, by);
      await this.#start(channel);
    });
  }

  remove(name: string, by?: By): Promise<void> {
    return this.#change(name, async () => {
      await this.#retire(this.find(name));
      this.#parts.channels.delete(name);
      this.#parts.ledger.removed(name, by);
    });
  }

  /** Errors: GATEWAY_CHANNEL_UNKNOWN. */
  find(name: string): Channel {
    return this.#parts.channels.get(name) ?? errors.fail("GATEWAY_CHANNEL_UNKNOWN", { channel: name });
  }

  get #journal(): Journal {
    return this.#parts.keeper.journal;
  }

  /** Nothing is started on a journal that has failed. */
  #mustHaveJournal(): void {
    const { trouble } = this.#parts.keeper;
    if (trouble) throw trouble;
  }

  async #start(channel: Channel): Promise<void> {
    const { isClosing } = this.#parts;
    if (!isClosing()) await channel.start();
    if (!isClosing()) return;
    // It was not there to be drained, or not yet.
    await this.#stop(channel);
    errors.fail("GATEWAY_CLOSED", { channel: channel.plan.name });
  }

  /** Stops a channel for good. One that comes in its place reads of the journal what this one has done, to the last. */
  async #retire(channel: Channel): Promise<void> {
    await this.#stop(channel);
    await this.#journal.written();
  }

  async #stop(channel: Channel): Promise<void> {
    const { renewal, drainMsMax, world } = this.#parts;
    renewal.forget(channel);
    const { deadline, forget } = deadlineIn(drainMsMax, world.clock);
    await channel.stop(deadline).finally(forget);
  }

  /** Once whoever was before has changed it; not while the channels are made anew. */
  async #change(name: string, change: () => Promise<void>): Promise<void> {
    await this.#turns.begin(name, () => this.#parts.renewal.act(change));
  }
}
