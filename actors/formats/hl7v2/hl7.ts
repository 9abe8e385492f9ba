/**
 * HL7 v2 for programs: the message and what works on it. The format itself, as a gateway file names it, is `hl7v2` of
 * `mitral/formats`.
 *
 * @module
 */
export { Hl7Message, HL7V2_TYPE, type ParseOptions } from "./hl7_message.ts";
export type { Delimiters } from "./syntax/delimiters.ts";
export { Hl7Group } from "./structures/hl7_group.ts";
export { validate, type ValidateOptions } from "./validation/validate.ts";
export type { Problem, Rule, Severity } from "./validation/rules.ts";
export { Dtm, type DtmSource, type Precision, type PrecisionOptions } from "./values/dtm.ts";
export { Tm } from "./values/tm.ts";
export { type DateType, isDate } from "./values/is_date.ts";
