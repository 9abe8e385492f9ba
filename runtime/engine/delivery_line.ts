import type { MitralError } from "../contract/error.ts";
import type { Outcome } from "../contract/message.ts";
import type { OutboxRow } from "../journal/rows.ts";
import { Alarm } from "./alarm.ts";
import {
  deliveryStages,
  type DeliveryStagesParts,
  type FinalVerdict,
  type OutboxEntry,
  parcelOf,
  type Sending,
  type Verdict,
} from "./delivery_stages.ts";
import { errors } from "./errors.ts";
import { Gate } from "./gate.ts";
import type { LineState } from "./events.ts";
import { limits } from "./limits.ts";
import { Line, type Unstamped } from "./line.ts";
import { Queue } from "./queue.ts";
import { expired, type Failure, type Remedied, remedyFor } from "./remedy.ts";
import { Retries } from "./retries.ts";
import { Settlement, type SettlementParts } from "./settlement.ts";
import { troubleOf } from "./trouble.ts";

/** What a delivery line is made of. */
export interface DeliveryParts extends DeliveryStagesParts, SettlementParts {
  /** Deliveries that were in the outbox when the line was made. */
  readonly found: number;
  timesStages(): boolean;
}

/** The delivery line of a destination: seal, send, settle. Each attempt is sealed anew; the payload is always the same. */
export class DeliveryLine {
  readonly #parts: DeliveryParts;
  readonly #queue: Queue<OutboxEntry>;
  readonly #settlement: Settlement;
  readonly #alarm: Alarm;
  readonly #retries: Retries;
  /** Closed while a delivery blocks. */
  readonly #gate = new Gate(() => {});
  readonly line: Line<Sending, Verdict>;
  #queued: number;
  /** Deliveries whose attempt is under way, or is being settled. */
  readonly #sending = new Set<OutboxEntry>();
  /** Why the line halts once nothing is being sent. */
  #blocked: MitralError | undefined;
  #trouble: string | undefined;

