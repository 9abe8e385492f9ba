import type { PublicKey, Sealed, Statement } from "../../../runtime/contract/envelope.ts";
import { concat, sha256, u32be, utf8 } from "../_kit/bytes.ts";
import { type PublicPart, publicPartOf } from "../_kit/public_part.ts";
import { factsOf, type PayloadFacts, signStatement } from "../_kit/statement.ts";
import { bodyBytes, sealBody } from "./chunked_body.ts";
import { type ContentKey, drawContentKey, wrapContentKey } from "./content_key.ts";
import { words } from "./errors.ts";
import { encodeHeader, frameHeader } from "./header.ts";
import { sealingAlgorithms } from "./suites.ts";
import { approvedKeys, type HpkeTools } from "./tools.ts";

/** An envelope of which all is made but the body. */
export interface Begun {
  /** What stands before the body: magic, length, header. */
  readonly front: Uint8Array<ArrayBuffer>;
  /** What the body is bound to. */
  readonly context: Uint8Array<ArrayBuffer>;
  readonly contentKey: ContentKey;
  /** What is sealed before the payload: the statement and its length. */
  readonly head: Uint8Array<ArrayBuffer>;
  /** The statement alone. */
  readonly signed: Uint8Array<ArrayBuffer>;
}

/**
 * Signs and seals. Fails by HPKE_STATEMENT_INVALID, HPKE_RECIPIENTS_INVALID, HPKE_KEY_UNAPPROVED, and as the keyring
 * does.
 */
export async function seal(
  payload: Uint8Array,
  statement: Statement,
  to: readonly string[],
  tools: HpkeTools,
): Promise<Sealed> {
  const begun = await begin(await factsOf(payload), statement, to, tools);
  return { bytes: await fill(begun, payload), signed: begun.signed };
}

/** Everything but the body, for a payload whose size and hash are known. Fails as {@linkcode seal} does. */
export async function begin(
  facts: PayloadFacts,
  statement: Statement,
  to: readonly string[],
  tools: HpkeTools,
): Promise<Begun> {
  const { keys, config: { profile }, fail } = tools;
  if (statement.from !== keys.gateway) fail("HPKE_STATEMENT_INVALID", { field: "from" });
  const recipients = to.map((partner) => keys.encryptionKey(partner, sealingAlgorithms(profile)));
  const pub = publicPartOf(statement, recipients, words.fail);
  return await wrapped(await signStatement(pub, facts, approvedKeys(tools)), pub, recipients);
}

/** Seals a statement already signed. Nothing here looks whether it fits: that is for whoever opens it. */
export async function sealSigned(
  jws: string,
  pub: PublicPart,
  payload: Uint8Array,
  recipients: readonly PublicKey[],
): Promise<Uint8Array> {
  return await fill(await wrapped(jws, pub, recipients), payload);
}

async function wrapped(jws: string, pub: PublicPart, recipients: readonly PublicKey[]): Promise<Begun> {
  const contentKey = drawContentKey();
  const wraps = await Promise.all(recipients.map((to) => wrapContentKey(contentKey.key, to, pub)));
  const header = encodeHeader(pub, wraps);
  const signed = utf8(jws);
  return {
    front: frameHeader(header),
    context: await sha256(header),
    contentKey,
    head: concat(u32be(signed.length), signed),
    signed,
  };
}

async function fill({ front, head, ...how }: Begun, payload: Uint8Array): Promise<Uint8Array> {
  // Written in place: a document of 100 MB is not copied once more than it must be.
  const sealed = new Uint8Array(front.length + bodyBytes(head.length + payload.length));
  sealed.set(front);
  await sealBody({ ...how, head, rest: payload, into: sealed.subarray(front.length) });
  return sealed;
}
