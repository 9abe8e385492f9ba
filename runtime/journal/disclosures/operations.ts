import type { PatientNumber } from "../../contract/patient.ts";
import type { By } from "../acts.ts";

/** A delivery as a disclosure: what 45 CFR 164.528(b)(2) wants to be known of it beside its date. */
export interface Disclosure {
  /** Name of the recipient. */
  readonly to: string;
  /** Its address, where it is known. */
  readonly address?: string;
  /** What was disclosed, in brief. */
  readonly what: string;
  /** Why, in brief. */
  readonly purpose: string;
  /** False where 45 CFR 164.528(a)(1) exempts the purpose. */
  readonly isAccountable: boolean;
  /** Id of the message; of the batch, where it was sent in one. */
  readonly message: string;
  /** As the gateway file names them. */
  readonly channel: string;
  /** The one that declares it. */
  readonly destination: string;
  /** Whether it got there, as far as the last attempt tells. */
  readonly reach: Reach | "none";
}

/** `taken`; `refused`, once it was read; `unconfirmed`: it went out, and nobody has answered. */
export type Reach = "taken" | "refused" | "unconfirmed";

/** Somebody asks what is recorded, of a patient or at all, or settles an alarm: that is recorded, too. */
export interface NoteAsked {
  readonly op: "noteAsked";
  /** Left out: of nobody alone. */
  readonly patient?: PatientNumber;
  readonly act: string;
  readonly by: By;
  readonly atMs: number;
}

/** Lets go of what was disclosed before a year: its keys at once, and a slice of its rows. */
export interface DropDisclosures {
  readonly op: "dropDisclosures";
  readonly beforeYear: number;
  readonly limit: number;
}

/** How many rows went: fewer than the limit where none is left. */
export interface DroppedDisclosures {
  readonly rows: number;
}

/** A patient, by one number. An `assigner` that is empty: only where nobody has said who gave it; left out: whoever did. */
export type WhichPatient = PatientNumber;

/** Which records. */
export type RecordKind = "accountable" | "exempt" | "seen";

/** What is recorded of a patient, oldest first: a page. */
export interface AskDisclosed {
  readonly ask: "disclosed";
  readonly patient: WhichPatient;
  readonly kinds: readonly RecordKind[];
  /** At this time or later, in milliseconds since 1970-01-01T00:00Z. */
  readonly sinceMs: number;
  /** Before this time. */
  readonly untilMs: number;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: RecordPlace;
}

/** A place in the order of records. */
export interface RecordPlace {
  readonly atMs: number;
  readonly id: number;
}

/** A page of records. */
export interface DisclosedPage {
  readonly records: readonly DisclosedRecord[];
  /** `null`: there are no more. */
  readonly next: RecordPlace | null;
}

/** One record, opened. */
export type DisclosedRecord =
  | (DisclosureFacts & { readonly kind: "accountable" | "exempt" })
  | (SeenFacts & { readonly kind: "seen" });

/** A disclosure that happened. */
export interface DisclosureFacts extends Omit<Disclosure, "isAccountable" | "reach"> {
  /** When it was settled, in milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** Whether it got there. */
  readonly reach: Reach;
}

/** Somebody saw something. */
export interface SeenFacts {
  /** When, in milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** As the operating system names the person. */
  readonly person: string;
  /** In the past: `viewed`, `exported`, `asked for disclosures`. */
  readonly act: string;
  /** Left out where somebody asked about the patient. */
  readonly message?: string;
  /** Of that message. */
  readonly channel?: string;
}

/** How sure it is that what is recorded under a number is all there is, and of one patient. */
export interface AskCertainty {
  readonly ask: "disclosedCertainty";
  readonly patient: WhichPatient;
  readonly kinds: readonly RecordKind[];
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What a report has to say beside its records. */
export interface Certainty {
  /** How many have given this number to somebody, as far as anything is recorded of them. */
  readonly assigners: number;
  /** Records under this number of which nobody knows who has given it. */
  readonly unassigned: number;
  /** Records of which nobody knows whom they are about. */
  readonly unidentified: number;
}

/** Who saw whom, in the order it was recorded: a slice. */
export interface AskSeen {
  readonly ask: "seen";
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly after: RecordPlace;
  readonly limit: number;
}

/** A slice of it; patients as blind numbers. */
export interface SeenSlice {
  readonly seen: readonly { readonly person: string; readonly patients: readonly string[] }[];
  readonly next: RecordPlace | null;
}

/** Whether anything is recorded of before a year. */
export interface AskDisclosuresOver {
  readonly ask: "disclosuresOver";
  readonly beforeYear: number;
}

/** What is asked about records of patients. */
export type DisclosureQuestion = AskDisclosed | AskCertainty | AskSeen | AskDisclosuresOver;
