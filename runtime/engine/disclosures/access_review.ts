import { DAY_MS } from "../../journal/sealing.ts";
import type { Journal } from "../../journal/journal.ts";
import type { RecordPlace, SeenSlice } from "../../journal/disclosures/operations.ts";
import { limits } from "../limits.ts";
import type { AccessQuery, AccessReport, PersonAccess } from "./reports_api.ts";

const IDLE_DAYS = 90;

/** One person, while it is counted. */
interface Counted {
  firstMs: number;
  lastMs: number;
  acts: number;
  outsideHours: number;
  readonly counts: Map<string, Map<string, number>>;
  readonly patients: Set<string>;
}

/** Counts what people did, a slice of the journal at a time. */
export async function accessReview(
  journal: Journal,
  { sinceMs, untilMs = Infinity, timeZone, hours }: Omit<AccessQuery, "by">,
  nowMs: number,
): Promise<AccessReport> {
  const until = Math.min(untilMs, nowMs), since = sinceMs ?? until - IDLE_DAYS * DAY_MS;
  const people = new Map<string, Counted>();
  const isOutside = outside(timeZone, hours);
  for (let after = 0, more = true; more;) {
    const { acts } = await journal.ask({ ask: "actSlice", after, limit: limits.retentionLook });
    for (const { atMs, person, act, channel = "" } of acts) {
      if (atMs >= until) continue;
      const counted = of(people, person, atMs);
      counted.firstMs = Math.min(counted.firstMs, atMs);
      counted.lastMs = Math.max(counted.lastMs, atMs);
      if (atMs < since) continue;
      counted.acts++;
      if (isOutside(atMs)) counted.outsideHours++;
      count(counted, channel, wordOf(act));
    }
    more = acts.length === limits.retentionLook;
    after = acts.at(-1)?.id ?? after;
  }
  await countPatients(journal, people, since, until);
  const all = [...people].sort(([a], [b]) => a < b ? -1 : 1);
  return {
    sinceMs: since,
    untilMs: until,
    people: all.filter(([, { acts }]) => acts > 0).map(([person, counted]) => told(person, counted)),
    idle: all.filter(([, { lastMs }]) => lastMs < until - IDLE_DAYS * DAY_MS)
      .map(([person, { lastMs }]) => ({ person, lastMs })),
  };
}

async function countPatients(
  journal: Journal,
  people: ReadonlyMap<string, Counted>,
  sinceMs: number,
  untilMs: number,
): Promise<void> {
  for (let after: RecordPlace | null = { atMs: sinceMs, id: -1 }; after;) {
    const slice: SeenSlice = await journal.ask({
      ask: "seen",
      sinceMs,
      untilMs,
      after,
      limit: limits.retentionLook,
    });
    for (const { person, patients } of slice.seen) {
      const known = people.get(person)?.patients;
      for (const patient of patients) {
        if (known && known.size <= limits.reportPatientsMax) known.add(patient);
      }
    }
    after = slice.next;
  }
}

function of(people: Map<string, Counted>, person: string, atMs: number): Counted {
  let counted = people.get(person);
  if (!counted) {
    counted = {
      firstMs: atMs,
      lastMs: atMs,
      acts: 0,
      outsideHours: 0,
      counts: new Map(),
      patients: new Set(),
    };
    people.set(person, counted);
  }
  return counted;
}

function count({ counts }: Counted, channel: string, word: string): void {
  const words = counts.get(channel) ?? new Map<string, number>();
  counts.set(channel, words.set(word, (words.get(word) ?? 0) + 1));
}

/** What was done without what it was done to: `diverted to registry` is `diverted`. */
function wordOf(act: string): string {
  return act.split(" ", 1)[0];
}

function told(person: string, { counts, patients, ...counted }: Counted): PersonAccess {
  return {
    person,
    ...counted,
    counts: Object.fromEntries(
      [...counts].map(([channel, words]) => [channel, Object.fromEntries(words)]),
    ),
    patients: Math.min(patients.size, limits.reportPatientsMax),
    isPatientsMost: patients.size > limits.reportPatientsMax,
  };
}

/** Tells times that are not within working hours, Monday to Friday. */
function outside(timeZone: string, [from, to]: AccessQuery["hours"]): (atMs: number) => boolean {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  // What is done to many messages is done to them in the same minute.
  let known = -1, answer = false;
  return (atMs) => {
    const minute = Math.floor(atMs / 60_000);
    if (minute === known) return answer;
    known = minute;
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    const ofDay = Number(parts.hour) * 60 + Number(parts.minute);
    return answer = parts.weekday === "Sat" || parts.weekday === "Sun" || ofDay < from || ofDay >= to;
  };
}
