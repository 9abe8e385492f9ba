import { MitralError } from "../../contract/error.ts";
import { bindFormat } from "../../contract/format.ts";
import type { World } from "../../contract/world.ts";
import type { ChannelPlan, GatewayPlan } from "../../engine/plan.ts";
import { errors } from "./errors.ts";

type Reviewed = Pick<ChannelPlan, "name" | "review">;

/** What keeps documents made of pages from being read, or makes each of them wait. */
export async function notesOnDocuments(plan: GatewayPlan, world: World): Promise<readonly MitralError[]> {
  const unread = await Promise.all(
    plan.channels.map(({ parse }) => troubleReading(parse, { world, folder: plan.folder })),
  );
  return [...notesOnPatients(plan), ...unread.filter((trouble) => trouble !== undefined)];
}

/** Where documents are reviewed and no index confirms a patient, every one of them waits for a person: that is worth a note. */
export function notesOnPatients(
  { channels, patients }: Pick<GatewayPlan, "patients"> & { readonly channels: readonly Reviewed[] },
): readonly MitralError[] {
  const reviewed = patients ? undefined : channels.find(({ review }) => review);
  return reviewed ? [errors.error("CONSOLE_PATIENTS_UNNAMED", { channel: reviewed.name })] : [];
}

/** What reads images is opened as the channel would: a template with a mistake, or a program that is missing, is found here. */
export async function troubleReading(
  parse: ChannelPlan["parse"],
  tools: { readonly world: World; readonly folder: string },
): Promise<MitralError | undefined> {
  if (!parse.spec.recogniser) return undefined;
  try {
    const recogniser = await bindFormat(parse.spec, parse.config as never).recogniser?.(tools);
    await recogniser?.[Symbol.asyncDispose]();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    return cause;
  }
}
