import type { Reckoned } from "./accounts/reckoning.ts";
import type { Reply } from "../contract/adapter.ts";
import type { MitralError } from "../contract/error.ts";
import type { By } from "../journal/acts.ts";
import type { HeldMessages } from "../journal/holds.ts";
import type { Archive, MessageQuery, Trouble } from "../journal/records.ts";
import type { BackupManifest } from "../journal/upkeep/backup_manifest.ts";
import type { Watched } from "../journal/upkeep/upkeep.ts";
import type { GatewayReports } from "./disclosures/reports_api.ts";
import type { Condition, GatewayEvent, GatewaySnapshot } from "./events.ts";
import type { PartnerTestLine } from "./exchange/partner_test.ts";
import type { RunningLedger } from "./ledger/ledger_api.ts";
import type { GatewayPatients } from "./patients/patients_api.ts";
import type { ChannelPlan } from "./plan.ts";
import type { ReviewApi } from "./review/review_api.ts";
import type { PrunedMessages } from "./retention.ts";
import type { GatewayStatistics } from "./statistics.ts";

/** What became of a message at one destination, or of the whole of it where it got to none. */
export type FinalOutcome =
  & FinalOutcomeBase
  & (
    /** The destination has it. `tookMs` since the message was received. */
    | {
      readonly kind: "delivered";
      readonly destination: string;
      readonly attempt: number;
      readonly tookMs: number;
    }
    /** It is a message of the channel `to` now, under an id of its own. */
    | { readonly kind: "handedOn"; readonly destination: string; readonly to: string }
    /** Left out on purpose: by this destination, or by all of them. */
    | { readonly kind: "filtered"; readonly destination?: string }
    /** A person has ended it. */
    | { readonly kind: "cancelled"; readonly destination?: string }
    /** Kept, with the reason; a replay gives it another outcome. */
    | { readonly kind: "quarantined"; readonly destination?: string; readonly trouble: Trouble }
  );

/** What every outcome says. It holds no content of the message: it may be logged, stored and sent as JSON. */
export interface FinalOutcomeBase {
  /** Of the message. */
  readonly id: string;
  /** The channel that received it. */
  readonly channel: string;
  /** When the outcome was durable, in milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** How many outcomes before this one were dropped, because they were not read in time. */
  readonly missed: number;
  /**
   * The answers of the destination's peer, read from the journal: one, or one for each part of a message that was
   * split; none where the peer gave none. Errors: JOURNAL_CLOSED, JOURNAL_BODY_DAMAGED.
   */
  answers(): Promise<readonly Uint8Array[]>;
}

/** A delivery in an outbox, and what it waits for. */
export interface WaitingDelivery {
  /** As the gateway file names it. */
  readonly destination: string;
  /** Which part of the message it is, from 0. */
  readonly part: number;
  /** The first thing in its way. */
  readonly waitsFor:
    /** Its channel, or the destination, to be there again. */
    | { readonly kind: "destination" }
    /** A person, who has paused the destination; or all of them to be let go, after a restore. */
    | { readonly kind: "paused" }
    /** Somebody to answer at the destination again: one delivery at a time tries. */
    | { readonly kind: "circuit"; readonly trouble?: string }
    /** The line to run. `trouble`: code of what it halted with, or of the last failed attempt. */
    | { readonly kind: "line"; readonly condition: Condition; readonly trouble?: string }
    /** A message in quarantine to be replayed, or released: it holds a key of this one. */
    | { readonly kind: "heldKey"; readonly id: string }
    /** Everything before it at this destination: it has no key. */
    | { readonly kind: "earlier" }
    /** Its turn, or its next attempt. `trouble`: code of the last attempt at this destination, where that failed. */
    | { readonly kind: "turn"; readonly trouble?: string };
}

/** What became of a delivery that was to be skipped. `gone`: it had just ended. */
export interface Skipped {
  /** Of its message. */
  readonly id: string;
  /** `delivered` and `quarantined`: by the attempt that was under way. */
  readonly end: "skipped" | "delivered" | "quarantined" | "gone";
}

/** How messages are replayed. */
export interface ReplayOptions {
  /** To this destination, whatever became of it there; left out: where it is in quarantine. */
  readonly destination?: string;
  /** To every destination, whatever became of it there. */
  readonly everywhere?: boolean;
  /** Even where a newer delivery of its key has gone out. */
  readonly force?: boolean;
  /** Who asks, and why. */
  readonly by?: By;
}

/** What became of one of many messages that are replayed. */
export interface ReplayedMessage {
  /** Of the message. */
  readonly id: string;
  /** Where it is queued again; none: from the beginning of its channel, unless there is an error. */
  readonly destinations: readonly string[];
  /** Why it is not. */
  readonly error?: MitralError;
  /** How many have had their turn … */
  readonly done: number;
  /** … of so many. */
  readonly total: number;
}

