import type { MitralError } from "../contract/error.ts";
import type { Outcome } from "../contract/message.ts";
import type { OutboxRow } from "../journal/rows.ts";
import { Alarm } from "./alarm.ts";
import { Attempts } from "./attempts.ts";
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
import { Line, type Unstamped } from "./line.ts";
import { entryOf, Outbox } from "./outbox.ts";
import type { PathSet } from "./paths/path_set.ts";
import { expired, type Remedied, remedyFor, remedyOf } from "./remedy.ts";
import { Respite } from "./respite.ts";
import { Retries } from "./retries.ts";
import { type EndOf, Settlement, type SettlementParts } from "./settlement.ts";
import { troubleOf } from "./trouble.ts";

/** What a delivery line is made of. */
export interface DeliveryParts extends DeliveryStagesParts, SettlementParts {
  /** Deliveries that were in the outbox when the line was made. */
  readonly found: number;
  /** The destination by whose sender it sends, where that is not its own. */
  readonly diverted?: string;
  timesStages(): boolean;
}

/** A person ends a delivery. */
export type PersonalEnd = NonNullable<EndOf["ended"]>;

/** The delivery line of a destination: seal, send, settle. Each attempt is sealed anew; the payload is always the same. */
export class DeliveryLine {
  readonly #parts: DeliveryParts;
  readonly #queue: Outbox;
  readonly #settlement: Settlement;
  readonly #alarm: Alarm;
  readonly #retries: Retries;
  readonly #respite: Respite;
  /** Closed while no attempt may begin: a delivery blocks, or a person does. */
  readonly #gate = new Gate(() => {});
  readonly line: Line<Sending, Verdict>;
  #queued: number;
  readonly #attempts = new Attempts();
  /** Deliveries that are about to end. */
  readonly #ending = new Set<number>();
  /** Why the line halts once nothing is being sent, and which delivery it stands still for. */
  #blocked: { readonly by: OutboxEntry; readonly error: MitralError } | undefined;
  #trouble: string | undefined;
  /** By which it sends, where there are several and it runs. */
  #paths: PathSet | undefined;

