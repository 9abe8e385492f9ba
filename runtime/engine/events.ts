import type { Facts, MitralError } from "../contract/error.ts";
import type { ExchangeState } from "./exchange/state.ts";
import type { ForwardEvent } from "./ledger/forward_events.ts";
import type { LedgerState } from "./ledger/state.ts";
import type { PartnerEvent } from "./partner_events.ts";
import type { PathState } from "./paths/path_set.ts";
import type { ReviewEvent } from "./review/review_events.ts";

/** Where in a gateway something happened. */
export interface Place {
  /** Name of the channel. */
  readonly channel: string;
  /** Left out on the work line; the destination's name on a delivery line. */
  readonly destination?: string;
  /** As the channel file names it: `parse`, `set`, `send`. */
  readonly stage?: string;
}

/** What a gateway reports, as it happens. Noun and past participle; never message content. */
export type GatewayEvent =
  & { readonly atMs: number }
  & (
    | { readonly name: "gatewayStarted"; readonly gateway: string; readonly channels: number }
    | { readonly name: "gatewayStopped"; readonly gateway: string; readonly pending: number }
    | PartnerEvent
    | ForwardEvent
    | ({ readonly name: "channelStarted"; readonly address: string } & Place)
    | ({ readonly name: "channelStopped" } & Place)
    /**
     * It could not be started, and is tried again in `againInMs`; where that is left out, it never can be, and the gateway's
     * own start fails with it.
     */
    | ({ readonly name: "channelFailed"; readonly error: MitralError; readonly againInMs?: number } & Place)
    /**
     * A batch has come, and its messages are taken one by one. `id`: of the answer to it. `warnings`: what is not as it
     * should be, by the format's codes.
     */
    | ({
      readonly name: "batchReceived";
      readonly id: string;
      readonly messages: number;
      readonly bytes: number;
      readonly warnings: readonly string[];
    } & Place)
    /** Durable and, at `acknowledge: received`, about to be acknowledged. */
    | ({
      readonly name: "messageReceived";
      readonly id: string;
      readonly type: string;
      readonly bytes: number;
    } & Place)
    /** Taken, though an earlier message has the same control id: `late` with the same bytes, `reused` with others. */
    | ({ readonly name: "messageResembled"; readonly id: string; readonly how: "late" | "reused" } & Place)
    /** Taken, though its format found something wrong: how often, by rule, and where first. */
    | ({
      readonly name: "messageFlawed";
      readonly id: string;
      readonly rules: Readonly<Record<string, number>>;
      readonly paths: readonly string[];
    } & Place)
    /** Answered from the store, or joined to one that is pending. */
    | ({ readonly name: "messageRepeated"; readonly id: string } & Place)
    /** The peer has its answer: `tookMs` since the message was whole. */
    | ({
      readonly name: "messageAnswered";
      readonly id: string;
      readonly outcome: string;
      readonly tookMs: number;
    } & Place)
    /** Left out on purpose: by the destination's own filter where one is named, otherwise for all of them. */
    | ({ readonly name: "messageFiltered"; readonly id: string } & Place)
    /** Every branch is queued durably. */
    | ({
      readonly name: "messageProcessed";
      readonly id: string;
      readonly deliveries: number;
      readonly tookMs: number;
    } & Place)
    /** `tookMs` since it was received; `attemptMs` for the attempt that succeeded. */
    | ({
      readonly name: "messageDelivered";
      readonly id: string;
      readonly attempt: number;
      readonly tookMs: number;
      readonly attemptMs: number;
    } & Place)
    | ({
      readonly name: "deliveryFailed";
      readonly id: string;
      readonly attempt: number;
      readonly error: MitralError;
      readonly againInMs: number;
    } & Place)
    | ({ readonly name: "messageQuarantined"; readonly id: string; readonly error: MitralError } & Place)
    | ({ readonly name: "messageReplayed"; readonly id: string } & Place)
    /** A person has ended it, for good: at one destination, or as a whole. */
    | ({ readonly name: "messageCancelled"; readonly id: string } & Place)
    | (ReviewEvent & Place)
    /** Its keys wait for it no longer. */
    | ({ readonly name: "messageReleased"; readonly id: string } & Place)
    /**
     * What had gathered is one message from here on. `why`: a time of day, `countMax`, `bytesMax`, or somebody asked.
     * `messages`: its members; none where an empty batch is to be sent. `bytes`: its size.
     */
    | ({
      readonly name: "batchClosed";
      readonly id: string;
      readonly messages: number;
      readonly bytes: number;
      readonly why: BatchReason;
    } & Place)
    /** A message whose pieces are all there is one message from here on. `bytes`: its size. */
    | ({
      readonly name: "piecesJoined";
      readonly id: string;
      readonly pieces: number;
      readonly bytes: number;
    } & Place)
    /** It is a message of the channel `to`, too. */
    | ({ readonly name: "messageHandedOn"; readonly id: string; readonly to: string } & Place)
    /** A step could not do its work now, and will be tried again. */
    | ({
      readonly name: "messagePostponed";
      readonly id: string;
      readonly error: MitralError;
      readonly againInMs: number;
    } & Place)
    /** Somebody should look: a delivery was refused, or has failed for longer than `alertAfterMs`. */
    | ({
      readonly name: "alertRaised";
      readonly id: string;
      readonly why: "rejected" | "postponed" | "unanswered";
      readonly error: MitralError;
    } & Place)
    /** Nobody answered there several times in a row: one delivery at a time tries again, the others wait. */
    | ({ readonly name: "circuitOpened"; readonly error: MitralError } & Place)
    /** Somebody has answered: those that waited go on. */
    | ({ readonly name: "circuitClosed" } & Place)
    /** Of a destination with several paths: nobody answers by this one, and deliveries go by another that is healthy. */
    | ({ readonly name: "pathFailed"; readonly path: string; readonly error: MitralError } & Place)
    /** It is healthy again, `forMs` after it failed. */
    | ({ readonly name: "pathRestored"; readonly path: string; readonly forMs: number } & Place)
    /** Deliveries go by it from now on, and no longer by `instead`. */
    | ({ readonly name: "pathChosen"; readonly path: string; readonly instead: string } & Place)
    /** A person lets a destination send nothing, or send again. */
    | ({ readonly name: "destinationPaused" } & Place)
    | ({ readonly name: "destinationResumed" } & Place)
    /** A person lets its deliveries go out by the sender of the destination `to`, or by its own again. */
    | ({ readonly name: "diversionStarted"; readonly to: string } & Place)
    | ({ readonly name: "diversionEnded" } & Place)
    /** Every destination may send: a person has let go what a restore held. */
    | { readonly name: "sendersReleased" }
    /** A file that is read while the channel runs has changed, and is no use as it is now; the old content stays. */
    | ({ readonly name: "fileRefused"; readonly file: string } & Place)
    /** One stage's work on one message, waits included. Only for observers that asked for `stages`. */
    | ({ readonly name: "stagePassed"; readonly tookMs: number } & Place)
    /** `cause`: the class of the error and its place in the code, `TypeError at set.ts:3:9`; never its text. */
    | ({ readonly name: "stageCrashed"; readonly cause: string; readonly againInMs: number } & Place)
    | ({ readonly name: "lineRestarted"; readonly againInMs: number } & Place)
    | ({ readonly name: "lineHalted"; readonly error: MitralError } & Place)
    | ({ readonly name: "intakeClosed"; readonly reason: string } & Place)
    | ({ readonly name: "intakeOpened" } & Place)
    | ({
      readonly name: "transportReported";
      readonly event: string;
      readonly facts: Facts;
      readonly error?: MitralError | undefined;
    } & Place)
    /**
     * A day of a channel is over its time: nothing of it can be read any more. `day`: since 1970-01-01; `carried`: messages
     * that stay all the same.
     */
    | ({ readonly name: "dayClosed"; readonly day: number; readonly carried: number } & Place)
    /** Old messages are gone. `files`: of large ones. */
    | ({ readonly name: "messagesPruned"; readonly messages: number; readonly files: number } & Place)
    /** The store gave an error: nothing is acknowledged any more, and every line has halted. */
    | { readonly name: "journalFailed"; readonly error: MitralError }
    /** Another try will be made, unless the journal is damaged. */
    | { readonly name: "journalReopenFailed"; readonly error: MitralError }
    /** It was looked through, and every channel that ran runs again. */
    | { readonly name: "journalReopened"; readonly tookMs: number }
    /** A commit does not come to its end: nothing is acknowledged until it does. */
    | { readonly name: "journalStalled"; readonly forMs: number }
    | { readonly name: "journalResumed"; readonly forMs: number }
    /** Less than `journal.diskFreeMin` is free: no channel takes messages. */
    | { readonly name: "diskLow"; readonly freeBytes: number }
    | { readonly name: "diskFine"; readonly freeBytes: number }
    /** How much of the disk is free cannot be told. `reason`: the platform's word for why. */
    | { readonly name: "diskUnknown"; readonly reason: string }
    | { readonly name: "journalCommitted"; readonly operations: number; readonly tookMs: number }
    /**
     * Before the gateway starts, the journal of an earlier `version` is rewritten: `done` of its messages are written, or
     * compared.
     */
    | {
      readonly name: "journalRewritten";
      readonly version: number;
      readonly step: "written" | "compared";
      readonly done: number;
      readonly of: number;
    }
  );

