import type { Blame } from "../contract/error.ts";
import type { ActQuery, ActRecord } from "./acts.ts";
import type { HoldRecord } from "./holds.ts";
import type { Origin } from "../contract/message.ts";

/** Where a message stands. */
export type MessageState =
  /** In the inbox. */
  | "received"
  /** Its branches are queued, or delivered. */
  | "processed"
  | "filtered"
  /** Kept, with a reason; see `trouble`. */
  | "quarantined"
  /** A piece of a message, which waits for the others. */
  | "gathering"
  /** A person has ended it. */
  | "cancelled"
  /** A document that people have to look at first. */
  | "reviewing";

/** Where a delivery to one destination stands. */
export type DeliveryState =
  | "queued"
  | "delivered"
  | "quarantined"
  /** Waits until it is sent together with others. */
  | "gathering"
  /** A person has ended it. */
  | "cancelled";

/** Why something is in quarantine. */
export interface Trouble {
  /** Of the error, as in the reference. */
  readonly code: string;
  /** Who must act. */
  readonly blame: Blame;
  /** As the error said it: safe to show. */
  readonly says: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
}

/** A delivery as the archive tells it. */
export interface DeliveryRecord {
  /** As the gateway file names it. */
  readonly destination: string;
  /** Where it stands. */
  readonly state: DeliveryState;
  /** Attempts made, the one under way not counted. */
  readonly attempts: number;
  /** How often a person has sent it again; left out: never. */
  readonly replays?: number;
  /** Size of the payload, before it is sealed. */
  readonly bytes: number;
  /** When its outcome was known; left out while it is queued. */
  readonly settledAtMs?: number;
  /** Why it is in quarantine. */
  readonly trouble?: Trouble;
  /** Id of the batch it was sent in. */
  readonly batch?: string;
}

/** A message as the archive tells it, without its bytes. */
export interface MessageRecord {
  /** UUIDv7. */
  readonly id: string;
  /** The channel that received it. */
  readonly channel: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly receivedAtMs: number;
  /** Who it came from. */
  readonly origin: Origin;
  /** The sender's own id (HL7 MSH-10); empty where there is none. */
  readonly controlId: string;
  /** As the format names it: `ADT^A01`; empty where the format has no types. */
  readonly type: string;
  /** Media type of the bytes as received. */
  readonly contentType: string;
  /** Size as received; of a sealed message, the size of its payload. */
  readonly bytes: number;
  /** Where it stands. */
  readonly state: MessageState;
  /** Id of the message it has become part of, where it was a piece of one. */
  readonly whole?: string;
  /** Why it is in quarantine. */
  readonly trouble?: Trouble;
  /** One for each destination; empty until it is processed. */
  readonly deliveries: readonly DeliveryRecord[];
}

/** A message with its bytes. */
export interface MessageContent extends MessageRecord {
  /** The bytes as received; for a sealed message, the payload after it was opened. */
  readonly received: Uint8Array;
  /** What the ledger's word on those bytes is made with, in hex; left out of what is older than the ledger. */
  readonly salt?: string;
  /** What the partner's gateway signed, as it came; left out of a message that did not come sealed. */
  readonly evidence?: Uint8Array;
  /** What its sender was answered, where that is kept: of one that came sealed, our receipt. */
  readonly answer?: Uint8Array;
  /** What happened to it, oldest first. */
  readonly history: readonly {
    readonly atMs: number;
    readonly event: string;
    readonly destination?: string;
    readonly code?: string;
    /** Who did it, where a person did. */
    readonly person?: string;
    /** Why, in the person's words; left out where none were given, or they are gone with their day. */
    readonly reason?: string;
  }[];
  /** How long each stage of the work line took; left out until it is processed. */
  readonly stages?: readonly { readonly stage: string; readonly tookMs: number }[];
  /** Messages of other channels that this one was handed on as. */
  readonly handedOnTo?: readonly { readonly id: string; readonly channel: string }[];
  /** What was, or will be, sent to each destination, with the peer's answer. */
  readonly payloads: readonly {
    readonly destination: string;
    readonly bytes: Uint8Array;
    readonly contentType: string;
    readonly answer?: Uint8Array;
    /** What this gateway signed of it, where the answer is its partner's receipt. */
    readonly statement?: Uint8Array;
    /** What was to be sent before a person corrected it. */
    readonly before?: Uint8Array;
  }[];
}

/** Which messages to list: all that match every word given, newest first unless it says otherwise. */
export interface MessageQuery {
  /** Name of the channel. */
  readonly channel?: string;
  /** Of the message, or of any of its deliveries. */
  readonly state?: MessageState | DeliveryState;
  /** Exactly, as the format names it: `ADT^A01`. */
  readonly type?: string;
  /** Exactly. */
  readonly controlId?: string;
  /** By field: exactly. What its format knows (HL7: `patient`), and what its channel has under `search`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Received at this time or later, in milliseconds since 1970-01-01T00:00Z. */
  readonly sinceMs?: number;
  /** Received before this time, in milliseconds since 1970-01-01T00:00Z. */
  readonly untilMs?: number;
  /** At most 1,000; 50 where left out. */
  readonly limit?: number;
  /** Only older than this message id, for the next page. */
  readonly before?: string;
  /** `newest` first where left out. */
  readonly order?: "newest" | "oldest";
  /** Only newer than this message id, for the next page of the oldest first. */
  readonly after?: string;
}

/** Search over what the journal holds. */
export interface Archive {
  /** Messages that match, in the order asked for. */
  list(query: MessageQuery): Promise<readonly MessageRecord[]>;
  /**
   * `undefined` where the journal has no such message. An id may be shortened as long as it is unique. Errors:
   * JOURNAL_BODY_DAMAGED.
   */
  show(id: string): Promise<MessageContent | undefined>;
  /** What people did to messages and queues, newest first. */
  acts(query: ActQuery): Promise<readonly ActRecord[]>;
  /** Legal holds, by name: what they are about is kept whatever its age. */
  holds(): Promise<readonly HoldRecord[]>;
}
