import type { Keyring, PublicKey, Statement } from "../../../runtime/contract/envelope.ts";
import { concat, sha256, u32be, utf8 } from "../_kit/bytes.ts";
import { bodyBytes, sealBody } from "./chunked_body.ts";
import { drawContentKey, wrapContentKey } from "./content_key.ts";
import { type PublicPart, publicPartOf } from "../_kit/public_part.ts";
import { type HpkeFail, words } from "./errors.ts";
import { encodeHeader, frameHeader } from "./header.ts";
import { signStatement } from "../_kit/statement.ts";

/** Signs and seals. Fails by HPKE_STATEMENT_INVALID, HPKE_RECIPIENTS_INVALID, and as the keyring does. */
export async function seal(
  payload: Uint8Array,
  statement: Statement,
  to: readonly string[],
  keys: Keyring,
  fail: HpkeFail,
): Promise<Uint8Array> {
  if (statement.from !== keys.gateway) fail("HPKE_STATEMENT_INVALID", { field: "from" });
  const recipients = to.map((partner) => keys.encryptionKey(partner, ["MLKEM768-X25519"]));
  const pub = publicPartOf(statement, recipients, words.fail);
  return await sealSigned(await signStatement(pub, payload, keys), pub, payload, recipients);
}

/** Seals a statement already signed. Nothing here looks whether it fits: that is for whoever opens it. */
export async function sealSigned(
  jws: string,
  pub: PublicPart,
  payload: Uint8Array,
  recipients: readonly PublicKey[],
): Promise<Uint8Array> {
  const { key: contentKey, salt } = await drawContentKey();
  const wraps = await Promise.all(recipients.map((to) => wrapContentKey(contentKey, to, pub)));
  const header = encodeHeader(pub, wraps);
  const front = frameHeader(header);
  const statement = utf8(jws);
  const head = concat(u32be(statement.length), statement);
  // Written in place: a document of 100 MB is not copied once more than it must be.
  const sealed = new Uint8Array(front.length + bodyBytes(head.length + payload.length));
  sealed.set(front);
  const into = sealed.subarray(front.length);
  await sealBody({ contentKey, salt, context: await sha256(header), head, rest: payload, into });
  return sealed;
}
