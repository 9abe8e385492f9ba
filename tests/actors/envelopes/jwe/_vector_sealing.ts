/** What the vectors of `jwe` are made of: a good message, and ways to seal a bad one. */
import { CompactEncrypt, CompactSign } from "jose";
import type { PublicPart } from "../../../../actors/envelopes/_kit/public_part.ts";
import { protectedHeader } from "../../../../actors/envelopes/jwe/layout.ts";
import { signPayload } from "../../../../actors/envelopes/jwe/nested.ts";
import { sealSigned } from "../../../../actors/envelopes/jwe/seal.ts";
import type { PublicKey } from "../../../../runtime/contract/envelope.ts";
import { gatewaysOf, type JweVectors, NOW_MS, type VectorKey } from "./_vectors.ts";

/** JSON, whatever is in it. */
export type Json = Record<string, unknown>;

export const FILE = new URL("../../../../docs/vectors/jwe.json", import.meta.url);
const found = await Deno.readTextFile(FILE).then((text) => JSON.parse(text) as JweVectors, () => undefined);
export const keys = found?.keys ?? await makeKeys();
export const { hospital, stranger, lab, sealingKey } = await gatewaysOf(keys);

export const PAYLOAD = utf8("MSH|^~\\&|LAB|HOSPITAL|EHR|CLINIC|20260601120000||ORU^R01|1|P|2.5\r");
export const toLab = sealingKey("lab.example", "X25519");
export const toLabToo = sealingKey("lab.example", "P-256");
export const toClinic = sealingKey("clinic.example", "P-256");

export const [head, encryptedKey, iv, ciphertext, tag] = (await good([toLab])).split(".");
export const compact = (...parts: readonly string[]) => parts.join(".");
export const general = JSON.parse(await good([toLab, toClinic])) as Json & { recipients: Json[] };
export const json = (change: Json) => JSON.stringify({ ...general, ...change });

/** What is said of the first message, and its JWS. */
export const pub = pubFor([toLab]);
export const jws = await signPayload(pub, PAYLOAD, hospital);

async function makeKeys(): Promise<VectorKey[]> {
  const make = async (gateway: string, alg: VectorKey["alg"]): Promise<VectorKey> => {
    const signs = alg === "Ed25519" || alg === "ES256";
    const algorithm = alg === "Ed25519" || alg === "X25519"
      ? alg
      : { name: signs ? "ECDSA" : "ECDH", namedCurve: "P-256" };
    const pair = await crypto.subtle.generateKey(
      algorithm as EcKeyGenParams,
      true,
      signs ? ["sign", "verify"] : ["deriveBits"],
    );
    const { kty, crv, x, y, d } = await crypto.subtle.exportKey("jwk", pair.privateKey) as Record<
      string,
      string
    >;
    const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
    const kid = new Uint8Array(await crypto.subtle.digest("SHA-256", raw)).toHex().slice(0, 16);
    return { gateway, kid, alg, jwk: { kty, crv, x, ...(y ? { y } : {}), d } };
  };
  const all = (gateway: string) =>
    Promise.all((["Ed25519", "ES256", "X25519", "P-256"] as const).map((alg) => make(gateway, alg)));
  return (await Promise.all(["hospital", "lab", "clinic", "stranger"].map((name) => all(`${name}.example`))))
    .flat();
}

export function pubFor(to: readonly PublicKey[], change: Partial<PublicPart> = {}): PublicPart {
  return {
    v: 1,
    id: "01977b3c-5a00-7000-8000-000000000001",
    from: "hospital.example",
    ch: "results",
    ep: 1,
    seq: 42,
    iat: NOW_MS,
    exp: NOW_MS + 3_600_000,
    cty: "x-application/hl7-v2+er7",
    to: to.map(({ gateway, keyId }) => ({ gw: gateway, kid: keyId })),
    ...change,
  };
}

export async function good(
  to: readonly PublicKey[],
  algorithm: "Ed25519" | "ES256" = "Ed25519",
  payload: Uint8Array = PAYLOAD,
  change: Partial<PublicPart> = {},
): Promise<string> {
  const pub = pubFor(to, change);
  const jws = await signPayload(pub, payload, { signingKey: () => hospital.signingKeyOf(algorithm) });
  return new TextDecoder().decode(await sealSigned(jws, pub, to));
}

/** Sealed as it must be, whatever is inside. */
export async function sealed(inside: string, change: Partial<PublicPart> = {}): Promise<string> {
  return new TextDecoder().decode(await sealSigned(inside, pubFor([toLab], change), [toLab]));
}

export function compactHeader(to: PublicKey) {
  return { ...protectedHeader(pubFor([to])), kid: to.keyId };
}

/** Another header before what was sealed under the good one. */
export function withHeader(header: Json): string {
  const { epk } = JSON.parse(textOf(head)) as Json;
  return compact(base64url(utf8(JSON.stringify({ epk, ...header }))), encryptedKey, iv, ciphertext, tag);
}

/** Sealed by these headers in earnest: a reader that looked at nothing else would open it. */
export async function reallyWith(change: Json): Promise<string> {
  const inside = utf8(await signPayload(pubFor([toLab]), PAYLOAD, hospital));
  return await new CompactEncrypt(inside)
    .setProtectedHeader({ ...compactHeader(toLab), ...change } as never)
    .encrypt(webKey(toLab));
}

export async function signed(change: Json): Promise<string> {
  const { keyId, key } = hospital.signingKey();
  const header = { alg: "EdDSA", kid: keyId, typ: "seal-doc+jws", seal: pub, ...change };
  return await new CompactSign(PAYLOAD).setProtectedHeader(header as never).sign(key);
}

export function unsigned(header: Json): string {
  return `${base64url(utf8(JSON.stringify(header)))}.${base64url(PAYLOAD)}.`;
}

export async function macked(pub: PublicPart): Promise<string> {
  const { keyId } = hospital.signingKey();
  const publicKey = keys.find(({ kid }) => kid === keyId)!.jwk.x;
  return await new CompactSign(PAYLOAD)
    .setProtectedHeader({ alg: "HS256", kid: keyId, typ: "seal-doc+jws", seal: pub } as never)
    .sign(Uint8Array.fromBase64(publicKey, { alphabet: "base64url" }));
}

export function detached(jws: string): Uint8Array {
  const [head, , signature] = jws.split(".");
  return utf8(`${head}..${signature}`);
}

export function kidOf(jws: string): unknown {
  return (JSON.parse(textOf(jws.split(".")[0])) as Json).kid;
}

export function webKey({ key }: PublicKey): CryptoKey {
  return key as CryptoKey;
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function textOf(part: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" }));
}

export function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
