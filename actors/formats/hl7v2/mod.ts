import { defineFormat, type FormatSpec } from "../../../runtime/contract/format.ts";
import { choice, type ChoiceField, list, type ListField, text } from "../../../runtime/contract/spec.ts";
import { admit } from "./admit.ts";
import { answer } from "./answers/answer.ts";
import { answerWhole } from "./batches/answer_batch.ts";
import { batch } from "./batches/batch.ts";
import { judgeBatch } from "./batches/judge_batch.ts";
import { isBatch } from "./batches/split_batch.ts";
import { create } from "./building/create.ts";
import { errors } from "./errors.ts";
import { Hl7Message, HL7V2_TYPE } from "./hl7_message.ts";
import { identify } from "./identify.ts";
import { isBuiltOn } from "./is_built_on.ts";
import { judge } from "./answers/judge.ts";
import { keys } from "./keys.ts";
import { checkPath } from "./syntax/path.ts";

export { Hl7Message, type ParseOptions } from "./hl7_message.ts";
export type { Delimiters } from "./syntax/delimiters.ts";

/** What the format can be told. */
export type Hl7v2Settings = {
  /** Types that are taken, as `ADT` or `ADT^A01`; others are answered AR. Empty, the default: all. */
  readonly accept: ListField<readonly string[]> & { readonly default: readonly string[] };
  /**
   * Which acknowledgments the answer to a batch holds: `all`, those that say no (`errors`), or `none`, which is no
   * answer.
   */
  readonly batchAnswer: ChoiceField<"all" | "errors" | "none"> & { readonly default: "all" };
};

/** HL7 v2 in its delimited encoding (ER7): HL7 v2.9.1 chapter 2, read so that every version since 2.1 fits. */
const hl7v2: FormatSpec<"hl7v2", Hl7v2Settings, string, Hl7Message> = defineFormat({
  name: "hl7v2",
  about: "HL7 v2 messages in their delimited encoding, any version.",
  contentTypes: [HL7V2_TYPE, "application/hl7-v2+er7", "application/hl7-v2"],
  config: {
    accept: list(
      "Types that are taken; others are answered AR. Empty: all.",
      text("A type, or a type with its event.", {
        pattern: {
          matches: "[A-Z0-9]{3}(\\^[A-Z0-9]{3})?",
          says: "three letters or digits, as in ADT, or with an event, as in ADT^A01",
        },
        example: "ORU^R01",
      }),
      { default: [], example: ["ADT", "ORU^R01"] },
    ),
    batchAnswer: choice(
      "Which acknowledgments the answer to a batch holds: all, those that say no, or none, and then there is no answer.",
      ["all", "errors", "none"],
      { default: "all" },
    ),
  },
  errors: errors.faults,
  parse(bytes, { contentType }) {
    const charset = charsetIn(contentType);
    return Hl7Message.parse(bytes, charset === undefined ? {} : { charset });
  },
  admit,
  identify,
  keys,
  isBuiltOn,
  create,
  checkPath,
  batch,
  answer: (received, outcome, facts, tools) =>
    isBatch(received) ? answerWhole(received, outcome, facts, tools) : answer(received, outcome, facts),
  judge: (bytes, sent) => isBatch(bytes) ? judgeBatch(bytes, sent) : judge(bytes, sent),
});

export default hl7v2;

function charsetIn(contentType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? "")?.[1];
}