  constructor(parts: DeliveryParts) {
    const { channel, destination, world } = this.#parts = parts;
    this.#queued = parts.found;
    this.#queue = new Outbox(parts);
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
    this.#respite = new Respite(world.clock, (isNow) => this.hold(ASKED, isNow));
    this.line = new Line<Sending, Verdict>({
      place: { channel: channel.name, destination: destination.name },
      stages: deliveryStages(parts, {
        opened: (paths, trouble) => {
          this.#paths = paths;
          this.#trouble = trouble?.code ?? this.#trouble;
          this.#attempts.drop();
          this.#haltIfBlocked();
        },
        begins: (entry) => this.#begins(entry),
        revived: () => this.#retries.hurry(),
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
    const paths = this.#paths?.state() ?? [];
    // The code is of the last failed attempt, until one succeeds.
    return {
      ...this.line.state(this.#trouble),
      ...(this.#retries.isCircuitOpen ? { circuitOpen: true } : {}),
      ...(paths.length > 0 ? { paths } : {}),
    };
  }

  /** Attempts under way get their answers; on `deadline` they are dropped. */
  async stop(deadline: AbortSignal): Promise<void> {
    await this.line.stop(deadline);
    this.#attempts.drop();
    this.#alarm.calm();
    this.#respite.end();
    this.#retries.rest();
  }

  /** Deliveries in the outbox. */
  get queued(): number {
    return this.#queued;
  }

  /** A person, or the gateway, lets no attempt begin for some reason, or does so again. */
  hold(reason: string, isHeld: boolean): void {
    this.#gate.set(reason, isHeld);
    if (this.#gate.isOpen) this.#retries.wake();
  }

  /** The delivery the line stands still for or, where it does not, the oldest in the outbox. */
  async head(): Promise<OutboxEntry | undefined> {
    return this.#blocked?.by ?? await this.#queue.oldest();
  }

  isBlockedBy(delivery: number): boolean {
    return this.#blocked?.by.position === delivery;
  }

  /** True while an attempt of the delivery is under way. */
  isSending(delivery: number): boolean {
    const entry = this.#queue.find(delivery);
    return entry !== undefined && this.#attempts.has(entry);
  }

  /** Resolves once no attempt of a delivery is under way, with how that has ended, if it has. */
  attemptOver(entry: OutboxEntry): Promise<FinalVerdict["kind"] | undefined> {
    return this.#attempts.over(entry);
  }

  /**
   * Ends a delivery for a person, without an attempt. Where one is under way, nothing is done, and that delivery returned.
   * `gone`: it is in the outbox no longer.
   */
  async end(delivery: number, { how, by }: PersonalEnd): Promise<"ended" | "gone" | OutboxEntry> {
    const entry = await this.#queue.seek(delivery);
    if (!entry || this.#isOver(entry)) return "gone";
    if (this.#attempts.has(entry)) return entry;
    this.#retries.forget(entry);
    const { id } = entry.row;
    const error = errors.error(how === "skipped" ? "ENGINE_DELIVERY_SKIPPED" : "ENGINE_DELIVERY_CANCELLED");
    const { durable } = await this.#close(
      entry,
      { kind: "rejected", error },
      { ended: { how, by } },
      how === "skipped" ? { name: "messageQuarantined", id, error } : { name: "messageCancelled", id },
    );
    await durable;
    if (this.isBlockedBy(delivery)) this.#unblock();
    return "ended";
  }

  /** A delivery has become durable. */
  offer(row: OutboxRow): void {
    this.#queued++;
    this.#parts.journal.countPending(row.size);
    this.#queue.offer(entryOf(row, this.#parts.destination));
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
      const { world: { clock } } = this.#parts;
      if (this.#isOver(entry)) continue;
      const { body } = entry.row;
      const overdue = this.#expired(entry);
      if (overdue) await this.#giveUp(entry, overdue);
      else if (!this.#mayBegin(entry)) this.#retries.keep(entry);
      else if (body) {
        return { entry, startedMs: clock.elapsedMs(), parcel: parcelOf(entry, body, this.#parts) };
      } else await this.#end(entry, DAMAGED, clock.elapsedMs());
    }
  }

  #mayBegin(entry: OutboxEntry): boolean {
    return this.#gate.isOpen && this.#retries.admits(entry);
  }

  /** An attempt is about to begin: what was taken may have to wait all the same. */
  #begins(entry: OutboxEntry): boolean {
    if (this.#isOver(entry) || !this.#mayBegin(entry)) return false;
    this.#attempts.begin(entry);
    return true;
  }

  #ended({ entry, startedMs }: Sending, verdict: Verdict): Promise<void> | void {
    if (verdict.kind !== "kept") return this.#end(entry, verdict, startedMs);
    if (!this.#isOver(entry)) this.#retries.keep(entry);
  }

  /** True where a delivery has ended, or is about to: a person may do that at any time. */
  #isOver({ end, position }: OutboxEntry): boolean {
    return end !== undefined || this.#ending.has(position);
  }

  async #end(entry: OutboxEntry, outcome: Outcome, startedMs: number): Promise<void> {
    if (outcome.kind === "failed" && outcome.isElsewhere) return this.#goElsewhere(entry, outcome.error);
    await this.#settle(entry, outcome, startedMs);
    this.#attempts.end(entry);
    if (this.#retries.isCircuitOpen) await this.#giveUpOverdue();
    this.#haltIfBlocked();
  }

  async #settle(entry: OutboxEntry, outcome: Outcome, startedMs: number): Promise<void> {
    const { world } = this.#parts;
    const wasSent = this.#attempts.has(entry);
    entry.attempts++;
    if (outcome.kind === "accepted" || outcome.kind === "filtered") {
      this.#trouble = undefined;
      this.#alarm.calm();
      this.#retries.answered();
      await this.#close(entry, outcome, {}, {
        name: "messageDelivered",
        id: entry.row.id,
        attempt: entry.attempts,
        tookMs: Math.max(world.clock.nowMs() - entry.row.receivedAtMs, 0),
        attemptMs: world.clock.elapsedMs() - startedMs,
      });
      return await this.#settlement.room();
    }
    this.#trouble = outcome.error.code;
    this.#respite.ask(outcome.error.retryAfterMs);
    const end = remedyOf(entry, outcome, world.clock, this.#parts.destination);
    const isMissed = wasSent && end.failure === "unanswered";
    if (isMissed) this.#retries.missed(entry, outcome.error);
    else if (wasSent) this.#retries.answered();
    else this.#retries.passes(entry);
    if (end.remedy !== "retry") return await this.#giveUp(entry, end, outcome);
    this.#alarm.warn(entry.row.id, end.failure, end.remedy, end.error);
    this.#noteFailed(entry, outcome.error, this.#retries.again(entry, outcome.error, isMissed));
  }

  /** Nobody answered by one path, and the next attempt goes by another: there is nothing to wait for. */
  #goElsewhere(entry: OutboxEntry, error: MitralError): void {
    entry.attempts++;
    this.#trouble = error.code;
    this.#noteFailed(entry, error, 0);
    this.#attempts.end(entry);
    this.#queue.again(entry);
    this.#haltIfBlocked();
  }

  #expired({ row }: OutboxEntry): Remedied | undefined {
    const { world: { clock }, destination } = this.#parts;
    // A person who puts back what is old means it.
    if (row.replays) return undefined;
    return expired(clock.nowMs() - row.receivedAtMs, destination);
  }

  /** Ends those that wait while nobody answers, and have waited long enough. */
  async #giveUpOverdue(): Promise<void> {
    const { world: { clock }, destination } = this.#parts;
    const { unansweredMs = 0 } = destination.retry;
    const silence = errors.error("ENGINE_DELIVERY_UNANSWERED", { unansweredMs });
    const nowMs = clock.elapsedMs();
    const overdue = this.#retries.takeOut((entry) => {
      const sinceMs = entry.failingSinceMs?.unanswered ?? entry.silentSinceMs ?? nowMs;
      const end = this.#expired(entry) ?? remedyFor("unanswered", nowMs - sinceMs, silence, destination);
      return end.remedy === "retry" ? undefined : end;
    });
    for (const [entry, end] of overdue) {
      if (!this.#isOver(entry)) await this.#giveUp(entry, end);
    }
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
    await this.#close(entry, { ...outcome, kind: "rejected", error }, holds ? { holds } : {}, event);
    await this.#settlement.room();
  }

  /** It stays where it is, and so does everything behind it. Attempts under way get their answers: they may be taken. */
  #block(entry: OutboxEntry, error: MitralError): void {
    this.#noteAttempt(entry, error);
    const blocked = errors.error("ENGINE_DELIVERY_BLOCKED", { reason: error.code }, error);
    this.#blocked ??= { by: entry, error: blocked };
    this.#gate.set(BLOCKED, true);
    this.#retries.keep(entry);
  }

  #haltIfBlocked(): void {
    if (this.#blocked && this.#attempts.count === 0) this.line.halt(this.#blocked.error);
  }

  #unblock(): void {
    this.#blocked = undefined;
    this.hold(BLOCKED, false);
  }

  #noteFailed(entry: OutboxEntry, error: MitralError, againInMs: number): void {
    this.#noteAttempt(entry, error);
    const { row: { id }, attempts: attempt } = entry;
    this.#report({ name: "deliveryFailed", id, attempt, error, againInMs });
  }

