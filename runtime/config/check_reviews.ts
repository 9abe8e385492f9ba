import { type ConfigNode, nearestNode } from "./config_node.ts";
import type { GatewayFile } from "./gateway_shape.ts";
import { isLoopback } from "./is_loopback.ts";
import type { Problems } from "./problem.ts";
import type { Partially } from "./shape.ts";

/** Notes a review page whose sign-in others could read on the way, and one that does not know its own name. */
export function checkReviews(
  { reviews }: Partially<GatewayFile>,
  root: ConfigNode,
  problems: Problems,
): void {
  if (!reviews) return;
  const { host, tls, url } = reviews;
  if (host === undefined || isLoopback(host)) return;
  const spot = nearestNode(root, "reviews", "host");
  if (!tls) {
    const rule = "only this machine may sign in without TLS";
    problems.add(
      spot,
      "CONFIG_VALUE_INVALID",
      { rule },
      "add tls:, or leave host out and put a proxy in front",
    );
  } else if (url === undefined && EVERY.includes(host)) {
    const rule = "reviews.url must say by which name people reach it";
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule }, "url: https://faxes.example:8480");
  }
}

/** Hosts that stand for every address of this machine. */
const EVERY: readonly string[] = ["", "0.0.0.0", "::", "[::]"];
