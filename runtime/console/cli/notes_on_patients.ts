import type { MitralError } from "../../contract/error.ts";
import type { ChannelPlan, GatewayPlan } from "../../engine/plan.ts";
import { errors } from "./errors.ts";

/** Where documents are reviewed and no index confirms a patient, every one of them waits for a person: that is worth a note. */
export function notesOnPatients(
  { channels, patients }: Pick<GatewayPlan, "patients"> & {
    readonly channels: readonly Pick<ChannelPlan, "name" | "review">[];
  },
): readonly MitralError[] {
  const reviewed = patients ? undefined : channels.find(({ review }) => review);
  return reviewed ? [errors.error("CONSOLE_PATIENTS_UNNAMED", { channel: reviewed.name })] : [];
}
