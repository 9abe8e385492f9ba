import type { AnswerFacts } from "../../../../runtime/contract/format.ts";
import { HL7V2_TYPE } from "../hl7_message.ts";
import { controlIdOf } from "../syntax/own_segment.ts";
import { answerBatch } from "./answer_batch.ts";
import { join } from "./join.ts";
import { messagesIn, split } from "./split_batch.ts";

/** HL7's batch protocol as a format's way to put messages together and take them apart (HL7 v2.9.1 section 2.9.3). */
export const batch = {
  name: "hl7-batch",
  contentType: HL7V2_TYPE,
  controlId: ({ id }: AnswerFacts) => controlIdOf(id),
  join,
  split,
  messagesIn,
  answer: answerBatch,
};
