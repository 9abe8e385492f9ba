import type { MitralError } from "../../contract/error.ts";
import type { World } from "../../contract/world.ts";
import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { GatewayPlan } from "../../engine/plan.ts";
import { openPortal, type Portal } from "./portal.ts";

/** The page of a gateway whose plan has one. Errors: as of {@linkcode openPortal}. */
export async function openGatewayPortal(
  gateway: Pick<RunningGateway, "reviews" | "ledger">,
  { data, reviews }: GatewayPlan,
  world: World,
  failed: (error: MitralError) => void,
): Promise<Portal | undefined> {
  if (reviews === undefined) return undefined;
  const noteLogin = gateway.ledger.noteLogin.bind(gateway.ledger);
  return await openPortal({ reviews: gateway.reviews, noteLogin, failed }, world, data, reviews);
}
