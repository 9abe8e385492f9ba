import type { Patient, PatientChange } from "../contract/patient.ts";
import type { By, Note } from "./acts.ts";
import type { Cancel, Cancelled } from "./cancels.ts";
import type { Disclosure, DropDisclosures, DroppedDisclosures, NoteAsked } from "./disclosures/operations.ts";
import type { Exchanged, ForgetExchanged, NoteExchanged } from "./exchanged.ts";
import type { Correct, Corrected } from "./corrections.ts";
import type { Stored } from "./large_bodies.ts";
import type { NewMessage } from "./new_message.ts";
import type { TellPatients } from "./patients/operations.ts";
import type { JoinedPieces, JoinPieces, Unpiece } from "./pieces.ts";
import type { Trouble } from "./records.ts";
import type { Release, Released, Replay, Replayed } from "./replay_operations.ts";
import type { AddHold, HoldChanged, LiftHold } from "./holds.ts";
import type { LedgerHead, LedgerOperation, ReadHead } from "./ledger/operations.ts";
import type { HoldSenders, Stand } from "./standing.ts";
import type {
  Carried,
  Carry,
  DropKeys,
  Dropped,
  GiveBack,
  GivenBack,
  Prune,
  Pruned,
  SweepFound,
} from "./retention_operations.ts";
import type { CorrectionFigures, HoldForReview, ReviewChanged, ReviewOutcome } from "./review/operations.ts";
import type { Sameness } from "./sameness.ts";

export type { KnownNewer, Release, Released, Replay, Replayed } from "./replay_operations.ts";

/** What a number that a sender gave says of its message. */
export interface Numbered {
  /** Who counts. */
  readonly sender: string;
  /** From this commit on the last number; `null`: none is known. */
  readonly last: number | null;
  /**
   * The message repeats the one that had the last number: it is taken for that one, unless that one was refused. Under
   * another control id it is put into quarantine for this reason: perhaps its sender has lost its count.
   */
  readonly repeats?: Trouble;
}

/** A message to be made durable. */
export interface Append extends NewMessage {
  readonly op: "append";
  /** Left out: never a repetition. */
  readonly sameness?: Sameness;
  /** What the answer will be, where it is known now: the message counts as answered from this commit on. */
  readonly answered?: "positively" | "negatively";
  /** Straight into quarantine. */
  readonly trouble?: Trouble;
  /** Left out: the inbox. `gathering`: a piece, which waits for the others. `filtered`: kept, and goes nowhere. */
  readonly place?: "gathering" | "filtered";
  /** What its number says. */
  readonly numbered?: Numbered;
  /** The partner's signed statement, as it came. */
  readonly evidence?: Uint8Array;
  /** It takes the place of a message in quarantine, which is cancelled. */
  readonly corrects?: Corrected;
  /** It came sealed: what is written down with it once it is known what its receipt says. */
  readonly exchanged?: Omit<Exchanged, "receipt">;
}

/**
 * What a new message has in common with an earlier one. `late`: control id and bytes, too long ago. `reused`: the
 * control id only.
 */
export type Resemblance = "late" | "reused";

/** What became of an append. */
export type Appended =
  | {
    readonly kind: "appended";
    readonly seq: number;
    /** An earlier message has the same control id, but is not taken for the same: it is noted, and delivered. */
    readonly resembles?: Resemblance;
  }
  /** It is here already and not yet answered. */
  | { readonly kind: "pending"; readonly seq: number; readonly id: string; readonly receivedAtMs: number }
  /** It is here already; this was the answer (`undefined` where the format, or the envelope, can make it anew). */
  | {
    readonly kind: "answered";
    readonly seq: number;
    readonly id: string;
    readonly receivedAtMs: number;
    /** What the answer says: of what was refused only an older attempt is taken for it. */
    readonly positively: boolean;
    readonly answer?: { readonly bytes: Uint8Array; readonly contentType: string };
  }
  /** Another payload under an id that was used: a forged or broken repetition. It is in quarantine. */
  | { readonly kind: "conflicting"; readonly seq: number; readonly isById?: boolean }
  /** Another message than the one that had its number: see {@linkcode Numbered.repeats}. It is in quarantine. */
  | { readonly kind: "misnumbered"; readonly seq: number }
  /** The message that it was to take the place of is in quarantine no longer: nothing was done. */
  | { readonly kind: "outdated"; readonly seq: number };