/** What a correction has made. */
export interface CorrectedMessage {
  /** Of the new message, or of the one whose payload was replaced. */
  readonly id: string;
  /** Where the corrected payload is queued; none: it is a new message. */
  readonly destinations: readonly string[];
  /** Why the new message is in quarantine, too. */
  readonly error?: MitralError;
}

/** What people do to messages and queues. Each act is recorded, with who did it and why, in the commit that does it. */
export interface OperatedGateway {
  /**
   * Sends the stored payload again: to the destinations where it failed, or to the one named. A message quarantined
   * before it had branches runs through its channel again. Errors: GATEWAY_MESSAGE_UNKNOWN, GATEWAY_REPLAY_EMPTY,
   * GATEWAY_REPLAY_REFUSED (its key has a newer delivery, unless `force`).
   */
  replay(id: string, options?: ReplayOptions): Promise<{ destinations: readonly string[] }>;
  /**
   * Replays all messages that match, or those named, oldest first: an item for each as it is put back, or why it was not.
   * Nothing happens before the first is asked for, and leaving the loop ends it. Where more than `most` would be replayed
   * (100,000 where left out), none is. Errors: GATEWAY_REPLAY_UNCONFIRMED, GATEWAY_MESSAGE_UNKNOWN (of ids, before any is
   * replayed), JOURNAL_….
   *
   * @example
   * ```ts
   * import { Gateway } from "mitral";
   *
   * await using gateway = await Gateway.open("gateway.yaml");
   * const sinceMs = Date.now() - 3_600_000;
   * for await (const { id, error } of gateway.replayAll({ channel: "orders", sinceMs }, { destination: "ehr" })) {
   *   if (error) console.warn(id, error.code);
   * }
   * ```
   */
  replayAll(
    which: MessageQuery | { readonly ids: readonly string[] },
    options?: ReplayOptions & { readonly most?: number },
  ): AsyncGenerator<ReplayedMessage>;
  /**
   * Puts other bytes in the place of what is in quarantine, and nothing else. A message that was quarantined before it had
   * branches is replaced by a new one, which goes the whole way, and is cancelled. A delivery gets them as its payload, and
   * is queued again in its place; the first payload is kept. Errors: GATEWAY_MESSAGE_UNKNOWN, GATEWAY_CORRECTION_EMPTY,
   * GATEWAY_CORRECTION_AMBIGUOUS, GATEWAY_REPLAY_REFUSED (unless `force`), GATEWAY_CHANNEL_UNKNOWN,
   * ENGINE_INTAKE_CLOSED, ENGINE_CORRECTION_BATCH, ENGINE_CORRECTION_LATE, those of the format.
   */
  correct(
    id: string,
    bytes: Uint8Array,
    options?: { readonly destination?: string; readonly force?: boolean; readonly by?: By },
  ): Promise<CorrectedMessage>;
  /** What is recorded of patients, and of the people who saw it. */
  readonly reports: GatewayReports;
  /** Who patients are, as messages of its channels have said. */
  readonly patients: GatewayPatients;
  /** Records that somebody was shown, or given, what messages say. */
  noteSeen(
    ids: readonly string[],
    how: "viewed" | "exported" | "exported as evidence",
    by?: By,
  ): Promise<void>;
  /**
   * Lets later messages of a quarantined delivery's keys go on, without sending it again. Errors:
   * GATEWAY_MESSAGE_UNKNOWN.
   */
  release(
    id: string,
    options?: { destination?: string; by?: By },
  ): Promise<{ destinations: readonly string[] }>;
  /**
   * Ends a message for good: its deliveries that are queued or in quarantine, or those to one destination; where it was
   * quarantined before it had any, or waits for people, itself, and then no destination is returned. Whoever waits for them hears that they
   * were refused. Errors: GATEWAY_MESSAGE_UNKNOWN, GATEWAY_CANCEL_EMPTY, GATEWAY_CANCEL_SENDING (an attempt is under way).
   */
  cancel(
    id: string,
    options?: { destination?: string; by?: By },
  ): Promise<{ destinations: readonly string[] }>;
  /**
   * Makes batches of what has gathered for one destination, or for all of the channel that collect, and says how many
   * messages were put together for each. Errors: GATEWAY_CHANNEL_UNKNOWN, GATEWAY_COLLECT_MISSING, ENGINE_LINE_STOPPED.
   */
  closeBatch(
    channel: string,
    destination?: string,
    by?: By,
  ): Promise<readonly { readonly destination: string; readonly messages: number }[]>;
  /**
   * A destination sends nothing more, until it is resumed: not after a restart, and not after a reload. What is being sent
   * is finished. Errors: GATEWAY_CHANNEL_UNKNOWN, GATEWAY_DESTINATION_UNKNOWN.
   */
  pause(channel: string, destination: string, by?: By): Promise<void>;
  /** It sends again. Errors: as of {@linkcode OperatedGateway.pause}. */
  resume(channel: string, destination: string, by?: By): Promise<void>;
  /**
   * Takes the head out of a destination's queue, into quarantine, where it holds no keys: the delivery it stands still for,
   * or the oldest. Where that is being sent, waits until the attempt has failed, or has ended it. Errors:
   * GATEWAY_CHANNEL_UNKNOWN, GATEWAY_DESTINATION_UNKNOWN, GATEWAY_QUEUE_EMPTY.
   */
  skip(channel: string, destination: string, by?: By): Promise<Skipped>;
  /**
   * What is queued for a destination, and what comes, goes out by the sender of another, sealed as for that one; `null`:
   * by its own again. Queue, order and payloads stay its own. Errors: GATEWAY_CHANNEL_UNKNOWN,
   * GATEWAY_DESTINATION_UNKNOWN, GATEWAY_DIVERSION_REFUSED.
   */
  divert(channel: string, from: string, to: string | null, by?: By): Promise<void>;
  /**
   * Tells a partner's gateway what this one says was exchanged, and asks for its account: true once that was compared,
   * false where it has not come within ten seconds; it is compared when it comes. Errors: GATEWAY_PARTNER_UNKNOWN,
   * EXCHANGE_….
   */
  reckon(partner: string): Promise<boolean>;
  /** What came of comparing accounts with a partner last. Errors: GATEWAY_PARTNER_UNKNOWN. */
  reckoned(partner: string): Promise<Reckoned | undefined>;
  /**
   * Both accounts of a day, `2026-01-31`, with what the partner signed, as JSON: `ours`, `theirs`, `signed`. Errors:
   * GATEWAY_PARTNER_UNKNOWN.
   */
  accountsOf(partner: string, day: string): Promise<string | undefined>;
  /**
   * Lets every destination send that a restore from a backup has held. Where messages are exchanged with partners, accounts
   * MUST have been compared with each since, unless it is forced. Errors: GATEWAY_SENDERS_UNRECKONED.
   */
  releaseSenders(by?: By, how?: { readonly force?: boolean }): Promise<void>;
  /**
   * Places a legal hold: what it is about outlives its time, what comes later too. Says whether any message matches now.
   * Errors: GATEWAY_HOLD_TAKEN, GATEWAY_CHANNEL_UNKNOWN.
   */
  placeHold(name: string, what?: HeldMessages, by?: By): Promise<{ readonly matches: boolean }>;
  /** What it was about goes with the next that is over its time. Errors: GATEWAY_HOLD_UNKNOWN. */
  liftHold(name: string, by?: By): Promise<void>;
}

