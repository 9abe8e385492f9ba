import { flattenedDecrypt } from "jose";
import type { Keyring, Opened, OpeningKey } from "../../../runtime/contract/envelope.ts";
import { checkDates, statementOf } from "../_kit/public_part.ts";
import { type JweFail, words } from "./errors.ts";
import { bytesIn, CONTENT, KEY_WRAP, type Parts, readParts, type Wrap } from "./layout.ts";
import { verifyPayload } from "./nested.ts";
import { agreementKey } from "./seal.ts";

/**
 * Opens and checks, in this order: serialization, header, addressee, content, signature, statement, dates. Fails by every
 * JWE_ code but those of sealing and receipts.
 */
export async function open(
  sealed: Uint8Array,
  keys: Keyring,
  nowMs: number,
  fail: JweFail,
): Promise<Opened> {
  const parts = readParts(sealed, fail);
  const { wrap, key } = findKey(parts, keys, fail);
  const inside = await decrypt(parts, wrap, key, fail);
  const { pub, payload, signed } = await verifyPayload(inside, parts.label, keys);
  checkDates(pub, nowMs, words.fail);
  return { payload, statement: statementOf(pub), signed };
}

function findKey({ label, wraps }: Parts, keys: Keyring, fail: JweFail) {
  const { gateway } = keys;
  const ours = wraps.filter((_, at) => label.to[at].gw === gateway);
  if (ours.length === 0) fail("JWE_RECIPIENT_MISSING", { gateway });
  for (const wrap of ours) {
    const key = keys.decryptionKey(wrap.kid);
    if (key) return { wrap, key };
  }
  return fail("JWE_KEY_UNKNOWN", { gateway });
}

async function decrypt(
  parts: Parts,
  { kid, epk, encryptedKey }: Wrap,
  { key, algorithm }: OpeningKey,
  fail: JweFail,
): Promise<Uint8Array> {
  if (epk.crv !== algorithm) fail("JWE_HEADER_INVALID", { field: "epk" });
  const { iv, ciphertext, tag } = parts;
  bytesIn("ciphertext", ciphertext, fail);
  const jwe = {
    protected: parts.protected,
    ...(parts.isCompact ? {} : { header: { kid, epk } }),
    encrypted_key: encryptedKey,
    iv,
    ciphertext,
    tag,
  };
  const only = { keyManagementAlgorithms: [KEY_WRAP], contentEncryptionAlgorithms: [CONTENT] };
  try {
    return (await flattenedDecrypt(jwe, agreementKey(key), only)).plaintext;
  } catch (cause) {
    return fail("JWE_CONTENT_ALTERED", {}, cause);
  }
}
