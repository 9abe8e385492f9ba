import type { Statement } from "../contract/envelope.ts";
import type { Identity } from "../contract/format.ts";
import type { Append, Sameness } from "../journal/operations.ts";
import { errors } from "./errors.ts";
import type { DuplicatesPlan } from "./plan.ts";
import { troubleOf } from "./trouble.ts";

/** Why other bytes under a known id are refused. */
export const REUSED = errors.error("ENGINE_ID_REUSED");

/** What decides how a message is recognised when it comes again. */
export interface SamenessFacts {
  readonly duplicates: DuplicatesPlan;
  readonly atMs: number;
  /** Of a sealed message. */
  readonly statement?: Statement;
  /** Which message of a batch it is. */
  readonly member?: number;
  /** Where it goes, if not to the inbox. */
  readonly place?: Append["place"];
  /** How long a piece may wait for others. */
  readonly waitMsMax?: number;
}

/** How a message is recognised when it comes again; `undefined`: not at all. */
export function samenessOf({ controlId, purpose }: Identity, facts: SamenessFacts): Sameness | undefined {
  const { statement, member, place, atMs, waitMsMax = 0 } = facts;
  if (statement) {
    const id = member === undefined ? statement.id : `${statement.id}.${member}`;
    return { kind: "sealed", from: statement.from, id, conflict: troubleOf(REUSED, atMs) };
  }
  if (controlId === "" || place === "filtered") return undefined;
  // A piece that its sender did not see answered must not wait beside itself.
  if (place === "gathering") return exact(facts, waitMsMax);
  return purpose === "message" && facts.duplicates.answer !== "never" ? exact(facts) : undefined;
}

function exact({ duplicates: { answer, windowMs, reused }, atMs }: SamenessFacts, leastMs = 0): Sameness {
  const recentMs = answer === "never" ? 0 : answer === "always" ? Infinity : windowMs;
  return {
    kind: "exact",
    windowMs: Math.max(recentMs, leastMs),
    ...(answer !== "never" && reused === "reject" ? { conflict: troubleOf(REUSED, atMs) } : {}),
  };
}
