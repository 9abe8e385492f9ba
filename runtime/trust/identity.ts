import type { RelayIdentity } from "../contract/adapter.ts";
import type { SealingAlgorithm, SignatureAlgorithm } from "../contract/envelope.ts";
import { importEd25519Key } from "./_ed25519_key.ts";
import type { PairBytes } from "./_key_encoding.ts";
import { isGatewayName, type Keys, type Revocation } from "./_key_file.ts";
import { type KeyKind, openHalf } from "./_sealed_half.ts";
import { type DecryptionKey, importDecryptionKey } from "./encryption_key.ts";
import { identityErrors } from "./identity_errors.ts";
import type { KeyTimes } from "./key_times.ts";
import { importLedgerKey, type LedgerKey } from "./ledger_key.ts";
import { newKeys } from "./new_keys.ts";
import type { MasterKey } from "./master_key.ts";
import {
  parsePrivateFile,
  type PrivateFile,
  type Profile,
  readPrivateFile,
  type StoredKey,
  writePrivateFile,
} from "./private_file.ts";
import type { RelayKey } from "./relay_key.ts";
import { importSigningKey, type SigningKey } from "./signing_key.ts";
import { tryWireGuardKey, type WireGuardKey } from "./wireguard_key.ts";

/** A gateway's own keys. Of each list the first that is valid is the current one. */
export interface Identity {
  /** The gateway's own name. */
  readonly gateway: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly createdAtMs: number;
  /** When the keys were last changed, in milliseconds since 1970-01-01T00:00Z. */
  readonly issuedAtMs: number;
  /** Grows with every change of the keys; 0 for a file of version 1. */
  readonly serial: number;
  /** Which algorithms it has. */
  readonly profile: Profile;
  /** Signs the file for partners; it is what they pin. In a file of version 1: the first signing key. */
  readonly root: SigningKey;
  /** What it signs with. */
  readonly signing: Keys<SigningKey>;
  /** What it opens with. */
  readonly encryption: Keys<DecryptionKey>;
  /** What it signs in at relays with; version 1 had none. */
  readonly relay?: RelayKey;
  /** What it signs the heads of its ledger with, and cosigns its partners'; files from before have none. */
  readonly ledger?: LedgerKey;
  /** What its WireGuard tunnel knows it by; files from before have none. */
  readonly wireguard?: WireGuardKey;
  /** The person who changed the keys last, as the console knows them. */
  readonly changedBy?: string;
  /** Keys it had and does not use any more. */
  readonly revoked: readonly Revocation[];
  /** False where the file has the keys in clear, as version 1 had. */
  readonly isSealed: boolean;
}

/** What keys are to be made. */
export interface NewIdentity {
  /** The gateway's own name. */
  readonly gateway: string;
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly nowMs: number;
  /** What the private halves are sealed under. */
  readonly masterKey: MasterKey;
  /** `default` where left out. */
  readonly profile?: Profile;
  /** With a key for JWE, too, for partners that have no HPKE. */
  readonly jose?: boolean;
  /** The person who makes them. */
  readonly changedBy?: string;
}

/**
 * Makes the keys of a new gateway. Write the file with `mode: 0o600` and `mustBeNew: true`.
 * Errors: IDENTITY_NAME_INVALID.
 */
export async function createIdentity(
  { gateway, nowMs, masterKey, profile = "default", jose = false, changedBy }: NewIdentity,
): Promise<{ readonly identity: Identity; readonly privateFile: Uint8Array<ArrayBuffer> }> {
  if (!isGatewayName(gateway)) identityErrors.fail("IDENTITY_NAME_INVALID");
  const made = await newKeys({ gateway, nowMs, masterKey, profile, jose });
  const file = changedBy === undefined ? made : { ...made, changedBy };
  return {
    identity: await openIdentity(file, gateway, masterKey),
    privateFile: await writePrivateFile(file, masterKey),
  };
}

/**
 * Reads a private key file and tries each key, so that a damaged file is noticed now and not at the first message.
 * `file` names it in errors; `masterKey` is needed where the keys are sealed, as they are since version 2.
 *
 * Errors: IDENTITY_FILE_INVALID, IDENTITY_FILE_ALTERED, IDENTITY_MASTER_MISSING, IDENTITY_MASTER_WRONG, IDENTITY_KEY_ALTERED,
 * IDENTITY_KEY_MISMATCHED.
 */
