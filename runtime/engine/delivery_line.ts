import type { OpenSender, Parcel } from "../contract/adapter.ts";
import type { Envelope, Statement } from "../contract/envelope.ts";
import { errorTable, type MitralError } from "../contract/error.ts";
import type { Format } from "../contract/format.ts";
import type { Outcome } from "../contract/message.ts";
import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { OutboxRow, Settled } from "../journal/operations.ts";
import { speaks } from "./branch.ts";
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";
import { Line, type LineStage, type Unstamped } from "./line.ts";
import type { ChannelPlan, DestinationPlan } from "./plan.ts";
import { type Entry, Queue } from "./queue.ts";
import { backoffMs, Ended } from "./supervisor.ts";
import { troubleOf } from "./trouble.ts";

/** A delivery in an outbox. */
export interface OutboxEntry extends Entry {
  readonly row: OutboxRow;
  attempts: number;
  /** When the peer first refused it for now. */
  refusedSinceMs?: number;
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
  readonly format: Format;
  readonly envelope?: Envelope;
  /** Name of this gateway, as partners know it. */
  readonly gateway: string;
  readonly epoch: number;
  readonly journal: Journal;
  readonly world: World;
  /** Deliveries that were in the outbox when the channel was made. */
  readonly found: number;
  /** The last delivery of a message may have ended. */
  settled(row: OutboxRow, rest: Settled): void;
  report(event: Unstamped): void;
  timesStages(): boolean;
}

/** The delivery line of a destination: seal, send, settle. Each attempt is sealed anew; the payload is always the same. */
export class DeliveryLine {
  readonly #parts: DeliveryParts;
  readonly #queue: Queue<OutboxEntry>;
  readonly line: Line<Sending, Outcome>;
  #queued: number;
  #unsynced = 0;
  #synced: (() => void)[] = [];
  #trouble: string | undefined;

  constructor(parts: DeliveryParts) {
    const { channel, destination, journal, world } = this.#parts = parts;
    this.#queued = parts.found;
    const openMax = destination.order.by === "channel" ? 1 : limits.deliveryOpenMax;
    this.#queue = new Queue<OutboxEntry>({
      read: async (after, limit) => {
        const { name } = destination;
        const rows = await journal.ask({
          ask: "outbox",
          channel: channel.name,
          destination: name,
          after,
          limit,
        });
        return rows.map((row) => this.#entryOf(row));
      },
    }, openMax);
    this.line = new Line<Sending, Outcome>({
      place: { channel: channel.name, destination: destination.name },
      stages: this.#stages(),
      supervise: channel.supervise,
      world,
      take: (signal) => this.#take(signal),
      restart: () => this.#queue.restart(),
      settle: ({ entry, startedMs }, outcome) => this.#settle(entry, outcome, startedMs),
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

  /** A delivery has become durable. */
  offer(row: OutboxRow): void {
    this.#queued++;
    this.#parts.journal.countPending(row.body?.length ?? 0);
    this.#queue.offer(this.#entryOf(row));
  }

  /** A delivery is to be made again. */
  putBack(delivery: number, size: number): void {
    this.#queued++;
    this.#parts.journal.countPending(size);
    this.#queue.putBack(delivery);
  }

  #entryOf(row: OutboxRow): OutboxEntry {
    const { by } = this.#parts.destination.order;
    return {
      position: row.delivery,
      keys: by === "key" ? row.keys : null,
      size: row.body?.length ?? 0,
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
      await this.#settle(entry, { kind: "rejected", error }, startedMs);
    }
  }

  #parcelOf(entry: OutboxEntry, bytes: Uint8Array): Parcel {
    const { format } = this.#parts;
    const { id, contentType, controlId } = entry.row;
    const judge = speaks(format, contentType)
      ? (answer: Uint8Array) => format.judge(answer, { controlId })
      : (): Outcome => ({ kind: "accepted" });
    return { id, bytes, contentType, attempt: entry.attempts + 1, judge };
  }

