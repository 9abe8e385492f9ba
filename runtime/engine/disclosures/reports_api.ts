import type { By } from "../../journal/acts.ts";
import type {
  Certainty,
  DisclosureFacts,
  SeenFacts,
  WhichPatient,
} from "../../journal/disclosures/operations.ts";

/** Whom a report is about, of which time, and who asks. */
export interface PatientQuery {
  /** By one number: of whoever has it, where only one has given it to somebody. */
  readonly patient: WhichPatient;
  /** At this time or later, in milliseconds since 1970-01-01T00:00Z; the last six years where left out. */
  readonly sinceMs?: number;
  /** Before this time; now where left out. */
  readonly untilMs?: number;
  /** Who asks, and why: it is recorded with the patient. */
  readonly by?: By;
}

/** The time a report is about, in milliseconds since 1970-01-01T00:00Z. */
export interface ReportPeriod {
  /** Its beginning. */
  readonly sinceMs: number;
  /** Its end, itself not in it. */
  readonly untilMs: number;
  /** Of what happened before this time nothing is kept. */
  readonly keptSinceMs: number;
}

/** A disclosure, as a patient is told of it. */
export interface ReportedDisclosure extends DisclosureFacts {
  /** The statement of its purpose. */
  readonly basis: string;
  /** False where 45 CFR 164.528(a)(1) exempts it. */
  readonly isAccountable: boolean;
  /** Zone of its channel. */
  readonly timeZone: string;
}

/** An account of disclosures, 45 CFR 164.528: oldest first. */
export interface DisclosureReport extends ReportPeriod, Certainty {
  /** Each of them. */
  readonly disclosures: readonly ReportedDisclosure[];
}

/** Who has seen what of a patient: oldest first. */
export interface ViewReport extends ReportPeriod, Certainty {
  /** Each time; with the zone of the channel. */
  readonly views: readonly (SeenFacts & { readonly timeZone: string })[];
}

/** Which time an access review is of, and what counts as working hours in it. */
export interface AccessQuery {
  /** At this time or later, in milliseconds since 1970-01-01T00:00Z; the last 90 days where left out. */
  readonly sinceMs?: number;
  /** Before this time; now where left out. */
  readonly untilMs?: number;
  /** IANA name of the zone of the hours. */
  readonly timeZone: string;
  /** Minutes of the day, Monday to Friday: from the first, before the last. */
  readonly hours: readonly [from: number, to: number];
  /** Who asks, and why. */
  readonly by?: By;
}

/** What one person did. */
export interface PersonAccess {
  /** As the operating system names the person. */
  readonly person: string;
  /** The first act and, below, the last, whenever they were. */
  readonly firstMs: number;
  /** In milliseconds since 1970-01-01T00:00Z, as all times here. */
  readonly lastMs: number;
  /** Acts in the time asked for … */
  readonly acts: number;
  /** … of them at night or at the weekend. */
  readonly outsideHours: number;
  /** By channel, empty for the gateway itself, and by what was done, in one word: `viewed`, `replayed`. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How many patients' messages they have seen; no more are told apart than {@linkcode PersonAccess.isPatientsMost} says. */
  readonly patients: number;
  /** There are more patients than that. */
  readonly isPatientsMost: boolean;
}

/** An access review. */
export interface AccessReport {
  /** Its beginning, in milliseconds since 1970-01-01T00:00Z. */
  readonly sinceMs: number;
  /** Its end, itself not in it. */
  readonly untilMs: number;
  /** Whoever has done anything in that time. */
  readonly people: readonly PersonAccess[];
  /** Whoever did nothing in the 90 days before its end, and had done something before. */
  readonly idle: readonly { readonly person: string; readonly lastMs: number }[];
}

/** What is recorded of patients, and of the people who saw it. */
export interface GatewayReports {
  /**
   * What was disclosed of a patient. `all`: what 45 CFR 164.528(a)(1) exempts, too. Errors: GATEWAY_PATIENT_AMBIGUOUS,
   * GATEWAY_REPORT_TOO_LONG, JOURNAL_….
   */
  disclosures(query: PatientQuery & { readonly all?: boolean }): Promise<DisclosureReport>;
  /** Who has seen what messages say of a patient, or asked about it. Errors: as of {@linkcode GatewayReports.disclosures}. */
  views(query: PatientQuery): Promise<ViewReport>;
  /** What each person did. Errors: JOURNAL_…. */
  access(query: AccessQuery): Promise<AccessReport>;
}