/** Why what had gathered was put together. */
export type BatchReason = "time" | "count" | "size" | "asked";

/** A line's or a stage's condition. */
export type Condition = "starting" | "running" | "restarting" | "halted" | "stopped";

/** A stage as it is now. */
export interface StageState {
  /** As the gateway file names it. */
  readonly name: string;
  /** What it is doing. */
  readonly condition: Condition;
  /** Since the gateway started. */
  readonly restarts: number;
  /** Messages waiting in the link before it. */
  readonly waiting: number;
}

/** A line as it is now. */
export interface LineState {
  /** What it is doing. A halted line has lost nothing: its messages are in the journal. */
  readonly condition: Condition;
  /** Since the gateway started. */
  readonly restarts: number;
  /** In flow order. */
  readonly stages: readonly StageState[];
  /** Durable messages not yet through. */
  readonly queued: number;
  /**
   * Messages that wait to be sent together, left out where the destination does not collect; on the work line, pieces that
   * wait for others of their message, left out where the channel puts none together.
   */
  readonly gathering?: number;
  /** Nobody answers at the destination: one delivery at a time tries again, the others wait. Left out otherwise. */
  readonly circuitOpen?: boolean;
  /** By which ways it sends, the preferred first, where there are several and it runs. */
  readonly paths?: readonly PathState[];
  /** A person lets it send nothing. Left out otherwise. */
  readonly paused?: boolean;
  /** The destination by whose sender its deliveries go out, where a person has diverted it. */
  readonly divertedTo?: string;
  /**
   * Code of the error that halted it, or of the last failed attempt; of a work line, of what kept its listener from its
   * work since a message got through, such as a peer that was turned away.
   */
  readonly trouble?: string;
}

