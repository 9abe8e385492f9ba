import type { Outcome } from "../../../../runtime/contract/message.ts";
import { MitralError } from "../../../../runtime/contract/error.ts";
import { mayPass } from "./_table_0357.ts";
import { errors } from "../errors.ts";
import { Hl7Message, HL7V2_TYPE } from "../hl7_message.ts";

/**
 * What a peer's acknowledgment says of the message that was sent with `controlId` in MSH-10 (HL7 v2.9.1 section
 * 2.8.2). AA and CA accept. AE and CE refuse it for good, except with error code 206 or 207, which may pass. AR and CR
 * turn it away for now: receivers reject whatever comes while they are down.
 *
 * Errors: HL7V2_ANSWER_UNREADABLE, HL7V2_ANSWER_MISMATCHED. In the outcome: HL7V2_MESSAGE_REFUSED,
 * HL7V2_MESSAGE_DEFERRED, HL7V2_MESSAGE_TURNED_AWAY.
 */
export function judge(bytes: Uint8Array, sent: { readonly controlId: string }): Outcome {
  const message = read(bytes);
  const code = message.get("MSA-1")?.trim() ?? "";
  if (!/^[AC][AER]$/.test(code)) errors.fail("HL7V2_ANSWER_UNREADABLE");
  if ((message.raw("MSA-2") ?? "") !== sent.controlId) errors.fail("HL7V2_ANSWER_MISMATCHED");
  const answer = { bytes, contentType: HL7V2_TYPE };
  if (code[1] === "A") return { kind: "accepted", answer };

  const conditions = [...message.getAll("ERR-3.1"), ...message.getAll("ERR-1.4.1")];
  // Three digits and nothing else: what a peer writes there is not ours to log.
  const facts = { answer: code, errorCode: conditions.find((code) => /^\d{3}$/.test(code)) ?? "none" };
  if (code[1] === "R") {
    return { kind: "failed", error: errors.error("HL7V2_MESSAGE_TURNED_AWAY", facts), answer };
  }
  return conditions.some(mayPass)
    ? { kind: "failed", error: errors.error("HL7V2_MESSAGE_DEFERRED", facts), answer }
    : { kind: "rejected", error: errors.error("HL7V2_MESSAGE_REFUSED", facts), answer };
}

function read(bytes: Uint8Array): Hl7Message {
  try {
    return Hl7Message.parse(bytes);
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    return errors.fail("HL7V2_ANSWER_UNREADABLE", {}, cause);
  }
}
