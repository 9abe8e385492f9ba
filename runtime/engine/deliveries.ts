import type { Envelope } from "../contract/envelope.ts";
import type { MitralError } from "../contract/error.ts";
import { untilAborted } from "../contract/signal.ts";
import type { By } from "../journal/acts.ts";
import type { OutboxRow } from "../journal/rows.ts";
import { DeliveryLine, type DeliveryParts, type PersonalEnd } from "./delivery_line.ts";
import type { OutboxEntry, Route } from "./delivery_stages.ts";
import { errors } from "./errors.ts";
import type { LineState } from "./events.ts";
import type { Skipped } from "./gateway_api.ts";
import { InTurn } from "./in_turn.ts";
import type { ChannelPlan, DestinationPlan } from "./plan.ts";
import type { StandingBook } from "./standing_book.ts";

/** What the delivery lines of a channel are made of. */
export interface DeliveriesParts
  extends Omit<DeliveryParts, keyof OfDestination | "route" | "diverted" | "disclosure"> {
  readonly channel: ChannelPlan;
  /** How destinations stand. */
  readonly standings: StandingBook;
  /** What is of one destination alone, where it has a sender of its own: not where it is another channel. */
  of(destination: DestinationPlan): OfDestination;
  /** What a destination seals with. */
  envelope(encrypt: NonNullable<DestinationPlan["encrypt"]>): Envelope;
}

/** What a delivery line has of its destination. */
type OfDestination = Pick<
  DeliveryParts,
  "destination" | "contentTypes" | "found" | "respond" | "correspondent"
>;

