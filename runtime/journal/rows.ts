import type { Origin } from "../contract/message.ts";

/** A message waiting in the inbox, as read from disk. */
export interface InboxRow {
  readonly seq: number;
  readonly id: string;
  readonly receivedAtMs: number;
  readonly origin: Origin;
  readonly contentType: string;
  /** Of what it was stored with, whatever became of that. */
  readonly size: number;
  /** `null`: its bytes no longer match their checksum. */
  readonly body: Uint8Array | null;
}

/** A delivery waiting in an outbox, as read from disk. */
export interface OutboxRow {
  readonly delivery: number;
  readonly seq: number;
  readonly id: string;
  readonly receivedAtMs: number;
  /** Which part of the message it is, from 0. */
  readonly part: number;
  readonly sequence: number;
  readonly attempts: number;
  readonly keys: readonly string[];
  /** Later deliveries of its keys build on it. */
  readonly isBuiltOn: boolean;
  /** It has members, which end as it does. */
  readonly isBatch: boolean;
  /** How often a person has put it back: it may have been sent before. Left out: never. */
  readonly replays?: number;
  readonly controlId: string;
  readonly contentType: string;
  /** Of what it was stored with, whatever became of that. */
  readonly size: number;
  /** `null`: its bytes no longer match their checksum. */
  readonly body: Uint8Array | null;
}

/** A delivery that gathers, as read from disk. */
export type MemberRow = Omit<OutboxRow, "sequence" | "attempts" | "isBatch" | "replays" | "controlId">;

/** A delivery in quarantine whose keys wait for it. */
export interface HeldRow {
  readonly delivery: number;
  readonly keys: readonly string[];
}
