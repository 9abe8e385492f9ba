/**
 * HL7 v2 for programs: the message and what works on it. The format itself, as a gateway file names it, is `hl7v2` of
 * `mitral/formats`.
 *
 * @module
 */
export { type Blame, type Facts, type Fault, MitralError } from "../../../runtime/contract/error.ts";
export type { Body, Change, PathBody } from "../../../runtime/contract/message.ts";
export { Hl7Message, HL7V2_TYPE, type ParseOptions, type WriteOptions } from "./hl7_message.ts";
export type { Delimiters } from "./syntax/delimiters.ts";
export { assemble } from "./protocols/assemble.ts";
export { fragment } from "./protocols/fragment.ts";
export { judgeSequence, type SequenceVerdict } from "./protocols/sequence.ts";
export { Hl7Group } from "./structures/hl7_group.ts";
export { validate, type ValidateOptions } from "./validation/validate.ts";
export type { Problem, Rule, Severity } from "./validation/rules.ts";
export { Dtm, type DtmSource, type Precision, type PrecisionOptions } from "./values/dtm.ts";
export { Tm } from "./values/tm.ts";
export { type DateType, isDate } from "./values/is_date.ts";
export { describe, type Described } from "./definitions/describe.ts";
export { segmentDefinition, segmentIds, tableDefinition, typeDefinition } from "./definitions/definitions.ts";
export type {
  ComponentDefinition,
  FieldDefinition,
  Optionality,
  SegmentDefinition,
  TableDefinition,
  TypeDefinition,
} from "./definitions/definition.ts";
export { type Version, versionOf, VERSIONS } from "./definitions/version.ts";
export * from "./views/mod.ts";
export { type FormattedText, formattedText } from "./values/formatted_text.ts";
export type {
  DataEncoding,
  EncapsulatedData,
  EncapsulatedSource,
  EncapsulatedType,
} from "./values/encapsulated.ts";
export { build, type NewMessage } from "./building/build.ts";
export type {
  ComponentValue,
  FieldValue,
  LeafValue,
  Parts,
  RepetitionValue,
  SegmentFields,
} from "./building/field_text.ts";
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
