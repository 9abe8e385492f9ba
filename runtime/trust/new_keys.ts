import type { SealingAlgorithm, SignatureAlgorithm } from "../contract/envelope.ts";
import { keyIdOf, type PairBytes } from "./_key_encoding.ts";
import { type KeyKind, sealHalf } from "./_sealed_half.ts";
import { generateEncryptionKey } from "./encryption_key.ts";
import type { MasterKey } from "./master_key.ts";
import type { PrivateFile, Profile, StoredKey } from "./private_file.ts";
import { generateSigningKey } from "./signing_key.ts";

/** A private file whose keys are sealed. */
export type SealedFile = PrivateFile & { readonly master: string };

/** Kinds of key that a gateway has one of: relays, checkpoints by C2SP and WireGuard know one algorithm each. */
const SINGLE_KINDS = ["relay", "ledger", "wireguard"] as const;

/** One of those kinds. */
export type SingleKind = typeof SINGLE_KINDS[number];
type SingleKeys = Pick<PrivateFile, SingleKind>;

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
    ...await missingKeys(by, { profile }),
    gateway,
    createdAtMs: nowMs,
    issuedAtMs: nowMs,
    serial: 1,
    profile,
    master: masterKey.id,
    root: await newSigningKey(by, algorithms.signing, "root"),
    signing: [await newSigningKey(by, algorithms.signing)],
    encryption: jose ? [encryption, await newEncryptionKey(by, algorithms.jose)] : [encryption],
    revoked: [],
  };
}

/**
 * Those keys of which a gateway has one of each that a file lacks: it may be from before they came. WireGuard knows no
 * algorithm that NIST has approved, so a gateway of the profile `nist` gets a key for it only where somebody asks.
 */
export async function missingKeys(
  by: Sealer,
  keys: Pick<PrivateFile, SingleKind | "profile">,
): Promise<SingleKeys> {
  const kinds = SINGLE_KINDS.filter((kind) =>
    !keys[kind] && !(kind === "wireguard" && keys.profile === "nist")
  );
  return Object.assign({}, ...await Promise.all(kinds.map((kind) => newSingleKey(by, kind))));
}

/** A new key of such a kind. */
export async function newSingleKey(by: Sealer, kind: SingleKind): Promise<SingleKeys> {
  return kind === "wireguard"
    ? { wireguard: await newEncryptionKey(by, "X25519", kind) }
    : { [kind]: await newSigningKey(by, "Ed25519", kind) };
}

/** A new key that signs. */
export async function newSigningKey<A extends SignatureAlgorithm>(
  by: Sealer,
  algorithm: A,
  kind: Exclude<KeyKind, "encryption" | "wireguard"> = "signing",
): Promise<StoredKey<A>> {
  return await stored(by, kind, algorithm, await generateSigningKey(algorithm));
}

/** A new key that opens. */
export async function newEncryptionKey<A extends SealingAlgorithm>(
  by: Sealer,
  algorithm: A,
  kind: "encryption" | "wireguard" = "encryption",
): Promise<StoredKey<A>> {
  return await stored(by, kind, algorithm, await generateEncryptionKey(algorithm));
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
