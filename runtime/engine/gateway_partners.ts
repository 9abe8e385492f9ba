import type { World } from "../contract/world.ts";
import { LivePartners } from "../trust/live_partners.ts";
import { PartnerRegistry } from "../trust/partner_registry.ts";
import type { Unstamped } from "./line.ts";
import type { GatewayPlan } from "./plan.ts";

/** The partners of a gateway. */
export interface GatewayPartners extends Disposable {
  /** By their keys, and with the ways to them. */
  readonly book: LivePartners;
  /** By their certificates. */
  readonly registry: PartnerRegistry;
  /** Reports from now on, what was found before first, and looks again every ten seconds. */
  start(): void;
}

/** Reads what is known of partners. Errors: PARTNERS_…. */
export async function openPartners(
  { name, partners, partnersFolder, exchange }: Pick<
    GatewayPlan,
    "name" | "partners" | "partnersFolder" | "exchange"
  >,
  world: World,
  report: (event: Unstamped) => void,
): Promise<GatewayPartners> {
  let early: Unstamped[] | undefined = [];
  const tell = (event: Unstamped) => early ? void early.push(event) : report(event);
  const book = await LivePartners.open({
    gateway: name,
    files: Object.fromEntries(Object.entries(partners).map(([partner, { keys }]) => [partner, keys])),
    ...(partnersFolder === undefined ? {} : { folder: partnersFolder }),
    disk: world.disk,
    clock: world.clock,
    report: (event) => tell({ name: "partnerTroubled", ...event }),
  });
  // Ways to partners trust the certificates that their files list.
  if (exchange) await book.readFiles();
  const registry = await PartnerRegistry.open(
    partners,
    world,
    (event) => tell({ name: "partnerTroubled", ...event }),
    partnersFolder === undefined && !exchange ? undefined : book,
  );
  registry.watch((changes) => {
    for (const change of changes) tell({ name: "partnerChanged", ...change });
  });
  book.watch((names) => {
    for (const partner of names) {
      const state = book.stateOf(partner) ?? "removed", serial = book.find(partner)?.serial;
      tell({ name: "partnerUpdated", partner, state, ...(serial === undefined ? {} : { serial }) });
    }
  });
  return {
    book,
    registry,
    start() {
      const told = early ?? [];
      early = undefined;
      told.forEach(report);
      registry.start();
    },
    [Symbol.dispose]: () => registry[Symbol.dispose](),
  };
}
