import { type GatewayKeyring, keyringErrors } from "./keyring.ts";
import type { LivePartners } from "./live_partners.ts";

/**
 * A keyring whose partners are those of this moment. What is for, or from, a partner that is none now, or is suspended,
 * is refused by KEYRING_PARTNER_ABSENT: it may be one later. Errors: KEYRING_PARTNER_OURSELVES,
 * KEYRING_PARTNER_REPEATED.
 */
export function liveKeyring(keyring: GatewayKeyring, partners: LivePartners): GatewayKeyring {
  let version = -1;
  const now = () => {
    if (version !== partners.version) keyring.use({ partners: Object.fromEntries(partners.active) });
    version = partners.version;
    return keyring;
  };
  const absent = (partner: string, state: string): never =>
    keyringErrors.fail("KEYRING_PARTNER_ABSENT", { partner, state });
  const presentTo = (partner: string) => {
    const state = partners.absenceOf(partner);
    return state === undefined ? now() : absent(partner, state);
  };
  now();
  return {
    gateway: keyring.gateway,
    get identity() {
      return keyring.identity;
    },
    signingKey: () => keyring.signingKey(),
    decryptionKey: (keyId) => keyring.decryptionKey(keyId),
    encryptionKey: (partner, algorithms) => presentTo(partner).encryptionKey(partner, algorithms),
    verificationKey(gateway, keyId) {
      const suspended = partners.suspendedAs(gateway);
      return suspended === undefined ? now().verificationKey(gateway, keyId) : absent(suspended, "suspended");
    },
    gatewayOf: (partner) => presentTo(partner).gatewayOf(partner),
    partnerOf: (gateway) => now().partnerOf(gateway),
    use: (changed) => keyring.use(changed),
  };
}
