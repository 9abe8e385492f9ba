import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_P256, KEM_MLKEM768_X25519 } from "hpke";
import type { SealingAlgorithm, SignatureAlgorithm } from "../../../runtime/contract/envelope.ts";
import { SIGNINGS } from "../_kit/jws.ts";

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
  const found = SUITES.find(({ seals }) => seals === algorithm);
  if (!found) throw new TypeError(`Cannot use a key for ${algorithm}: not an algorithm of this envelope`);
  return found;
}