  #noteAttempt(entry: OutboxEntry, error: MitralError): void {
    const { journal, world: { clock } } = this.#parts, { attempts, position: delivery, sealed } = entry;
    const trouble = troubleOf(error, clock.nowMs()), shown = sealed && { sealed };
    if (sealed) entry.sealed = undefined;
    // Not awaited: only the count of attempts is lost with it.
    journal.write({ op: "attempted", delivery, attempts, trouble, ...shown }, "patient").catch(() => {});
  }

  /** Ends a delivery, and reports it once that is durable. Resolves once it has left the queue. */
  async #close(
    entry: OutboxEntry,
    outcome: FinalVerdict,
    how: Omit<EndOf, "atMs" | "diverted">,
    event: OwnEvent,
  ): Promise<{ readonly durable: Promise<unknown> }> {
    const { journal, world, diverted } = this.#parts;
    const { position } = entry;
    this.#ending.add(position);
    try {
      const { durable } = await this.#settlement.settle(entry, outcome, {
        ...how,
        atMs: world.clock.nowMs(),
        ...(diverted !== undefined && this.#attempts.has(entry) ? { diverted } : {}),
      });
      // One that a person ended may have been read from disk once more meanwhile.
      const left = how.ended ? this.#queue.find(position) ?? entry : entry;
      left.end = outcome.kind;
      this.#queued--;
      journal.countPending(-entry.size);
      if (how.holds) this.#queue.hold(left, durable);
      else this.#queue.settle(left, durable, outcome.kind === "rejected" ? "durable" : "now");
      durable.then(() => this.#report(event), () => {});
      return { durable };
    } finally {
      this.#ending.delete(position);
    }
  }

  #report(event: OwnEvent): void {
    const { channel, destination } = this.#parts;
    this.#parts.report({ ...event, channel: channel.name, destination: destination.name } as Unstamped);
  }
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event of this destination, before it says so. */
type OwnEvent = Without<Unstamped, "channel" | "destination">;

const DAMAGED: Outcome = { kind: "rejected", error: errors.error("ENGINE_BODY_DAMAGED") };

/** Reasons why no attempt begins: a delivery stands first in the queue that its peer has refused; the peer asks for it. */
const BLOCKED = "blocked", ASKED = "asked";
