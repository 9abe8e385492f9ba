import { type ReceiptFacts, receiptFacts } from "../../engine/exchange/receipt_facts.ts";
import type { MessageContent } from "../../journal/records.ts";
import { errors } from "./errors.ts";

/** A receipt of a message: a partner's for what it was sent or, without a destination, ours for what came. */
export interface ShownReceipt extends ReceiptFacts {
  readonly destination?: string;
}

/** A receipt with what it is, a compact JWS. */
interface KeptReceipt {
  readonly shown: ShownReceipt;
  readonly bytes: Uint8Array;
}

/** What is told of the receipts of a message. */
export function receiptsOf(message: Pick<MessageContent, "answer" | "payloads">): readonly ShownReceipt[] {
  return keptIn(message).map(({ shown }) => shown);
}

/**
 * One receipt of a message: the partner's for what went to a destination or, where none is named, the only one there is.
 * Errors: CONTROL_RECEIPT_MISSING, CONTROL_RECEIPT_AMBIGUOUS.
 */
export function receiptOf(
  message: Pick<MessageContent, "answer" | "payloads">,
  destination: string | undefined,
): Uint8Array {
  const all = keptIn(message);
  const fitting = destination === undefined
    ? all
    : all.filter(({ shown }) => shown.destination === destination);
  const [receipt, ...others] = fitting;
  if (!receipt) return errors.fail("CONTROL_RECEIPT_MISSING");
  // Of a message that was split there are several for one destination: each is for one part.
  return others.length === 0 || destination !== undefined
    ? receipt.bytes
    : errors.fail("CONTROL_RECEIPT_AMBIGUOUS", { receipts: all.length });
}

function keptIn({ answer, payloads }: Pick<MessageContent, "answer" | "payloads">): readonly KeptReceipt[] {
  const kept = (bytes: Uint8Array | undefined, destination?: string): KeptReceipt[] => {
    const facts = bytes && receiptFacts(bytes);
    if (!facts) return [];
    return [{ shown: { ...facts, ...(destination === undefined ? {} : { destination }) }, bytes }];
  };
  return [...kept(answer), ...payloads.flatMap(({ destination, answer }) => kept(answer, destination))];
}
