import type { Facts, MitralError } from "../contract/error.ts";

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
    | ({ readonly name: "channelStarted"; readonly address: string } & Place)
    | ({ readonly name: "channelStopped" } & Place)
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
    | { readonly name: "journalFailed"; readonly error: MitralError }
    | { readonly name: "journalCommitted"; readonly operations: number; readonly tookMs: number }
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
  /** Code of the error that halted it, or of the last failed attempt. */
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

/** A gateway as it is now. */
export interface GatewaySnapshot {
  /** The gateway's own name. */
  readonly name: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly startedAtMs: number;
  /** The journal is open, and every channel runs and takes messages. */
  readonly ready: boolean;
  /** `pending`: messages and deliveries not yet settled; `pendingBytes`: their size. */
  readonly journal: {
    readonly condition: "open" | "failed" | "closed";
    readonly pending: number;
    readonly pendingBytes: number;
  };
  /** In the order of the gateway file. */
  readonly channels: readonly ChannelState[];
}
