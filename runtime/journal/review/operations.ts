import type { By } from "../acts.ts";
import type { Found } from "../operations.ts";

/** Where a document stands with the people who review it. */
export type ReviewState = "waiting" | "approved" | "rejected";

/** Each in the place of its number in the table. */
export const reviewStates: readonly ReviewState[] = ["waiting", "approved", "rejected"];

/** Why a document is not to become a message. */
export type Disposition = "misdirected" | "unreadable" | "duplicate" | "not_needed";

/** All of them. */
export const dispositions: readonly Disposition[] = ["misdirected", "unreadable", "duplicate", "not_needed"];

/** What became of the values of one field of one template. */
export interface CorrectionFigures {
  /** Its name. */
  readonly template: string;
  /** Name of the field, or `lines.amount`. */
  readonly field: string;
  /** How often it was read. */
  readonly read: number;
  /** How often it was taken without a person. */
  readonly accepted: number;
  /** How often somebody looked at it, and it was right. */
  readonly confirmed: number;
  /** How often somebody corrected it. */
  readonly corrected: number;
}

/** A message waits for people, and leaves its inbox. Nothing where it is in that no more. */
export interface HoldForReview {
  readonly op: "holdForReview";
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  /** Empty: none. */
  readonly template: string;
  readonly pages: number;
  readonly doubts: number;
  readonly below: number;
  readonly approvalsNeeded: number;
  /** The document as it was read, as JSON. */
  readonly read: Uint8Array;
  /** With its patient, where the index had one. */
  readonly document?: Uint8Array;
  /** Beside its control id and type. */
  readonly found: readonly Found[];
  /** How long each stage took. */
  readonly stages: string;
}

/** What a person has done to a document. */
export type ReviewAct =
  | { readonly did: "set"; readonly path: string }
  /** `despite`: fields of the page that say another patient; whoever set it knew. Left out where none does. */
  | { readonly did: "patient"; readonly despite?: readonly string[] }
  /** `matched`: the patient index says another patient than it did; nobody has done anything. */
  | { readonly did: "matched" | "approved" }
  | { readonly did: "rejected"; readonly disposition: Disposition };

/** A decision about a document that waits. Nothing is done where it has another revision, or waits no more. */
export interface ReviewChanged {
  readonly op: "reviewChanged";
  readonly seq: number;
  readonly atMs: number;
  readonly by: By;
  /** What was seen. */
  readonly revision: number;
  readonly act: ReviewAct;
  /** Left out: as it was. Setting something takes approvals back. */
  readonly document?: Uint8Array;
  readonly kind: string;
  /** Doubts that are left. */
  readonly doubts: number;
  /** Where it is approved: by these, in order. */
  readonly approvedBy?: readonly string[];
  /** What it is found by now, beside what it was found by. */
  readonly found?: readonly Found[];
  /** It goes on: the message is in its inbox again. */
  readonly isDecided?: boolean;
  /** Where it goes on. */
  readonly counts?: readonly CorrectionFigures[];
}

/** `size`: of the message, which is in its inbox again where that was decided. */
export type ReviewOutcome =
  | { readonly kind: "changed"; readonly size: number }
  /** Somebody was faster. */
  | { readonly kind: "stale" }
  /** It waits no more. */
  | { readonly kind: "over" };

/** What is asked about documents that people review. */
export type ReviewQuestion = AskReviews | AskReview | AskDecided | AskCopyOf | AskCorrections;

/** Those in a state, the oldest first. */
export interface AskReviews {
  readonly ask: "reviews";
  readonly channel?: string;
  readonly state: ReviewState;
  readonly limit: number;
}

/** One by the id of its message, which may be shortened as long as it is unique. */
export interface AskReview {
  readonly ask: "review";
  readonly id: string;
}

/** The document that people have approved, as JSON; `undefined` where there is none. `id`: whole. */
export interface AskDecided {
  readonly ask: "decided";
  readonly id: string;
}

/**
 * Id of a message of the channel that has one of the keys as `document copy`, and waits before this one, or has gone on; the
 * oldest. `undefined`: there is none. `passing`: one that has such a key, and may not be found by it yet.
 */
export interface AskCopyOf {
  readonly ask: "copyOf";
  readonly channel: string;
  readonly seq: number;
  readonly keys: readonly string[];
  readonly passing?: number;
}

/** What became of values, the most corrected first. */
export interface AskCorrections {
  readonly ask: "corrections";
}

/** A document in the queue. */
export interface ReviewRecord {
  readonly seq: number;
  readonly id: string;
  readonly channel: string;
  readonly receivedAtMs: number;
  readonly state: ReviewState;
  readonly kind: string;
  readonly template: string;
  readonly pages: number;
  readonly doubts: number;
  readonly revision: number;
  readonly below: number;
  readonly approvalsNeeded: number;
  readonly approvedBy: readonly string[];
  readonly disposition?: Disposition;
}

/** With all that is known of it. */
export interface ReviewContent extends ReviewRecord {
  readonly openedAtMs: number;
  /** Who set the last value. */
  readonly setBy?: string;
  /** As JSON. */
  readonly read: Uint8Array;
  readonly document: Uint8Array;
  /** What people did, oldest first. */
  readonly steps: readonly { readonly atMs: number; readonly by: By; readonly act: ReviewAct | "viewed" }[];
}

/** What each question gives. */
export type ReviewAnswer<Q extends ReviewQuestion> = Q extends AskReviews ? readonly ReviewRecord[]
  : Q extends AskReview ? ReviewContent | undefined
  : Q extends AskDecided ? Uint8Array | undefined
  : Q extends AskCopyOf ? string | undefined
  : readonly CorrectionFigures[];

/** As the record of acts, and the ledger, tell it. */
export function nameOfAct(act: ReviewAct): string {
  switch (act.did) {
    case "set":
      return `${SET}${act.path}`;
    case "patient":
      return act.despite ? `${PATIENT_DESPITE}${act.despite.join(", ")}` : "set patient";
    case "matched":
      return "matched another patient";
    case "approved":
      return "approved document";
    case "rejected":
      return `${REJECTED}${act.disposition}`;
  }
}

/** The act of a name; `undefined` where it is none of a reviewer's. */
export function actNamed(name: string): ReviewAct | "viewed" | undefined {
  if (name === "viewed") return "viewed";
  if (name === "set patient") return { did: "patient" };
  if (name.startsWith(PATIENT_DESPITE)) {
    return { did: "patient", despite: name.slice(PATIENT_DESPITE.length).split(", ") };
  }
  if (name === "matched another patient") return { did: "matched" };
  if (name === "approved document") return { did: "approved" };
  if (name === "cancelled") return { did: "rejected", disposition: "not_needed" };
  if (name.startsWith(SET)) return { did: "set", path: name.slice(SET.length) };
  const disposition = dispositions.find((each) => name === `${REJECTED}${each}`);
  return disposition && { did: "rejected", disposition };
}

const SET = "set value ", PATIENT_DESPITE = "set patient despite ";
/** How the act of a rejection begins. */
export const REJECTED = "rejected document as ";
