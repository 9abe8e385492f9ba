import type { Listening } from "../contract/adapter.ts";
import { bindEnvelope } from "../contract/envelope.ts";
import { errorTable, type MitralError } from "../contract/error.ts";
import { bindFormat, type Format } from "../contract/format.ts";
import type { Outcome } from "../contract/message.ts";
import { untilAborted } from "../contract/signal.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { OutboxRow, Settled } from "../journal/operations.ts";
import type { GatewayKeyring } from "../trust/keyring.ts";
import { DeliveryLine } from "./delivery_line.ts";
import { errors } from "./errors.ts";
import type { ChannelCounts, ChannelState, Condition } from "./events.ts";
import { Gate } from "./gate.ts";
import { ChannelIntake } from "./intake.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan, Configured } from "./plan.ts";
import { Waiters } from "./waiters.ts";
import { WorkLine } from "./work_line.ts";

/** What a channel shares with the rest of its gateway. */
export interface ChannelParts {
  readonly plan: ChannelPlan;
  /** Folder of the gateway file. */
  readonly folder: string;
  readonly world: World;
  readonly journal: Journal;
  /** Where something is sealed or opened. */
  readonly keyring?: GatewayKeyring;
  /** Queued now, in the inbox and by destination. */
  readonly found: { readonly inbox: number; readonly outboxes: Readonly<Record<string, number>> };
  newId(): string;
  report(event: Unstamped): void;
  /** True while somebody wants to know how long each stage takes. */
  timesStages(): boolean;
}

