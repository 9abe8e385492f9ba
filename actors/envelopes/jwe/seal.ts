import { CompactEncrypt, GeneralEncrypt } from "jose";
import type { Keyring, OpaqueKey, PublicKey, Sealed, Statement } from "../../../runtime/contract/envelope.ts";
import { utf8 } from "../_kit/bytes.ts";
import { type PublicPart, publicPartOf } from "../_kit/public_part.ts";
import { type JweFail, words } from "./errors.ts";
import { ALGORITHMS, protectedHeader } from "./layout.ts";
import { detach, signPayload } from "./nested.ts";

/** Signs and seals. Fails by JWE_STATEMENT_INVALID, JWE_RECIPIENTS_INVALID, and as the keyring does. */
export async function seal(
  payload: Uint8Array,
  statement: Statement,
  to: readonly string[],
  keys: Keyring,
  fail: JweFail,
): Promise<Sealed> {
  if (statement.from !== keys.gateway) fail("JWE_STATEMENT_INVALID", { field: "from" });
  const recipients = to.map((partner) => keys.encryptionKey(partner, ALGORITHMS));
  const pub = publicPartOf(statement, recipients, words.fail);
  const jws = await signPayload(pub, payload, keys);
  return { bytes: await sealSigned(jws, pub, recipients), signed: detach(jws) };
}

/**
 * Seals a message already signed: for one partner in the compact serialization, which every stack reads, for several in
 * the general one, which alone can name them. Nothing here looks whether it fits: that is for whoever opens it.
 */
export async function sealSigned(
  jws: string,
  pub: PublicPart,
  recipients: readonly PublicKey[],
): Promise<Uint8Array> {
  const header = protectedHeader(pub);
  const inside = utf8(jws);
  if (recipients.length === 1) {
    const [{ keyId: kid, key }] = recipients;
    return utf8(
      await new CompactEncrypt(inside).setProtectedHeader({ ...header, kid }).encrypt(agreementKey(key)),
    );
  }
  const jwe = new GeneralEncrypt(inside).setProtectedHeader(header);
  for (const { keyId: kid, key } of recipients) {
    jwe.addRecipient(agreementKey(key)).setUnprotectedHeader({ kid });
  }
  return utf8(JSON.stringify(await jwe.encrypt()));
}

/** A key of the algorithms this envelope asks for is one of WebCrypto's. */
export function agreementKey(key: OpaqueKey): CryptoKey {
  return key as CryptoKey;
}
