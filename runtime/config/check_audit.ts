import { type ConfigNode, nearestNode } from "./config_node.ts";
import type { GatewayFile } from "./gateway_shape.ts";
import type { Problems } from "./problem.ts";
import type { Partially } from "./shape.ts";

/** Notes where the adapter that sends the ledger's entries wants what they are not: messages for partners, with paths. */
export function checkAudit({ audit }: Partially<GatewayFile>, root: ConfigNode, problems: Problems): void {
  const { spec, config } = (audit?.adapter ?? {}) as NonNullable<GatewayFile["audit"]>["adapter"];
  if (!spec || config === undefined) return;
  const spot = nearestNode(root, "audit", spec.name);
  if (spec.feed) {
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule: "sends to partners, and the ledger is not for them" });
  }
  const [path] = spec.paths?.(config as never) ?? [];
  if (path !== undefined) {
    const rule = `must name no path (${path}): entries of the ledger are no messages with paths`;
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
  }
}
