import type { MitralError } from "../contract/error.ts";
import { errors } from "./errors.ts";
import type { DestinationPlan, Remedy } from "./plan.ts";

/** The way a delivery fails. */
export type Failure = "rejected" | "postponed" | "unanswered";

/**
 * What is to be done about a delivery that has failed this way for `forMs`, as which failure it counts, and the error
 * that says why. What was refused for now too long counts as refused for good.
 */
export function remedyFor(
  failure: Failure,
  forMs: number,
  error: MitralError,
  { on, retry: { refusedMs, unansweredMs } }: Pick<DestinationPlan, "on" | "retry">,
): { readonly failure: Failure; readonly remedy: Remedy; readonly error: MitralError } {
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
