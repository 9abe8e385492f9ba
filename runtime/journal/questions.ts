import type { FoundPlace, KeptDay } from "./retention_operations.ts";
import type { HeldRow, InboxRow, MemberRow, OutboxRow } from "./rows.ts";
import type { MessageContent, MessageQuery, MessageRecord } from "./records.ts";

/** What is asked of the reader, one shape each, so that a thread can carry it. */
export type Question =
  /** Messages in the inbox, or pieces that wait for others. */
  | {
    readonly ask: "inbox" | "pieces";
    readonly channel: string;
    readonly after: number;
    readonly limit: number;
  }
  | { readonly ask: "numbering"; readonly channel: string; readonly sender: string }
  | {
    readonly ask: "outbox";
    readonly channel: string;
    readonly destination: string;
    readonly after: number;
    readonly limit: number;
  }
  | {
    readonly ask: "gathered";
    readonly channel: string;
    readonly destination: string;
    readonly after: number;
    readonly limit: number;
    /** The page is no larger, unless it is the first and its first delivery is. */
    readonly bytesMax: number;
  }
  | { readonly ask: "list"; readonly query: MessageQuery }
  | { readonly ask: "show"; readonly id: string }
  | { readonly ask: "seqOf"; readonly id: string }
  | { readonly ask: "held"; readonly channel: string; readonly destination: string }
  | { readonly ask: "state"; readonly channel: string; readonly step: string; readonly key: string }
  /** Days that are over, of every channel: whose keys, or rows without keys, are still there. */
  | { readonly ask: "days"; readonly before: number }
  /** Rows of the index of what messages say, after one of them, whose messages are gone. */
  | { readonly ask: "unfound"; readonly after: FoundPlace; readonly limit: number }
  /** Data keys were deleted: nobody may read with them any more. */
  | { readonly ask: "forgetKeys" }
  | { readonly ask: "pending" };

/** What is to do when the gateway starts. */
export interface PendingTotals {
  /** Of everything queued, and of what gathers. */
  readonly bytes: number;
  /** Grows when the journal is restored from a backup. */
  readonly epoch: number;
  /** Messages queued, by channel. */
  readonly inboxes: Readonly<Record<string, number>>;
  /** Pieces that wait for others, by channel; left out where there are none. */
  readonly pieces: Readonly<Record<string, number>>;
  /** Deliveries queued, by `channel/destination`. */
  readonly outboxes: Readonly<Record<string, number>>;
  /** What waits to be sent with others, by `channel/destination`; left out where nothing does. */
  readonly gathering: Readonly<Record<string, Gathering>>;
}

/** What waits to be sent with others. */
export interface Gathering {
  readonly count: number;
  readonly bytes: number;
  /** When the message of the first was received. */
  readonly sinceMs: number;
}

/** What each question gives. */
export type AnswerTo<Q extends Question> = Q extends { ask: "inbox" | "pieces" } ? readonly InboxRow[]
  : Q extends { ask: "numbering" } ? { readonly last: number | null } | undefined
  : Q extends { ask: "outbox" } ? readonly OutboxRow[]
  : Q extends { ask: "gathered" } ? readonly MemberRow[]
  : Q extends { ask: "list" } ? readonly MessageRecord[]
  : Q extends { ask: "show" } ? MessageContent | undefined
  : Q extends { ask: "seqOf" } ? number | undefined
  : Q extends { ask: "held" } ? readonly HeldRow[]
  : Q extends { ask: "state" } ? string | undefined
  : Q extends { ask: "days" } ? readonly KeptDay[]
  : Q extends { ask: "unfound" } ? { readonly gone: readonly FoundPlace[]; readonly last: FoundPlace | null }
  : Q extends { ask: "forgetKeys" } ? null
  : PendingTotals;
