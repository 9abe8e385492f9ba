import type { GatewayKeys } from "../keys_for.ts";
import type { GatewayPartners } from "../gateway_partners.ts";
import { relayIdentityOf } from "../../trust/identity.ts";
import type { World } from "../../contract/world.ts";
import type { GatewayKeyring } from "../../trust/keyring.ts";
import type { OwnPartnerFile } from "../../trust/own_partner_file.ts";
import { ownPartnerFile } from "../own_partner_file.ts";
import type { GatewayPlan } from "../plan.ts";
import { PartnerExchange } from "./exchange.ts";
import type { ExchangeParts } from "./parts.ts";

/** What a gateway gives its exchange. */
export interface ExchangeSources
  extends Pick<ExchangeParts, "world" | "memory" | "journal" | "channels" | "newId" | "report"> {
  readonly plan: GatewayPlan;
  readonly keys: GatewayKeys | undefined;
  readonly partners: GatewayPartners;
  /** Our own file of public keys was written anew. */
  renewed(): void;
}

/** The exchange of a gateway, where it has one. */
export function exchangeOf(
  { plan, keys, partners, renewed, ...parts }: ExchangeSources,
): PartnerExchange | undefined {
  if (!plan.exchange || !keys) return undefined;
  const { keyring } = keys;
  const { book, registry } = partners;
  const relay = keyring.identity && relayIdentityOf(keyring.identity);
  return new PartnerExchange({
    ...parts,
    plan: plan.exchange,
    keyring,
    book,
    partners: registry,
    ...(relay ? { relay } : {}),
    ...(plan.keys === undefined ? {} : { ownFile: ownFileOf(plan, keyring, parts.world, renewed) }),
  });
}

/** Makes our own file of public keys, once for all who ask at the same time: two would be issued one after the other. */
function ownFileOf(
  plan: GatewayPlan,
  keyring: GatewayKeyring,
  world: World,
  renewed: () => void,
): () => Promise<OwnPartnerFile> {
  let making: Promise<OwnPartnerFile> | undefined;
  const make = async () => {
    const file = await ownPartnerFile(plan, { identity: keyring.identity!, keys: plan.keys! }, world);
    if (file.isNew) renewed();
    return file;
  };
  return () => making ??= make().finally(() => making = undefined);
}
