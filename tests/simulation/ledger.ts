import type { Database } from "../../runtime/journal/database.ts";
import type { Append, Appended, Operation, Processed } from "../../runtime/journal/operations.ts";
import type { Replayed } from "../../runtime/journal/replay_operations.ts";
import type { ChannelPlan } from "../../runtime/engine/plan.ts";
import { limits } from "../../runtime/engine/limits.ts";
import { controlIdIn, verdictIn } from "./hl7_text.ts";
import type { Sealing } from "../../runtime/journal/sealing.ts";
import { deliveriesIn, integrityOf, messagesIn, untoldIn } from "./journal_facts.ts";
import type { Receiver } from "./receiver.ts";
import { ReviewLedger } from "./review_ledger.ts";
import type { People } from "./scenario.ts";
import type { SimulatedDisk } from "./simulated_disk.ts";
import { LOG_PATH, type StoreObserver } from "./simulated_store.ts";
import type { NetObserver } from "./simulated_net.ts";
import type { Timeline } from "./timeline.ts";

interface KnownMessage {
  readonly seq: number;
  readonly controlId: string;
  /** Name of its channel. */
  readonly channel: string;
  isProcessed: boolean;
  isQuarantined: boolean;
}

interface KnownDelivery {
  readonly delivery: number;
  readonly seq: number;
  readonly controlId: string;
  readonly destination: string;
  state: "queued" | "delivered" | "quarantined";
}

/** What the ledger is kept of. */
export interface LedgerParts {
  readonly timeline: Timeline;
  readonly disk: SimulatedDisk;
  readonly channels: readonly ChannelPlan[];
  readonly people: People | undefined;
  readonly receivers: ReadonlyMap<number, Receiver>;
  /** The clock of the gateway's machine was set by so much at most. */
  clockWasSetByMs(): number;
}

/**
 * What is known of every message from what was committed, sent and answered, beside the gateway and without asking it.
 * Whatever may never happen is found as it happens.
 */
