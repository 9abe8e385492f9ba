import type { MitralError } from "../contract/error.ts";
import { errors } from "./errors.ts";
import type { DestinationPlan, Remedy } from "./plan.ts";

/** The way a delivery fails. */
export type Failure = "rejected" | "postponed" | "unanswered";

/**
 * What is to be done about a delivery that has failed this way for `forMs`, and the error that says why. What was
 * refused for now too long counts as refused for good.
 */
export function remedyFor(
  failure: Failure,
  forMs: number,
  error: MitralError,
  { on, retry: { refusedMs, unansweredMs } }: Pick<DestinationPlan, "on" | "retry">,
): { readonly remedy: Remedy; readonly error: MitralError } {
  const { remedy } = on[failure];
  switch (failure) {
    case "rejected":
      return { remedy, error };
    case "postponed":
      if (remedy !== "retry") return { remedy, error };
      if (forMs < refusedMs) return { remedy, error };
      return { remedy: on.rejected.remedy, error: errors.error("ENGINE_DELIVERY_EXHAUSTED", { refusedMs }) };
    case "unanswered":
      if (unansweredMs === undefined || forMs < unansweredMs) return { remedy: "retry", error };
      return {
        remedy: remedy === "retry" ? "quarantine" : remedy,
        error: errors.error("ENGINE_DELIVERY_UNANSWERED", { unansweredMs }),
      };
  }
}
