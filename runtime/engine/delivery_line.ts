import type { OpenSender, Parcel, SenderSpec } from "../contract/adapter.ts";
import type { Envelope, Statement } from "../contract/envelope.ts";
import { errorTable, type MitralError } from "../contract/error.ts";
import type { Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Rest, Settle } from "../journal/operations.ts";
import type { OutboxRow } from "../journal/rows.ts";
import { errors } from "./errors.ts";
import type { BoundFormats } from "./formats.ts";
import { limits } from "./limits.ts";
import { Line, type LineStage, type Unstamped } from "./line.ts";
import { partId } from "./part_id.ts";
import type { SecondAnswers } from "./second_answers.ts";
import type { ChannelPlan, Configured, DestinationPlan, Remedy } from "./plan.ts";
import { type Failure, remedyFor } from "./remedy.ts";
import { type Entry, Queue } from "./queue.ts";
import { backoffMs, Ended } from "./supervisor.ts";
import { troubleOf } from "./trouble.ts";

/** A delivery in an outbox. */
export interface OutboxEntry extends Entry {
  readonly row: OutboxRow;
  attempts: number;
  /** When the peer first refused it for now, or did not answer, by a clock that nobody sets. */
  failingSinceMs?: Partial<Record<Failure, number>>;
}

/** A delivery on its way: what is sent, and how its answer is read. */
interface Sending {
  readonly entry: OutboxEntry;
  readonly parcel: Parcel;
  readonly startedMs: number;
}

/** What a delivery line is made of. */
export interface DeliveryParts {
  readonly channel: ChannelPlan;
  readonly destination: DestinationPlan;
  readonly send: Configured<SenderSpec>;
  readonly formats: BoundFormats;
  /** Media types of answers to what it sends. */
  readonly contentTypes: readonly string[];
  readonly envelope?: Envelope;
  /** Name of this gateway, as partners know it. */
  readonly gateway: string;
  readonly epoch: number;
  readonly journal: Journal;
  readonly world: World;
  readonly secondAnswers: SecondAnswers;
  /** Deliveries that were in the outbox when the channel was made. */
  readonly found: number;
  /** The last delivery of a message may have ended. */
  settled(row: OutboxRow, rest: Rest): void;
  /** What whoever asked is told, where this destination's answer is what they wait for. */
  readonly respond?: (row: OutboxRow, outcome: Outcome) => Promise<Outcome>;
  /** They may be told: it is durable. */
  concluded(row: OutboxRow, outcome: Outcome): void;
  report(event: Unstamped): void;
  timesStages(): boolean;
}

/** The delivery line of a destination: seal, send, settle. Each attempt is sealed anew; the payload is always the same. */
export class DeliveryLine {
  readonly #parts: DeliveryParts;
  readonly #queue: Queue<OutboxEntry>;
  readonly line: Line<Sending, Outcome>;
  #queued: number;
  /** Deliveries whose attempt is under way, or is being settled. */
  readonly #sending = new Set<OutboxEntry>();
  /** Why the line halts once nothing is being sent. */
  #blocked: MitralError | undefined;
  #unsynced = 0;
  #synced: (() => void)[] = [];
  #trouble: string | undefined;
  /** Since when nothing got through, until it is told; then until something does. */
  #alarm: (() => void) | undefined;

