import {
  defineFormat,
  type Flaws,
  type FormatSpec,
  type FormatTools,
} from "../../../runtime/contract/format.ts";
import { admit } from "./admit.ts";
import { answer, isAnsweredTwice } from "./answers/answer.ts";
import { answerWhole } from "./batches/answer_batch.ts";
import { batch } from "./batches/batch.ts";
import { judgeBatch } from "./batches/judge_batch.ts";
import { isBatch } from "./batches/split_batch.ts";
import { create } from "./building/create.ts";
import type { CharsetWords } from "./charsets/charset.ts";
import { demographics } from "./demographics.ts";
import { errors } from "./errors.ts";
import { Hl7Message, HL7V2_TYPE } from "./hl7_message.ts";
import { identify } from "./identify.ts";
import { isBuiltOn } from "./is_built_on.ts";
import { judge } from "./answers/judge.ts";
import { keys } from "./keys.ts";
import { patients } from "./patients.ts";
import { assemble } from "./protocols/assemble.ts";
import { judgeNumber } from "./protocols/sequence.ts";
import { checkPath } from "./syntax/path.ts";
import { type CharsetSettings, checkConfig, type Hl7v2Settings, settings } from "./settings.ts";

export { Hl7Message, type ParseOptions, type WriteOptions } from "./hl7_message.ts";
export type { AnswerMatch } from "./answers/judge.ts";
export type { CharsetSettings, Hl7v2Settings, ProcessingId } from "./settings.ts";
export type { Delimiters } from "./syntax/delimiters.ts";

/** HL7 v2 in its delimited encoding (ER7): HL7 v2.9.1 chapter 2, read so that every version since 2.1 fits. */
const hl7v2: FormatSpec<"hl7v2", Hl7v2Settings, string, Hl7Message> = defineFormat({
  name: "hl7v2",
  about: "HL7 v2 messages in their delimited encoding, any version.",
  contentTypes: [HL7V2_TYPE, "application/hl7-v2+er7", "application/hl7-v2"],
  config: settings,
  errors: errors.faults,
  checkConfig,
  parse: (bytes, tools) => Hl7Message.parse(bytes, wordsOf(tools)),
  admit,
  // It is read even where nothing is to be checked: nobody is to hear AA for what cannot be read.
  check: (received, tools, body = Hl7Message.parse(received, wordsOf(tools))) =>
    tools.config.validate === "off" ? [] : checked(body, tools),
  identify: (bytes, tools) => identify(bytes, tools.config, wordsOf(tools)),
  keys,
  patients,
  demographics,
  search: { patient: "PID-3.1" },
  isBuiltOn,
  create,
  checkPath,
  async describePath(path, body) {
    const { describe } = await import("./definitions/describe.ts");
    return describe(path, body);
  },
  batch,
  pieces: { waitMsMax: ({ continuationMsMax }) => continuationMsMax, join: assemble },
  judgeNumber,
  answer: (received, outcome, facts, tools) =>
    isBatch(received) ? answerWhole(received, outcome, facts, tools) : answer(received, outcome, facts),
  isAnsweredTwice,
  judge: (bytes, sent, tools) => isBatch(bytes) ? judgeBatch(bytes, sent) : judge(bytes, sent, tools),
});

export default hl7v2;

/** What HL7 says of messages is loaded where somebody wants them checked. */
async function checked(
  message: Hl7Message,
  tools: FormatTools<Hl7v2Settings, keyof typeof errors.faults>,
): Promise<Flaws> {
  const { check } = await import("./check.ts");
  return check(message, tools.config, tools.fail);
}

/** What this gateway knows of a sender goes before what the transport says. */
function wordsOf({ config, contentType }: {
  readonly config: { readonly charset: CharsetSettings };
  readonly contentType?: string;
}): CharsetWords {
  return {
    charset: config.charset.always ?? /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? "")?.[1],
    defaultCharset: config.charset.default,
  };
}