export class Ledger implements StoreObserver, NetObserver {
  readonly violations: string[] = [];
  /** Every message that is durable, by its number. */
  readonly messages = new Map<number, KnownMessage>();
  readonly deliveries = new Map<number, KnownDelivery>();
  /** Deliveries that a person has sent again, or let go. */
  readonly touched = new Set<string>();
  /** Destinations at which a delivery in quarantine has held up the later ones of its key, and only those. */
  readonly holding = new Set<string>();
  /** Attempts that were made again though the receiver had said yes. */
  repeats = 0;
  readonly #parts: LedgerParts;
  readonly #reviews: ReviewLedger | undefined;
  /** Every message that was ever to be written, by its id. */
  readonly #written = new Map<string, Pick<KnownMessage, "controlId" | "channel">>();
  /** Messages that were refused, or are kept in quarantine: they are taken anew when they come again. */
  readonly #refused = new Set<number>();
  readonly #payloads = new Map<string, Uint8Array>();
  /** When the line of a destination, or all of the gateway, last lost what it had in memory. */
  readonly #lostAtMs = new Map<string, number>();
  readonly #repeatsOfLife = new Map<string, number>();
  /** Numbers of messages by their ids. */
  readonly #seqs = new Map<string, number>();
  #lifeStartedMs = 0;
  /** Power cuts that the file was looked through after. */
  #cuts = 0;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#reviews = parts.people && new ReviewLedger(parts.people, (what) => this.violated(what));
  }

  violated(what: string): void {
    this.violations.push(`at ${this.#parts.timeline.nowMs.toFixed(3)}: ${what}`);
  }

  /** A line, or with no destination named all of them, starts anew from the journal. */
  lostMemory(destination?: string): void {
    this.#lostAtMs.set(destination ?? "*", this.#parts.timeline.nowMs);
  }

  /** Everything of a message at a destination, by the control id. */
  deliveriesOf(controlId: string, destination: string): KnownDelivery[] {
    return [...this.deliveries.values()].filter((each) =>
      each.controlId === controlId && each.destination === destination
    );
  }

  /** Where a document ended that is to go nowhere, or not yet; `undefined` where it is none. */
  standingOf(controlId: string): "waiting" | "rejected" | undefined {
    const whole = this.#allOf(controlId).filter(({ isQuarantined }) => !isQuarantined);
    const states = new Set(whole.map(({ seq }) => this.#reviews?.stateOf(seq) ?? "approved"));
    const [state] = states;
    return states.has("approved") ? undefined : state as "waiting" | "rejected" | undefined;
  }

  /** A person was told that an approval was taken. */
  approved(id: string, person: string): void {
    this.#reviews?.approved(id, this.#seqs.get(id) ?? NaN, person);
  }

  opened(database: Database, sealing: Sealing): void {
    this.#parts.disk.untroubled(() => {
      this.#compare(database);
      this.#reviews?.opened(database, sealing);
      for (const found of untoldIn(database, sealing)) this.violated(`of the journal's ledger: ${found}`);
    });
  }

  #compare(database: Database): void {
    this.#lifeStartedMs = this.#parts.timeline.nowMs;
    this.#repeatsOfLife.clear();
    const { cuts } = this.#parts.disk;
    const integrity = cuts === this.#cuts ? "ok" : integrityOf(database);
    this.#cuts = cuts;
    if (integrity !== "ok") this.violated(`the journal's file is damaged: ${integrity}`);
    const messages = new Map(messagesIn(database).map((each) => [each.seq, each]));
    for (const { seq, controlId, isProcessed } of this.messages.values()) {
      const found = messages.get(seq);
      if (!found || this.#written.get(found.id)?.controlId !== controlId) {
        this.violated(`message ${controlId} was committed as ${seq}, and is gone`);
        this.messages.delete(seq);
      } else if (isProcessed && !found.isProcessed) {
        this.violated(`the processing of ${controlId} was committed, and is gone`);
      }
    }
    for (const { id, ...message } of messages.values()) {
      this.#seqs.set(id, message.seq);
      const written = this.#written.get(id);
      if (!written) this.violated(`message ${message.seq} was never written`);
      else this.messages.set(message.seq, { ...message, ...written });
      if (message.isRefused) this.#refused.add(message.seq);
    }
    const deliveries = new Map(deliveriesIn(database).map((each) => [each.delivery, each]));
    for (const { delivery, controlId, destination, state } of this.deliveries.values()) {
      const found = deliveries.get(delivery);
      if (!found) this.violated(`the delivery of ${controlId} to ${destination} was committed, and is gone`);
      else if (state === "delivered" && found.state !== "delivered") {
        this.violated(`the outcome of ${controlId} at ${destination} was committed, and is gone`);
      }
      if (!found) this.deliveries.delete(delivery);
    }
    for (const delivery of deliveries.values()) {
      const controlId = this.messages.get(delivery.seq)?.controlId ?? "";
      this.deliveries.set(delivery.delivery, { ...delivery, controlId });
      this.#noteRefusal({ ...delivery, controlId });
    }
  }

  threw(cause: unknown): void {
    this.violated(`the store threw ${cause instanceof Error ? cause.stack : cause}`);
  }

  begun(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.op === "append") this.#written.set(operation.id, operation);
    }
  }

  applied(operations: readonly Operation[], results: readonly unknown[]): void {
    if (this.#parts.disk.unsynced(LOG_PATH) > 0) this.violated("a commit was over before it was synced");
    operations.forEach((operation, at) => this.#apply(operation, results[at]));
  }

  #allOf(controlId: string): KnownMessage[] {
    return [...this.messages.values()].filter((each) => each.controlId === controlId);
  }

  #apply(operation: Operation, result: unknown): void {
    this.#reviews?.applied(operation, result);
    switch (operation.op) {
      case "append":
        return this.#append(operation, result as Appended);
      case "process": {
        const { seq, branches } = operation;
        const message = this.messages.get(seq);
        if (!message) return this.violated(`message ${seq} was processed, and is not there`);
        message.isProcessed = true;
        branches.forEach(({ destination }, at) => {
          const { delivery } = (result as Processed)[at];
          const { controlId } = message;
          if (this.deliveries.has(delivery)) return;
          this.deliveries.set(delivery, { delivery, seq, controlId, destination, state: "queued" });
        });
        return;
      }
      case "settle": {
        const delivery = this.deliveries.get(operation.delivery);
        if (!delivery) return this.violated(`delivery ${operation.delivery} has ended, and is not there`);
        delivery.state = operation.trouble ? "quarantined" : "delivered";
        if (operation.holds) this.holding.add(delivery.destination);
        this.#noteRefusal(delivery);
        return;
      }
      case "quarantine": {
        const message = this.messages.get(operation.seq);
        if (message) this.#quarantined(message);
        return;
      }
      case "replay":
        return this.#replay(operation.seq, result as Replayed);
      case "release":
        for (const { seq, controlId, destination } of this.deliveries.values()) {
          if (seq === operation.seq) this.touched.add(`${controlId} ${destination}`);
        }
        return;
      default:
        return;
    }
  }

  #append(append: Append, appended: Appended): void {
    if (appended.kind !== "appended" && appended.kind !== "conflicting") return;
    const { controlId } = append;
    const { seq } = appended;
    this.#seqs.set(append.id, seq);
    const isQuarantined = append.trouble !== undefined || appended.kind === "conflicting";
    if (this.messages.has(seq)) this.violated(`number ${seq} was given twice`);
    const earlier = [...this.messages.values()].findLast((each) => each.controlId === controlId);
    if (earlier && !isQuarantined && !this.#refused.has(earlier.seq)) {
      const isLate = appended.kind === "appended" && appended.resembles === "late" &&
        this.#parts.clockWasSetByMs() > 300_000;
      if (!isLate) this.violated(`${controlId} is here already, and was taken for another message`);
    }
    const { channel } = append;
    this.messages.set(seq, { seq, controlId, channel, isProcessed: false, isQuarantined });
    if (isQuarantined) this.#refused.add(seq);
  }

  /** Its sender is told that it was refused, unless it was told before that it was taken. */
  #quarantined(message: KnownMessage): void {
    message.isQuarantined = true;
    if (this.#planOf(message).acknowledge !== "received") this.#refused.add(message.seq);
  }

  /** Where the sender is told what destinations say, it is told of a refusal. */
  #noteRefusal({ seq, destination, state }: KnownDelivery): void {
    const message = this.messages.get(seq);
    if (state !== "quarantined" || !message) return;
    const { acknowledge } = this.#planOf(message);
    const counts = typeof acknowledge === "object"
      ? acknowledge.from === destination
      : acknowledge === "delivered";
    if (counts) this.#refused.add(seq);
  }

  #planOf({ channel }: Pick<KnownMessage, "channel">): ChannelPlan {
    return this.#parts.channels.find(({ name }) => name === channel)!;
  }

  #replay(seq: number, replayed: Replayed): void {
    if (replayed.kind === "inbox") {
      const message = this.messages.get(seq)!;
      message.isQuarantined = false;
      for (const { destinations } of this.#parts.channels) {
        for (const { name } of destinations) this.touched.add(`${message.controlId} ${name}`);
      }
    }
    if (replayed.kind !== "outbox") return;
    for (const { delivery } of replayed.deliveries) {
      const known = this.deliveries.get(delivery)!;
      known.state = "queued";
      this.touched.add(`${known.controlId} ${known.destination}`);
    }
  }

  answered(frame: Uint8Array): void {
    const { code, controlId } = verdictIn(frame);
    if (code !== "AA") return;
    const all = [...this.messages.values()].filter((each) => each.controlId === controlId);
    if (all.length === 0) return this.violated(`${controlId} was acknowledged before it was durable`);
    const { acknowledge, destinations } = this.#planOf(all[0]);
    const known = all.filter(({ seq, isQuarantined }) =>
      acknowledge === "received" ? !this.#refused.has(seq) : !isQuarantined
    );
    if (known.length === 0) return this.violated(`${controlId} was acknowledged, and is in quarantine`);
    if (acknowledge === "received") return;
    if (!known.some(({ isProcessed }) => isProcessed)) {
      return this.violated(`${controlId} was acknowledged before its processing was durable`);
    }
    if (acknowledge === "processed") return;
    for (const { name } of destinations) {
      if (acknowledge !== "delivered" && acknowledge.from !== name) continue;
      if (this.deliveriesOf(controlId, name).some(({ state }) => state === "delivered")) continue;
      this.violated(`${controlId} was acknowledged before ${name} had it, or before that was durable`);
    }
  }

  sent(port: number, frame: Uint8Array): void {
    const receiver = this.#parts.receivers.get(port)!;
    const { name } = receiver;
    const controlId = controlIdIn(frame);
    const { people, channels } = this.#parts;
    const fax = channels.find((each) => each.name === people?.channel);
    if (fax?.destinations.some((each) => each.name === name)) {
      this.#reviews?.sent(controlId, this.#allOf(controlId).map(({ seq }) => seq), frame);
    }
    const rows = this.deliveriesOf(controlId, name);
    if (rows.length === 0) {
      return this.violated(`${controlId} was sent to ${name} before that it is to be was durable`);
    }
    if (rows.every(({ state }) => state !== "queued")) {
      this.violated(`${controlId} was sent to ${name} again after its outcome was durable`);
    }
    if (rows.length > 1) return;
    const key = `${controlId} ${name}`;
    const payload = this.#payloads.get(key);
    if (!payload) this.#payloads.set(key, frame);
    else if (!isSame(payload, frame)) this.violated(`${controlId} was sent to ${name} again, and differs`);
    if (!this.touched.has(key)) this.#checkRepeat(controlId, receiver);
  }

  /** A message goes to a receiver that may have said before that it has it. */
  #checkRepeat(controlId: string, { name, attempts }: Receiver): void {
    const heardMs = attempts.findLast((each) => each.controlId === controlId)?.heardMs;
    if (heardMs === undefined) return;
    this.repeats++;
    const lostMs = Math.max(this.#lostAtMs.get("*") ?? 0, this.#lostAtMs.get(name) ?? 0, this.#lifeStartedMs);
    if (heardMs > lostMs) this.violated(`${controlId} was sent to ${name} again after it had been accepted`);
    const repeats = (this.#repeatsOfLife.get(name) ?? 0) + 1;
    this.#repeatsOfLife.set(name, repeats);
    if (repeats > limits.unsyncedMax) {
      this.violated(`more than unsyncedMax (${limits.unsyncedMax}) outcomes at ${name} were not durable`);
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