  constructor(parts: DeliveryParts) {
    const { channel, destination, world } = this.#parts = parts;
    this.#queued = parts.found;
    this.#queue = this.#openQueue();
    this.#settlement = new Settlement(parts);
    this.#alarm = new Alarm(
      destination.on,
      world.clock,
      (id, why, error) => this.#report({ name: "alertRaised", id, why, error }),
    );
    this.#retries = new Retries({
      retry: destination.retry,
      world,
      again: (entry) => this.#queue.again(entry),
      opened: (error) => this.#report({ name: "circuitOpened", error }),
      closed: () => this.#report({ name: "circuitClosed" }),
    });
    this.line = new Line<Sending, Verdict>({
      place: { channel: channel.name, destination: destination.name },
      stages: deliveryStages(parts, {
        opened: () => {
          this.#sending.clear();
          this.#haltIfBlocked();
        },
        begins: (entry) => this.#begins(entry),
      }),
      supervise: channel.supervise,
      world,
      take: (signal) => this.#take(signal),
      restart: () => this.#restart(),
      settle: (sending, verdict) => this.#ended(sending, verdict),
      fail: (_sending, error) => ({ kind: error.retry === "later" ? "failed" : "rejected", error }),
      positionOf: ({ entry }) => entry.position,
      queued: () => this.#queued,
      report: parts.report,
      timesStages: parts.timesStages,
    });
  }

  /** As it is now. */
  state(): LineState {
    // The code is of the last failed attempt, until one succeeds.
    return {
      ...this.line.state(this.#trouble),
      ...(this.#retries.isCircuitOpen ? { circuitOpen: true } : {}),
    };
  }

  /** Attempts under way get their answers; on `deadline` they are dropped. */
  async stop(deadline: AbortSignal): Promise<void> {
    await this.line.stop(deadline);
    this.#alarm.calm();
    this.#retries.rest();
  }

  /** A delivery has become durable. */
  offer(row: OutboxRow): void {
    this.#queued++;
    this.#parts.journal.countPending(row.size);
    this.#queue.offer(this.#entryOf(row));
  }

  /** A delivery is to be made again. */
  putBack(delivery: number): void {
    this.#queued++;
    this.#queue.putBack(delivery);
  }

  /** The keys of a quarantined delivery are let go: what waits for them may run. */
  release(delivery: number): void {
    this.#queue.release(delivery);
  }

  #openQueue(): Queue<OutboxEntry> {
    const { channel: { name: channel }, destination: { name: destination, order }, journal } = this.#parts;
    return new Queue<OutboxEntry>({
      read: async (after, limit) => {
        const rows = await journal.ask({ ask: "outbox", channel, destination, after, limit });
        return rows.map((row) => this.#entryOf(row));
      },
      held: async () => {
        const rows = await journal.ask({ ask: "held", channel, destination });
        return rows.map(({ delivery, keys }) => ({ position: delivery, keys }));
      },
    }, order.by === "channel" ? 1 : limits.deliveryOpenMax);
  }

  #entryOf(row: OutboxRow): OutboxEntry {
    const { by } = this.#parts.destination.order;
    return {
      position: row.delivery,
      keys: by === "none" ? null : row.keys,
      size: row.size,
      row,
      attempts: row.attempts,
    };
  }

  #restart(): void {
    this.#blocked = undefined;
    this.#gate.set(BLOCKED, false);
    this.#retries.restart();
    this.#queue.restart();
  }

  async #take(signal: AbortSignal): Promise<Sending | undefined> {
    for (;;) {
      if (!this.#gate.isOpen) await this.#gate.opened(signal).catch(() => {});
      this.#retries.probe();
      const entry = await this.#queue.take(signal);
      if (!entry) return undefined;
      const { world: { clock }, formats } = this.#parts;
      const { body } = entry.row;
      const overdue = this.#expired(entry);
      if (overdue) await this.#giveUp(entry, overdue);
      else if (!this.#mayBegin(entry)) this.#retries.keep(entry);
      else if (body) return { entry, startedMs: clock.elapsedMs(), parcel: parcelOf(entry, body, formats) };
      else await this.#end(entry, damaged(), clock.elapsedMs());
    }
  }

  #mayBegin(entry: OutboxEntry): boolean {
    return this.#gate.isOpen && this.#retries.admits(entry);
  }

  /** An attempt is about to begin: what was taken may have to wait all the same. */
  #begins(entry: OutboxEntry): boolean {
    if (!this.#mayBegin(entry)) return false;
    this.#sending.add(entry);
    return true;
  }

  #ended({ entry, startedMs }: Sending, verdict: Verdict): Promise<void> | void {
    if (verdict.kind !== "kept") return this.#end(entry, verdict, startedMs);
    this.#retries.keep(entry);
  }

  async #end(entry: OutboxEntry, outcome: Outcome, startedMs: number): Promise<void> {
    await this.#settle(entry, outcome, startedMs);
    this.#sending.delete(entry);
    if (this.#retries.isCircuitOpen) await this.#giveUpOverdue();
    this.#haltIfBlocked();
  }

  async #settle(entry: OutboxEntry, outcome: Outcome, startedMs: number): Promise<void> {
    const { world } = this.#parts;
    const wasSent = this.#sending.has(entry);
    entry.attempts++;
    if (outcome.kind === "accepted" || outcome.kind === "filtered") {
      this.#trouble = undefined;
      this.#alarm.calm();
      this.#retries.answered();
      return await this.#close(entry, outcome, false, {
        name: "messageDelivered",
        id: entry.row.id,
        attempt: entry.attempts,
        tookMs: world.clock.nowMs() - entry.row.receivedAtMs,
        attemptMs: world.clock.elapsedMs() - startedMs,
      });
    }
    this.#trouble = outcome.error.code;
    const end = this.#remedyFor(entry, outcome);
    const isMissed = wasSent && end.failure === "unanswered";
    if (isMissed) this.#retries.missed(entry, outcome.error);
    else if (wasSent) this.#retries.answered();
    else this.#retries.passes(entry);
    if (end.remedy !== "retry") return await this.#giveUp(entry, end, outcome);
    this.#alarm.warn(entry.row.id, end.failure, end.remedy, end.error);
    this.#noteAttempt(entry, outcome.error);
    const againInMs = this.#retries.again(entry, outcome.error, isMissed);
    this.#report({
      name: "deliveryFailed",
      id: entry.row.id,
      attempt: entry.attempts,
      error: outcome.error,
      againInMs,
    });
  }

  #remedyFor(entry: OutboxEntry, outcome: Outcome & { kind: "rejected" | "failed" }): Remedied {
    const failure: Failure = outcome.kind === "rejected"
      ? "rejected"
      : outcome.answer
      ? "postponed"
      : "unanswered";
    return this.#remedyAfter(entry, failure, outcome.error);
  }

  #remedyAfter(entry: OutboxEntry, failure: Failure, error: MitralError): Remedied {
    const { world: { clock }, destination } = this.#parts;
    const since = entry.failingSinceMs ??= {};
    const forMs = clock.elapsedMs() - (since[failure] ??= clock.elapsedMs());
    return remedyFor(failure, forMs, error, destination);
  }

  #expired({ row }: OutboxEntry): Remedied | undefined {
    const { world: { clock }, destination } = this.#parts;
    return expired(clock.nowMs() - row.receivedAtMs, destination);
  }

  /** Ends those that wait while nobody answers, and have waited long enough. */
  async #giveUpOverdue(): Promise<void> {
    const { unansweredMs = 0 } = this.#parts.destination.retry;
    const silence = errors.error("ENGINE_DELIVERY_UNANSWERED", { unansweredMs });
    const overdue = this.#retries.takeOut((entry) => {
      const end = this.#expired(entry) ?? this.#remedyAfter(entry, "unanswered", silence);
      return end.remedy === "retry" ? undefined : end;
    });
    for (const [entry, end] of overdue) await this.#giveUp(entry, end);
  }

  /** A delivery that is not attempted again. */
  async #giveUp(
    entry: OutboxEntry,
    { failure, remedy, error }: Remedied,
    outcome: Outcome = { kind: "rejected", error },
  ): Promise<void> {
    this.#retries.passes(entry);
    this.#alarm.warn(entry.row.id, failure, remedy, error);
    if (remedy === "block") return this.#block(entry, error);
    const holds = remedy === "holdKey" || remedy === "quarantine" && entry.row.isBuiltOn;
    const event = { name: "messageQuarantined", id: entry.row.id, error } as const;
    await this.#close(entry, { ...outcome, kind: "rejected", error }, holds, event);
  }

  /** It stays where it is, and so does everything behind it. Attempts under way get their answers: they may be taken. */
  #block(entry: OutboxEntry, error: MitralError): void {
    this.#noteAttempt(entry, error);
    this.#blocked ??= errors.error("ENGINE_DELIVERY_BLOCKED", { reason: error.code }, error);
    this.#gate.set(BLOCKED, true);
  }

  #haltIfBlocked(): void {
    if (this.#blocked && this.#sending.size === 0) this.line.halt(this.#blocked);
  }

  #noteAttempt({ attempts, position: delivery }: OutboxEntry, error: MitralError): void {
    const { journal, world } = this.#parts;
    const trouble = troubleOf(error, world.clock.nowMs());
    // Not awaited: only the count of attempts is lost with it.
    journal.write({ op: "attempted", delivery, attempts, trouble }, "patient").catch(() => {});
  }

  /** Ends a delivery, and reports it once that is durable. */
  #close(entry: OutboxEntry, outcome: FinalVerdict, holds: boolean, event: OwnEvent): Promise<void> {
    const { journal, world } = this.#parts;
    const how = { atMs: world.clock.nowMs(), ...(holds ? { holds } : {}) };
    return this.#settlement.settle(entry, outcome, how, (durable) => {
      this.#queued--;
      journal.countPending(-entry.size);
      if (holds) this.#queue.hold(entry, durable);
      else this.#queue.settle(entry, durable);
      durable.then(() => this.#report(event), () => {});
    });
  }

  #report(event: OwnEvent): void {
    const { channel, destination } = this.#parts;
    this.#parts.report({ ...event, channel: channel.name, destination: destination.name } as Unstamped);
  }
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event of this destination, before it says so. */
type OwnEvent = Without<Unstamped, "channel" | "destination">;

function damaged(): Outcome {
  return { kind: "rejected", error: errors.error("ENGINE_BODY_DAMAGED") };
}

/** A reason why no attempt begins: a delivery stands first in the queue that its peer has refused. */
const BLOCKED = "blocked";
