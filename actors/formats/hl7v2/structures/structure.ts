import { newestVersion, type Version, VERSIONS } from "../definitions/version.ts";
import { decodeStructure, type Group, rangeOf } from "./_decode.ts";
import lines from "./structures.json" with { type: "json" };

const LINES: Readonly<Record<string, string>> = lines;

/** What MSH-9 says a message is. */
export interface MessageType {
  /** MSH-9.1: `ADT`. */
  readonly kind: string;
  /** MSH-9.2: `A04`; empty where it is absent. */
  readonly event: string;
  /** MSH-9.3: `ADT_A01`; empty where it is absent. */
  readonly structure?: string;
}

/**
 * The id of the structure a message has: what MSH-9.3 says where it is known, otherwise what its type and event have in
 * that version (HL7 table 0354); `undefined` where that is not known. An event that its version does not have is taken
 * as in a version that has it.
 */
export function structureIdOf(
  { kind, event, structure = "" }: MessageType,
  version: Version = newestVersion,
): string | undefined {
  if (Object.hasOwn(LINES, structure)) return structure;
  if (kind === "ACK") return "ACK";
  const own = `${kind}_${event}`;
  const candidates = [
    ...(Object.hasOwn(LINES, own) ? [own] : []),
    ...(byEvent().get(`${kind}^${event}`) ?? []),
  ];
  const at = VERSIONS.indexOf(version);
  return candidates.find((id) => isIn(headOf(LINES[id]).range, at)) ?? candidates[0];
}

/** The parts of a structure in a version; in the nearest one that has it, where the version does not. */
export function structureOf(id: string, version: Version): Group | undefined {
  if (!Object.hasOwn(LINES, id)) return undefined;
  const key = `${id} ${version}`;
  const known = decoded.get(key);
  if (known) return known;
  const { range: [first, last], body } = headOf(LINES[id]);
  const at = Math.min(Math.max(VERSIONS.indexOf(version), first), last);
  const structure = decodeStructure(id, body, at);
  decoded.set(key, structure);
  return structure;
}

/** Ids of all structures that are known, sorted. */
export function structureIds(): readonly string[] {
  return Object.keys(LINES);
}

/** Bounded: a message names its structure, but only those of the table are kept. */
const decoded = new Map<string, Group>();

let events: ReadonlyMap<string, readonly string[]> | undefined;

/** Structures by the events that have them beside the one they are named for. */
function byEvent(): ReadonlyMap<string, readonly string[]> {
  if (events) return events;
  const found = new Map<string, string[]>();
  for (const [id, line] of Object.entries(LINES)) {
    for (const event of headOf(line).events) {
      const type = event.includes("^") ? event : `${id.slice(0, 3)}^${event}`;
      found.set(type, [...(found.get(type) ?? []), id]);
    }
  }
  return events = found;
}

/** What stands before the colon: the versions that have the structure, and its further events. */
function headOf(line: string) {
  const colon = line.indexOf(": ");
  const words = colon < 0 ? [] : line.slice(0, colon).split(" ");
  const isRange = /^[-\d]/.test(words[0] ?? "");
  return {
    range: rangeOf(isRange ? words[0] : ""),
    events: isRange ? words.slice(1) : words,
    body: colon < 0 ? line : line.slice(colon + 2),
  };
}

function isIn([first, last]: readonly [number, number], at: number): boolean {
  return first <= at && at <= last;
}
