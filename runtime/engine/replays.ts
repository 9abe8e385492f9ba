import { MitralError } from "../contract/error.ts";
import { PROGRAM } from "../journal/acts.ts";
import type { MessageQuery } from "../journal/records.ts";
import type { Replayable } from "../journal/replay_reader.ts";
import type { Replayed } from "../journal/replay_operations.ts";
import type { ReplayedMessage, ReplayOptions } from "./gateway_api.ts";
import { errors } from "./gateway_errors.ts";
import type { InterventionsParts } from "./interventions.ts";
import { limits } from "./limits.ts";
import { Newer } from "./newer.ts";

type How = Required<Pick<ReplayOptions, "everywhere" | "force" | "by">> & Pick<ReplayOptions, "destination">;

/** Sends stored payloads again, and runs messages through their channels again. */
export class Replays {
  readonly #parts: InterventionsParts;

  constructor(parts: InterventionsParts) {
    this.#parts = parts;
  }

  async replay(id: string, options: ReplayOptions = {}): Promise<{ destinations: readonly string[] }> {
    const how = howOf(options);
    const [found] = await this.#byId(id, how);
    if (!found) return errors.fail("GATEWAY_REPLAY_EMPTY");
    const newer = new Newer(this.#parts.keeper.journal, [found]);
    if (!how.force) await newer.advance();
    return { destinations: await this.#replay(found, newer, how) };
  }

  async *replayAll(
    which: MessageQuery | { readonly ids: readonly string[] },
    { most = limits.replaysMax, ...options }: ReplayOptions & { readonly most?: number } = {},
  ): AsyncGenerator<ReplayedMessage> {
    const how = howOf(options);
    const chosen = await this.#choose(which, how);
    if (chosen.count > most) errors.fail("GATEWAY_REPLAY_UNCONFIRMED", { count: chosen.count, most });
    const newer = new Newer(this.#parts.keeper.journal, chosen.messages);
    let done = 0;
    for (const { id, error } of chosen.refused) {
      yield { id, destinations: [], error, done: ++done, total: chosen.count };
    }
    for (let at = 0; at < chosen.messages.length; at += CHUNK) {
      const chunk = chosen.messages.slice(at, at + CHUNK);
      // What was delivered while those before went out counts, too.
      if (!how.force) await newer.advance();
      const outcomes = await Promise.all(chunk.map((found) => this.#tried(found, newer, how)));
      for (const outcome of outcomes) yield { ...outcome, done: ++done, total: chosen.count };
    }
  }

  /** Puts back what was written to be put back, and says where. */
  async putBack(
    { seq, id }: Pick<Replayable, "seq" | "id">,
    replayed: Replayed,
  ): Promise<readonly string[]> {
    const { keeper: { journal }, channels, report } = this.#parts;
    switch (replayed.kind) {
      case "nothing":
        return errors.fail("GATEWAY_REPLAY_EMPTY");
      case "overtaken":
        return errors.fail("GATEWAY_REPLAY_REFUSED", { destination: replayed.destination });
      case "inbox":
        report({ name: "messageReplayed", channel: replayed.channel, id });
        journal.countPending(replayed.size);
        await channels.get(replayed.channel)?.putBackMessage(seq, replayed.gathers);
        return [];
      case "outbox": {
        const channel = channels.get(replayed.channel);
        for (const delivery of replayed.deliveries) {
          const { destination } = delivery;
          report({ name: "messageReplayed", channel: replayed.channel, destination, id });
          journal.countPending(delivery.size);
          await channel?.putBackDelivery(delivery);
        }
        return replayed.deliveries.map((each) => each.destination);
      }
    }
  }

  async #tried(
    found: Replayable,
    newer: Newer,
    how: How,
  ): Promise<Pick<ReplayedMessage, "id" | "destinations" | "error">> {
    const { id } = found;
    try {
      return { id, destinations: await this.#replay(found, newer, how) };
    } catch (cause) {
      // Anything else concerns all that are left.
      if (cause instanceof MitralError && cause.code in errors.faults) {
        return { id, destinations: [], error: cause };
      }
      throw cause;
    }
  }

  async #replay(
    found: Replayable,
    newer: Newer,
    { destination, by, ...how }: How,
  ): Promise<readonly string[]> {
    const overtaken = how.force ? undefined : newer.overtaken(found);
    if (overtaken !== undefined) errors.fail("GATEWAY_REPLAY_REFUSED", { destination: overtaken });
    const replayed = await this.#parts.keeper.journal.write({
      op: "replay",
      seq: found.seq,
      ...how,
      newer: newer.known(found),
      by,
      atMs: this.#parts.world.clock.nowMs(),
      ...(destination === undefined ? {} : { destination }),
    });
    return await this.putBack(found, replayed);
  }

  /** What there is to replay of a message. Errors: GATEWAY_MESSAGE_UNKNOWN. */
  async #byId(id: string, { destination, everywhere }: How): Promise<readonly Replayable[]> {
    const { last, messages } = await this.#parts.keeper.journal.ask({
      ask: "replayable",
      of: { id },
      everywhere,
      ...(destination === undefined ? {} : { destination }),
    });
    return last === undefined ? errors.fail("GATEWAY_MESSAGE_UNKNOWN", { id }) : messages;
  }

  /** Which messages are replayed, oldest first, and which that were named cannot be. */
  async #choose(which: MessageQuery | { readonly ids: readonly string[] }, how: How): Promise<Chosen> {
    const chosen = "ids" in which
      ? await this.#chooseNamed(which.ids, how)
      : await this.#chooseMatching(which, how);
    return { ...chosen, count: chosen.messages.length + chosen.refused.length };
  }

  async #chooseNamed(ids: readonly string[], how: How): Promise<Omit<Chosen, "count">> {
    const messages = new Map<number, Replayable>(), refused: Chosen["refused"] = [];
    for (const id of ids) {
      const [found] = await this.#byId(id, how);
      if (found) messages.set(found.seq, found);
      else refused.push({ id, error: errors.error("GATEWAY_REPLAY_EMPTY") });
    }
    return { messages: [...messages.values()].sort((a, b) => a.seq - b.seq), refused };
  }

  async #chooseMatching(
    query: MessageQuery,
    { destination, everywhere }: How,
  ): Promise<Omit<Chosen, "count">> {
    const { keeper: { journal }, world } = this.#parts;
    // What comes while it is being looked for is no part of it.
    const untilMs = query.untilMs ?? world.clock.nowMs() + 1;
    const messages: Replayable[] = [];
    for (let after = query.after; messages.length <= limits.replaysMax;) {
      const page = await journal.ask({
        ask: "replayable",
        of: { ...query, untilMs, order: "oldest", limit: PAGE, ...(after === undefined ? {} : { after }) },
        everywhere,
        ...(destination === undefined ? {} : { destination }),
      });
      if (page.last === undefined) break;
      messages.push(...page.messages);
      after = page.last;
    }
    return { messages, refused: [] };
  }
}

/** Which messages are replayed. */
interface Chosen {
  readonly messages: readonly Replayable[];
  readonly refused: { readonly id: string; readonly error: MitralError }[];
  readonly count: number;
}

/** Messages that are looked for at once. */
const PAGE = 500;
/** Messages that are put back at once. */
const CHUNK = 50;

function howOf({ destination, everywhere = false, force = false, by = PROGRAM }: ReplayOptions): How {
  return { everywhere, force, by, ...(destination === undefined ? {} : { destination }) };
}
