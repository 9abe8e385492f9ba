import { MitralError } from "../../../../runtime/contract/error.ts";
import type { Sent } from "../../../../runtime/contract/format.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import { errors } from "../errors.ts";
import { Hl7Message, HL7V2_TYPE } from "../hl7_message.ts";
import { findHeader } from "../syntax/header.ts";
import { mayPass } from "./_table_0357.ts";

/**
 * How an answer's MSA-2 has to match the MSH-10 that was sent. `strict`: byte for byte. `lenient`: spaces around it do not
 * count, and where it is empty the answer is taken for the one that is waited for.
 */
export type AnswerMatch = "strict" | "lenient";

/**
 * What a peer's acknowledgment says of the message that was sent with `controlId` in MSH-10 (HL7 v2.9.1 sections 2.8.2
 * and 2.8.3). MSA-1 decides, whatever the severities in ERR-4. AA and CA accept. AE and CE refuse it for good, except
 * with error code 206 or 207, which may pass. AR and CR turn it away for now: receivers reject whatever comes while they
 * are down.
 *
 * After CA an application acknowledgment follows where MSH-16 of what was sent is AL or SU. With ER none may come, and
 * then all is well: CA is the last word there.
 *
 * Errors: HL7V2_ANSWER_UNREADABLE, HL7V2_ANSWER_MISMATCHED. In the outcome: HL7V2_MESSAGE_REFUSED,
 * HL7V2_MESSAGE_DEFERRED, HL7V2_MESSAGE_TURNED_AWAY.
 */
export function judge(
  bytes: Uint8Array,
  sent: Sent,
  { config: { answerMatch } }: { readonly config: { readonly answerMatch: AnswerMatch } },
): Outcome {
  const message = read(bytes);
  const code = (message.get("MSA-1") ?? "").trim().toUpperCase();
  if (!/^[AC][AER]$/.test(code)) errors.fail("HL7V2_ANSWER_UNREADABLE");
  if (!matches(message.raw("MSA-2") ?? "", sent.controlId, answerMatch)) {
    errors.fail("HL7V2_ANSWER_MISMATCHED");
  }
  const answer = { bytes, contentType: HL7V2_TYPE };
  if (code === "AA") return { kind: "accepted", answer };
  if (code === "CA") {
    return { kind: "accepted", answer, isCommit: true, ...(wantsMore(sent) ? { moreFollows: true } : {}) };
  }

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

function matches(said: string, controlId: string, match: AnswerMatch): boolean {
  if (said === controlId) return true;
  return match === "lenient" && (said.trim() === "" || said.trim() === controlId.trim());
}

function wantsMore({ bytes }: Sent): boolean {
  const application = bytes && findHeader(bytes)?.component(16, 1);
  return application === "AL" || application === "SU";
}

function read(bytes: Uint8Array): Hl7Message {
  try {
    return Hl7Message.parse(bytes);
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    return errors.fail("HL7V2_ANSWER_UNREADABLE", {}, cause);
  }
}
