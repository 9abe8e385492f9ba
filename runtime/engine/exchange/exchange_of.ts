import type { GatewayKeyring } from "../../trust/keyring.ts";
import type { GatewayPlan } from "../plan.ts";
import { PartnerExchange } from "./exchange.ts";
import type { ExchangeParts } from "./parts.ts";
import { plainBook } from "./plain_book.ts";

/** What a gateway gives its exchange. */
export interface ExchangeSources extends Omit<ExchangeParts, "plan" | "keyring" | "book"> {
  readonly plan: GatewayPlan;
  readonly keyring: GatewayKeyring | undefined;
}

/** The exchange of a gateway, where it has one. */
export function exchangeOf({ plan, keyring, ...parts }: ExchangeSources): PartnerExchange | undefined {
  if (!plan.exchange || !keyring) return undefined;
  const book = plainBook(Object.keys(plan.partners), keyring);
  return new PartnerExchange({ ...parts, plan: plan.exchange, keyring, book });
}
