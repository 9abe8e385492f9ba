/**
 * Keys for services that seal or open messages themselves: `import { openKeyring } from "mitral/trust"`.
 *
 * @module
 */
export type { Keys, Revocation } from "./_key_file.ts";
export { isValidAt, type KeyTimes } from "./key_times.ts";
export type { DecryptionKey, EncryptionKey } from "./encryption_key.ts";
export {
  createIdentity,
  type Identity,
  type NewIdentity,
  parseIdentity,
  relayIdentityOf,
} from "./identity.ts";
export { type GatewayKeyring, keyringOf, type KeyringParts, openKeyring } from "./keyring.ts";
export type { LedgerKey } from "./ledger_key.ts";
export { createMasterKey, findMasterKey, type MasterKey, type MasterKeySources } from "./master_key.ts";
export {
  fingerprintOf,
  type Link,
  parsePartnerFile,
  type Partner,
  type PartnerFacts,
  writePartnerFile,
} from "./partner_file.ts";
export type { Profile } from "./private_file.ts";
export type { RelayKey } from "./relay_key.ts";
export type { SigningKey, VerificationKey } from "./signing_key.ts";
export type { WireGuardKey } from "./wireguard_key.ts";
