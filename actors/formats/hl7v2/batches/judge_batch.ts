import { MitralError } from "../../../../runtime/contract/error.ts";
import type { Outcome } from "../../../../runtime/contract/message.ts";
import { judge } from "../answers/judge.ts";
import { errors } from "../errors.ts";
import { Hl7Message, HL7V2_TYPE } from "../hl7_message.ts";
import { splitBatch } from "./split_batch.ts";

/**
 * What an answer that is a batch says of what was sent with `controlId` in BHS-11, or in MSH-10. It need not hold an
 * acknowledgment for each message: none at all, or none that is negative, accepts all of them. One refusal refuses the
 * whole, since the same bytes would be refused again; where messages were only put off, all of it is sent again. FHS-12
 * and BHS-12 may be left out; where they are not, they have to name what was sent.
 *
 * Errors: HL7V2_ANSWER_UNREADABLE, HL7V2_ANSWER_MISMATCHED. In the outcome: HL7V2_BATCH_REFUSED, HL7V2_BATCH_DEFERRED.
 */
export function judgeBatch(bytes: Uint8Array, { controlId }: { readonly controlId: string }): Outcome {
  const { references, outcomes } = read(bytes);
  if (references.length > 0 && !references.includes(controlId)) errors.fail("HL7V2_ANSWER_MISMATCHED");
  const answer = { bytes, contentType: HL7V2_TYPE };
  const rejected = outcomes.filter((outcome) => outcome.kind === "rejected");
  const failed = outcomes.filter((outcome) => outcome.kind === "failed");
  const [first] = [...rejected, ...failed];
  if (!first) return { kind: "accepted", answer };
  const facts = {
    ...first.error.facts,
    refused: rejected.length || failed.length,
    answered: outcomes.length,
  };
  return first.kind === "rejected"
    ? { kind: "rejected", error: errors.error("HL7V2_BATCH_REFUSED", facts), answer }
    : { kind: "failed", error: errors.error("HL7V2_BATCH_DEFERRED", facts), answer };
}

function read(bytes: Uint8Array) {
  const references: string[] = [], outcomes: Outcome[] = [];
  try {
    for (const part of splitBatch(bytes)) {
      if (part.kind === "message") outcomes.push(judgeOne(part.bytes));
      else if (part.kind === "fileHeader" || part.kind === "batchHeader") {
        if (part.field(12) !== "") references.push(part.field(12));
      }
    }
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    errors.fail("HL7V2_ANSWER_UNREADABLE", {}, cause);
  }
  return { references, outcomes };
}

/** Whichever of the messages it is about. */
function judgeOne(acknowledgment: Uint8Array): Outcome {
  return judge(acknowledgment, { controlId: Hl7Message.parse(acknowledgment).raw("MSA-2") ?? "" }, {
    config: { answerMatch: "strict" },
  });
}