/** What a person, a console or an embedding service can do with a running gateway. */
export interface RunningGateway extends OperatedGateway {
  /** The gateway's own name. */
  readonly name: string;
  /** How everything stands at this moment. */
  snapshot(): GatewaySnapshot;
  /**
   * How much waits everywhere and since when, what commits take, and what room is left. Costs the journal a few look-ups
   * for each queue that is not empty, and a count of what is in quarantine. Always resolves, within a few seconds: what a
   * broken or busy disk does not tell in time is left out.
   *
   * @example
   * ```ts
   * import { Gateway } from "mitral";
   *
   * await using gateway = await Gateway.open("gateway.yaml");
   * const { atMs, channels } = await gateway.statistics();
   * for (const { name, work: { queued } } of channels) {
   *   if (queued.oldestAtMs !== undefined) console.log(name, queued.messages, atMs - queued.oldestAtMs);
   * }
   * ```
   */
  statistics(): Promise<GatewayStatistics>;
  /**
   * Calls `listener` for each event, at once; returns what ends that. It MUST NOT throw. `stagePassed` comes only with
   * `stages`, since every stage of every message is then timed.
   */
  observe(listener: (event: GatewayEvent) => void, options?: { readonly stages?: boolean }): () => void;
  /** What is written down so that it convinces others, who signs it, and who has seen it. */
  readonly ledger: RunningLedger;
  /** Documents that wait for people. */
  readonly reviews: ReviewApi;
  /** Search over the messages the journal holds, and over what people did. */
  readonly archive: Archive;
  /** What messages are found by: fields that the formats of its channels know, and those they have under `search`. */
  searchFields(): readonly string[];
  /** What the queued deliveries of a message wait for; none where nothing of it is queued. Errors: GATEWAY_MESSAGE_UNKNOWN. */
  waitsFor(id: string): Promise<readonly WaitingDelivery[]>;
  /**
   * What becomes of messages, from now on: an item for each message and destination once that is final and durable. A
   * message that was split has one for each part, and messages that are sent together one under the id of their batch.
   *
   * Made for `for await`: leaving the loop ends it, `cancel()` does where nobody reads, and it ends by itself when the
   * gateway is closed and every item is read.
   *
   * Nothing waits for a slow reader: `waitingMax` items (1,000 where left out) wait for it, then the oldest are dropped,
   * and the next one says in `missed` how many. {@linkcode RunningGateway.archive} has them all.
   *
   * @example
   * ```ts
   * import { Gateway } from "mitral";
   *
   * await using gateway = await Gateway.open("gateway.yaml");
   * for await (const outcome of gateway.outcomes({ channel: "orders" })) {
   *   if (outcome.kind === "quarantined") console.warn(outcome.id, outcome.trouble.code);
   * }
   * ```
   */
  outcomes(options?: { channel?: string; waitingMax?: number }): ReadableStream<FinalOutcome>;
  /**
   * Hands a message to a channel, as its listener would; text is sent as UTF-8. Resolves with the answer once what the
   * channel's `acknowledge` promises is durable: `received`, that the message is in the journal; `from NAME`, that
   * destination's answer. Never rejects for what is in a message: a `rejected` outcome says what is wrong with it, and
   * the message is in quarantine. After a `failed` outcome count on nothing, and hand it over again.
   *
   * Errors: GATEWAY_CHANNEL_UNKNOWN.
   *
   * @example
   * ```ts
   * import { Gateway } from "mitral";
   *
   * await using gateway = await Gateway.open("gateway.yaml");
   * const { outcome, answer } = await gateway.inject("orders", "MSH|^~\\&|SHOP\rPID|1||4711\r");
   * console.log(outcome.kind, answer && new TextDecoder().decode(answer.bytes));
   * ```
   *
   * @param options `peer`: who it is from, as the archive shows it; `contentType`: of the bytes, where it is not the one
   * of the channel's format
   */
  inject(
    channel: string,
    message: Uint8Array | string,
    options?: { peer?: string; contentType?: string },
  ): Promise<Reply>;
  /**
   * Answers an HTTP request as the channel's HTTP listener would, at the path its settings name. Whether it may come
   * from where it came is for the caller to say: the rule that plain HTTP stays on loopback is about sockets the
   * gateway opens. Errors: GATEWAY_CHANNEL_UNKNOWN, GATEWAY_CHANNEL_SILENT.
   *
   * @param peer who it is from, as the archive shows it
   */
  handle(channel: string, request: Request, peer?: string): Promise<Response>;
  /** Name of the channel whose listener has `mount: true` and serves this path. */
  mountedAt(path: string): string | undefined;
  /**
   * Starts a stopped channel, or one of which a line halted: that is drained first. Errors: GATEWAY_CHANNEL_UNKNOWN,
   * GATEWAY_CLOSED, those of its listener.
   */
  startChannel(name: string): Promise<void>;
  /** Drains the channel and stops it; what it has not sent stays queued. Errors: GATEWAY_CHANNEL_UNKNOWN. */
  stopChannel(name: string): Promise<void>;
  /**
   * Stops the channel, puts the new plan in its place, starts it; others do not notice. A channel of a new name is
   * added. Where the new plan does not start, the channel stays stopped with it: nothing of the old one is put back.
   */
  reloadChannel(plan: ChannelPlan, by?: By): Promise<void>;
  /**
   * Drains the channel, stops it and forgets it. What it has not sent stays in the journal, and is sent when a channel
   * of that name is there again. Errors: GATEWAY_CHANNEL_UNKNOWN.
   */
  removeChannel(name: string, by?: By): Promise<void>;
  /**
   * Lets go of messages over their time, as the gateway does by itself every hour. `dryRun`: says only what would go, and
   * what would stay. Errors: JOURNAL_….
   */
  prune(options?: { readonly dryRun?: boolean }): Promise<PrunedMessages>;
  /**
   * Copies the journal as it is now into a folder that is empty or not there yet, by its absolute path, outside the data
   * folder. Nobody waits for it; messages over their time stay until it is done. What is in it stays sealed: it is of use
   * only with the master key, which is not in it. Errors: JOURNAL_BACKUP_….
   */
  backUp(to: string, how?: Watched): Promise<BackupManifest>;
  /**
   * Tests everything between this gateway and a partner, one thing after the other: its keys, our doors, and each way to it
   * with a connection test and a sealed ping. The last item is a report of it all, signed by this gateway. Errors:
   * GATEWAY_EXCHANGE_MISSING, EXCHANGE_PARTNER_INACTIVE.
   */
  testPartner(partner: string, signal?: AbortSignal): AsyncGenerator<PartnerTestLine>;
  /** Drains and closes; the order is in `drain.ts`. */
  close(): Promise<void>;
}
