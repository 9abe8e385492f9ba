import type { Opened } from "../../../runtime/contract/envelope.ts";
import { readU32be, sha256, textOf } from "../_kit/bytes.ts";
import { STATEMENT_BYTES_MAX } from "../_kit/limits.ts";
import { checkDates, statementOf } from "../_kit/public_part.ts";
import { checkPayload, factsOf, verifyStatement } from "../_kit/statement.ts";
import { openBody } from "./chunked_body.ts";
import { unwrapContentKey } from "./content_key.ts";
import { words } from "./errors.ts";
import { type Parts, readParts } from "./header.ts";
import { allows } from "./suites.ts";
import { approvedKeys, type HpkeTools } from "./tools.ts";

/**
 * Opens and checks, in this order: layout, header, algorithms, addressee, content key, body, signature, statement,
 * payload, dates. Fails by every HPKE_ code but those of sealing and receipts.
 */
export async function open(sealed: Uint8Array, tools: HpkeTools): Promise<Opened> {
  const { fail } = tools;
  const parts = readParts(sealed, fail);
  const contentKey = await findContentKey(parts, tools);
  const inside = await openBody(contentKey, await sha256(parts.header), parts.body);
  if (inside === "truncated") return fail("HPKE_ENVELOPE_TRUNCATED", { bytes: sealed.length });
  if (inside === "altered") return fail("HPKE_BODY_ALTERED");
  const length = readStatementLength(inside, tools);
  if (inside.length < length) fail("HPKE_SIGNATURE_INVALID");
  const [signed, payload] = [inside.slice(4, length), inside.subarray(length)];
  const facts = await verifyStatement(textOf(signed) ?? "", parts.pub, approvedKeys(tools), words.fail);
  checkPayload(await factsOf(payload), facts, words.fail);
  checkDates(parts.pub, tools.nowMs, words.fail);
  return { payload, statement: statementOf(parts.pub), signed };
}

/**
 * The content key, as it was wrapped for us. Fails by HPKE_ALGORITHM_UNAPPROVED, HPKE_RECIPIENT_MISSING,
 * HPKE_KEY_UNKNOWN, HPKE_WRAP_ALTERED.
 */
export async function findContentKey(
  { pub, wraps }: Pick<Parts, "pub" | "wraps">,
  tools: HpkeTools,
): Promise<Uint8Array> {
  const { keys, config: { profile }, fail } = tools;
  // A receipt is needed for everything that is opened: better refused now than taken and not receipted.
  if (profile !== "any") approvedKeys(tools).signingKey();
  const other = wraps.find(({ suite }) => !allows(profile, suite.seals));
  if (other) fail("HPKE_ALGORITHM_UNAPPROVED", { profile, algorithm: other.suite.seals });
  const { gateway } = keys;
  const ours = wraps.filter(({ gw }) => gw === gateway);
  if (ours.length === 0) fail("HPKE_RECIPIENT_MISSING", { gateway });
  for (const wrap of ours) {
    const key = keys.decryptionKey(wrap.kid);
    if (!key) continue;
    if (key.algorithm !== wrap.suite.seals) fail("HPKE_WRAP_ALTERED");
    return await unwrapContentKey(wrap, key.key, pub) ?? fail("HPKE_WRAP_ALTERED");
  }
  return fail("HPKE_KEY_UNKNOWN", { gateway });
}

/** Where the statement ends, from the first four bytes inside. Fails by HPKE_SIGNATURE_INVALID. */
export function readStatementLength(inside: Uint8Array, { fail }: HpkeTools): number {
  const length = readU32be(inside, 0) ?? fail("HPKE_SIGNATURE_INVALID");
  return length > STATEMENT_BYTES_MAX ? fail("HPKE_SIGNATURE_INVALID") : 4 + length;
}
