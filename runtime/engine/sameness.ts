import type { Identity } from "../contract/format.ts";
import type { Append, Sameness } from "../journal/operations.ts";
import type { Arrival } from "./arrival.ts";
import { errors } from "./errors.ts";
import type { DuplicatesPlan } from "./plan.ts";
import { troubleOf } from "./trouble.ts";

/** Why other bytes under a known id are refused. */
export const REUSED = errors.error("ENGINE_ID_REUSED");

/**
 * How a message is recognised when it comes again; `undefined`: not at all. `waitMsMax`: how long a piece may wait for
 * others, which it must not do beside itself, whatever `duplicates` says.
 */
export function samenessOf(
  { controlId, purpose }: Identity,
  { sealed, member, atMs, corrects }: Arrival,
  duplicates: DuplicatesPlan,
  place: Append["place"],
  waitMsMax = 0,
): Sameness | undefined {
  // What is put in the place of a message is none of its repetitions.
  if (corrects) return undefined;
  if (sealed) {
    const { from, id } = sealed.opened.statement;
    const conflict = troubleOf(REUSED, atMs);
    return { kind: "sealed", from, id: member === undefined ? id : `${id}.${member}`, conflict };
  }
  if (controlId === "" || place === "filtered") return undefined;
  if (place === "gathering") return exact(duplicates, atMs, waitMsMax);
  return purpose === "message" && duplicates.answer !== "never" ? exact(duplicates, atMs, 0) : undefined;
}

function exact({ answer, windowMs, reused }: DuplicatesPlan, atMs: number, leastMs: number): Sameness {
  const recentMs = answer === "never" ? 0 : answer === "always" ? Infinity : windowMs;
  return {
    kind: "exact",
    windowMs: Math.max(recentMs, leastMs),
    ...(answer !== "never" && reused === "reject" ? { conflict: troubleOf(REUSED, atMs) } : {}),
  };
}
