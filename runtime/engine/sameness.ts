import { KEY_REUSED } from "../contract/adapter.ts";
import type { MitralError } from "../contract/error.ts";
import type { Identity } from "../contract/format.ts";
import type { Append } from "../journal/operations.ts";
import type { ExactSameness, Sameness } from "../journal/sameness.ts";
import type { Arrival } from "./arrival.ts";
import { errors } from "./errors.ts";
import type { DuplicatesPlan } from "./plan.ts";
import { troubleOf } from "./trouble.ts";

/** Why other bytes under an id or a key that is known are refused. */
export function reusedBy({ sealed, key }: Arrival, isById = false): MitralError {
  return sealed || key === undefined || isById ? ID_REUSED : KEY_OF_OTHERS;
}

const ID_REUSED = errors.error("ENGINE_ID_REUSED"), KEY_OF_OTHERS = errors.error(KEY_REUSED);

/**
 * How a message is recognised when it comes again; `undefined`: not at all. `waitMsMax`: how long a piece may wait for
 * others, which it must not do beside itself, whatever `duplicates` says.
 */
export function samenessOf(
  identity: Identity,
  arrival: Arrival,
  duplicates: DuplicatesPlan,
  place: Append["place"],
  waitMsMax = 0,
): Sameness | undefined {
  const { sealed, key, isKnownById, member, atMs, corrects } = arrival;
  // What is put in the place of a message is none of its repetitions.
  if (corrects) return undefined;
  if (sealed) {
    const { from, id, issuedAtMs: sealedAtMs } = sealed.opened.statement;
    return {
      kind: "sealed",
      from,
      id: member === undefined ? id : `${id}.${member}`,
      sealedAtMs,
      conflict: troubleOf(ID_REUSED, atMs),
    };
  }
  if (place === "filtered") return undefined;
  const byId = sameById(identity, duplicates, atMs, place, waitMsMax);
  if (key === undefined) return byId;
  return {
    kind: "keyed",
    // A line break is in no key of a sender's making: none is like that of a message of a batch.
    key: member === undefined ? key : `${key}\n${member}`,
    conflict: troubleOf(KEY_OF_OTHERS, atMs),
    ...(isKnownById && byId ? { orElse: byId } : {}),
  };
}

function sameById(
  { controlId, purpose }: Identity,
  duplicates: DuplicatesPlan,
  atMs: number,
  place: Append["place"],
  waitMsMax: number,
): ExactSameness | undefined {
  if (controlId === "") return undefined;
  if (place === "gathering") return exact(duplicates, atMs, waitMsMax);
  return purpose === "message" && duplicates.answer !== "never" ? exact(duplicates, atMs, 0) : undefined;
}

function exact({ answer, windowMs, reused }: DuplicatesPlan, atMs: number, leastMs: number): ExactSameness {
  const recentMs = answer === "never" ? 0 : answer === "always" ? Infinity : windowMs;
  return {
    kind: "exact",
    windowMs: Math.max(recentMs, leastMs),
    ...(answer !== "never" && reused === "reject" ? { conflict: troubleOf(ID_REUSED, atMs) } : {}),
  };
}