/** A channel as it is now. */
export interface ChannelState {
  /** As the gateway file names it. */
  readonly name: string;
  /** What it is doing. */
  readonly condition: Condition;
  /** Where it listens; empty while stopped. */
  readonly address: string;
  /** Whether it takes messages now. */
  readonly isOpen: boolean;
  /** Why it takes none: `disk is low`; left out while it does, and while the channel is stopped. */
  readonly closedBy?: string;
  /** The line from the inbox to the outboxes. */
  readonly work: LineState;
  /** The line behind each outbox, by destination. */
  readonly destinations: Readonly<Record<string, LineState>>;
  /** What went through. */
  readonly counts: ChannelCounts;
}

/** Since the gateway started. */
export interface ChannelCounts {
  /** Messages made durable. */
  readonly received: number;
  /** Messages answered from the store, or joined to one that was pending. */
  readonly repeated: number;
  /** Messages that no destination was to have. */
  readonly filtered: number;
  /** Deliveries a destination accepted; one message may have several. */
  readonly delivered: number;
  /** Attempts that failed, whether or not a later one succeeded. */
  readonly failed: number;
  /** Messages and deliveries put into quarantine. */
  readonly quarantined: number;
}

/**
 * What a journal is doing. `failed`: its store gave an error, and is opened again after a wait; `reopening`: that is being
 * done; `damaged`: nobody but a person can mend it.
 */
export type JournalCondition = "open" | "failed" | "reopening" | "damaged" | "closed";

/** A journal as it is now. */
export interface JournalState {
  /** What it is doing. */
  readonly condition: JournalCondition;
  /** A commit takes so long that no channel takes messages until it is over; left out otherwise. */
  readonly isStalled?: true;
  /** Code of the error it failed with, or with which it could not be opened again. */
  readonly trouble?: string;
  /** The disk its folder is on; left out where it is not watched, or cannot be told. `isLow`: no channel takes messages. */
  readonly disk?: { readonly freeBytes: number; readonly isLow: boolean };
  /** Messages and deliveries not yet settled. */
  readonly pending: number;
  /** Their size. */
  readonly pendingBytes: number;
}

/** A gateway as it is now. */
export interface GatewaySnapshot {
  /** The gateway's own name. */
  readonly name: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly startedAtMs: number;
  /** The journal is open, and every channel runs and takes messages. */
  readonly ready: boolean;
  /** No destination sends anything until a person releases them: the journal was restored from a backup. */
  readonly sendersHeld: boolean;
  /** What is durable. */
  readonly journal: JournalState;
  /** In the order of the gateway file. */
  readonly channels: readonly ChannelState[];
  /** Who signs what it writes down, who has seen it, and what is wrong with it. */
  readonly ledger: LedgerState;
  /** Its doors and partners; left out where it has no exchange. */
  readonly exchange?: ExchangeState;
}

export type { DoorState, ExchangePartnerState, ExchangeState } from "./exchange/state.ts";
export type { ForwardEvent } from "./ledger/forward_events.ts";
export type { LedgerPlace } from "./ledger/forward_mark.ts";
export type { ForwardState } from "./ledger/forwarder.ts";
export type { LedgerState, WitnessState } from "./ledger/state.ts";
