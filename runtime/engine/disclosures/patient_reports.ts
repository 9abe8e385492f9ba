import type { Clock } from "../../contract/world.ts";
import { PROGRAM } from "../../journal/acts.ts";
import type {
  Certainty,
  DisclosedPage,
  DisclosedRecord,
  RecordKind,
  RecordPlace,
} from "../../journal/disclosures/operations.ts";
import { firstYearKept } from "../../journal/disclosures/tables.ts";
import type { Journal } from "../../journal/journal.ts";
import { errors } from "../gateway_errors.ts";
import { limits } from "../limits.ts";
import { accessReview } from "./access_review.ts";
import { purposeOf } from "../../contract/purposes.ts";
import type {
  AccessQuery,
  AccessReport,
  DisclosureReport,
  GatewayReports,
  PatientQuery,
  ReportPeriod,
  ViewReport,
} from "./reports_api.ts";

/** What reports are made of. */
export interface PatientReportsParts {
  readonly keeper: { readonly journal: Journal };
  readonly world: { readonly clock: Clock };
  /** Channels by name. */
  readonly channels: ReadonlyMap<string, { readonly plan: { readonly timeZone: string } }>;
}

/** Says what is recorded of patients. Whoever asks is recorded first. */
export class PatientReports implements GatewayReports {
  readonly #parts: PatientReportsParts;

  constructor(parts: PatientReportsParts) {
    this.#parts = parts;
  }

  async disclosures({ all = false, ...query }: PatientQuery & { all?: boolean }): Promise<DisclosureReport> {
    const kinds: readonly RecordKind[] = all ? ["accountable", "exempt"] : ["accountable"];
    const { records, ...report } = await this.#report(query, kinds, "asked for disclosures of a patient");
    return {
      ...report,
      disclosures: records.flatMap((record) => {
        if (record.kind === "seen") return [];
        const { kind, ...facts } = record, rule = purposeOf(facts.purpose);
        return [{
          ...facts,
          basis: rule ? `${rule.says} (45 CFR ${rule.paragraph})` : facts.purpose,
          isAccountable: kind === "accountable",
          timeZone: this.#zoneOf(facts.channel),
        }];
      }),
    };
  }

  async views(query: PatientQuery): Promise<ViewReport> {
    const { records, ...report } = await this.#report(query, ["seen"], "asked for views of a patient");
    return {
      ...report,
      views: records.flatMap((record) => {
        if (record.kind !== "seen") return [];
        const { kind: _, ...facts } = record;
        return [{ ...facts, timeZone: this.#zoneOf(facts.channel) }];
      }),
    };
  }

  async access({ by = PROGRAM, ...query }: AccessQuery): Promise<AccessReport> {
    const { keeper: { journal }, world } = this.#parts;
    const atMs = world.clock.nowMs();
    await journal.write({ op: "noteAsked", act: "asked who had access", by, atMs });
    return await accessReview(journal, query, atMs);
  }

  async #report(
    { patient, by = PROGRAM, ...period }: PatientQuery,
    kinds: readonly RecordKind[],
    act: string,
  ): Promise<ReportPeriod & Certainty & { readonly records: readonly DisclosedRecord[] }> {
    const { keeper: { journal }, world } = this.#parts;
    const atMs = world.clock.nowMs(), keptSinceMs = Date.UTC(firstYearKept(atMs));
    const sinceMs = Math.max(period.sinceMs ?? sixYearsBefore(atMs), keptSinceMs);
    const untilMs = Math.min(period.untilMs ?? atMs, atMs);
    const certainty = await journal.ask({
      ask: "disclosedCertainty",
      patient,
      kinds,
      sinceMs,
      untilMs,
    });
    await journal.write({ op: "noteAsked", patient, act, by, atMs });
    if (patient.assigner === undefined && certainty.assigners > 1) {
      errors.fail("GATEWAY_PATIENT_AMBIGUOUS", { assigners: certainty.assigners });
    }
    const records: DisclosedRecord[] = [];
    for (let after: RecordPlace | null = null;;) {
      const page: DisclosedPage = await journal.ask({
        ask: "disclosed",
        patient,
        kinds,
        sinceMs,
        untilMs,
        limit: PAGE,
        ...(after ? { after } : {}),
      });
      records.push(...page.records);
      if (records.length > limits.reportRecordsMax) {
        errors.fail("GATEWAY_REPORT_TOO_LONG", { recordsMax: limits.reportRecordsMax });
      }
      if (!page.next) return { records, ...certainty, sinceMs, untilMs, keptSinceMs };
      after = page.next;
    }
  }

  /** Of a channel that is there no more nobody knows it. */
  #zoneOf(channel: string | undefined): string {
    return (channel === undefined ? undefined : this.#parts.channels.get(channel)?.plan.timeZone) ?? "UTC";
  }
}

/** Records that are read at once. */
const PAGE = 500;

function sixYearsBefore(atMs: number): number {
  const at = new Date(atMs);
  return at.setUTCFullYear(at.getUTCFullYear() - 6);
}