  constructor(parts: DeliveryParts) {
    const { channel, destination, journal, world } = this.#parts = parts;
    this.#queued = parts.found;
    const { name } = destination;
    const openMax = destination.order.by === "channel" ? 1 : limits.deliveryOpenMax;
    this.#queue = new Queue<OutboxEntry>({
      read: async (after, limit) => {
        const rows = await journal.ask({
          ask: "outbox",
          channel: channel.name,
          destination: name,
          after,
          limit,
        });
        return rows.map((row) => this.#entryOf(row));
      },
      held: async () => {
        const rows = await journal.ask({ ask: "held", channel: channel.name, destination: name });
        return rows.map(({ delivery, keys }) => ({ position: delivery, keys }));
      },
    }, openMax);
    this.line = new Line<Sending, Outcome>({
      place: { channel: channel.name, destination: destination.name },
      stages: this.#stages(),
      supervise: channel.supervise,
      world,
      take: (signal) => this.#take(signal),
      restart: () => {
        this.#blocked = undefined;
        this.#queue.restart();
      },
      settle: ({ entry, startedMs }, outcome) => this.#end(entry, outcome, startedMs),
      fail: (_sending, error) => ({ kind: error.retry === "later" ? "failed" : "rejected", error }),
      positionOf: ({ entry }) => entry.position,
      queued: () => this.#queued,
      report: parts.report,
      timesStages: parts.timesStages,
    });
  }

  /** Code of the last failed attempt, until one succeeds. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Attempts under way get their answers; on `deadline` they are dropped. */
  async stop(deadline: AbortSignal): Promise<void> {
    await this.line.stop(deadline);
    this.#calm();
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

  async #take(signal: AbortSignal): Promise<Sending | undefined> {
    for (;;) {
      const entry = await this.#queue.take(signal);
      if (!entry) return undefined;
      const startedMs = this.#parts.world.clock.elapsedMs();
      if (entry.row.body) return { entry, startedMs, parcel: this.#parcelOf(entry, entry.row.body) };
      const error = errors.error("ENGINE_BODY_DAMAGED");
      await this.#end(entry, { kind: "rejected", error }, startedMs);
    }
  }

  #parcelOf(entry: OutboxEntry, bytes: Uint8Array): Parcel {
    const { contentType, controlId, sequence, receivedAtMs: atMs } = entry.row;
    const id = partId(entry.row);
    const format = this.#parts.formats.speaking(contentType);
    const judge = format
      ? (answer: Uint8Array) => format.judge(answer, { controlId, bytes })
      : (): Outcome => ({ kind: "accepted" });
    return { id, bytes, contentType, attempt: entry.attempts + 1, sequence, atMs, judge };
  }

  #stages(): LineStage<Sending, Outcome>[] {
    const { world, envelope, send: { spec, config } } = this.#parts;
    const openSender = (): Promise<OpenSender> =>
      spec.open({
        config: config as never,
        world,
        ...errorTable(spec.name, spec.errors),
        report: ({ name, facts = {}, error }) =>
          this.#report({ name: "transportReported", event: name, facts, error }),
        contentTypes: envelope ? [envelope.receiptType] : this.#parts.contentTypes,
      });
    const send: LineStage<Sending, Outcome> = {
      name: "send",
      width: spec.lanes?.(config as never) ?? 1,
      open: async () => {
        const sender = await openSender();
        this.#sending.clear();
        this.#haltIfBlocked();
        return {
          process: async ({ entry, parcel }, life) => {
            // Waits for the end of the line's life.
            if (this.#blocked) return await new Promise<never>(() => {});
            this.#sending.add(entry);
            return new Ended(await sender.send(parcel, life));
          },
          [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
        };
      },
    };
    if (!envelope) return [send];
    const encrypt: LineStage<Sending, Outcome> = {
      name: "encrypt",
      width: send.width,
      open: () => ({ process: (sending) => this.#sealed(sending, envelope) }),
    };
    return [encrypt, send];
  }

  async #sealed(sending: Sending, envelope: Envelope): Promise<Sending> {
    const { channel, destination, epoch, world } = this.#parts;
    const { entry: { row }, parcel } = sending;
    const { to, expiresMs } = destination.encrypt!;
    const issuedAtMs = world.clock.nowMs();
    const statement: Statement = {
      // One message may go to a partner by two destinations, as two payloads.
      id: `${row.id}.${row.delivery.toString(36)}`,
      from: this.#parts.gateway,
      channel: channel.name,
      epoch,
      sequence: row.sequence,
      issuedAtMs,
      expiresAtMs: issuedAtMs + expiresMs,
      contentType: row.contentType,
    };
    const bytes = await envelope.seal(parcel.bytes, statement, to);
    const sent = { statement, payload: parcel.bytes, to: to[0] };
    return {
      ...sending,
      parcel: {
        ...parcel,
        bytes,
        contentType: envelope.contentType,
        judge: (receipt) => envelope.judge(receipt, sent),
      },
    };
  }

  async #end(entry: OutboxEntry, outcome: Outcome, startedMs: number): Promise<void> {
    await this.#settle(entry, outcome, startedMs);
    this.#sending.delete(entry);
    this.#haltIfBlocked();
  }

  async #settle(entry: OutboxEntry, outcome: Outcome, startedMs: number): Promise<void> {
    const { world } = this.#parts;
    entry.attempts++;
    if (outcome.kind === "accepted" || outcome.kind === "filtered") {
      this.#trouble = undefined;
      this.#calm();
      return await this.#close(entry, outcome, false, {
        name: "messageDelivered",
        id: entry.row.id,
        attempt: entry.attempts,
        tookMs: world.clock.nowMs() - entry.row.receivedAtMs,
        attemptMs: world.clock.elapsedMs() - startedMs,
      });
    }
    this.#trouble = outcome.error.code;
    const { failure, remedy, error } = this.#remedyFor(entry, outcome);
    this.#warn(entry, failure, remedy, error);
    if (remedy === "retry") return this.#tryLater(entry, outcome.error);
    if (remedy === "block") return this.#block(entry, error);
    const holds = remedy === "holdKey" || remedy === "quarantine" && entry.row.isBuiltOn;
    const event = { name: "messageQuarantined", id: entry.row.id, error } as const;
    await this.#close(entry, { ...outcome, kind: "rejected", error }, holds, event);
  }

  #remedyFor(entry: OutboxEntry, outcome: Outcome & { kind: "rejected" | "failed" }) {
    const { world: { clock }, destination } = this.#parts;
    const failure: Failure = outcome.kind === "rejected"
      ? "rejected"
      : outcome.answer
      ? "postponed"
      : "unanswered";
    const since = entry.failingSinceMs ??= {};
    const forMs = clock.elapsedMs() - (since[failure] ??= clock.elapsedMs());
    return remedyFor(failure, forMs, outcome.error, destination);
  }

  /** Tells somebody: at once of what is not tried again, once of what is refused for good, and of the rest after a while. */
  #warn(entry: OutboxEntry, failure: Failure, remedy: Remedy, error: MitralError): void {
    const { destination: { on }, world: { clock } } = this.#parts;
    if (!on[failure].alert) return;
    const event = { name: "alertRaised", id: entry.row.id, why: failure, error } as const;
    if (remedy !== "retry") return this.#report(event);
    this.#alarm ??= clock.after(failure === "rejected" ? 0 : on.alertAfterMs, () => this.#report(event));
  }

  /** Something got through, or nobody tries any more: there is nothing to be told after a while. */
  #calm(): void {
    this.#alarm?.();
    this.#alarm = undefined;
  }

  /** It stays where it is, and so does everything behind it. Attempts under way get their answers: they may be taken. */
  #block(entry: OutboxEntry, error: MitralError): void {
    this.#noteAttempt(entry, error);
    this.#blocked ??= errors.error("ENGINE_DELIVERY_BLOCKED", { reason: error.code }, error);
  }

  #haltIfBlocked(): void {
    if (this.#blocked && this.#sending.size === 0) this.line.halt(this.#blocked);
  }

  /** The same payload again, after a while. The entry keeps its keys, and so the order. */
  #tryLater(entry: OutboxEntry, error: MitralError): void {
    const { world, destination: { retry } } = this.#parts;
    const againInMs = Math.max(
      backoffMs(entry.attempts, retry.firstMs, retry.longestMs, world.random),
      Number(error.facts.retryAfterMs ?? 0),
    );
    this.#noteAttempt(entry, error);
    this.#report({ name: "deliveryFailed", id: entry.row.id, attempt: entry.attempts, error, againInMs });
    world.clock.after(againInMs, () => this.#queue.again(entry));
  }

  #noteAttempt({ attempts, position: delivery }: OutboxEntry, error: MitralError): void {
    const { journal, world } = this.#parts;
    const trouble = troubleOf(error, world.clock.nowMs());
    // Not awaited: only the count of attempts is lost with it.
    journal.write({ op: "attempted", delivery, attempts, trouble }, "patient").catch(() => {});
  }

  /** Ends a delivery, and reports it once that is durable. The line goes on before, but only so far. */
  async #close(
    entry: OutboxEntry,
    outcome: Outcome & { readonly kind: "accepted" | "filtered" | "rejected" },
    holds: boolean,
    event: OwnEvent,
  ): Promise<void> {
    const { journal, channel, world, respond, secondAnswers } = this.#parts;
    const atMs = world.clock.nowMs();
    const answer = outcome.kind === "filtered" ? undefined : outcome.answer?.bytes;
    const told = respond && await respond(entry.row, outcome);
    const following = secondAnswers.afterDelivery(entry.row, told);
    const followUps = following && await following;
    const urgent = channel.acknowledge === "delivered" || told !== undefined;
    const durable = journal.write({
      op: "settle",
      seq: entry.row.seq,
      delivery: entry.position,
      attempts: entry.attempts,
      atMs,
      ...(answer ? { answer } : {}),
      ...(outcome.kind === "rejected" ? { trouble: troubleOf(outcome.error, atMs) } : {}),
      ...(holds ? { holds } : {}),
      ...(entry.row.isBatch ? { isBatch: true } : {}),
      tellRest: channel.acknowledge === "delivered",
      ...(told ? { concludes: concluding(told) } : {}),
      ...(followUps ? { followUps } : {}),
    }, urgent ? "urgent" : "patient");
    this.#queued--;
    journal.countPending(-entry.size);
    this.#unsynced++;
    if (holds) this.#queue.hold(entry, durable);
    else this.#queue.settle(entry, durable);
    const synced = () => {
      this.#unsynced--;
      for (const resolve of this.#synced.splice(0)) resolve();
    };
    durable.then(({ rest, concluded }) => {
      synced();
      if (followUps) secondAnswers.decided(followUps);
      this.#report(event);
      if (told && concluded) this.#parts.concluded(entry.row, told);
      if (rest) this.#parts.settled(entry.row, rest);
    }, synced);
    while (this.#unsynced >= limits.unsyncedMax) {
      await new Promise<void>((resolve) => this.#synced.push(resolve));
    }
  }

  #report(event: OwnEvent): void {
    const { channel, destination } = this.#parts;
    this.#parts.report({ ...event, channel: channel.name, destination: destination.name } as Unstamped);
  }
}

/** What the journal keeps of the answer to whoever asked. */
function concluding(outcome: Outcome): NonNullable<Settle["concludes"]> {
  const answer = outcome.kind === "filtered" ? undefined : outcome.answer;
  return {
    positively: outcome.kind === "accepted" || outcome.kind === "filtered",
    ...(answer ? { answer } : {}),
  };
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event of this destination, before it says so. */
type OwnEvent = Without<Unstamped, "channel" | "destination">;