  #stages(): LineStage<Sending, Outcome>[] {
    const { destination, world, format, envelope } = this.#parts;
    const { spec, config } = destination.send;
    const openSender = (): Promise<OpenSender> =>
      spec.open({
        config: config as never,
        world,
        ...errorTable(spec.name, spec.errors),
        report: ({ name, facts = {} }) => this.#report({ name: "transportReported", event: name, facts }),
        contentTypes: envelope ? [envelope.receiptType] : format.contentTypes,
      });
    const send: LineStage<Sending, Outcome> = {
      name: "send",
      width: spec.lanes?.(config as never) ?? 1,
      open: async () => {
        const sender = await openSender();
        return {
          process: async ({ parcel }, life) => new Ended(await sender.send(parcel, life)),
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

  async #settle(entry: OutboxEntry, outcome: Outcome, startedMs: number): Promise<void> {
    const { world } = this.#parts;
    entry.attempts++;
    if (outcome.kind === "accepted" || outcome.kind === "filtered") {
      this.#trouble = undefined;
      const answer = outcome.kind === "accepted" ? outcome.answer?.bytes : undefined;
      return await this.#close(entry, answer, undefined, {
        name: "messageDelivered",
        id: entry.row.id,
        attempt: entry.attempts,
        tookMs: world.clock.nowMs() - entry.row.receivedAtMs,
        attemptMs: world.clock.elapsedMs() - startedMs,
      });
    }
    this.#trouble = outcome.error.code;
    const error = outcome.kind === "failed" ? this.#exhausted(entry, outcome) : outcome.error;
    if (!error) return this.#tryLater(entry, outcome.error);
    const event = { name: "messageQuarantined", id: entry.row.id, error } as const;
    await this.#close(entry, outcome.answer?.bytes, error, event);
  }

  /** The final error, where a peer has refused for now for too long. Silence never exhausts a delivery. */
  #exhausted(entry: OutboxEntry, { answer }: Outcome & { kind: "failed" }): MitralError | undefined {
    if (!answer) return undefined;
    const nowMs = this.#parts.world.clock.nowMs();
    const { refusedMs } = this.#parts.destination.retry;
    entry.refusedSinceMs ??= nowMs;
    if (nowMs - entry.refusedSinceMs < refusedMs) return undefined;
    return errors.error("ENGINE_DELIVERY_EXHAUSTED", { refusedMs });
  }

  /** The same payload again, after a while. The entry keeps its keys, and so the order. */
  #tryLater(entry: OutboxEntry, error: MitralError): void {
    const { world, destination: { retry }, journal } = this.#parts;
    const againInMs = Math.max(
      backoffMs(entry.attempts, retry.firstMs, retry.longestMs, world.random),
      Number(error.facts.retryAfterMs ?? 0),
    );
    const trouble = troubleOf(error, world.clock.nowMs());
    // Not awaited: only the count of attempts is lost with it.
    const { attempts, position: delivery } = entry;
    journal.write({ op: "attempted", delivery, attempts, trouble }, "patient").catch(() => {});
    this.#report({ name: "deliveryFailed", id: entry.row.id, attempt: entry.attempts, error, againInMs });
    world.clock.after(againInMs, () => this.#queue.again(entry));
  }

  /** Ends a delivery, and reports it once that is durable. The line goes on before, but only so far. */
  async #close(
    entry: OutboxEntry,
    answer: Uint8Array | undefined,
    error: MitralError | undefined,
    event: OwnEvent,
  ): Promise<void> {
    const { journal, channel, world } = this.#parts;
    const atMs = world.clock.nowMs();
    const durable = journal.write({
      op: "settle",
      seq: entry.row.seq,
      delivery: entry.position,
      attempts: entry.attempts,
      atMs,
      ...(answer ? { answer } : {}),
      ...(error ? { trouble: troubleOf(error, atMs) } : {}),
      tellRest: channel.acknowledge === "delivered",
    }, channel.acknowledge === "delivered" ? "urgent" : "patient");
    this.#queued--;
    journal.countPending(-entry.size);
    this.#unsynced++;
    this.#queue.settle(entry, durable);
    const synced = () => {
      this.#unsynced--;
      for (const resolve of this.#synced.splice(0)) resolve();
    };
    durable.then((rest) => {
      synced();
      this.#report(event);
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

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event of this destination, before it says so. */
type OwnEvent = Without<Unstamped, "channel" | "destination">;
