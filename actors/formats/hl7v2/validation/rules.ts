/**
 * How bad it is. `error`: something a message must have is missing or wrong, and a receiver cannot make up for it.
 * `warning`: there is more than HL7 allows, which receivers are told to pass over (HL7 v2.9.1 section 2.5.2), or
 * something looks like a mistake. `note`: allowed, and worth knowing.
 */
export type Severity = "error" | "warning" | "note";

/** The name of a rule, as {@linkcode Problem} and the setting `tolerate` have it. */
export type Rule =
  | "version_unknown"
  | "segment_missing"
  | "segment_out_of_order"
  | "field_missing"
  | "component_missing"
  | "value_malformed"
  | "value_not_in_table"
  | "structure_unknown"
  | "segment_unexpected"
  | "segment_unknown"
  | "segment_repeated"
  | "field_unexpected"
  | "field_withdrawn"
  | "repetitions_too_many"
  | "component_unexpected"
  | "value_too_long"
  | "white_space"
  | "escape_unknown"
  | "charset_unknown"
  | "charset_mismatch"
  | "segment_local"
  | "later_version"
  | "field_deprecated"
  | "escape_local"
  | "delimiters_trailing";

/** What a rule is about, how bad it is to break it, and what the sender is told. */
interface RuleFacts {
  readonly severity: Severity;
  /** Code of HL7 table 0357, for ERR-3. */
  readonly condition: number;
  /** What is wrong, in words. */
  readonly says: string;
}

/** Every rule a message is checked by. */
export const RULES: Readonly<Record<Rule, RuleFacts>> = {
  version_unknown: { severity: "error", condition: 203, says: "the version of MSH-12 is none of HL7's" },
  segment_missing: { severity: "error", condition: 100, says: "a required segment is missing" },
  segment_out_of_order: { severity: "error", condition: 100, says: "the segment does not belong here" },
  field_missing: { severity: "error", condition: 101, says: "a required field is empty" },
  component_missing: { severity: "error", condition: 101, says: "a required component is empty" },
  value_malformed: { severity: "error", condition: 102, says: "the value is not of its data type" },
  value_not_in_table: { severity: "error", condition: 103, says: "the value is not in HL7's table" },

  structure_unknown: { severity: "warning", condition: 201, says: "no message structure is known for MSH-9" },
  segment_unexpected: {
    severity: "warning",
    condition: 100,
    says: "the message structure has no such segment",
  },
  segment_unknown: { severity: "warning", condition: 100, says: "the version has no such segment" },
  segment_repeated: {
    severity: "warning",
    condition: 100,
    says: "the segment or its group may stand only once",
  },
  field_unexpected: { severity: "warning", condition: 102, says: "the segment has no such field" },
  field_withdrawn: { severity: "warning", condition: 102, says: "the version has withdrawn the field" },
  repetitions_too_many: { severity: "warning", condition: 102, says: "the field repeats too often" },
  component_unexpected: { severity: "warning", condition: 102, says: "the data type has no such component" },
  value_too_long: { severity: "warning", condition: 102, says: "the value is too long" },
  white_space: { severity: "warning", condition: 102, says: "there is white space around the value" },
  escape_unknown: { severity: "warning", condition: 102, says: "the escape sequence means nothing" },
  charset_unknown: { severity: "warning", condition: 103, says: "MSH-18 names no known character set" },
  charset_mismatch: { severity: "warning", condition: 102, says: "MSH-18 does not name what the text is in" },

  segment_local: { severity: "note", condition: 100, says: "a segment by local agreement" },
  later_version: { severity: "note", condition: 102, says: "this is of a later version than MSH-12 says" },
  field_deprecated: { severity: "note", condition: 102, says: "the field is kept for older versions only" },
  escape_local: { severity: "note", condition: 102, says: "an escape sequence by local agreement" },
  delimiters_trailing: {
    severity: "note",
    condition: 102,
    says: "there are delimiters behind the last value",
  },
};

/** The rules a gateway can be told to tolerate: notes are never held against a message. */
export const RULE_NAMES: readonly Rule[] = (Object.keys(RULES) as Rule[])
  .filter((rule) => RULES[rule].severity !== "note");

/** Something in a message that breaks a rule. Never holds a value of the message. */
export interface Problem {
  /** The rule. */
  readonly rule: Rule;
  /** Where: `PID[1]-3[2].1`; for a missing segment its id. */
  readonly path: string;
  /** See {@linkcode Severity}. */
  readonly severity: Severity;
  /** Code of HL7 table 0357: 100 segment sequence, 101 required field, 102 data type, 103 table value. */
  readonly condition: number;
  /** What is wrong, in words that fit every message. */
  readonly says: string;
}

/** Takes what is found. */
export type Report = (rule: Rule, path: string) => void;
