import type { Backlog, Oldest, Slice } from "./backlog.ts";
import type { MessageProgress } from "../contract/adapter.ts";
import type { AskProgress } from "./progress.ts";
import type { QueuedDelivery } from "./queued_deliveries.ts";
import type { ActQuery, ActRecord, ActSlice, AskActSlice } from "./acts.ts";
import type { Cancellable } from "./cancels.ts";
import type {
  AskCertainty,
  AskDisclosed,
  AskDisclosuresOver,
  AskSeen,
  Certainty,
  DisclosedPage,
  DisclosureQuestion,
  SeenSlice,
} from "./disclosures/operations.ts";
import type { AskExchanged, AskNumbered, ExchangedRanges, NumberedRanges } from "./exchanged.ts";
import type { LedgerAnswer, LedgerQuestion } from "./ledger/operations.ts";
import type { LedgerTrouble } from "./ledger/trouble.ts";
import type { IndexedPatient, PatientFigures, PatientQuestion } from "./patients/operations.ts";
import type { AskNewer, NewerSlice } from "./newer_deliveries.ts";
import type { AskReplayable, ReplayablePage } from "./replay_reader.ts";
import type { Ageing, FoundPlace, KeptDay } from "./retention_operations.ts";
import type { HoldRecord } from "./holds.ts";
import type { ReviewAnswer, ReviewQuestion } from "./review/operations.ts";
import type { HeldRow, InboxRow, MemberRow, OutboxRow } from "./rows.ts";
import type { MessageContent, MessageQuery, MessageRecord } from "./records.ts";
import type { Standings } from "./standing.ts";

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
  /** How far a message of a channel has come. */
  | AskProgress
  | { readonly ask: "held"; readonly channel: string; readonly destination: string }
  | { readonly ask: "state"; readonly channel: string; readonly step: string; readonly key: string }
  /** What is queued of a message. */
  | { readonly ask: "queued"; readonly seq: number }
  /** Since when something waits, everywhere. */
  | { readonly ask: "oldest" }
  /** How much of one owner waits after a place: a slice of the count. `owner`: a channel, or `channel/destination`. */
  | {
    readonly ask: "count";
    readonly of: Backlog;
    readonly owner: string;
    readonly after: number;
    readonly limit: number;
  }
  /** Days that are over, of every channel: whose keys, or rows without keys, are still there. */
  | { readonly ask: "days"; readonly before: number }
  /** What would become of a channel's day. A slice of it. */
  | {
    readonly ask: "ageing";
    readonly channel: string;
    readonly day: number;
    readonly after: number;
    readonly limit: number;
  }
  /** Rows of the index of what messages say, after one of them, whose messages are gone. */
  | { readonly ask: "unfound"; readonly after: FoundPlace; readonly limit: number }
  /** Data keys were deleted: nobody may read with them any more. */
  | { readonly ask: "forgetKeys" }
  | { readonly ask: "acts"; readonly query: ActQuery }
  | { readonly ask: "cancellable"; readonly seq: number }
  | AskReplayable
  | AskNewer
  | AskExchanged
  | AskNumbered
  | DisclosureQuestion
  | PatientQuestion
  | AskActSlice
  | LedgerQuestion
  | ReviewQuestion
  | { readonly ask: "holds" }
  | { readonly ask: "pending" };

/** What is to do when the gateway starts. */
export interface PendingTotals extends Standings {
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
  /** Left out where it agrees with what was signed. */
  readonly ledger?: { readonly broken: LedgerTrouble };
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
  : Q extends { ask: "queued" } ? readonly QueuedDelivery[]
  : Q extends { ask: "oldest" } ? Oldest
  : Q extends { ask: "count" } ? Slice
  : Q extends { ask: "holds" } ? readonly HoldRecord[]
  : Q extends { ask: "acts" } ? readonly ActRecord[]
  : Q extends { ask: "cancellable" } ? Cancellable
  : Q extends { ask: "days" } ? readonly KeptDay[]
  : Q extends { ask: "ageing" } ? Ageing
  : Q extends { ask: "unfound" } ? { readonly gone: readonly FoundPlace[]; readonly last: FoundPlace | null }
  : Q extends AskReplayable ? ReplayablePage
  : Q extends AskNewer ? NewerSlice
  : Q extends AskExchanged ? readonly ExchangedRanges[]
  : Q extends AskNumbered ? NumberedRanges
  : Q extends AskDisclosed ? DisclosedPage
  : Q extends AskCertainty ? Certainty
  : Q extends AskSeen ? SeenSlice
  : Q extends AskDisclosuresOver ? boolean
  : Q extends { ask: "patientFigures" } ? PatientFigures
  : Q extends PatientQuestion ? readonly IndexedPatient[]
  : Q extends AskActSlice ? ActSlice
  : Q extends AskProgress ? MessageProgress | undefined
  : Q extends { ask: "forgetKeys" } ? null
  : Q extends LedgerQuestion ? LedgerAnswer<Q>
  : Q extends ReviewQuestion ? ReviewAnswer<Q>
  : PendingTotals;
