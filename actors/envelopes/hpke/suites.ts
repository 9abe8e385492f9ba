import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_P256, KEM_MLKEM768_X25519 } from "hpke";
import type { SealingAlgorithm, SignatureAlgorithm } from "../../../runtime/contract/envelope.ts";

/** Which algorithms an envelope takes: every one it knows, or those of NIST's profile alone. */
export type Profile = "any" | "nist";

/** A way to wrap a content key: HPKE in base mode (RFC 9180) with one KEM, HKDF-SHA256 and AES-256-GCM. */
export interface Suite {
  /** What a recipient's key is for. */
  readonly seals: SealingAlgorithm;
  /** Its name in a header. */
  readonly alg: string;
  /** Bytes of the encapsulated secret. */
  readonly encapsulatedBytes: number;
  readonly hpke: CipherSuite;
}

/** A way to sign. */
export interface Signing {
  /** What a signer's key is for. */
  readonly signs: SignatureAlgorithm;
  /** Its name in a JWS. */
  readonly alg: string;
}

const SUITES: readonly Suite[] = [
  {
    seals: "MLKEM768-X25519",
    alg: "HPKE-MLKEM768-X25519-SHA256-A256GCM",
    encapsulatedBytes: 1120,
    hpke: new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM),
  },
  {
    seals: "MLKEM768-P256",
    alg: "HPKE-MLKEM768-P256-SHA256-A256GCM",
    encapsulatedBytes: 1153,
    hpke: new CipherSuite(KEM_MLKEM768_P256, KDF_HKDF_SHA256, AEAD_AES_256_GCM),
  },
];

/** RFC 9864 calls the first `Ed25519` now; the older name is what other stacks in the field read. */
const SIGNINGS: readonly Signing[] = [
  { signs: "Ed25519", alg: "EdDSA" },
  { signs: "ES256", alg: "ES256" },
];

const PROFILES: Readonly<Record<Profile, readonly string[]>> = {
  any: [...SUITES.map(({ seals }) => seals), ...SIGNINGS.map(({ signs }) => signs)],
  nist: ["MLKEM768-P256", "ES256"],
};

/** What recipients' keys may be for. */
export function sealingAlgorithms(profile: Profile): readonly SealingAlgorithm[] {
  return SUITES.map(({ seals }) => seals).filter((seals) => allows(profile, seals));
}

/** True where the profile takes the algorithm. */
export function allows(profile: Profile, algorithm: SealingAlgorithm | SignatureAlgorithm): boolean {
  return PROFILES[profile].includes(algorithm);
}

/** The suite a header names; `undefined` for one nobody here knows. */
export function suiteNamed(alg: unknown): Suite | undefined {
  return SUITES.find((suite) => suite.alg === alg);
}

/** The suite for a recipient's key, which was asked for by {@linkcode sealingAlgorithms}. */
export function suiteFor(algorithm: SealingAlgorithm): Suite {
  return found(SUITES.find(({ seals }) => seals === algorithm), algorithm);
}

/** How a key signs. */
export function signingFor(algorithm: SignatureAlgorithm): Signing {
  return found(SIGNINGS.find(({ signs }) => signs === algorithm), algorithm);
}

/** True for the name of a way to sign. */
export function isSigning(alg: unknown): boolean {
  return SIGNINGS.some((signing) => signing.alg === alg);
}

function found<T>(row: T | undefined, algorithm: string): T {
  if (row === undefined) {
    throw new TypeError(`Cannot use a key for ${algorithm}: not an algorithm of this envelope`);
  }
  return row;
}