/** One branch of a processed message. */
export interface Branch<P extends Stored = Uint8Array> {
  readonly destination: string;
  /** Which part of the message it is, from 0: a message that was split has several for a destination. */
  readonly part: number;
  /** `null`: the received bytes, unchanged, of the same media type, and handed to no other channel. */
  readonly payload: P | null;
  readonly contentType: string;
  readonly controlId: string;
  /** Blind: see `Journal.blindKey`. */
  readonly keys: readonly string[];
  /** Later messages of its keys build on it. */
  readonly isBuiltOn: boolean;
  /** It waits until it is sent together with others. */
  readonly gathers?: boolean;
  /** Whom it is about, where its channel declares a disclosure; nobody: it is not known. */
  readonly patients?: readonly Patient[];
  /** It is handed to another channel of the gateway: a message there, and delivered, from this commit on. */
  readonly handsOn?: HandOn;
}

/** A message that one channel hands to another. */
export interface HandOn {
  readonly channel: string;
  readonly id: string;
  readonly receivedAtMs: number;
  readonly controlId: string;
  readonly type: string;
  readonly sender: string;
}

/**
 * What a message's sender is to hear of it beside the answer it had: a message of another channel, from the commit on that
 * decides what became of the message. None where it was answered before that.
 */
export interface FollowUp {
  readonly payload: Uint8Array;
  readonly contentType: string;
  readonly handsOn: HandOn;
}

/** By how it ends; one that is left out is not wanted. */
export interface FollowUps {
  readonly taken?: FollowUp | undefined;
  readonly refused?: FollowUp | undefined;
}

/** What a step of a channel remembers from now on; `null`: nothing. */
export interface StateWrite {
  readonly step: string;
  readonly key: string;
  readonly value: string | null;
}

/** What a listener remembers, beside any message. */
export interface Remember {
  readonly op: "remember";
  readonly channel: string;
  readonly writes: readonly StateWrite[];
}

/** What a message can be found by: the name of a field, and a value it has. */
export type Found = readonly [field: string, value: string];

/** The end of the work line: every branch of a message, at once. No branch: filtered. */
export interface Process {
  readonly op: "process";
  readonly seq: number;
  readonly atMs: number;
  readonly channel: string;
  /** Beside its control id and type. */
  readonly found: readonly Found[];
  readonly branches: readonly Branch<Stored>[];
  /** The peer is answered once this is durable. */
  readonly answers: boolean;
  /** Where `answers`. */
  readonly followUp?: FollowUp;
  /** What its steps remember. */
  readonly state: readonly StateWrite[];
  /** What it says of patients, where its channel feeds the patient index. */
  readonly patients?: readonly PatientChange[];
  /** How long each stage took, as the record of the message tells it. */
  readonly stages: string;
  /** What was read of a document that no person had to look at. */
  readonly counts?: readonly CorrectionFigures[];
}

/** Ids and sequence numbers of the deliveries, in the order of the branches; `seq` of what was handed on. */
export type Processed = readonly {
  readonly delivery: number;
  readonly sequence: number;
  readonly seq?: number;
}[];

/** What of an attempt went out sealed. */
export interface SealedAttempt {
  /** Our signed statement, as it went out: evidence. */
  readonly statement: Uint8Array;
  /** SHA-256 of the envelope, in hex. */
  readonly envelope: string;
}

/** The end of one delivery. */
export interface Settle {
  readonly op: "settle";
  readonly seq: number;
  readonly delivery: number;
  readonly attempts: number;
  readonly atMs: number;
  readonly answer?: Uint8Array;
  /** Left out: delivered. */
  readonly trouble?: Trouble;
  /** Quarantined, and later deliveries of its keys wait for it. */
  readonly holds?: boolean;
  /** A person ended it, without an attempt: into quarantine, for the reason in `trouble`, or for good. */
  readonly ended?: { readonly how: "skipped" | "cancelled"; readonly by: By };
  /** The destination by whose sender it went out, where that is not its own. */
  readonly diverted?: string;
  /** What becomes of it becomes of the members of the batch it is. */
  readonly isBatch?: boolean;
  /** The peer is answered once the whole message is delivered: tell what is left of it. */
  readonly tellRest: boolean;
  /**
   * The peer is answered with this, since this destination's answer is what it waits for: a refusal at once, an acceptance
   * once the destination has all of the message.
   */
  readonly concludes?: Omit<Answered, "op" | "seq" | "atMs">;
  /** Where `tellRest` or `concludes` decides. */
  readonly followUps?: FollowUps;
  /** It went out sealed, and this is what the receipt says. */
  readonly exchanged?: Exchanged;
  /** What goes out there is a disclosure, and this has come of it. */
  readonly disclosure?: Disclosure;
  /** What the attempt that ended it sent sealed, whatever came of that. */
  readonly sealed?: SealedAttempt;
}

