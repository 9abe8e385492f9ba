import { KEY_REUSED, type Reply } from "../../../runtime/contract/adapter.ts";
import type { Answer, Outcome } from "../../../runtime/contract/message.ts";
import { essenceOf, includesType, isGeneral, withEssence } from "../_media_type.ts";
import { ANSWER_HEADERS, problem } from "../../_kit/http/problem.ts";
import { retryAfter } from "../../_kit/http/refusal.ts";

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
 * of JSON, XML or text look at the status, so it says no there and the answer is its body. A key that was used for other
 * bytes is HTTP's own affair: 422, whatever the format would say.
 */
export function replyResponse({ outcome, answer }: Reply, facts: ReplyFacts): Response {
  const taken = outcome.kind === "accepted" || outcome.kind === "filtered";
  if (taken) {
    return answer
      ? answerResponse(200, answer, facts)
      : new Response(null, { status: 204, headers: ANSWER_HEADERS });
  }
  if (!answer || outcome.error.code === KEY_REUSED) return problemResponse(outcome, facts);
  if (!isGeneral(answer.contentType)) return answerResponse(200, answer, facts);
  const [status, headers] = statusOf(outcome, facts);
  return answerResponse(status, answer, facts, headers);
}

/** The response to a message that was not taken, in HTTP's own words. */
export function problemResponse(outcome: NotTaken, facts: Pick<ReplyFacts, "retryAfterMs">): Response {
  const [status, headers] = statusOf(outcome, facts);
  return problem(status, outcome.error, headers);
}

type NotTaken = Exclude<Outcome, { kind: "accepted" | "filtered" }>;

function statusOf(
  { kind, error }: NotTaken,
  { retryAfterMs }: Pick<ReplyFacts, "retryAfterMs">,
): [status: 415 | 422 | 500 | 503, headers: Readonly<Record<string, string>>] {
  if (kind === "failed") return [503, retryAfter(retryAfterMs)];
  if (error.blame === "unsupported") return [415, {}];
  return [error.blame === "sender" ? 422 : 500, {}];
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
