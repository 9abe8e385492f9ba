import hl7v2 from "../../../../actors/formats/hl7v2/mod.ts";
import type { ChannelPlan, DestinationPlan, DisclosurePlan } from "../../../../runtime/engine/plan.ts";
import { SETTINGS } from "../../../actors/formats/hl7v2/hl7_with.ts";
import type { FakePeer } from "../fake_peer.ts";
import { type GatewayRig, to } from "../gateway_rig.ts";
import { hl7 } from "../hl7_peer.ts";

/** What is said of what goes to a registry. */
export const registry: DisclosurePlan = {
  to: "State Immunization Registry",
  address: "1 Capitol Sq, Springfield, IL 62701",
  what: "Immunisation record",
  purpose: "public health",
};

/** Who asks. */
export const by = { person: "priya", reason: "asked by the patient" };

/** A destination whose peer is told of patients. */
export function disclosingTo(
  name: string,
  peer: FakePeer,
  disclosure: DisclosurePlan = registry,
  settings: Partial<DestinationPlan> = {},
): DestinationPlan {
  return to(name, peer, { disclosure, ...settings });
}

/** A channel that speaks HL7. */
export function hl7Lab(
  rig: GatewayRig,
  destinations: readonly DestinationPlan[],
  settings: Partial<Omit<ChannelPlan, "destinations">> = {},
): ChannelPlan {
  return rig.channel("lab", destinations, { parse: { spec: hl7v2, config: SETTINGS }, ...settings });
}

let ids = 0;

/** A message about patients, each as PID-3 has them; `merged`: MRG-1. */
export function about(patients: readonly string[], merged?: string): Uint8Array {
  const segments = [
    `MSH|^~\\&|LAB|ST E|REG|STATE|20260101120000||${
      merged === undefined ? "VXU^V04" : "ADT^A40"
    }|M${++ids}|P|2.5.1`,
    ...patients.map((patient) => `PID|1||${patient}||DOE^JANE`),
    ...(merged === undefined ? [] : [`MRG|${merged}`]),
  ];
  return hl7(segments.join("\n") + "\n");
}

/** What was disclosed of a patient, in words: `what to recipient, reach`. */
export async function told(
  rig: GatewayRig,
  id: string,
  { assigner, all = false }: { readonly assigner?: string; readonly all?: boolean } = {},
): Promise<string[]> {
  const patient = { id, ...(assigner === undefined ? {} : { assigner }) };
  // What happens in this very moment is no part of a report.
  await rig.clock.advance(1);
  const { disclosures } = await rig.gateway.reports.disclosures({ patient, all, by });
  return disclosures.map(({ destination, reach }) => `${destination} ${reach}`);
}
