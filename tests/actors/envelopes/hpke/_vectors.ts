/** The published vectors, read as anybody may read them: with no part of the tool that made them. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_P256, KEM_MLKEM768_X25519 } from "hpke";
import { concat, fromBase64Url, toBase64Url, u32be, utf8 } from "../../../../actors/envelopes/_kit/bytes.ts";
import { canonical } from "../../../../actors/envelopes/_kit/json.ts";
import { SEALED_CHUNK_BYTES } from "../../../../actors/envelopes/hpke/body_cipher.ts";
import { bodyBytes, sealBody } from "../../../../actors/envelopes/hpke/chunked_body.ts";
import type {
  Keyring,
  OpeningKey,
  SealingAlgorithm,
  SignatureAlgorithm,
} from "../../../../runtime/contract/envelope.ts";
import type { Change } from "../../../../tools/_vector_refusals.ts";
import type { OpeningVector, Vectors, WrittenKey } from "../../../../tools/hpke_vectors.ts";

const FILE = new URL("../../../../docs/vectors/hpke.json", import.meta.url);
const FRONT_BYTES = 10;

/** The file, as it is. */
export async function readVectors(): Promise<Vectors> {
  return JSON.parse(await Deno.readTextFile(FILE));
}

/** Bytes of base64url. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(text);
  if (!bytes) throw new TypeError("Cannot read a vector: no base64url");
  return new Uint8Array(bytes);
}

/** The payload of a size. */
export function patternOf(size: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, at) => at * 7 + (at >> 8));
}

/** The keys of a gateway and, by their names, of everybody who is known to it. */
export async function vectorKeyring({ gateways }: Vectors, gateway: string): Promise<Keyring> {
  const { encryption, signing } = gateways[gateway];
  const opening = await openingKey(encryption);
  const signer = await signatureKey(signing, "sign");
  const known = new Map(
    await Promise.all(
      Object.entries(gateways).filter(([, { known }]) => known).map(async ([name, keys]) =>
        [name, await signatureKey(keys.signing, "verify")] as const
      ),
    ),
  );
  return {
    gateway,
    signingKey: () => signer,
    decryptionKey: (keyId) => keyId === opening.keyId ? opening : undefined,
    encryptionKey(partner) {
      throw new TypeError(`Cannot seal for ${partner}: vectors are for opening`);
    },
    verificationKey(name, keyId) {
      const key = known.get(name);
      return key?.keyId === keyId ? key : undefined;
    },
    gatewayOf: (partner) => partner,
  };
}

/** The envelope of a vector: as it stands there, or made of what stands there. */
export async function envelopeOf(
  { envelope, header, statement, contentKey, salt, payloadBytes }: OpeningVector,
): Promise<Uint8Array<ArrayBuffer>> {
  if (envelope !== undefined) return bytesOf(envelope);
  const front = framed(utf8(header));
  const head = concat(u32be(statement.length), utf8(statement));
  const whole = concat(front, new Uint8Array(bodyBytes(head.length + payloadBytes)));
  await sealBody({
    contentKey: { key: bytesOf(contentKey), salt: bytesOf(salt) },
    context: new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(header))),
    head,
    rest: patternOf(payloadBytes),
    into: whole.subarray(front.length),
  });
  return whole;
}

/** An envelope, changed. */
export function changed(envelope: Uint8Array<ArrayBuffer>, change: Change): Uint8Array<ArrayBuffer> {
  const end = FRONT_BYTES + new DataView(envelope.buffer, envelope.byteOffset).getUint32(6);
  const [header, body] = [envelope.subarray(FRONT_BYTES, end), envelope.subarray(end)];
  const { recipients, header: swap, chunks, bytes, flip } = change;
  if (recipients) {
    const read = JSON.parse(new TextDecoder().decode(header));
    return concat(framed(utf8(canonical({ ...read, rcpt: recipients.map((at) => read.rcpt[at]) }))), body);
  }
  if (swap) {
    const [before, after, ...more] = new TextDecoder().decode(header).split(swap.replace);
    if (after === undefined || more.length > 0) {
      throw new TypeError(`Cannot replace ${swap.replace}: not there once`);
    }
    return concat(framed(utf8(`${before}${swap.by}${after}`)), body);
  }
  if (chunks) {
    const at = (chunk: number) => 56 + chunk * SEALED_CHUNK_BYTES;
    return concat(
      envelope.subarray(0, end + 56),
      ...chunks.map((chunk) => body.subarray(at(chunk), at(chunk + 1))),
    );
  }
  if (bytes) {
    const put = bytesOf(bytes.insert ?? "");
    return concat(envelope.subarray(0, bytes.at), put, envelope.subarray(bytes.at + bytes.remove));
  }
  return envelope.map((byte, at) => at === flip ? byte ^ 1 : byte);
}

function framed(header: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(utf8("SEAL1\n"), u32be(header.length), header);
}

async function openingKey({ kid, alg, private: secret }: WrittenKey): Promise<OpeningKey> {
  const kem = alg === "MLKEM768-P256" ? KEM_MLKEM768_P256 : KEM_MLKEM768_X25519;
  const suite = new CipherSuite(kem, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
  const key = await suite.DeserializePrivateKey(bytesOf(secret), false);
  return { keyId: kid, algorithm: alg as SealingAlgorithm, key };
}

async function signatureKey(written: WrittenKey, use: "sign" | "verify") {
  const { kid, alg } = written;
  const d = use === "sign" ? { d: written.private } : {};
  const publicBytes = bytesOf(written.public);
  const [jwk, algorithm] = alg === "Ed25519"
    ? [{ kty: "OKP", crv: "Ed25519", x: written.public, ...d }, "Ed25519"] as const
    : [
      {
        kty: "EC",
        crv: "P-256",
        x: toBase64Url(publicBytes.subarray(1, 33)),
        y: toBase64Url(publicBytes.subarray(33)),
        ...d,
      },
      { name: "ECDSA", namedCurve: "P-256" },
    ] as const;
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm as EcKeyImportParams, false, [use]);
  return { keyId: kid, key, algorithm: alg as SignatureAlgorithm };
}
