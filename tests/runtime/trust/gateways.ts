/** Gateways with keys, for tests: made once, since every test file needs a few. */
import { createIdentity, type Identity } from "../../../runtime/trust/identity.ts";
import { type GatewayKeyring, keyringOf } from "../../../runtime/trust/keyring.ts";
import { masterKey } from "../../world/master_key.ts";
import { parsePartnerFile, type Partner, writePartnerFile } from "../../../runtime/trust/partner_file.ts";

/** When all keys of a test were made. */
export const MADE_AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** One gateway of a test. */
export interface TestGateway {
  readonly identity: Identity;
  readonly privateFile: Uint8Array<ArrayBuffer>;
  readonly partnerFile: Uint8Array<ArrayBuffer>;
  readonly partner: Partner;
}

const made = new Map<string, Promise<TestGateway>>();

/** A gateway that calls itself `NAME.example`. The same name gives the same keys, within a run. */
export function gatewayOf(name: string): Promise<TestGateway> {
  let gateway = made.get(name);
  if (!gateway) made.set(name, gateway = make(`${name}.example`));
  return gateway;
}

/** The keyring of `NAME.example`, who calls its partners by the bare names given. */
export async function testKeyring(name: string, partners: readonly string[]): Promise<GatewayKeyring> {
  const known = await Promise.all(
    partners.map(async (one) => [one, (await gatewayOf(one)).partner] as const),
  );
  return keyringOf({
    gateway: `${name}.example`,
    clock: { nowMs: () => MADE_AT_MS },
    identity: (await gatewayOf(name)).identity,
    partners: Object.fromEntries(known),
  });
}

async function make(gateway: string): Promise<TestGateway> {
  const { identity, privateFile } = await createIdentity({ gateway, nowMs: MADE_AT_MS, masterKey });
  const partnerFile = await writePartnerFile(identity);
  return {
    identity,
    privateFile,
    partnerFile,
    partner: await parsePartnerFile(partnerFile, `${gateway}.json`),
  };
}
