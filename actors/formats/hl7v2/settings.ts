import type { Unfit } from "../../../runtime/contract/spec.ts";
import {
  choice,
  type ChoiceField,
  type Config,
  type DurationField,
  durationMs,
  list,
  type ListField,
  record,
  type RecordField,
  type SwitchField,
  text,
  type TextField,
  toggle,
} from "../../../runtime/contract/spec.ts";
import type { AnswerMatch } from "./answers/judge.ts";
import { READABLE_LABELS } from "./charsets/charset.ts";
import { type Rule, RULE_NAMES } from "./validation/rules.ts";

/** A processing id: production, training, debugging (table 0103). */
export type ProcessingId = "P" | "T" | "D";

/** What the format can be told. */
export type Hl7v2Settings = {
  /** Types that are taken, as `ADT` or `ADT^A01`; others are answered AR. Empty, the default: all. */
  readonly accept: ListField<readonly string[]> & { readonly default: readonly string[] };
  /** Whether MSH-13 is the sender's sequence number; `false` by default. */
  readonly sequenceNumbers: SwitchField<boolean> & { readonly default: boolean };
  /** How long the fragments of a message wait for the next, in milliseconds; ten minutes by default, 0: not at all. */
  readonly continuationMsMax: DurationField<number> & { readonly default: number };
  /** What is known of the sender's character set; one label alone is the `default`. */
  readonly charset: RecordField<CharsetSettings, CharsetSettings | string> & { readonly default: object };
  /** Versions that are taken, as MSH-12.1 has them; others are answered AR. Empty, the default: all. */
  readonly versions: ListField<readonly string[]> & { readonly default: readonly string[] };
  /** Processing ids that are taken: `P`, `T`, `D`; others are answered AR. Empty, the default: all. */
  readonly processing: ListField<readonly ProcessingId[]> & { readonly default: readonly ProcessingId[] };
  /** How a peer's MSA-2 has to match the MSH-10 that was sent. */
  readonly answerMatch: ChoiceField<AnswerMatch> & { readonly default: AnswerMatch };
  /**
   * Which acknowledgments the answer to a batch holds: `all`, those that say no (`errors`), or `none`, which is no
   * answer.
   */
  readonly batchAnswer: ChoiceField<"all" | "errors" | "none"> & { readonly default: "all" };
  /**
   * What several messages in a row are that stand in no batch: a mistake of their sender's (`whole`, the default), or a
   * message each.
   */
  readonly each: ChoiceField<"whole" | "message"> & { readonly default: "whole" };
  /** Whether messages are checked against the standard; `off` is the default. */
  readonly validate: ChoiceField<"off" | "warn" | "reject"> & { readonly default: "off" };
  /** Rules that messages may break. Empty, the default: none. */
  readonly tolerate: ListField<readonly Rule[]> & { readonly default: readonly Rule[] };
};

/** What is known of a sender's character set, by labels of HL7 table 0211 or of the WHATWG Encoding Standard. */
export interface CharsetSettings {
  /** Of messages whose MSH-18 is empty, or names nothing that is known. */
  readonly default?: string;
  /** Of every message, whatever its MSH-18 says. */
  readonly always?: string;
}

/** For whoever misspells one: MSH-12 may hold any that looks like one. */
const VERSIONS = "2.1 2.2 2.3 2.3.1 2.4 2.5 2.5.1 2.6 2.7 2.7.1 2.8 2.8.1 2.8.2 2.9 2.9.1".split(" ");

function charsetLabel(about: string): TextField<string | undefined> & { readonly optional: true } {
  const spellings = new Set([...READABLE_LABELS, ...READABLE_LABELS.map((label) => label.toUpperCase())]);
  const pattern = {
    matches: [...spellings].join("|"),
    says: "names a character set of HL7 table 0211, such as 8859/15, or another, such as windows-1252",
    words: READABLE_LABELS,
  };
  return text(about, { optional: true, pattern, example: "8859/15" });
}

/** The settings with their defaults. */
export const settings: Hl7v2Settings = {
  accept: list(
    "Types that are taken; others are answered AR. Empty: all.",
    text("A type, or a type with its event.", {
      pattern: {
        matches: "[A-Z0-9]{3}(\\^[A-Z0-9]{3})?",
        says: "is three letters or digits, as in ADT, or has an event behind them, as in ADT^A01",
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
  charset: record(
    "What is known of the sender's character set; one label alone is the default.",
    {
      default: charsetLabel("Of messages whose MSH-18 is empty, or names nothing that is known."),
      always: charsetLabel("Of every message, whatever its MSH-18 says."),
    },
    { default: {}, short: "default" },
  ) as Hl7v2Settings["charset"],
  versions: list(
    "Versions that are taken, as MSH-12 has them; others are answered AR. Empty: all.",
    text("A version.", {
      pattern: { matches: "2\\.\\d(\\.\\d)?", says: "is a version of HL7 v2, as in 2.5.1", words: VERSIONS },
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
    ["strict", "lenient"],
    { default: "strict" },
  ),
  batchAnswer: choice(
    "Which acknowledgments the answer to a batch holds: all, those that say no, or none, and then there is no answer.",
    ["all", "errors", "none"],
    { default: "all" },
  ),
  each: choice(
    "What several messages in a row are that stand in no batch, such as those of a file: whole, which is a mistake of their sender's and is refused; or message, each taken as one.",
    ["whole", "message"],
    { default: "whole" },
  ),
  validate: choice(
    "Whether messages are checked against HL7's rules before they are acknowledged: off; warn, which takes them and tells what is wrong; reject, which answers errors AE and tells warnings.",
    ["off", "warn", "reject"],
    { default: "off", example: "warn" },
  ),
  tolerate: list(
    "Rules that messages may break, with validate.",
    choice("A rule.", RULE_NAMES),
    { default: [], example: ["value_too_long", "white_space"] },
  ),
};

/** What does not fit together. */
export function checkConfig(
  { validate, tolerate }: Config<Hl7v2Settings>,
): readonly Unfit[] {
  return validate === "off" && tolerate.length > 0
    ? [{ setting: "tolerate", rule: "means nothing at validate: off, which is the default" }]
    : [];
}
