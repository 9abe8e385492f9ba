/** The test vectors in `docs/vectors/jwe.json`: what is in them, and the gateways whose keys they hold. */
import type {
  Keyring,
  PublicKey,
  SignatureAlgorithm,
  SignatureKey,
} from "../../../../runtime/contract/envelope.ts";

/** When they are opened. */
export const NOW_MS = Date.UTC(2026, 5, 1);

/** Both halves of a key, as a JWK. */
export interface VectorKey {
  readonly gateway: string;
  readonly kid: string;
  readonly alg: "Ed25519" | "ES256" | "X25519" | "P-256";
  readonly jwk: Readonly<Record<string, string>>;
}

/** What the file holds. Bytes are base64url. */
export interface JweVectors {
  readonly about: string;
  /** When everything is opened, in milliseconds since 1970. */
  readonly now: number;
  readonly keys: readonly VectorKey[];
  /** What the sender says of the first message. */
  readonly statement: Readonly<Record<string, unknown>>;
  readonly payload: string;
  /** What `lab.example`, who knows `hospital.example` and `clinic.example`, opens. */
  readonly opens: readonly { readonly name: string; readonly sealed: string; readonly payload: string }[];
  /** What it refuses, by which code. */
  readonly refused: readonly { readonly name: string; readonly code: string; readonly sealed: string }[];
  /** What `hospital.example` makes of receipts for its first message: accepted, rejected, or a code. */
  readonly receipts: readonly { readonly name: string; readonly says: string; readonly receipt: string }[];
}

/** A gateway that chooses what it signs with. */
export interface VectorKeyring extends Keyring {
  signingKeyOf(algorithm: SignatureAlgorithm): SignatureKey;
}

/** The gateways of the vectors. Each signs with Ed25519 where nothing else is said. */
export async function gatewaysOf(keys: readonly VectorKey[]) {
  const imported = new Map<string, { readonly own: CryptoKey; readonly open: CryptoKey }>();
  for (const { kid, alg, jwk: { d, ...open } } of keys) {
    const signs = alg === "Ed25519" || alg === "ES256";
    const algorithm = alg === "Ed25519" || alg === "X25519"
      ? alg
      : { name: signs ? "ECDSA" : "ECDH", namedCurve: "P-256" };
    const load = (jwk: Record<string, string>, usages: KeyUsage[]) =>
      crypto.subtle.importKey("jwk", jwk, algorithm, true, usages);
    imported.set(kid, {
      own: await load({ ...open, d }, signs ? ["sign"] : ["deriveBits"]),
      open: await load(open, signs ? ["verify"] : []),
    });
  }
  const find = (gateway: string, alg: VectorKey["alg"]) =>
    keys.find((key) => key.gateway === gateway && key.alg === alg)!;
  const sealingKey = (gateway: string, algorithm: "X25519" | "P-256"): PublicKey & Pick<VectorKey, "jwk"> => {
    const { kid, jwk: { d: _, ...jwk } } = find(gateway, algorithm);
    return { gateway, keyId: kid, key: imported.get(kid)!.open, algorithm, jwk };
  };
  const keyring = (name: string, partners: readonly string[]): VectorKeyring => {
    const gateway = `${name}.example`;
    const signingKeyOf = (algorithm: SignatureAlgorithm): SignatureKey => {
      const { kid } = find(gateway, algorithm);
      return { keyId: kid, key: imported.get(kid)!.own, algorithm };
    };
    const known = (called: string) => partners.some((partner) => `${partner}.example` === called);
    return {
      gateway,
      signingKeyOf,
      signingKey: () => signingKeyOf("Ed25519"),
      decryptionKey(keyId) {
        const found = keys.find((key) => key.gateway === gateway && key.kid === keyId);
        if (found?.alg !== "X25519" && found?.alg !== "P-256") return undefined;
        return { keyId, key: imported.get(keyId)!.own, algorithm: found.alg };
      },
      encryptionKey: (partner) => sealingKey(`${partner}.example`, "X25519"),
      verificationKey(called, keyId) {
        const found = keys.find((key) => key.gateway === called && key.kid === keyId);
        if (!known(called) || (found?.alg !== "Ed25519" && found?.alg !== "ES256")) return undefined;
        return { keyId, key: imported.get(keyId)!.open, algorithm: found.alg };
      },
      gatewayOf: (partner) => `${partner}.example`,
    };
  };
  return {
    hospital: keyring("hospital", ["lab", "clinic"]),
    lab: keyring("lab", ["hospital", "clinic"]),
    stranger: keyring("stranger", ["hospital", "lab"]),
    sealingKey,
  };
}
