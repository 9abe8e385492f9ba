import type { World } from "../contract/world.ts";
import type { By } from "../journal/acts.ts";
import type { Journal } from "../journal/journal.ts";
import type { Branch, CloseBatch, ClosedBatch, HandOn } from "../journal/operations.ts";
import type { OutboxRow } from "../journal/rows.ts";
import type { Gathering } from "../journal/questions.ts";
import { Collector } from "./collector.ts";
import type { LineState } from "./events.ts";
import type { BoundFormats } from "./formats.ts";
import type { Accepted } from "./arrival.ts";
import { joinerFor } from "./joiners/joiner.ts";
import type { Unstamped } from "./line.ts";
import type { ChannelPlan, DestinationPlan } from "./plan.ts";

/** What the collectors of a channel are made of. */
export interface CollectorsParts {
  readonly plan: ChannelPlan;
  readonly formats: BoundFormats;
  readonly journal: Journal;
  readonly world: World;
  /** What had gathered when the channel was made, by destination. */
  readonly found: Readonly<Record<string, Gathering>>;
  newId(): string;
  /** What a channel of the gateway is to know of a batch that is handed to it. */
  handOn(channel: string, branch: Branch, bytes: Uint8Array): HandOn;
  /** A batch is durable in the outbox of its destination, or in the inbox of another channel. */
  queued(destination: string, row: OutboxRow): void;
  handedOn(channel: string, message: Accepted): void;
  report(event: Unstamped): void;
}

/** Those destinations of a channel that collect. */
export class Collectors {
  readonly #parts: CollectorsParts;
  readonly #all: ReadonlyMap<string, Collector>;

  constructor(parts: CollectorsParts) {
    this.#parts = parts;
    this.#all = new Map(parts.plan.destinations.flatMap((destination) => {
      const collector = this.#open(destination);
      return collector ? [[destination.name, collector]] : [];
    }));
  }

  /**
   * What gathered for destinations that do not collect any more is sent one by one: for all, before their lines start, or
   * for one where something was put back.
   */
  async disperse(wanted?: string): Promise<void> {
    const { plan, journal, found } = this.#parts;
    for (const { name, collect, send } of plan.destinations) {
      if (collect || "channel" in send || !(wanted === undefined ? found[name] : name === wanted)) continue;
      await journal.write({ op: "disperse", channel: plan.name, destination: name });
    }
  }

  start(): void {
    for (const collector of this.#all.values()) collector.start();
  }

  /** Closes no more; waits for what is being closed. */
  async stop(deadline: AbortSignal): Promise<void> {
    await Promise.all([...this.#all.values()].map((collector) => collector.stop(deadline)));
  }

  /** A message gathers from here on; false where the destination does not collect. */
  add(destination: string, bytes: number): boolean {
    const collector = this.#all.get(destination);
    collector?.add(bytes);
    return collector !== undefined;
  }

  /** Makes batches of what has gathered now, for one destination or for all. Errors: ENGINE_LINE_STOPPED. */
  async closeNow(by: By, wanted?: string): Promise<{ destination: string; messages: number }[]> {
    const chosen = [...this.#all].filter(([name]) => wanted === undefined || name === wanted);
    return await Promise.all(chosen.map(async ([destination, collector]) => ({
      destination,
      messages: await collector.closeNow(by),
    })));
  }

  /** A destination's state with what gathers; as it was where it does not collect. */
  state(destination: string, line: LineState | undefined): LineState | undefined {
    const collector = this.#all.get(destination);
    if (!collector) return line;
    const condition = collector.isRunning ? "running" : "stopped";
    return { ...line ?? { condition, restarts: 0, stages: [], queued: 0 }, gathering: collector.count };
  }

  #open(destination: DestinationPlan): Collector | undefined {
    const { plan, formats, journal, world, found, newId, handOn, report } = this.#parts;
    const { name, collect, send } = destination;
    if (!collect) return undefined;
    return new Collector({
      channel: plan,
      destination: { ...destination, collect },
      joiner: joinerFor(collect, formats, world.clock),
      journal,
      world,
      found: found[name],
      newId,
      ...("channel" in send ? { handOn: (branch, bytes) => handOn(send.channel, branch, bytes) } : {}),
      closed: (batch, as) => this.#closed(batch, as),
      report,
    });
  }

  #closed({ id, atMs, payload, branch }: CloseBatch, as: NonNullable<ClosedBatch>): void {
    const { plan, queued, handedOn, report } = this.#parts;
    const { handedOn: seq, ...place } = as;
    const { handsOn, contentType, destination } = branch;
    if (!handsOn) {
      const { length: size } = payload;
      const row = {
        ...branch,
        ...place,
        id,
        receivedAtMs: atMs,
        attempts: 0,
        isBatch: true,
        size,
        body: payload,
      };
      return queued(destination, row);
    }
    report({ name: "messageHandedOn", channel: plan.name, destination, id, to: handsOn.channel });
    handedOn(handsOn.channel, {
      seq: seq!,
      id: handsOn.id,
      type: handsOn.type,
      receivedAtMs: handsOn.receivedAtMs,
      origin: { adapter: "channel", peer: plan.name },
      contentType,
      bytes: payload,
    });
  }
}
