import hl7v2, { type Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { bindFormat, type Format } from "../../../../runtime/contract/format.ts";
import type { Config } from "../../../../runtime/contract/spec.ts";

/** What the format does where a gateway file says nothing. */
export const SETTINGS: Config<typeof hl7v2.config> = {
  accept: [],
  sequenceNumbers: false,
  continuationMsMax: 600_000,
  versions: [],
  processing: [],
  answerMatch: "strict",
  batchAnswer: "all",
};

/** The format, with its default settings but for these. */
export function hl7With(settings: Partial<Config<typeof hl7v2.config>> = {}): Format<Hl7Message> {
  return bindFormat(hl7v2, { ...SETTINGS, ...settings });
}
