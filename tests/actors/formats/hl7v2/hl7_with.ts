import hl7v2, { type Hl7Message } from "../../../../actors/formats/hl7v2/mod.ts";
import { withDefaults } from "../../../../runtime/contract/actor.ts";
import { bindFormat, type Format } from "../../../../runtime/contract/format.ts";
import type { Config } from "../../../../runtime/contract/spec.ts";

/** What the format does where a gateway file says nothing. */
export const SETTINGS = withDefaults(hl7v2.config, {}) as Config<typeof hl7v2.config>;

/** The format, with its default settings but for these. */
export function hl7With(settings: Partial<Config<typeof hl7v2.config>> = {}): Format<Hl7Message> {
  return bindFormat(hl7v2, { ...SETTINGS, ...settings });
}
