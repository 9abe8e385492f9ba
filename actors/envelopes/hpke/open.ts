import type { Keyring, Opened } from "../../../runtime/contract/envelope.ts";
import { readU32be, sha256, textOf } from "../_kit/bytes.ts";
import { STATEMENT_BYTES_MAX } from "../_kit/limits.ts";
import { checkDates, statementOf } from "../_kit/public_part.ts";
import { verifyStatement } from "../_kit/statement.ts";
import { openBody } from "./chunked_body.ts";
import { unwrapContentKey } from "./content_key.ts";
import { type HpkeFail, words } from "./errors.ts";
import { type Parts, readParts } from "./header.ts";

/**
 * Opens and checks, in this order: layout, header, addressee, content key, body, signature, statement, dates. Fails by
 * every HPKE_ code but those of sealing and receipts.
 */
export async function open(
  sealed: Uint8Array,
  keys: Keyring,
  nowMs: number,
  fail: HpkeFail,
): Promise<Opened> {
  const parts = readParts(sealed, fail);
  const contentKey = await findContentKey(parts, keys, fail);
  const inside = await openBody(contentKey, await sha256(parts.header), parts.body);
  if (inside === "truncated") return fail("HPKE_ENVELOPE_TRUNCATED", { bytes: sealed.length });
  if (inside === "altered") return fail("HPKE_BODY_ALTERED");
  const { signed, payload } = split(inside, fail);
  await verifyStatement(textOf(signed) ?? "", parts.pub, payload, keys, words.fail);
  checkDates(parts.pub, nowMs, words.fail);
  return { payload, statement: statementOf(parts.pub), signed };
}

async function findContentKey({ pub, wraps }: Parts, keys: Keyring, fail: HpkeFail) {
  const { gateway } = keys;
  const ours = wraps.filter(({ gw }) => gw === gateway);
  if (ours.length === 0) fail("HPKE_RECIPIENT_MISSING", { gateway });
  for (const wrap of ours) {
    const key = keys.decryptionKey(wrap.kid);
    if (key) return await unwrapContentKey(wrap, key.key, pub) ?? fail("HPKE_WRAP_ALTERED");
  }
  return fail("HPKE_KEY_UNKNOWN", { gateway });
}

function split(inside: Uint8Array, fail: HpkeFail): { signed: Uint8Array; payload: Uint8Array } {
  const length = readU32be(inside, 0) ?? fail("HPKE_SIGNATURE_INVALID");
  if (length > STATEMENT_BYTES_MAX || inside.length < 4 + length) fail("HPKE_SIGNATURE_INVALID");
  return { signed: inside.slice(4, 4 + length), payload: inside.subarray(4 + length) };
}
