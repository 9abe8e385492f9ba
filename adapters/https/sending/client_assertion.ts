import { Buffer } from "node:buffer";
import { createPrivateKey } from "node:crypto";
import { importJWK, type JWK, SignJWT } from "jose";
import type { Tools } from "../_sender_spec.ts";
import type { OauthSettings } from "./auth_settings.ts";

/** How long an assertion may be used: five minutes are the most that SMART allows. */
const LIFE_SECONDS = 240;

/**
 * A signed statement of who we are (RFC 7523 section 2.2, SMART App Launch 2.2 section 4.1). `key`: a private key, as JWK or
 * PEM. Errors: HTTPS_KEY_UNUSABLE.
 */
export async function clientAssertion(
  { clientId, keyId, keySetUrl }: OauthSettings,
  key: string,
  audience: URL,
  { world: { clock, random }, fail }: Tools,
): Promise<string> {
  const jwk = jwkOf(key) ?? fail("HTTPS_KEY_UNUSABLE");
  const alg = algorithmOf(jwk) ?? fail("HTTPS_KEY_UNUSABLE");
  const kid = keyId ?? jwk.kid;
  const nowSeconds = Math.floor(clock.nowMs() / 1000);
  return await new SignJWT({ jti: Buffer.from(random.bytes(16)).toString("hex") })
    .setProtectedHeader({
      alg,
      typ: "JWT",
      ...(kid === undefined ? {} : { kid }),
      ...(keySetUrl === undefined ? {} : { jku: keySetUrl }),
    })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience.href)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + LIFE_SECONDS)
    .sign(await importJWK(jwk, alg).catch(() => fail("HTTPS_KEY_UNUSABLE")));
}

/** Without a cause where it cannot be read: that error may quote the key. */
function jwkOf(text: string): JWK | undefined {
  try {
    const key = text.trimStart().startsWith("{") ? JSON.parse(text) : undefined;
    if (!key) return createPrivateKey(text).export({ format: "jwk" }) as JWK;
    const { use: _, key_ops: __, alg: ___, ...jwk } = key as JWK;
    return typeof jwk.d === "string" ? jwk : undefined;
  } catch {
    return undefined;
  }
}

function algorithmOf({ kty, crv }: JWK): "RS384" | "ES384" | undefined {
  if (kty === "RSA") return "RS384";
  return kty === "EC" && crv === "P-384" ? "ES384" : undefined;
}
