import type { AccessReport, PersonAccess } from "../../../engine/disclosures/reports_api.ts";
import { countText } from "../figures.ts";
import type { Paint } from "../paint.ts";
import { type Cell, table } from "../table.ts";
import { csv } from "./csv.ts";
import { localTime } from "./local_time.ts";
import { plain } from "../plain.ts";

/** Which gateway an access review is of, and how it is printed. */
export interface AccessReview {
  readonly gateway: string;
  readonly person: string;
  readonly madeMs: number;
  readonly timeZone: string;
  /** `07:00-19:00` */
  readonly hours: string;
  readonly paint: Paint;
}

const HEADINGS = [
  "person",
  "channel",
  ">viewed",
  ">exported",
  ">replayed",
  ">corrected",
  ">paused",
  ">other",
];
const WORDS = ["viewed", "exported", "replayed", "corrected", "paused"];

/** An access review that can be printed and signed. */
export function accessText(
  report: AccessReport,
  { gateway, person, madeMs, timeZone, hours, paint }: AccessReview,
): string {
  const time = (ms: number) => localTime(ms, timeZone);
  return [
    "Access review (45 CFR 164.308(a)(1)(ii)(D))",
    "",
    `gateway   ${plain(gateway)}`,
    `period    ${time(report.sinceMs)} to ${time(report.untilMs)}`,
    `hours     ${hours}, Monday to Friday, ${timeZone}`,
    `made      ${time(madeMs)} by ${plain(person)}`,
    "",
    table(
      ["person", ">acts", ">outside hours", ">patients seen", "first act ever", "last act"],
      report.people.map((each) => [
        each.person,
        countText(each.acts),
        outsideCell(each),
        patientsText(each),
        time(each.firstMs),
        time(each.lastMs),
      ]),
      paint,
    ),
    table(HEADINGS, report.people.flatMap(channelRows), paint),
    report.idle.length === 0
      ? "nobody has been idle for 90 days\n"
      : "idle for 90 days, and perhaps without need of access any more:\n" +
        table(["person", "last act"], report.idle.map(({ person, lastMs }) => [person, time(lastMs)]), paint),
    "reviewed by ______________________________   on ______________",
  ].join("\n");
}

/** The same as a table: a line for each person, channel and kind of act. */
export function accessCsv({ people }: AccessReport, timeZone: string): string {
  return csv(
    ["person", "channel", "act", "count", "patients seen", "outside hours", "first act ever", "last act"],
    people.flatMap((each) =>
      Object.entries(each.counts).flatMap(([channel, words]) =>
        Object.entries(words).map(([word, count]) => [
          each.person,
          channel,
          word,
          count,
          patientsText(each),
          each.outsideHours,
          localTime(each.firstMs, timeZone),
          localTime(each.lastMs, timeZone),
        ])
      )
    ),
  );
}

function channelRows({ person, counts }: PersonAccess): Cell[][] {
  return Object.entries(counts).sort(([a], [b]) => a < b ? -1 : 1).map(([channel, words]) => {
    const all = Object.values(words).reduce((sum, count) => sum + count, 0);
    const known = WORDS.map((word) => words[word] ?? 0);
    const other = known.reduce((left, count) => left - count, all);
    return [person, channel || "(gateway)", ...known.map(countText), countText(other)];
  });
}

function outsideCell({ outsideHours }: PersonAccess): Cell {
  return outsideHours > 0 ? { text: countText(outsideHours), tone: "bad" } : countText(0);
}

function patientsText({ patients, isPatientsMost }: PersonAccess): string {
  return isPatientsMost ? `over ${countText(patients)}` : countText(patients);
}
