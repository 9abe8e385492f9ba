import type { World } from "../contract/world.ts";
import type { Journal } from "../journal/journal.ts";
import type { Channel } from "./channel.ts";
import { errors } from "./gateway_errors.ts";
import type { Unstamped } from "./line.ts";

/** What a person's acts need of a gateway. */
export interface InterventionsParts {
  readonly journal: Journal;
  readonly world: World;
  readonly channels: ReadonlyMap<string, Channel>;
  report(event: Unstamped): void;
}

/** What a person does to messages and queues of a running gateway. */
export class Interventions {
  readonly #parts: InterventionsParts;

  constructor(parts: InterventionsParts) {
    this.#parts = parts;
  }

  async replay(
    id: string,
    { destination, force = false }: { destination?: string; force?: boolean } = {},
  ): Promise<{ destinations: readonly string[] }> {
    const { journal, channels, report } = this.#parts;
    const seq = await this.#seqOf(id);
    const replayed = await journal.write({
      op: "replay",
      seq,
      force,
      atMs: this.#nowMs(),
      ...(destination === undefined ? {} : { destination }),
    });
    switch (replayed.kind) {
      case "nothing":
        return errors.fail("GATEWAY_REPLAY_EMPTY");
      case "overtaken":
        return errors.fail("GATEWAY_REPLAY_REFUSED", { destination: replayed.destination });
      case "inbox":
        report({ name: "messageReplayed", channel: replayed.channel, id });
        journal.countPending(replayed.size);
        await channels.get(replayed.channel)?.putBackMessage(seq, replayed.gathers);
        return { destinations: [] };
      case "outbox": {
        const channel = channels.get(replayed.channel);
        for (const delivery of replayed.deliveries) {
          const { destination } = delivery;
          report({ name: "messageReplayed", channel: replayed.channel, destination, id });
          journal.countPending(delivery.size);
          await channel?.putBackDelivery(delivery);
        }
        return { destinations: replayed.deliveries.map((each) => each.destination) };
      }
    }
  }

  async release(
    id: string,
    { destination }: { destination?: string } = {},
  ): Promise<{ destinations: readonly string[] }> {
    const { journal, channels, report } = this.#parts;
    const released = await journal.write({
      op: "release",
      seq: await this.#seqOf(id),
      atMs: this.#nowMs(),
      ...(destination === undefined ? {} : { destination }),
    });
    for (const { channel, destination, delivery } of released) {
      report({ name: "messageReleased", channel, destination, id });
      channels.get(channel)?.release(destination, delivery);
    }
    return { destinations: released.map((each) => each.destination) };
  }

  async closeBatch(
    name: string,
    destination?: string,
  ): Promise<readonly { destination: string; messages: number }[]> {
    const closed = await this.#channel(name).closeBatches(destination);
    if (closed.length === 0) {
      errors.fail("GATEWAY_COLLECT_MISSING", { channel: name, which: destination ?? "no destination" });
    }
    return closed;
  }

  /** The number of a message. Errors: GATEWAY_MESSAGE_UNKNOWN. */
  async #seqOf(id: string): Promise<number> {
    return await this.#parts.journal.ask({ ask: "seqOf", id }) ??
      errors.fail("GATEWAY_MESSAGE_UNKNOWN", { id });
  }

  #channel(name: string): Channel {
    return this.#parts.channels.get(name) ?? errors.fail("GATEWAY_CHANNEL_UNKNOWN", { channel: name });
  }

  #nowMs(): number {
    return this.#parts.world.clock.nowMs();
  }
}
