import type { Reply } from "../contract/adapter.ts";
import type { Archive } from "../journal/records.ts";
import type { GatewayEvent, GatewaySnapshot } from "./events.ts";
import type { ChannelPlan } from "./plan.ts";

/** What a person, a console or an embedding service can do with a running gateway. */
export interface RunningGateway {
  /** The gateway's own name. */
  readonly name: string;
  /** How everything stands at this moment. */
  snapshot(): GatewaySnapshot;
  /**
   * Calls `listener` for each event, at once; returns what ends that. It MUST NOT throw. `stagePassed` comes only with
   * `stages`, since every stage of every message is then timed.
   */
  observe(listener: (event: GatewayEvent) => void, options?: { readonly stages?: boolean }): () => void;
  /** Search over the messages the journal holds. */
  readonly archive: Archive;
  /**
   * Sends the stored payload again: to the destinations where it failed, or to the one named. A message quarantined
   * before it had branches runs through its channel again. Errors: GATEWAY_MESSAGE_UNKNOWN, GATEWAY_REPLAY_REFUSED
   * (its key has a newer delivery, unless `force`).
   */
  replay(
    id: string,
    options?: { destination?: string; force?: boolean },
  ): Promise<{ destinations: readonly string[] }>;
  /**
   * Lets later messages of a quarantined delivery's keys go on, without sending it again. Errors:
   * GATEWAY_MESSAGE_UNKNOWN.
   */
  release(id: string, options?: { destination?: string }): Promise<{ destinations: readonly string[] }>;
  /**
   * Hands a message to a channel, as its listener would. Resolves with the answer once what the channel's `acknowledge`
   * promises is durable. Errors: GATEWAY_CHANNEL_UNKNOWN; what is wrong with the message is in the reply.
   */
  inject(
    channel: string,
    bytes: Uint8Array,
    options?: { peer?: string; contentType?: string },
  ): Promise<Reply>;
  /**
   * Answers an HTTP request as the channel's HTTP listener would. Errors: GATEWAY_CHANNEL_UNKNOWN,
   * GATEWAY_CHANNEL_SILENT.
   */
  handle(channel: string, request: Request, peer?: string): Promise<Response>;
  /** Starts a stopped channel. Errors: GATEWAY_CHANNEL_UNKNOWN, those of its listener. */
  startChannel(name: string): Promise<void>;
  /** Drains the channel and stops it; what it has not sent stays queued. Errors: GATEWAY_CHANNEL_UNKNOWN. */
  stopChannel(name: string): Promise<void>;
  /**
   * Stops the channel, puts the new plan in its place, starts it; others do not notice. A channel of a new name is
   * added. Where the new plan does not start, the channel stays stopped with it: nothing of the old one is put back.
   */
  reloadChannel(plan: ChannelPlan): Promise<void>;
  /**
   * Drains the channel, stops it and forgets it. What it has not sent stays in the journal, and is sent when a channel
   * of that name is there again. Errors: GATEWAY_CHANNEL_UNKNOWN.
   */
  removeChannel(name: string): Promise<void>;
  /** Drains and closes; the order is in `drain.ts`. */
  close(): Promise<void>;
}
