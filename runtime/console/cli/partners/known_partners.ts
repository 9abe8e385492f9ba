import type { MitralError } from "../../../contract/error.ts";
import type { GatewayPlan } from "../../../engine/plan.ts";
import type { PartnerRegistry } from "../../../trust/partner_registry.ts";
import type { Session } from "../session.ts";

/**
 * The partners of a gateway file, and of its folder, as they are now: whom a certificate belongs to. `told` hears of
 * records that nobody can be known by. Errors: PARTNERS_….
 */
export async function knownPartners(
  { name, partners, partnersFolder }: GatewayPlan,
  { outside: { world } }: Session,
  told: (error: MitralError) => void = () => {},
): Promise<PartnerRegistry> {
  const [{ LivePartners }, { PartnerRegistry }] = await Promise.all([
    import("../../../trust/live_partners.ts"),
    import("../../../trust/partner_registry.ts"),
  ]);
  const report = ({ error }: { readonly error: MitralError }) => told(error);
  const book = partnersFolder === undefined ? undefined : await LivePartners.open({
    gateway: name,
    files: {},
    folder: partnersFolder,
    disk: world.disk,
    clock: world.clock,
    report,
  });
  return await PartnerRegistry.open(partners, world, report, book);
}