/** One channel: its way in, its work line, its delivery lines. Fails alone. */
export class Channel {
  readonly plan: ChannelPlan;
  readonly #parts: ChannelParts;
  readonly #format: Format;
  readonly #gate: Gate;
  readonly #intake: ChannelIntake;
  readonly #work: WorkLine;
  readonly #deliveries: ReadonlyMap<string, DeliveryLine>;
  readonly #waiters = new Waiters();
  readonly #counts: { -readonly [K in keyof ChannelCounts]: ChannelCounts[K] } = {
    received: 0,
    repeated: 0,
    filtered: 0,
    delivered: 0,
    failed: 0,
    quarantined: 0,
  };
  #listening: Listening | undefined;
  #condition: Condition = "stopped";

  constructor(parts: ChannelParts) {
    const { plan, world, journal, folder, found, newId, keyring, timesStages } = this.#parts = parts;
    this.plan = plan;
    const report = (event: Unstamped) => this.#report(event);
    const channel = plan.name;
    const format = this.#format = bindFormat(plan.parse.spec, plan.parse.config as never);
    const waiters = this.#waiters;
    const gate = this.#gate = new Gate((isOpen, reason) => {
      // Stopping a channel is reported as that.
      if (reason === STOPPED) return;
      report(isOpen ? { name: "intakeOpened", channel } : { name: "intakeClosed", channel, reason });
    });
    this.#deliveries = new Map(plan.destinations.map((destination) => [
      destination.name,
      new DeliveryLine({
        channel: plan,
        destination,
        format,
        ...(destination.encrypt ? { envelope: this.#envelope(destination.encrypt) } : {}),
        gateway: keyring?.gateway ?? "",
        epoch: journal.found.epoch,
        journal,
        world,
        found: found.outboxes[destination.name] ?? 0,
        settled: (row, rest) => this.#settled(row, rest),
        report,
        timesStages,
      }),
    ]));
    this.#work = new WorkLine({
      plan,
      format,
      journal,
      world,
      waiters,
      folder,
      found: found.inbox,
      queued: (destination, row) => this.#deliveries.get(destination)!.offer(row),
      report,
      timesStages,
    });
    this.#intake = new ChannelIntake({
      plan,
      format,
      ...(plan.decrypt ? { envelope: this.#envelope(plan.decrypt) } : {}),
      journal,
      world,
      gate,
      waiters,
      newId,
      partnerOf: (gateway) => keyring?.partnerOf(gateway),
      accepted: (message) => this.#work.offer(message),
      report,
    });
  }

  /** Starts the lines, then listens. Errors: JOURNAL_STORE_FAILED, those of the adapter's `listen`. */
  async start(): Promise<void> {
    if (this.#condition === "running") return;
    const { plan, world, journal } = this.#parts;
    if (journal.trouble) throw journal.trouble;
    this.#condition = "starting";
    for (const delivery of this.#deliveries.values()) delivery.line.start();
    this.#work.line.start();
    this.#gate.set(STOPPED, false);
    this.#gate.set("halted", false);
    const { spec, config } = plan.listen;
    try {
      this.#listening = await spec.listen({
        config: config as never,
        world,
        intake: this.#intake,
        contentTypes: this.#contentTypes(),
        ...errorTable(spec.name, spec.errors),
        report: ({ name, facts = {} }) =>
          this.#report({ name: "transportReported", channel: plan.name, event: name, facts }),
      });
    } catch (cause) {
      await this.stop(AbortSignal.abort());
      throw cause;
    }
    this.#condition = "running";
    this.#report({ name: "channelStarted", channel: plan.name, address: this.#listening.address });
  }

  /** Stops in the order of a drain: listener, work line, delivery lines. What is not done by `deadline` stays queued. */
  async stop(deadline: AbortSignal): Promise<void> {
    await this.stopListening(deadline);
    await this.stopWorking(deadline);
    await this.stopDelivering(deadline);
  }

  /** First step of a drain: takes nothing new, answers what was taken, closes the listener. */
  async stopListening(deadline: AbortSignal): Promise<void> {
    this.#gate.set(STOPPED, true);
    const listening = this.#listening;
    this.#listening = undefined;
    if (!listening) return;
    await untilAborted(listening.stop(), deadline);
    await listening[Symbol.asyncDispose]();
  }

  /** Second step: the work line finishes what it has begun. */
  async stopWorking(deadline: AbortSignal): Promise<void> {
    await this.#work.line.stop(deadline);
  }

  /** Third step: attempts under way get their answers. */
  async stopDelivering(deadline: AbortSignal): Promise<void> {
    await Promise.all([...this.#deliveries.values()].map((delivery) => delivery.line.stop(deadline)));
    if (this.#condition === "stopped") return;
    this.#condition = "stopped";
    this.#report({ name: "channelStopped", channel: this.plan.name });
  }

  /** Closes or opens the way in for a reason of the gateway's. */
  setGate(reason: string, closed: boolean): void {
    this.#gate.set(reason, closed);
  }

  /** The store has failed: nothing can be made durable, so nothing runs. */
  halt(error: MitralError): void {
    this.#gate.set("journal", true);
    this.#work.line.halt(error);
    for (const delivery of this.#deliveries.values()) delivery.line.halt(error);
  }

  /** A replayed message is in the inbox again. */
  putBackMessage(seq: number, size: number): void {
    this.#work.putBack(seq, size);
  }

  /** A replayed delivery is in its outbox again; false where the channel has no such destination. */
  putBackDelivery(destination: string, delivery: number, size: number): boolean {
    const line = this.#deliveries.get(destination);
    line?.putBack(delivery, size);
    return line !== undefined;
  }

  /** As it is now. */
  state(): ChannelState {
    const destinations = [...this.#deliveries].map(([name, delivery]) =>
      [name, delivery.line.state(delivery.trouble)] as const
    );
    const halted = this.#work.line.condition === "halted";
    return {
      name: this.plan.name,
      condition: halted ? "halted" : this.#condition,
      address: this.#listening?.address ?? "",
      isOpen: this.#gate.isOpen,
      work: this.#work.line.state(),
      destinations: Object.fromEntries(destinations),
      counts: { ...this.#counts },
    };
  }

  #envelope({ spec, config }: Configured<Parameters<typeof bindEnvelope>[0]>) {
    return bindEnvelope(spec, config as never, this.#parts.keyring!, this.#parts.world.clock);
  }

  #contentTypes(): readonly string[] {
    const { decrypt } = this.plan;
    return decrypt ? [decrypt.spec.contentType] : this.#format.contentTypes;
  }

  #settled(row: OutboxRow, { queued, quarantined }: Settled): void {
    if (queued > 0) return;
    const outcome: Outcome = quarantined === 0
      ? { kind: "accepted" }
      : { kind: "rejected", error: errors.error("ENGINE_DELIVERY_INCOMPLETE", { quarantined }) };
    this.#waiters.tell(row.seq, outcome);
  }

  #report(event: Unstamped): void {
    const counted = COUNTED[event.name];
    if (counted) this.#counts[counted]++;
    // A work line that stands still must not let its inbox grow.
    if (event.name === "lineHalted" && event.destination === undefined) this.#gate.set("halted", true);
    this.#parts.report(event);
  }
}

/** The reason for a closed way in that needs no report of its own. */
const STOPPED = "stopped";

const COUNTED: { readonly [name: string]: keyof ChannelCounts } = {
  messageReceived: "received",
  messageRepeated: "repeated",
  messageFiltered: "filtered",
  messageDelivered: "delivered",
  deliveryFailed: "failed",
  messageQuarantined: "quarantined",
};
