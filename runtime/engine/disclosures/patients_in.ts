import type { Format } from "../../contract/format.ts";
import { type Body, hasPaths } from "../../contract/message.ts";
import type { Patient } from "../../contract/patient.ts";
import { speaks } from "../formats.ts";
import type { ChannelPlan } from "../plan.ts";

/** True where something that goes out of a channel is a disclosure: then it is known of each message whom it is about. */
export function discloses({ destinations }: Pick<ChannelPlan, "destinations">): boolean {
  return destinations.some(({ disclosure }) => disclosure !== undefined);
}

/**
 * Everybody a body is about: as its format knows them, and by the search field `patient` of the channel, where that finds
 * numbers the format does not have.
 */
export function patientsIn(
  body: Body,
  format: Format,
  { search }: Pick<ChannelPlan, "search">,
): readonly Patient[] {
  if (!hasPaths(body)) return [];
  const known = speaks(format, body.contentType) ? format.patients(body) : [];
  const path = search?.[FIELD] ?? (known.length === 0 ? format.search[FIELD] : undefined);
  if (path === undefined) return known;
  const ids = new Set(known.flatMap((numbers) => numbers.map(({ id }) => id)));
  const found = [...new Set(body.getAll(path))].filter((id) => id !== "" && !ids.has(id));
  return [...known, ...found.map((id) => [{ id }])];
}

/** The name of the search field that holds patients' numbers. */
const FIELD = "patient";

/**
 * Whom a part of a message is about, that goes out. A part that names patients of the message, and nobody else, is about those;
 * any other may have been made anonymous, or got other numbers on its way: it counts as about everybody in the message.
 */
export function patientsOfPart(part: readonly Patient[], all: readonly Patient[]): readonly Patient[] {
  const places = new Map(
    all.flatMap((numbers, at) => numbers.map((number) => [JSON.stringify(number), at] as const)),
  );
  const named = part.map((numbers) =>
    numbers.map((number) => places.get(JSON.stringify(number))).find((at) => at !== undefined)
  );
  if (named.length === 0 || named.includes(undefined)) return all;
  return all.filter((_, at) => named.includes(at));
}
