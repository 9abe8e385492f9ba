import { type ConfigNode, nearestNode } from "./config_node.ts";
import type { GatewayFile } from "./gateway_shape.ts";
import { type Problems, shown } from "./problem.ts";
import type { Partially } from "./shape.ts";
import { didYouMean } from "./suggest.ts";

/** Notes channels that are to feed the patient index and are not there, or whose format tells nothing of patients. */
export function checkPatients(
  { patients, channels = [] }: Partially<GatewayFile>,
  root: ConfigNode,
  problems: Problems,
): void {
  const spot = nearestNode(root, "patients", "from");
  if (patients?.from?.length === 0) {
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule: "must name a channel" });
  }
  for (const [at, name = ""] of (patients?.from ?? []).entries()) {
    const place = spot.kind === "list" ? spot.items[at] ?? spot : spot;
    const channel = channels.find((each) => each.name === name);
    if (!channel) {
      const names = channels.flatMap(({ name }) => name ?? []);
      problems.add(place, "CONFIG_CHANNEL_UNKNOWN", { key: shown(name) }, didYouMean(name, names));
      continue;
    }
    const format = channel.value?.parse?.spec;
    if (!format?.name || format.demographics) continue;
    const rule = `${shown(name)} reads ${format.name}, which says nothing of patients`;
    problems.add(place, "CONFIG_VALUE_INVALID", { rule }, "a channel with ADT messages, parse: hl7v2");
  }
}
