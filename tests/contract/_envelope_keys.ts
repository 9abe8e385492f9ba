/** Keys of every algorithm an envelope may ask a keyring for, made once a run. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_P256, KEM_MLKEM768_X25519 } from "hpke";
import type {
  Keyring,
  OpaqueKey,
  OpeningKey,
  PublicKey,
  SealingAlgorithm,
  SignatureAlgorithm,
  SignatureKey,
} from "../../runtime/contract/envelope.ts";

/** How a gateway signs, and what is sealed for it by. */
export interface EnvelopeSuite {
  readonly signs: SignatureAlgorithm;
  readonly seals: SealingAlgorithm;
}

interface Keys {
  readonly signing: SignatureKey;
  readonly verification: SignatureKey;
  readonly opening: OpeningKey;
  readonly sealing: PublicKey;
}

const made = new Map<string, Promise<Keys>>();

/**
 * The keyring of the gateway `NAME.example`, who calls its partners by the bare names given. Each has keys of the suite
 * that `suiteOf` gives its name; the same name and suite give the same keys.
 */
export async function keyringFor(
  name: string,
  partners: readonly string[],
  suiteOf: (name: string) => EnvelopeSuite,
): Promise<Keyring> {
  const known = new Map<string, Keys>();
  for (const partner of partners) known.set(partner, await keysOf(partner, suiteOf(partner)));
  const ours = await keysOf(name, suiteOf(name));
  const partnerCalled = (partner: string) => {
    const keys = known.get(partner);
    if (!keys) throw new TypeError(`Cannot find partner ${partner}: the test's keyring does not know it`);
    return keys;
  };
  return {
    gateway: `${name}.example`,
    signingKey: () => ours.signing,
    decryptionKey: (keyId) => keyId === ours.opening.keyId ? ours.opening : undefined,
    encryptionKey(partner, algorithms) {
      const { sealing } = partnerCalled(partner);
      if (algorithms.includes(sealing.algorithm)) return sealing;
      throw new TypeError(`Cannot seal for ${partner}: its key is for ${sealing.algorithm}`);
    },
    verificationKey(gateway, keyId) {
      const key = known.get(gateway.replace(/\.example$/, ""))?.verification;
      return key?.keyId === keyId ? key : undefined;
    },
    gatewayOf: (partner) => partnerCalled(partner).sealing.gateway,
  };
}

function keysOf(name: string, { signs, seals }: EnvelopeSuite): Promise<Keys> {
  const called = `${name} ${signs} ${seals}`;
  let keys = made.get(called);
  if (!keys) made.set(called, keys = makeKeys(`${name}.example`, signs, seals));
  return keys;
}

async function makeKeys(gateway: string, signs: SignatureAlgorithm, seals: SealingAlgorithm): Promise<Keys> {
  const signing = await generate(signs === "Ed25519" ? "Ed25519" : P256("ECDSA"), ["sign", "verify"]);
  const sealing = await makeSealingPair(seals);
  const signer = { keyId: await idOf(await rawOf(signing.publicKey)), algorithm: signs };
  const sealed = { keyId: await idOf(sealing.publicBytes), algorithm: seals };
  return {
    signing: { ...signer, key: signing.privateKey },
    verification: { ...signer, key: signing.publicKey },
    opening: { ...sealed, key: sealing.privateKey },
    sealing: { ...sealed, gateway, key: sealing.publicKey },
  };
}

async function makeSealingPair(
  algorithm: SealingAlgorithm,
): Promise<{ privateKey: OpaqueKey; publicKey: OpaqueKey; publicBytes: Uint8Array }> {
  if (algorithm === "X25519" || algorithm === "P-256") {
    const pair = await generate(algorithm === "X25519" ? "X25519" : P256("ECDH"), ["deriveBits"]);
    return { ...pair, publicBytes: await rawOf(pair.publicKey) };
  }
  const kem = algorithm === "MLKEM768-X25519" ? KEM_MLKEM768_X25519 : KEM_MLKEM768_P256;
  const suite = new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  const { privateKey, publicKey } = await suite.GenerateKeyPair(false);
  return { privateKey, publicKey, publicBytes: await suite.SerializePublicKey(publicKey) };
}

function P256(name: "ECDH" | "ECDSA"): EcKeyGenParams {
  return { name, namedCurve: "P-256" };
}

async function generate(algorithm: string | EcKeyGenParams, usages: KeyUsage[]): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(algorithm as EcKeyGenParams, false, usages);
}

async function rawOf(key: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

async function idOf(publicBytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(publicBytes))).toHex().slice(
    0,
    16,
  );
}
