import type { GatewayKeys } from "../keys_for.ts";
import type { GatewayPartners } from "../gateway_partners.ts";
import { relayIdentityOf } from "../../trust/identity.ts";
import type { GatewayPlan } from "../plan.ts";
import { PartnerExchange } from "./exchange.ts";
import type { ExchangeParts } from "./parts.ts";

/** What a gateway gives its exchange. */
export interface ExchangeSources
  extends Pick<ExchangeParts, "world" | "memory" | "journal" | "feedsTo" | "newId" | "report"> {
  readonly plan: GatewayPlan;
  readonly keys: GatewayKeys | undefined;
  readonly partners: GatewayPartners;
}

/** The exchange of a gateway, where it has one. */
export function exchangeOf({ plan, keys, partners, ...parts }: ExchangeSources): PartnerExchange | undefined {
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
  });
}
