import type { Box, DocumentPatient, RecognisedDocument } from "../../contract/document.ts";
import type { By } from "../../journal/acts.ts";
import type { CorrectionFigures, Disposition, ReviewState } from "../../journal/review/operations.ts";
import type { PatientVerdict } from "../patients/verdict.ts";
import type { Doubt } from "./doubt.ts";

export type { CorrectionFigures, Disposition, ReviewState };

/** A document in the queue. */
export interface ReviewSummary {
  /** Id of the message. */
  readonly id: string;
  /** That received it. */
  readonly channel: string;
  /** Where it stands. */
  readonly state: ReviewState;
  /** What it was read as, or what a person says it is. */
  readonly kind: RecognisedDocument["kind"];
  /** Name of its template; empty where it has none. */
  readonly template: string;
  /** How many. */
  readonly pages: number;
  /** When it was received, in milliseconds since 1970-01-01T00:00Z. */
  readonly receivedAtMs: number;
  /** Doubts that are left. */
  readonly doubts: number;
  /** Approvals that are there, and that the channel asks for. */
  readonly approvals: number;
  /** See {@linkcode ReviewSummary.approvals}. */
  readonly approvalsNeeded: number;
  /** Of one that was rejected. */
  readonly disposition?: Disposition;
}

/** Something that somebody did with a document. Values are in the document alone. */
export interface ReviewStep {
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** Who did it, and why; `gateway` held it. */
  readonly by: By;
  /** What. */
  readonly did: "opened" | "viewed" | "set" | "patient" | "matched" | "approved" | "rejected";
  /** Path of the value that was set. */
  readonly path?: string;
  /** Fields of the page that say another patient than the one who was set. */
  readonly despite?: readonly string[];
  /** Of one that was rejected. */
  readonly disposition?: Disposition;
}

/** A document with all that a person decides by. */
export interface ReviewItem extends ReviewSummary {
  /** As it stands now: with what people have set. */
  readonly document: RecognisedDocument;
  /** As it was read. */
  readonly read: RecognisedDocument;
  /** Doubts that are left. */
  readonly open: readonly Doubt[];
  /** What the index says of the patient as the document has it now. */
  readonly verdict: PatientVerdict;
  /** Oldest first. */
  readonly steps: readonly ReviewStep[];
  /** Grows with every change: who decides says which one was seen. */
  readonly revision: number;
}

/** Which documents are asked for. */
export interface ReviewFilter {
  /** Name of the channel. */
  readonly channel?: string;
  /** `waiting` where left out. */
  readonly state?: ReviewState;
  /** At most 1,000; 50 where left out. */
  readonly limit?: number;
}

/**
 * What a gateway does with documents that wait for people. Every call that changes something is durable when it resolves,
 * with who and when, and an entry of the ledger. `revision`: what was seen; where it has changed meanwhile the call fails.
 */
export interface ReviewApi {
  /** The oldest first. */
  list(filter?: ReviewFilter): Promise<readonly ReviewSummary[]>;
  /**
   * With a note of who looked. Where the index says another patient than it did, approvals that were given are taken back:
   * they were of somebody else. Errors: REVIEW_DOCUMENT_UNKNOWN.
   */
  show(id: string, by: By): Promise<ReviewItem>;
  /** A page, or a part of it, as PNG. Errors: REVIEW_DOCUMENT_UNKNOWN, REVIEW_PAGE_UNKNOWN. */
  picture(id: string, page: number, box?: Box): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * A person says what stands there, as people write it: the format brings it into the field's normal form; an empty text:
   * nothing. A row right behind the last is made; one of which every value is empty is none. `kind` can be set to `unknown`:
   * it is a document, and no value of it goes on. Takes back approvals that were given. Errors: REVIEW_DOCUMENT_UNKNOWN, REVIEW_STATE_WRONG, REVIEW_REVISION_STALE, REVIEW_PATH_UNKNOWN,
   * REVIEW_VALUE_INVALID.
   */
  set(id: string, path: string, value: string, how: Decision): Promise<ReviewItem>;
  /**
   * A person says whom it is about. Takes back approvals. Errors: as `set`, and REVIEW_PATIENT_DIFFERS, where number, name or
   * date of birth on the page is somebody else's: what was misread is set right first, or `despitePage` says that the page is
   * wrong, which is kept with the decision.
   */
  setPatient(
    id: string,
    patient: Omit<DocumentPatient, "source">,
    how: Decision & { readonly despitePage?: boolean },
  ): Promise<ReviewItem>;
  /**
   * A person stands for all of it: values below the threshold, failed checks, pages. With the last approval that the channel
   * asks for it goes on. Errors: REVIEW_DOCUMENT_UNKNOWN, REVIEW_STATE_WRONG, REVIEW_PATIENT_MISSING
   * (nobody says whom it is about), REVIEW_PATIENTS_SEVERAL (it may go on only as a plain document, of a patient that a
   * person has set), REVIEW_APPROVAL_REPEATED (two people are asked for: this one has approved it before, or has set the
   * last value), REVIEW_REVISION_STALE (also where the index says another patient than when somebody last looked),
   * REVIEW_VALUE_MISSING (a value that its message cannot do without).
   */
  approve(id: string, how: Decision): Promise<ReviewItem>;
  /** It becomes no message. Errors: REVIEW_DOCUMENT_UNKNOWN, REVIEW_STATE_WRONG, REVIEW_REVISION_STALE. */
  reject(id: string, disposition: Disposition, how: Decision): Promise<ReviewItem>;
  /** What people corrected, by template and field, the most corrected first. */
  corrections(): Promise<readonly CorrectionFigures[]>;
}

/** Who decides, and on what. */
export interface Decision {
  /** Who, and why. */
  readonly by: By;
  /** The revision that was seen; not checked where left out. */
  readonly revision?: number;
}
