import type { GatewayKeyring } from "../../trust/keyring.ts";
import type { PartnerBook } from "../../trust/partner_book.ts";
import { errors } from "./errors.ts";

/** The partners whose key files the gateway file names: always active, and the same for as long as it runs. */
export function plainBook(names: readonly string[], keyring: GatewayKeyring): PartnerBook {
  return {
    names,
    stateOf: (name) => names.includes(name) ? "active" : undefined,
    find: (name) => keyring.find(name),
    watch: () => () => {},
    look: () => Promise.resolve(),
    take: (partner) => errors.fail("EXCHANGE_PARTNER_INACTIVE", { partner, state: "not in the folder" }),
  };
}