/** The delivery lines of a channel, by destination; none for another channel, whose inbox its messages are put in. */
export class Deliveries {
  readonly #parts: DeliveriesParts;
  readonly #lines = new Map<string, DeliveryLine>();
  #isRunning = false;
  /** A line changes by one person's act at a time. */
  readonly #turns = new InTurn();
  readonly #changes = new Set<Promise<unknown>>();

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
    for (const destination of parts.channel.destinations) {
      if (!("channel" in destination.send)) this.#make(destination, parts.of(destination).found);
    }
  }

  start(): void {
    this.#isRunning = true;
    for (const [name, line] of this.#lines) this.#start(name, line);
  }

  /** Attempts under way get their answers; on `deadline` they are dropped. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#isRunning = false;
    await untilAborted(Promise.allSettled(this.#changes), deadline);
    await Promise.all([...this.#lines.values()].map((line) => line.stop(deadline)));
  }

  halt(error: MitralError): void {
    for (const { line } of this.#lines.values()) line.halt(error);
  }

  /** True where a destination has a sender of its own. */
  has(destination: string): boolean {
    return this.#lines.has(destination);
  }

  /** A delivery has become durable. */
  offer(destination: string, row: OutboxRow): void {
    this.#lines.get(destination)!.offer(row);
  }

  /** A delivery is to be made again. */
  putBack(destination: string, delivery: number): void {
    this.#lines.get(destination)?.putBack(delivery);
  }

  /** A quarantined delivery holds its keys no longer. */
  release(destination: string, delivery: number): void {
    this.#lines.get(destination)?.release(delivery);
  }

  /** A person, or the gateway, has changed whether a destination sends. */
  hold(destination: string): void {
    const line = this.#lines.get(destination);
    if (line) this.#hold(destination, line);
  }

  /** The gateway has changed whether any destination sends. */
  holdAll(): void {
    for (const [name, line] of this.#lines) this.#hold(name, line);
  }

  /** True while an attempt of the delivery is under way. */
  isSending(destination: string, delivery: number): boolean {
    return this.#lines.get(destination)?.isSending(delivery) ?? false;
  }

  /**
   * Ends a delivery for a person, without an attempt. Where one is under way, nothing is done, and that delivery returned.
   * `gone`: it is in the outbox no longer.
   */
  end(destination: string, delivery: number, end: PersonalEnd): Promise<"ended" | "gone" | OutboxEntry> {
    return this.#change(destination, async () => {
      const line = this.#lines.get(destination)!;
      const wasBlocked = line.isBlockedBy(delivery);
      const ended = await line.end(delivery, end);
      if (wasBlocked && ended === "ended" && line.line.condition === "halted") {
        await line.stop(AbortSignal.abort());
        if (this.#isRunning) this.#start(destination, line);
      }
      return ended;
    });
  }

  /** Takes the head out of a queue; where an attempt of it is under way, once that has failed. Nothing: it is empty. */
  async skip(destination: string, by: By): Promise<Skipped | undefined> {
    const head = await this.#lines.get(destination)!.head();
    if (!head) return undefined;
    const { position, row: { id } } = head;
    for (;;) {
      const ended = await this.end(destination, position, { how: "skipped", by });
      if (ended === "gone") return { id, end: "gone" };
      if (ended === "ended") return { id, end: "skipped" };
      const over = await this.#lines.get(destination)!.attemptOver(ended);
      if (over) return { id, end: over === "rejected" ? "quarantined" : "delivered" };
    }
  }

  /** True where deliveries of others can go out by a destination's sender. */
  takesDiversions(destination: string): boolean {
    const plan = this.#plan(destination);
    return plan !== undefined && this.#lines.has(destination) && !plan.collect;
  }

  /** Puts a new line in the place of a destination's, since its way out is another. Attempts under way end before. */
  reroute(destination: string, deadline: AbortSignal): Promise<void> {
    return this.#change(destination, async () => {
      const old = this.#lines.get(destination)!;
      await old.stop(deadline);
      // The new one reads of the journal what the old one has done, to the last.
      await this.#parts.journal.written();
      const line = this.#make(this.#plan(destination)!, old.queued);
      if (this.#isRunning) this.#start(destination, line);
    });
  }

  /** A line as it is now. */
  state(destination: string): LineState | undefined {
    const state = this.#lines.get(destination)?.state();
    if (!state) return undefined;
    const { paused, divertTo } = this.#standing(destination);
    return {
      ...state,
      ...(paused ? { paused } : {}),
      ...(divertTo === undefined ? {} : { divertedTo: divertTo }),
    };
  }

  #make(destination: DestinationPlan, found: number): DeliveryLine {
    const { of, envelope: _envelope, standings: _standings, ...parts } = this.#parts;
    const { name } = destination;
    const { divertTo } = this.#standing(name);
    const target = divertTo === undefined ? undefined : this.#plan(divertTo);
    const diverted = target && this.#routeTo(target);
    const line = new DeliveryLine({
      ...parts,
      ...of(destination),
      found,
      route: diverted ? { ...diverted, isDiverted: true } : this.#routeTo(destination)!,
      ...(divertTo === undefined ? {} : { diverted: divertTo }),
      ...((target ?? destination).disclosure ? { disclosure: (target ?? destination).disclosure! } : {}),
    });
    this.#lines.set(name, line);
    this.#hold(name, line);
    return line;
  }

  /** By which way deliveries go out to a destination; none where it is another channel. */
  #routeTo({ send, encrypt }: DestinationPlan): Route | undefined {
    if ("channel" in send) return undefined;
    return { send, ...(encrypt ? { seal: { ...encrypt, envelope: this.#parts.envelope(encrypt) } } : {}) };
  }

  #start(name: string, { line }: DeliveryLine): void {
    line.start();
    // The store failed while a line before it came to its end: what is sent now could not be settled.
    const { trouble } = this.#parts.journal;
    if (trouble) return line.halt(trouble);
    const { divertTo } = this.#standing(name);
    if (divertTo === undefined || this.takesDiversions(divertTo)) return;
    // Its own sender is not what was asked for.
    line.halt(errors.error("ENGINE_DIVERSION_LOST", { to: divertTo }));
  }

  #hold(name: string, line: DeliveryLine): void {
    line.hold("paused", this.#standing(name).paused);
    line.hold("held", this.#parts.standings.sendersHeld);
  }

  #standing(destination: string) {
    return this.#parts.standings.of(this.#parts.channel.name, destination);
  }

  #plan(destination: string): DestinationPlan | undefined {
    return this.#parts.channel.destinations.find(({ name }) => name === destination);
  }

  async #change<T>(destination: string, act: () => Promise<T>): Promise<T> {
    const change = Promise.resolve(this.#turns.begin(destination, act));
    this.#changes.add(change);
    try {
      return await change;
    } finally {
      this.#changes.delete(change);
    }
  }
}
