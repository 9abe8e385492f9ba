import type { DestinationPlan } from "../plan.ts";
import type { Path } from "./endpoint.ts";

/** The ways out of a destination, the preferred first, by name: `mllp-1`, `mllp-2`. None where it is another channel. */
export function pathsOf(send: DestinationPlan["send"]): readonly Path[] {
  if ("channel" in send) return [];
  const senders = "paths" in send ? send.paths : [send];
  return senders.map((send, at) => ({ name: `${send.spec.name}-${at + 1}`, send }));
}
