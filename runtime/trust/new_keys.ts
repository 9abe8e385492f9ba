import type { SealingAlgorithm, SignatureAlgorithm } from "../contract/envelope.ts";
import { keyIdOf, type PairBytes } from "./_key_encoding.ts";
import { type KeyKind, sealHalf } from "./_sealed_half.ts";
import { generateEncryptionKey } from "./encryption_key.ts";
import type { MasterKey } from "./master_key.ts";
import type { PrivateFile, Profile, StoredKey } from "./private_file.ts";
import { generateSigningKey } from "./signing_key.ts";

/** A private file whose keys are sealed. */
export type SealedFile = PrivateFile & { readonly master: string };

/** What each profile signs and is sealed for by; `jose` is for partners that have no HPKE. */
const PROFILES = {
  default: { signing: "Ed25519", encryption: "MLKEM768-X25519", jose: "X25519" },
  nist: { signing: "ES256", encryption: "MLKEM768-P256", jose: "P-256" },
} as const satisfies Readonly<
  Record<Profile, { signing: SignatureAlgorithm; encryption: SealingAlgorithm; jose: SealingAlgorithm }>
>;

/** Whose key, and under what it is sealed. */
export interface Sealer {
  readonly gateway: string;
  readonly masterKey: MasterKey;
}

/** Makes all keys of a new gateway, from now on and for ever. */
export async function newKeys(
  { gateway, nowMs, masterKey, profile, jose }: Sealer & {
    readonly nowMs: number;
    readonly profile: Profile;
    readonly jose: boolean;
  },
): Promise<SealedFile> {
  const by = { gateway, masterKey };
  const algorithms = PROFILES[profile];
  const encryption = await newEncryptionKey(by, algorithms.encryption);
  return {
    gateway,
    createdAtMs: nowMs,
    issuedAtMs: nowMs,
    serial: 1,
    profile,
    master: masterKey.id,
    root: await newSigningKey(by, algorithms.signing, "root"),
    signing: [await newSigningKey(by, algorithms.signing)],
    encryption: jose ? [encryption, await newEncryptionKey(by, algorithms.jose)] : [encryption],
    relay: await newRelayKey(by),
    revoked: [],
  };
}

/** A new key that signs. */
export async function newSigningKey<A extends SignatureAlgorithm>(
  by: Sealer,
  algorithm: A,
  kind: "root" | "signing" | "relay" = "signing",
): Promise<StoredKey<A>> {
  return await stored(by, kind, algorithm, await generateSigningKey(algorithm));
}

/** A new key that opens. */
export async function newEncryptionKey<A extends SealingAlgorithm>(
  by: Sealer,
  algorithm: A,
): Promise<StoredKey<A>> {
  return await stored(by, "encryption", algorithm, await generateEncryptionKey(algorithm));
}

/** A new key for relays, whose sign-in takes no other algorithm. */
export function newRelayKey(by: Sealer): Promise<StoredKey<"Ed25519">> {
  return newSigningKey(by, "Ed25519", "relay");
}

async function stored<A extends string>(
  { gateway, masterKey }: Sealer,
  kind: KeyKind,
  algorithm: A,
  { privateBytes, publicBytes }: PairBytes,
): Promise<StoredKey<A>> {
  const keyId = await keyIdOf(publicBytes);
  const half = await sealHalf(masterKey, { gateway, kind, keyId }, privateBytes);
  return { keyId, algorithm, publicBytes, half };
}
