import { defineFormat, type FormatSpec } from "../../../runtime/contract/format.ts";
import {
  choice,
  type ChoiceField,
  type DurationField,
  durationMs,
  list,
  type ListField,
  type SwitchField,
  text,
  toggle,
} from "../../../runtime/contract/spec.ts";
import { admit } from "./admit.ts";
import { answer, isAnsweredTwice } from "./answers/answer.ts";
import { type BatchAnswer, refuseBatch } from "./batches/answer_batch.ts";
import { batch } from "./batches/batch.ts";
import { judgeBatch } from "./batches/judge_batch.ts";
import { isBatch } from "./batches/split_batch.ts";
import { create } from "./building/create.ts";
import { errors } from "./errors.ts";
import { Hl7Message, HL7V2_TYPE } from "./hl7_message.ts";
import { identify } from "./identify.ts";
import { isBuiltOn } from "./is_built_on.ts";
import { judge, type Match, MATCHES } from "./answers/judge.ts";
import { keys } from "./keys.ts";
import { assemble } from "./protocols/assemble.ts";
import { judgeNumber } from "./protocols/sequence.ts";
import { checkPath } from "./syntax/path.ts";

export { Hl7Message, type ParseOptions } from "./hl7_message.ts";
export type { Delimiters } from "./syntax/delimiters.ts";

/** A processing id: production, training, debugging (table 0103). */
export type Processing = "P" | "T" | "D";

/** What the format can be told. */
export type Hl7v2Settings = {
  /** Types that are taken, as `ADT` or `ADT^A01`; others are answered AR. Empty, the default: all. */
  readonly accept: ListField<readonly string[]> & { readonly default: readonly string[] };
  /** Whether MSH-13 is the sender's sequence number; `false` by default. */
  readonly sequenceNumbers: SwitchField<boolean> & { readonly default: boolean };
  /** How long the fragments of a message wait for the next, in milliseconds; ten minutes by default, 0: not at all. */
  readonly continuationMsMax: DurationField<number> & { readonly default: number };
  /** Versions that are taken, as MSH-12.1 has them; others are answered AR. Empty, the default: all. */
  readonly versions: ListField<readonly string[]> & { readonly default: readonly string[] };
  /** Processing ids that are taken: `P`, `T`, `D`; others are answered AR. Empty, the default: all. */
  readonly processing: ListField<readonly Processing[]> & { readonly default: readonly Processing[] };
  /** How a peer's MSA-2 has to match the MSH-10 that was sent. */
  readonly answerMatch: ChoiceField<Match> & { readonly default: Match };
  /**
   * Which acknowledgments the answer to a batch holds: `all`, those that say no (`errors`), or `none`, which is no
   * answer.
   */
  readonly batchAnswer: ChoiceField<BatchAnswer> & { readonly default: "all" };
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
    sequenceNumbers: toggle(
      "Whether senders number their messages in MSH-13: one out of sequence is refused, one that is repeated is not " +
        "processed again, and answers name the expected number in MSA-4.",
      { default: false },
    ),
    continuationMsMax: durationMs(
      "How long the fragments of a message (DSC, MSH-14) wait for the next before they go into quarantine; the message " +
        "goes on when all are there. 0: each goes on by itself.",
      { default: 600_000, min: 0 },
    ),
    versions: list(
      "Versions that are taken, as MSH-12 has them; others are answered AR. Empty: all.",
      text("A version.", {
        pattern: { matches: "2\\.\\d(\\.\\d)?", says: "a version, as in 2.5.1" },
        example: "2.5.1",
      }),
      { default: [], example: ["2.4", "2.5.1"] },
    ),
    processing: list(
      "Processing ids that are taken, as MSH-11 has them: P for production, T for training, D for debugging; others " +
        "are answered AR. Empty: all.",
      choice("A processing id.", ["P", "T", "D"]),
      { default: [], example: ["P"] },
    ),
    answerMatch: choice(
      "How a peer's MSA-2 has to match the MSH-10 that was sent: byte for byte; or such that spaces around it do not " +
        "count and an empty one is taken for the answer that is waited for.",
      MATCHES,
      { default: "strict" },
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
  pieces: { waitMsMax: ({ continuationMsMax }) => continuationMsMax, join: assemble },
  judgeNumber,
  isAnsweredTwice,
  answer: (received, outcome, facts, tools) =>
    outcome.kind === "rejected" && isBatch(received)
      ? refuseBatch(received, outcome, facts, tools)
      : answer(received, outcome, facts),
  judge: (bytes, sent, tools) => isBatch(bytes) ? judgeBatch(bytes, sent) : judge(bytes, sent, tools),
});

export default hl7v2;

function charsetIn(contentType: string | undefined): string | undefined {
  return /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? "")?.[1];
}
