import type {
  DisclosureReport,
  ReportedDisclosure,
  ViewReport,
} from "../../../engine/disclosures/reports_api.ts";
import type { WhichPatient } from "../../../journal/disclosures/operations.ts";
import { plural } from "../figures.ts";
import { plain } from "../plain.ts";
import { csv } from "./csv.ts";
import { localTime } from "./local_time.ts";
import { patientText } from "./patient_reader.ts";

/** Disclosures to one recipient for one purpose: 45 CFR 164.528(b)(3). */
export interface SummarisedDisclosures {
  /** As the account has to tell the first. */
  readonly first: ReportedDisclosure;
  readonly count: number;
  readonly lastMs: number;
}

/** Who asks, and whom about. */
export interface Asked {
  readonly patient: WhichPatient;
  readonly gateway: string;
  readonly person: string;
  readonly madeMs: number;
}

/** Puts disclosures together that went to one recipient for one purpose, in the order of the first. */
export function summarise(disclosures: readonly ReportedDisclosure[]): SummarisedDisclosures[] {
  const groups = new Map<string, SummarisedDisclosures>();
  for (const each of disclosures) {
    const key = JSON.stringify([each.to, each.address, each.basis]);
    const { first = each, count = 0 } = groups.get(key) ?? {};
    groups.set(key, { first, count: count + 1, lastMs: each.atMs });
  }
  return [...groups.values()];
}

/** An account that can be printed and handed over. */
export function disclosureText(
  report: DisclosureReport,
  asked: Asked,
  isSummarised: boolean,
): string {
  const entries = isSummarised
    ? summarise(report.disclosures).map(summaryLines)
    : report.disclosures.map(disclosureLines);
  const what = report.disclosures.some(({ isAccountable }) => !isAccountable)
    ? "Account of disclosures, with those that 45 CFR 164.528(a)(1) exempts"
    : "Account of disclosures (45 CFR 164.528)";
  return document(what, report, asked, entries, "disclosure");
}

/** Who has seen what, to be printed. */
export function viewText(report: ViewReport, asked: Asked): string {
  const entries = report.views.map(({ atMs, person, act, channel, message, timeZone }) => [
    `${localTime(atMs, timeZone)}  ${person}  ${act}`,
    ...(message === undefined ? [] : [`   message   ${message}  (${channel})`]),
  ]);
  return document("Who has seen what messages say of a patient", report, asked, entries, "view");
}

/** An account as a table: a line for each disclosure. */
export function disclosureCsv({ disclosures }: DisclosureReport): string {
  return csv(
    [
      "date",
      "recipient",
      "address",
      "what",
      "purpose",
      "reach",
      "exempt",
      "channel",
      "destination",
      "message",
    ],
    disclosures.map((each) => [
      localTime(each.atMs, each.timeZone),
      each.to,
      each.address ?? "",
      each.what,
      each.basis,
      each.reach,
      each.isAccountable ? "no" : "yes",
      each.channel,
      each.destination,
      each.message,
    ]),
  );
}

/** The same, a line for each recipient and purpose. */
export function summaryCsv({ disclosures }: DisclosureReport): string {
  return csv(
    ["recipient", "address", "what", "purpose", "disclosures", "first", "last"],
    summarise(disclosures).map(({ first, count, lastMs }) => [
      first.to,
      first.address ?? "",
      first.what,
      first.basis,
      count,
      localTime(first.atMs, first.timeZone),
      localTime(lastMs, first.timeZone),
    ]),
  );
}

/** Who has seen what, a line for each time. */
export function viewCsv({ views }: ViewReport): string {
  return csv(
    ["date", "person", "act", "channel", "message"],
    views.map((
      { atMs, person, act, channel = "", message = "", timeZone },
    ) => [localTime(atMs, timeZone), person, act, channel, message]),
  );
}

function document(
  title: string,
  report: DisclosureReport | ViewReport,
  { patient, gateway, person, madeMs }: Asked,
  entries: readonly (readonly string[])[],
  noun: string,
): string {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return [
    title,
    "",
    `patient   ${patientText(patient)}`,
    `gateway   ${gateway}`,
    `period    ${day(report.sinceMs)} to ${day(report.untilMs)}`,
    `made      ${localTime(madeMs, "UTC")} by ${person}`,
    "",
    ...entries.flatMap(([first, ...more], at) => [`${at + 1}. ${first}`, ...more, ""]),
    ...(entries.length === 0 ? [`no ${noun} is recorded`, ""] : []),
    ...caveats(report, patient, noun),
  ].map(plain).join("\n").trimEnd();
}

/** What whoever reads it must not overlook. */
function caveats(
  { unidentified, unassigned }: DisclosureReport | ViewReport,
  patient: WhichPatient,
  noun: string,
): readonly string[] {
  const lines: string[] = [];
  if (unassigned > 0 && patient.assigner !== undefined && patient.assigner !== "") {
    lines.push(
      `not here: ${plural(unassigned, noun)} under this number of which nobody knows who has given it; ` +
        `--patient '${patient.id}^^^' has them`,
    );
  }
  if (unidentified > 0) {
    lines.push(
      `not here: ${plural(unidentified, noun)} in this period of which nobody knows whom it is about`,
    );
  }
  return lines;
}

function disclosureLines({ atMs, timeZone, ...each }: ReportedDisclosure): readonly string[] {
  return [
    localTime(atMs, timeZone),
    ...factLines(each),
    ...(each.reach === "taken" ? [] : [`   note      ${REACH[each.reach]}`]),
    `   message   ${each.message}  (${each.channel}/${each.destination})`,
  ];
}

function summaryLines({ first, count, lastMs }: SummarisedDisclosures): readonly string[] {
  const { atMs, timeZone, ...each } = first;
  const times = count === 1
    ? localTime(atMs, timeZone)
    : `${plural(count, "disclosure")}, the first ${localTime(atMs, timeZone)}, the last ${
      localTime(lastMs, timeZone)
    }`;
  return [times, ...factLines(each)];
}

function factLines(
  { to, address, what, basis }: Pick<ReportedDisclosure, "to" | "address" | "what" | "basis">,
): readonly string[] {
  return [
    `   to        ${to}${address === undefined ? "" : `, ${address}`}`,
    `   what      ${what}`,
    `   purpose   ${basis}`,
  ];
}

const REACH = {
  refused: "the recipient has read it, and did not take it",
  unconfirmed: "it was sent, and the recipient has not confirmed it",
} as const;
