import { createHash } from "node:crypto";
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
    return signedTold({ salt }, { received, evidence, answer: message.answer });
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
  const { bytes, before, statement, answer } = sent;
  return signedTold(
    { salt, destination: named },
    { received, evidence: statement!, answer, sent: [bytes, ...(before ? [before] : [])] },
  );
}

/** @param sent what the statement may be about, where it is about something else than what was received */
function signedTold(
  told: Pick<Told, "salt" | "destination">,
  { received, evidence, answer, sent = [] }: {
    readonly received: Uint8Array;
    readonly evidence: Uint8Array;
    readonly answer?: Uint8Array;
    readonly sent?: readonly Uint8Array[];
  },
): Told {
  const { from, to, keyId, sha256 } = statementFacts(evidence);
  const receipt = answer && receiptFacts(answer);
  // Of what was corrected since, and of one of many that came sealed together, it is about other bytes than those that are here.
  const isStated = (bytes: Uint8Array) => sha256 === undefined || sha256Of(bytes) === sha256;
  const payload = [...sent, received].find(isStated);
  const isReceived = payload !== undefined && sha256Of(payload) === sha256Of(received);
  return {
    ...told,
    ...(payload ? { payload } : {}),
    ...(isReceived ? {} : { received }),
    statement: evidence,
    ...(receipt ? { receipt: answer } : {}),
    signers: [{ gateway: from, keyId }, ...(receipt ? [{ gateway: receipt.by, keyId: receipt.keyId }] : [])],
    other: told.destination === undefined ? from : receipt?.by ?? to,
  };
}

/** Who signed a statement that was verified when it came, or is our own. */
function statementFacts(statement: Uint8Array) {
  const [head, claims] = new TextDecoder().decode(statement).split(".");
  const { kid, seal } = objectIn(head!);
  const { from, to, sha256 } = (seal ?? objectIn(claims!)) as {
    readonly from: string;
    readonly to: readonly { readonly gw: string }[];
    /** Of the payload; left out where the statement is over the payload itself. */
    readonly sha256?: string;
  };
  return { from, to: to[0]?.gw, keyId: String(kid), sha256 };
}

function objectIn(part: string): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" })));
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