export async function parseIdentity(
  bytes: Uint8Array,
  file: string,
  masterKey?: MasterKey,
): Promise<Identity> {
  // Which key was altered says more than that something was.
  const identity = await openIdentity(parsePrivateFile(bytes, file), file, masterKey);
  await readPrivateFile(bytes, file, masterKey);
  return identity;
}

/** Opens what {@linkcode readPrivateFile} has read; errors as of {@linkcode parseIdentity}. */
export async function openIdentity(
  keys: PrivateFile,
  file: string,
  masterKey?: MasterKey,
): Promise<Identity> {
  const { fail } = identityErrors;
  const open = opener(keys, file, masterKey);
  const one = async <A extends string, K extends { readonly keyId: string }>(
    kind: KeyKind,
    key: StoredKey<A>,
    load: (algorithm: A, pair: PairBytes) => Promise<K>,
    part: string = kind,
  ): Promise<K & KeyTimes> => {
    const { half, publicBytes, keyId, algorithm, ...times } = key;
    const privateBytes = await open({ kind, keyId, half, part });
    const mismatched = () => fail("IDENTITY_KEY_MISMATCHED", { file, part });
    const loaded = await load(algorithm, { privateBytes, publicBytes }).catch(mismatched);
    return loaded.keyId === keyId ? { ...loaded, ...times } : mismatched();
  };
  const all = async <A extends string, K extends { readonly keyId: string }>(
    kind: KeyKind,
    [first, ...rest]: Keys<StoredKey<A>>,
    load: (algorithm: A, pair: PairBytes) => Promise<K>,
  ): Promise<Keys<K & KeyTimes>> => [
    await one(kind, first, load, `${kind}[0]`),
    ...await Promise.all(rest.map((key, at) => one(kind, key, load, `${kind}[${at + 1}]`))),
  ];
  const { gateway, createdAtMs, issuedAtMs, serial, profile, revoked, changedBy } = keys;
  const { relay, ledger, wireguard } = keys;
  const isSealed = keys.master !== undefined;
  const signing = await all<SignatureAlgorithm, SigningKey>("signing", keys.signing, importSigningKey);
  return {
    ...{ gateway, createdAtMs, issuedAtMs, serial, profile, revoked, isSealed },
    root: isSealed
      ? await one<SignatureAlgorithm, SigningKey>("root", keys.root, importSigningKey)
      : signing[0],
    signing,
    encryption: await all<SealingAlgorithm, DecryptionKey>(
      "encryption",
      keys.encryption,
      importDecryptionKey,
    ),
    ...(relay ? { relay: await one("relay", relay, (_, pair) => importEd25519Key(pair)) } : {}),
    ...(ledger ? { ledger: await one("ledger", ledger, (_, pair) => importLedgerKey(pair)) } : {}),
    ...(wireguard
      ? { wireguard: await one("wireguard", wireguard, (_, pair) => tryWireGuardKey(pair)) }
      : {}),
    ...(changedBy === undefined ? {} : { changedBy }),
  };
}

/** Who the gateway is to a relay; `undefined` where it has no key for that. */
export function relayIdentityOf({ root, relay }: Identity): RelayIdentity | undefined {
  if (!relay) return undefined;
  return { mailbox: root.keyId, publicBytes: relay.publicBytes, sign: (challenge) => relay.sign(challenge) };
}

interface Half {
  readonly kind: KeyKind;
  readonly keyId: string;
  readonly half: Uint8Array<ArrayBuffer>;
  /** Where it stands in the file. */
  readonly part: string;
}

/** What makes private halves of what the file has. */
export function opener(
  { gateway, master }: PrivateFile,
  file: string,
  masterKey?: MasterKey,
): (half: Half) => Promise<Uint8Array<ArrayBuffer>> {
  const { fail } = identityErrors;
  if (master === undefined) return ({ half }) => Promise.resolve(half);
  const key = masterKey ?? fail("IDENTITY_MASTER_MISSING", { file, needed: master });
  if (key.id !== master) fail("IDENTITY_MASTER_WRONG", { file, needed: master, found: key.id });
  return ({ kind, keyId, half, part }) =>
    openHalf(key, { gateway, kind, keyId }, half).catch(() => fail("IDENTITY_KEY_ALTERED", { file, part }));
}
