/**
 * HL7 v2 for programs: the message and what works on it. The format itself, as a gateway file names it, is `hl7v2` of
 * `mitral/formats`.
 *
 * @module
 */
export { Hl7Message, HL7V2_TYPE, type ParseOptions } from "./hl7_message.ts";
export type { Delimiters } from "./syntax/delimiters.ts";
export { assemble } from "./protocols/assemble.ts";
export { fragment } from "./protocols/fragment.ts";
export { judgeSequence, type SequenceVerdict } from "./protocols/sequence.ts";
export { splitBatch } from "./batches/split_batch.ts";
export { readBatch, type ReadBatchOptions } from "./batches/read_batch.ts";
export type {
  BatchHeader,
  BatchMessage,
  BatchPart,
  BatchTrailer,
  BatchWarning,
  BatchWarningCode,
} from "./batches/parts.ts";
