/** The gateways of the test vectors: keys from seeds anybody can compute, and what is done with them, deterministically. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { ml_kem768_p256, ml_kem768_x25519 } from "@noble/post-quantum/hybrid.js";
import { createHash } from "node:crypto";
import type { SealingAlgorithm, SignatureAlgorithm } from "../runtime/contract/envelope.ts";

/** A gateway of the vectors. */
export interface VectorGateway {
  readonly name: string;
  readonly signing: VectorKey<SignatureAlgorithm>;
  readonly encryption: VectorKey<SealingAlgorithm>;
}

/** One key, both halves. */
export interface VectorKey<A> {
  readonly kid: string;
  readonly alg: A;
  readonly private: Uint8Array;
  readonly public: Uint8Array;
}

/** Everybody in the vectors. All know one another's keys, but nobody those of the stranger. */
export interface Cast {
  readonly hospital: VectorGateway;
  readonly lab: VectorGateway;
  readonly registry: VectorGateway;
  readonly clinic: VectorGateway;
  readonly stranger: VectorGateway;
}

const KEMS = { "MLKEM768-X25519": ml_kem768_x25519, "MLKEM768-P256": ml_kem768_p256 } as const;

/** Bytes for a purpose: SHA-256 of `mitral-hpke-vectors/PURPOSE/N`, N counting from 0, as many as are needed. */
export function seedOf(purpose: string, length = 32): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 32) {
    const block = createHash("sha256").update(`mitral-hpke-vectors/${purpose}/${at / 32}`).digest();
    bytes.set(block.subarray(0, length - at), at);
  }
  return bytes;
}

/** Makes everybody: hospital, lab and stranger with Ed25519 and X-Wing, registry and clinic by NIST's profile. */
export function makeCast(): Cast {
  return {
    hospital: gatewayNamed("hospital.example", "Ed25519", "MLKEM768-X25519"),
    lab: gatewayNamed("lab.example", "Ed25519", "MLKEM768-X25519"),
    registry: gatewayNamed("registry.example", "ES256", "MLKEM768-P256"),
    clinic: gatewayNamed("clinic.example", "ES256", "MLKEM768-P256"),
    stranger: gatewayNamed("stranger.example", "Ed25519", "MLKEM768-X25519"),
  };
}

function gatewayNamed(
  name: string,
  signs: SignatureAlgorithm,
  seals: keyof typeof KEMS,
): VectorGateway {
  const [signing, encryption] = [seedOf(`${name}/signing`), seedOf(`${name}/encryption`)];
  const verification = signs === "Ed25519"
    ? ed25519.getPublicKey(signing)
    : p256.getPublicKey(signing, false);
  return {
    name,
    signing: keyOf(signs, signing, verification),
    encryption: keyOf(seals, encryption, KEMS[seals].keygen(encryption).publicKey),
  };
}

/** Signs without randomness: Ed25519 (RFC 8032), or ECDSA as RFC 6979 has it, as R and S of 32 bytes each. */
export function signBytes(
  { alg, private: secret }: VectorKey<SignatureAlgorithm>,
  bytes: Uint8Array,
): Uint8Array {
  return alg === "Ed25519" ? ed25519.sign(bytes, secret) : p256.sign(bytes, secret, { lowS: false });
}

/** What the KEM makes of a seed in place of randomness. */
export function encapsulate(
  { alg, public: key }: VectorKey<SealingAlgorithm>,
  purpose: string,
): { readonly shared_secret: Uint8Array; readonly enc: Uint8Array } {
  const kem = KEMS[alg as keyof typeof KEMS];
  const { cipherText, sharedSecret } = kem.encapsulate(key, seedOf(purpose, kem.lengths.msgRand));
  return { shared_secret: sharedSecret, enc: cipherText };
}

function keyOf<A>(alg: A, secret: Uint8Array, publicBytes: Uint8Array): VectorKey<A> {
  const kid = createHash("sha256").update(publicBytes).digest("hex").slice(0, 16);
  return { kid, alg, private: secret, public: publicBytes };
}
