import type { Keyring, Opened, Statement } from "../../../runtime/contract/envelope.ts";
import { concat, textOf, utf8 } from "../_kit/bytes.ts";
import { STATEMENT_BYTES_MAX } from "../_kit/limits.ts";
import { checkDates, publicPartOf, statementOf } from "../_kit/public_part.ts";
import { checkPayload, factsOf, publicPartIn, signStatement, verifyStatement } from "../_kit/statement.ts";
import { type AgeFail, words } from "./errors.ts";

/** What an addressee's key is called: age does not name the keys it encrypts for. */
const KEY_ID = "age";
/** Ends the statement: no JWS has one, and `head -n 1` gives it, `tail -n +2` the message. */
const LINE_FEED = 0x0a;

/** The message with a signed statement before it, and that statement. Fails by AGE_STATEMENT_INVALID, AGE_RECIPIENTS_INVALID. */
export async function addStatement(
  payload: Uint8Array,
  statement: Statement,
  to: readonly string[],
  keys: Keyring,
  fail: AgeFail,
): Promise<{ readonly inside: Uint8Array; readonly signed: Uint8Array }> {
  if (statement.from !== keys.gateway) fail("AGE_STATEMENT_INVALID", { field: "from" });
  const addressees = to.map((partner) => ({ gateway: keys.gatewayOf(partner), keyId: KEY_ID }));
  const pub = publicPartOf(statement, addressees, words.fail);
  const signed = utf8(await signStatement(pub, await factsOf(payload), keys));
  return { inside: concat(signed, Uint8Array.of(LINE_FEED), payload), signed };
}

/**
 * Checks the statement before a message, and that it is for us. Fails by AGE_STATEMENT_MISSING, AGE_SIGNER_UNKNOWN,
 * AGE_SIGNATURE_INVALID, AGE_STATEMENT_MISMATCHED, AGE_RECIPIENT_MISSING, AGE_ENVELOPE_EXPIRED, AGE_ENVELOPE_POSTDATED.
 */
export async function takeStatement(
  inside: Uint8Array,
  keys: Keyring,
  nowMs: number,
  fail: AgeFail,
): Promise<Opened> {
  const missing = () => fail("AGE_STATEMENT_MISSING");
  const end = inside.subarray(0, STATEMENT_BYTES_MAX + 1).indexOf(LINE_FEED);
  if (end < 0) missing();
  const [signed, payload] = [inside.slice(0, end), inside.subarray(end + 1)];
  const jws = textOf(signed) ?? missing();
  const pub = publicPartIn(jws) ?? missing();
  const facts = await verifyStatement(jws, pub, keys, words.fail);
  checkPayload(await factsOf(payload), facts, words.fail);
  const { gateway } = keys;
  // Whoever could open it once may have encrypted it again for others.
  if (!pub.to.some(({ gw, kid }) => gw === gateway && kid === KEY_ID)) {
    fail("AGE_RECIPIENT_MISSING", { gateway });
  }
  checkDates(pub, nowMs, words.fail);
  return { payload, statement: statementOf(pub), signed };
}
