import { type ConfigNode, nearestNode } from "./config_node.ts";
import type { ChannelFile } from "./gateway_shape.ts";
import type { Problems } from "./problem.ts";
import type { Partially } from "./shape.ts";

/** People look at documents made of pages, and nobody's sender waits for them. */
export function checkReview(
  { listen, parse, review }: Partially<ChannelFile>,
  node: ConfigNode,
  problems: Problems,
): void {
  if (!review) return;
  const format = parse?.spec;
  if (format?.name !== undefined && !format.recogniser) {
    const rule = `what is parsed as ${format.name} has no pages to look at`;
    problems.add(nearestNode(node, "review"), "CONFIG_VALUE_INVALID", { rule });
  }
  const { acknowledge } = listen ?? {};
  if (acknowledge === undefined || acknowledge === "received") return;
  problems.add(
    nearestNode(node, "listen", "acknowledge"),
    "CONFIG_VALUE_INVALID",
    { rule: "its sender would wait until people have reviewed its document" },
    "acknowledge: received, beside review",
  );
}
