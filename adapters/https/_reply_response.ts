import type { MitralError } from "../../runtime/contract/error.ts";
import type { Reply } from "../../runtime/contract/adapter.ts";
import type { Answer } from "../../runtime/contract/message.ts";
import { essenceOf, includesType, isGeneral, withEssence } from "./_media_type.ts";
import { ANSWER_HEADERS, problem } from "./_problem.ts";

/** What a reply is turned into a response with. */
export interface ReplyFacts {
  /** Content type of the request. */
  readonly requestType: string;
  /** Media types the channel's format reads. */
  readonly contentTypes: readonly string[];
  readonly retryAfterMs: number;
}

/**
 * The response to a message.
 *
 * | Outcome | with an answer | without |
 * |---|---|---|
 * | accepted, filtered | 200 | 204: done, and there is nothing to say |
 * | rejected | 200 where the answer itself says no (HL7, X12, receipts), else by blame | by blame: 422, 415, 500 |
 * | failed | 200 where the answer itself says no, else 503 | 503 |
 *
 * 200 with a negative answer is what HL7 over HTTP asks for: 2xx whenever there is an answer in HL7's own words. Senders
 * of JSON, XML or text look at the status, so it says no there and the answer is its body.
 */
export function replyResponse({ outcome, answer }: Reply, facts: ReplyFacts): Response {
  const taken = outcome.kind === "accepted" || outcome.kind === "filtered";
  if (taken) {
    return answer
      ? answerResponse(200, answer, facts)
      : new Response(null, { status: 204, headers: ANSWER_HEADERS });
  }
  if (answer && !isGeneral(answer.contentType)) return answerResponse(200, answer, facts);
  const status = outcome.kind === "failed" ? 503 : statusOf(outcome.error);
  const headers = status === 503 ? retryAfter(facts.retryAfterMs) : {};
  return answer ? answerResponse(status, answer, facts, headers) : problem(status, outcome.error, headers);
}

/** Asks the client to wait (RFC 9110 section 10.2.3), in whole seconds. */
export function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { "retry-after": String(Math.ceil(ms / 1000)) };
}

function statusOf(error: MitralError): 415 | 422 | 500 {
  if (error.blame === "unsupported") return 415;
  return error.blame === "sender" ? 422 : 500;
}

function answerResponse(
  status: number,
  answer: Answer,
  facts: ReplyFacts,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(answer.bytes as Uint8Array<ArrayBuffer>, {
    status,
    headers: { ...ANSWER_HEADERS, ...headers, "content-type": answerType(answer, facts) },
  });
}

/** HL7 v2 goes by three names and a client expects the one it used: media types of one format are one type. */
function answerType(answer: Answer, { requestType, contentTypes }: ReplyFacts): string {
  const isOneFormat = includesType(contentTypes, answer.contentType) &&
    includesType(contentTypes, requestType);
  return isOneFormat ? withEssence(answer.contentType, essenceOf(requestType)) : answer.contentType;
}
