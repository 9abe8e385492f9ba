import type { MitralError } from "../contract/error.ts";
import type { Outcome } from "../contract/message.ts";
import type { Clock } from "../contract/world.ts";
import type { OutboxEntry } from "./delivery_stages.ts";
import { errors } from "./errors.ts";
import type { DestinationPlan, Remedy } from "./plan.ts";

/** The way a delivery fails. */
export type Failure = "rejected" | "postponed" | "unanswered";

/** What is to be done about a delivery, as which failure it counts, and the error that says why. */
export interface Remedied {
  readonly failure: Failure;
  readonly remedy: Remedy;
  readonly error: MitralError;
}

/** What is to be done about a delivery whose attempt has just failed. */
export function remedyOf(
  entry: OutboxEntry,
  outcome: Outcome & { readonly kind: "rejected" | "failed" },
  clock: Clock,
  destination: Pick<DestinationPlan, "on" | "retry">,
): Remedied {
  const failure = outcome.kind === "rejected" ? "rejected" : outcome.answer ? "postponed" : "unanswered";
  const since = entry.failingSinceMs ??= {};
  const nowMs = clock.elapsedMs();
  const sinceMs = since[failure] ??= (failure === "unanswered" ? entry.silentSinceMs : undefined) ?? nowMs;
  return remedyFor(failure, nowMs - sinceMs, outcome.error, destination);
}

/**
 * What is to be done about a delivery that has failed this way for `forMs`, as which failure it counts, and the error
 * that says why. What was refused for now too long counts as refused for good.
 */
export function remedyFor(
  failure: Failure,
  forMs: number,
  error: MitralError,
  { on, retry: { refusedMs, unansweredMs } }: Pick<DestinationPlan, "on" | "retry">,
): Remedied {
  const { remedy } = on[failure];
  switch (failure) {
    case "rejected":
      return { failure, remedy, error };
    case "postponed":
      if (remedy !== "retry" || forMs < refusedMs) return { failure, remedy, error };
      return {
        failure: "rejected",
        remedy: on.rejected.remedy,
        error: errors.error("ENGINE_DELIVERY_EXHAUSTED", { refusedMs }),
      };
    case "unanswered":
      if (unansweredMs === undefined || forMs < unansweredMs) return { failure, remedy: "retry", error };
      return {
        failure,
        remedy: remedy === "retry" ? "quarantine" : remedy,
        error: errors.error("ENGINE_DELIVERY_UNANSWERED", { unansweredMs }),
      };
  }
}

/**
 * What is to be done about a delivery of this age, by when its message was received; `undefined` while it is young enough.
 * It counts as refused for good, but there is nothing to be tried again or to be waited for.
 */
export function expired(
  ageMs: number,
  { on, retry: { expiresMs } }: Pick<DestinationPlan, "on" | "retry">,
): Remedied | undefined {
  if (expiresMs === undefined || ageMs < expiresMs) return undefined;
  const { remedy } = on.rejected;
  return {
    failure: "rejected",
    remedy: remedy === "retry" || remedy === "block" ? "quarantine" : remedy,
    error: errors.error("ENGINE_DELIVERY_EXPIRED", { expiresMs }),
  };
}
