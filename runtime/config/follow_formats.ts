import type { ActPlan, StepPlan } from "../engine/plan.ts";
import { isActorPath } from "./load_custom_actor.ts";

/**
 * Steps with the name of the format of the bodies each is given, and the format of what comes out of them: `undefined`
 * where nobody can know, as behind an actor of the author's own that does not say what it gives.
 */
export function followFormats(
  steps: readonly StepPlan[],
  start: string | undefined,
): { readonly steps: readonly StepPlan[]; readonly end: string | undefined } {
  let format = start;
  const followed = steps.map((step) => {
    if ("each" in step) return { ...step, steps: followFormats(step.steps, format).steps };
    const given = format === undefined ? step : { ...step, body: format };
    format = givenBy(step, format);
    return given;
  });
  return { steps: followed, end: format };
}

function givenBy({ spec, config, label, when }: ActPlan, format: string | undefined): string | undefined {
  const gives = spec.gives?.(config as never) ?? (isActorPath(label) ? undefined : format);
  // What is done on a condition only may have been done or not.
  return when && gives !== format ? undefined : gives;
}