/**
 * What has gathered for a destination becomes one message, a batch, with one delivery. Its members are delivered, or go
 * into quarantine, with that delivery.
 */
export interface CloseBatch<P extends Stored = Uint8Array> {
  readonly op: "closeBatch";
  readonly channel: string;
  readonly id: string;
  readonly atMs: number;
  readonly type: string;
  /** What is sent, and the body of the message. */
  readonly payload: P;
  readonly branch: Branch;
  /** Who asked for it now; left out where nobody had to. */
  readonly by?: By;
  /** Its members: all that gather up to this delivery, … */
  readonly upTo: number;
  /** … if they are so many. */
  readonly members: number;
}

/** `null`: something else gathers there by now, and nothing was done. */
export type ClosedBatch = {
  readonly seq: number;
  readonly delivery: number;
  readonly sequence: number;
  /** Where it was handed to another channel: as this message. */
  readonly handedOn?: number;
} | null;

/** What has gathered for a destination that does not collect any more is sent one by one. */
export interface Disperse {
  readonly op: "disperse";
  readonly channel: string;
  readonly destination: string;
}

/** What the end of a delivery ended with it. */
export interface Settled {
  /** What is left of the message, if it was to be told. */
  readonly rest: Rest | null;
  /** Whether what `concludes` says is the answer. */
  readonly concluded: boolean;
}

/** What is left of a message after a delivery ended. */
export interface Rest {
  readonly queued: number;
  readonly quarantined: number;
}

/** An attempt that failed and will be made again. */
export interface Attempted {
  readonly op: "attempted";
  readonly delivery: number;
  readonly attempts: number;
  readonly trouble: Trouble;
  /** It would have been a disclosure, and may have been one. */
  readonly mayHaveReached?: true;
  /** What went out sealed all the same. */
  readonly sealed?: SealedAttempt;
}

/** A message that cannot go on. */
export interface Quarantine {
  readonly op: "quarantine";
  readonly seq: number;
  readonly trouble: Trouble;
  /** Beside its control id and type. */
  readonly found?: readonly Found[];
  readonly followUp?: FollowUp;
  /** What its steps remember all the same: later messages have seen it. */
  readonly state?: readonly StateWrite[];
}

/** The answer a peer was given, kept for when it asks again. */
export interface Answered {
  readonly op: "answered";
  readonly seq: number;
  readonly atMs: number;
  readonly positively: boolean;
  readonly answer?: { readonly bytes: Uint8Array; readonly contentType: string };
  /** The answer is a receipt, which says this. */
  readonly exchanged?: Exchanged;
}

/** All that is ever written. */
export type Operation =
  | Append
  | Process
  | Remember
  | Settle
  | Attempted
  | Quarantine
  | Answered
  | Replay
  | Correct
  | Note
  | NoteAsked
  | TellPatients
  | DropDisclosures
  | Release
  | Cancel
  | Stand
  | HoldSenders
  | AddHold
  | LiftHold
  | CloseBatch<Stored>
  | Disperse
  | JoinPieces
  | Unpiece
  | Carry
  | DropKeys
  | Prune
  | SweepFound
  | NoteExchanged
  | ForgetExchanged
  | LedgerOperation
  | HoldForReview
  | ReviewChanged
  | GiveBack;

/** What each operation gives back. */
export type ResultOf<O extends Operation> = O extends Append ? Appended
  : O extends Process ? Processed
  : O extends Settle ? Settled
  : O extends Replay | Correct ? Replayed
  : O extends Release ? Released
  : O extends Cancel ? Cancelled
  : O extends CloseBatch<Stored> ? ClosedBatch
  : O extends JoinPieces ? JoinedPieces
  : O extends AddHold | LiftHold ? HoldChanged
  : O extends Carry ? Carried
  : O extends DropKeys ? Dropped
  : O extends Prune ? Pruned
  : O extends DropDisclosures ? DroppedDisclosures
  : O extends GiveBack ? GivenBack
  : O extends ReadHead ? LedgerHead
  : O extends ReviewChanged ? ReviewOutcome
  : null;
