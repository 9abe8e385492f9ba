import type { ActPlan, StepPlan } from "../engine/plan.ts";
import { isActorPath } from "./load_custom_actor.ts";

/** A step with the name of the format it is given. */
export interface Followed {
  readonly step: StepPlan;
  readonly format: string | undefined;
}

/**
 * Steps with the name of the format of the bodies each is given, and the format of what comes out of them: `undefined`
 * where nobody can know, as behind an actor of the author's own that does not say what it gives.
 */
export function followFormats(
  steps: readonly StepPlan[],
  start: string | undefined,
): { readonly followed: readonly Followed[]; readonly end: string | undefined } {
  let format = start;
  const followed = steps.map((step) => {
    const given = { step, format };
    if (!("each" in step)) format = givenBy(step, format);
    return given;
  });
  return { followed, end: format };
}

/** The same steps, each saying the format it is given. */
export function withFormats(steps: readonly StepPlan[], start: string | undefined): readonly StepPlan[] {
  return followFormats(steps, start).followed.map(({ step, format }) => {
    if ("each" in step) return { ...step, steps: withFormats(step.steps, format) };
    return format === undefined ? step : { ...step, body: format };
  });
}

function givenBy({ spec, config, label, when }: ActPlan, format: string | undefined): string | undefined {
  const gives = spec.gives?.(config as never) ?? (isActorPath(label) ? undefined : format);
  // What is done on a condition only may have been done or not.
  return when && gives !== format ? undefined : gives;
}
