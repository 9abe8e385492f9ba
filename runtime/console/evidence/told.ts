import { receiptFacts } from "../../engine/exchange/receipt_facts.ts";
import type { MessageContent } from "../../journal/records.ts";
import { errors } from "./errors.ts";
import type { Evidence } from "./evidence_pack.ts";

/** What the journal has of a message beside the ledger, and who signed. */
export interface Told extends Pick<Evidence, "payload" | "received" | "salt" | "statement" | "receipt"> {
  readonly destination?: string;
  /** Who signed what, by key. */
  readonly signers: readonly { readonly gateway: string; readonly keyId: string }[];
  /** The gateway at the other end, where the message was sealed. */
  readonly other?: string;
}

/** Which of a message's deliveries is meant. */
export interface Meant {
  readonly destination?: string;
  /** Of a message that went out in several, from 1. */
  readonly part?: number;
}

/**
 * What shows what became of a message at a destination; without one, that it was received where it came sealed, and else
 * what became of it at its only destination. Errors: EVIDENCE_DESTINATION_UNCLEAR, EVIDENCE_DESTINATION_UNKNOWN,
 * EVIDENCE_PART_UNKNOWN.
 */
export function toldOf(message: MessageContent, { destination, part }: Meant): Told {
  const { received, evidence, payloads } = message;
  const salt = message.salt === undefined ? undefined : Uint8Array.fromHex(message.salt);
  if (destination === undefined && evidence) {
    return signedTold({ payload: received, salt }, evidence, message.answer);
  }
  const sealed = payloads.filter(({ statement }) => statement);
  const names = [...new Set(sealed.map((payload) => payload.destination))];
  if (destination === undefined && names.length > 1) {
    return errors.fail("EVIDENCE_DESTINATION_UNCLEAR", { destinations: names.length });
  }
  const named = destination ?? names[0];
  if (named === undefined) return { payload: received, salt, signers: [] };
  if (!message.deliveries.some((delivery) => delivery.destination === named)) {
    return errors.fail("EVIDENCE_DESTINATION_UNKNOWN");
  }
  const parts = sealed.filter((payload) => payload.destination === named);
  if (parts.length === 0) return { payload: received, salt, destination: named, signers: [] };
  const sent = parts.length > 1 ? parts[(part ?? 0) - 1] : parts[0];
  if (!sent) return errors.fail("EVIDENCE_PART_UNKNOWN", { parts: parts.length });
  const { bytes, statement, answer } = sent;
  const isSame = bytes.length === received.length && bytes.every((byte, at) => byte === received[at]);
  const told = { payload: bytes, salt, destination: named, ...(isSame ? {} : { received }) };
  return signedTold(told, statement!, answer);
}

function signedTold(
  told: Pick<Told, "payload" | "received" | "salt" | "destination">,
  statement: Uint8Array,
  answer: Uint8Array | undefined,
): Told {
  const { from, to, keyId } = statementFacts(statement);
  const receipt = answer && receiptFacts(answer);
  return {
    ...told,
    statement,
    ...(receipt ? { receipt: answer } : {}),
    signers: [{ gateway: from, keyId }, ...(receipt ? [{ gateway: receipt.by, keyId: receipt.keyId }] : [])],
    other: told.destination === undefined ? from : receipt?.by ?? to,
  };
}

/** Who signed a statement that was verified when it came, or is our own. */
function statementFacts(statement: Uint8Array) {
  const [head, claims] = new TextDecoder().decode(statement).split(".");
  const { kid, seal } = objectIn(head!);
  const { from, to } = (seal ?? objectIn(claims!)) as { from: string; to: readonly { gw: string }[] };
  return { from, to: to[0]?.gw, keyId: String(kid) };
}

function objectIn(part: string): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" })));
}
