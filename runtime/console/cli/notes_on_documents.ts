import { MitralError } from "../../contract/error.ts";
import { bindFormat } from "../../contract/format.ts";
import type { World } from "../../contract/world.ts";
import type { ChannelPlan, GatewayPlan, StepPlan } from "../../engine/plan.ts";
import { errors } from "./errors.ts";

type Reviewed = Pick<ChannelPlan, "name" | "review">;
type Stepped = Reviewed & Pick<ChannelPlan, "steps"> & {
  readonly destinations: readonly Pick<ChannelPlan, "steps">[];
};

/** What keeps documents made of pages from being read, or from becoming messages. */
export async function notesOnDocuments(plan: GatewayPlan, world: World): Promise<readonly MitralError[]> {
  const unread = await Promise.all(
    plan.channels.map(({ parse }) => noteOnReading(parse, { world, folder: plan.folder })),
  );
  return [...notesOnPatients(plan), ...notesOnClearance(plan), ...unread.flat()];
}

/** Where documents are reviewed and no index confirms a patient, every one of them waits for a person: that is worth a note. */
export function notesOnPatients(
  { channels, patients }: Pick<GatewayPlan, "patients"> & { readonly channels: readonly Reviewed[] },
): readonly MitralError[] {
  const reviewed = patients ? undefined : channels.find(({ review }) => review);
  return reviewed ? [errors.error("CONSOLE_PATIENTS_UNNAMED", { channel: reviewed.name })] : [];
}

/** A step that takes cleared documents alone, in a channel where nobody clears them. */
export function notesOnClearance(
  { channels }: { readonly channels: readonly Stepped[] },
): readonly MitralError[] {
  return channels.flatMap(({ name, review, steps, destinations }) => {
    const step = review ? undefined : findRefusing([steps, ...destinations.map(({ steps }) => steps)].flat());
    return step === undefined ? [] : [errors.error("CONSOLE_REVIEW_MISSING", { channel: name, step })];
  });
}

function findRefusing(steps: readonly StepPlan[]): string | undefined {
  for (const step of steps) {
    if (!("each" in step)) {
      if (step.spec.needsClearance) return step.label;
      continue;
    }
    const within = findRefusing(step.steps);
    if (within !== undefined) return within;
  }
  return undefined;
}

/** What reads images is opened as the channel would: a template with a mistake, or a program that is missing, is found here. */
async function noteOnReading(
  parse: ChannelPlan["parse"],
  tools: { readonly world: World; readonly folder: string },
): Promise<readonly MitralError[]> {
  if (!parse.spec.recogniser) return [];
  try {
    const recogniser = await bindFormat(parse.spec, parse.config as never).recogniser?.(tools);
    await recogniser?.[Symbol.asyncDispose]();
    return [];
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    return [cause];
  }
}
