import type { Blame } from "../contract/error.ts";
import type { Origin } from "../contract/message.ts";

/** Where a message stands. */
export type MessageState =
  /** In the inbox. */
  | "received"
  /** Its branches are queued, or delivered. */
  | "processed"
  | "filtered"
  /** Kept, with a reason; see `trouble`. */
  | "quarantined";

/** Where a delivery to one destination stands. */
export type DeliveryState = "queued" | "delivered" | "quarantined" | "filtered";

/** Why something is in quarantine. */
export interface Trouble {
  readonly code: string;
  readonly blame: Blame;
  /** As the error said it: safe to show. */
  readonly says: string;
  readonly atMs: number;
}

/** A delivery as the archive tells it. */
export interface DeliveryRecord {
  readonly destination: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly bytes: number;
  readonly settledAtMs?: number;
  readonly trouble?: Trouble;
}

/** A message as the archive tells it, without its bytes. */
export interface MessageRecord {
  readonly id: string;
  readonly channel: string;
  readonly receivedAtMs: number;
  readonly origin: Origin;
  readonly controlId: string;
  readonly type: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly state: MessageState;
  readonly trouble?: Trouble;
  readonly deliveries: readonly DeliveryRecord[];
}

/** A message with its bytes. */
export interface MessageContent extends MessageRecord {
  readonly received: Uint8Array;
  readonly history: readonly {
    readonly atMs: number;
    readonly event: string;
    readonly destination?: string;
    readonly code?: string;
  }[];
  readonly payloads: readonly {
    readonly destination: string;
    readonly bytes: Uint8Array;
    readonly contentType: string;
    readonly answer?: Uint8Array;
  }[];
}

/** Which messages to list: all that match every word given, newest first. */
export interface MessageQuery {
  readonly channel?: string;
  /** Of the message, or of any of its deliveries. */
  readonly state?: MessageState | DeliveryState;
  readonly type?: string;
  readonly controlId?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** At most 1,000; 50 where left out. */
  readonly limit?: number;
  /** Only older than this message id, for the next page. */
  readonly before?: string;
}

/** Search over what the journal holds. */
export interface Archive {
  list(query: MessageQuery): Promise<readonly MessageRecord[]>;
  /** `undefined` where the journal has no such message. An id may be shortened as long as it is unique. */
  show(id: string): Promise<MessageContent | undefined>;
}
