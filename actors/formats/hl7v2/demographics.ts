import type {
  Patient,
  PatientChange,
  PatientFacts,
  PatientName,
  PatientNumber,
} from "../../../runtime/contract/patient.ts";
import type { Hl7Message } from "./hl7_message.ts";

/**
 * What an ADT message says of patients (HL7 v2.3.1 to v2.8 chapter 3): whoever stands in a PID is described by it, whatever the
 * event. Beside that:
 *
 * - A18, A30, A34, A36, A39, A40 merge two patients: MRG-1 is given up for PID-3. So is a number that A43 moves, where it
 *   has become another.
 * - A46, A47, A48 give a patient another number.
 * - A29 takes a person away.
 *
 * Accounts and visits that are merged, moved or renumbered (A35, A41, A42, A44, A45, A49 to A51) leave both patients as they
 * are, and so does a link (A24, A37). A23 removes a visit: nothing is learned from it. Nor is anything from a message for
 * training or debugging (MSH-11): nobody is who it says.
 */
export function demographics(message: Hl7Message): readonly PatientChange[] {
  if (message.get("MSH-9.1") !== "ADT") return [];
  const event = message.get("MSH-9.2") || message.get("EVN-1") || "";
  if (event === "A23" || NOT_TRUE.has(message.get("MSH-11.1") ?? "")) return [];
  return patientsIn(message).flatMap((place) => changesOf(message, event, place));
}

const MERGES: ReadonlySet<string> = new Set(["A18", "A30", "A34", "A36", "A39", "A40", "A43"]);
const RENUMBERS: ReadonlySet<string> = new Set(["A46", "A47", "A48"]);

/** HL7 table 0103. */
const NOT_TRUE: ReadonlySet<string> = new Set(["D", "T"]);

interface Place {
  readonly pid: string;
  /** The one that belongs to it. */
  readonly mrg?: string;
}

/** Each PID, with the MRG behind it. */
function patientsIn(message: Hl7Message): readonly Place[] {
  const places: Place[] = [];
  let merges = 0;
  for (const segment of message.segments) {
    if (segment === "PID") places.push({ pid: `PID[${places.length + 1}]` });
    if (segment !== "MRG") continue;
    const mrg = `MRG[${++merges}]`, last = places.pop();
    if (last) places.push({ mrg, ...last });
  }
  return places;
}

function changesOf(message: Hl7Message, event: string, { pid, mrg }: Place): readonly PatientChange[] {
  const numbers = numbersIn(message, pid, [3, 2, 4]);
  if (event === "A29") return numbers.length > 0 ? [{ kind: "forgotten", numbers: plain(numbers) }] : [];
  const isMerge = MERGES.has(event);
  const before = mrg && (isMerge || RENUMBERS.has(event)) ? numbersIn(message, mrg, [1, 4]) : [];
  const isIn = (all: readonly Read[]) => (number: Read) => all.some((each) => areSame(each, number));
  // Numbers that stand in both are no news, unless there is nothing else: then all of them are listed, old and new.
  const news = before.filter((number) => !isIn(numbers)(number)), gone = news.length > 0 ? news : before;
  const left = numbers.filter((number) => !isIn(gone)(number));
  const now = left.length > 0 ? left : numbers;
  if (now.length === 0) return [];
  const told: PatientChange = { kind: "told", numbers: plain(now), facts: factsIn(message, pid) };
  if (left.length === 0) return [told];
  return [
    told,
    ...gone.map((number): PatientChange => {
      const into = successor(number, left);
      // Whoever gives one number up for another has given both.
      const assigner = number.assigner ?? into.assigner;
      return {
        kind: isMerge ? "merged" : "renumbered",
        gone: { id: number.id, ...(assigner === undefined ? {} : { assigner }) },
        into: bare(into),
      };
    }),
  ];
}

interface Read extends PatientNumber {
  readonly type: string;
}

/**
 * HL7 table 0203: numbers that are no patient's record, but a person's with somebody else, an account's or a visit's. Nobody is
 * found by them.
 */
const OTHER_NUMBERS: ReadonlySet<string> = new Set([
  ...[
    "AM",
    "AN",
    "ANC",
    "AND",
    "ANT",
    "BA",
    "BC",
    "BR",
    "CZ",
    "DI",
    "DL",
    "DN",
    "DR",
    "DS",
    "EI",
    "EN",
    "GN",
  ],
  ...[
    "MA",
    "MC",
    "MCD",
    "MCN",
    "MCR",
    "MS",
    "NH",
    "NIIP",
    "NPI",
    "PPN",
    "PRC",
    "RRI",
    "SL",
    "SN",
    "SP",
    "SR",
  ],
  ...["SS", "SSN", "TAX", "TN", "UPIN", "VN", "VS", "WC", "WCN", "XX"],
]);

/** Nobody has more numbers that count: what is compared stays little, whatever a message lists. */
const NUMBERS_MAX = 50;

/** Of the first field that has any. */
function numbersIn(message: Hl7Message, segment: string, fields: readonly number[]): readonly Read[] {
  for (const field of fields) {
    const numbers = message.places(`${segment}-${field}`).flatMap((place): Read[] => {
      const id = message.get(`${place}.1`) ?? "", type = message.get(`${place}.5`) ?? "";
      if (id.trim() === "" || id === DELETED || OTHER_NUMBERS.has(type)) return [];
      const assigner = message.get(`${place}.4.1`) || message.get(`${place}.4.2`);
      return [{ id, type, ...(assigner ? { assigner } : {}) }];
    });
    if (numbers.length > 0) return numbers.slice(0, NUMBERS_MAX);
  }
  return [];
}

/** Which of a patient's numbers has taken the place of one: of the same kind, or from the same giver, or the first. */
function successor({ assigner, type }: Read, left: readonly Read[]): Read {
  const ofGiver = left.filter((each) => each.assigner === assigner);
  return ofGiver.find((each) => each.type === type) ?? ofGiver[0] ??
    left.find((each) => each.type === type) ??
    left[0];
}

function areSame(one: PatientNumber, other: PatientNumber): boolean {
  return one.id === other.id && one.assigner === other.assigner;
}

function bare({ type: _, ...number }: Read): PatientNumber {
  return number;
}

function plain(numbers: readonly Read[]): Patient {
  return numbers.map(bare);
}

function factsIn(message: Hl7Message, pid: string): PatientFacts {
  const names = namesIn(message, `${pid}-5`), aliases = namesIn(message, `${pid}-9`);
  const birthDate = message.get(`${pid}-7.1`), sex = message.get(`${pid}-8.1`);
  return {
    ...(names ? { names } : {}),
    ...(aliases ? { aliases } : {}),
    ...(birthDate === undefined ? {} : { birthDate: told(birthDate) }),
    ...(sex === undefined ? {} : { sex: told(sex) }),
  };
}

/** `undefined` where the message says nothing of them. */
function namesIn(message: Hl7Message, field: string): readonly PatientName[] | undefined {
  const places = message.places(field);
  if (places.length === 0) return undefined;
  const part = (place: string, number: number) => told(message.get(`${place}.${number}`) ?? "");
  return places.map((place) => ({
    family: part(place, 1),
    given: [part(place, 2), part(place, 3)].filter((name) => name !== "").join(" "),
  })).filter(({ family, given }) => family !== "" || given !== "");
}

const DELETED = '""';

function told(value: string): string {
  return value === DELETED ? "" : value;
}
