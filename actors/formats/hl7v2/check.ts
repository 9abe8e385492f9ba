import type { Fail } from "../../../runtime/contract/error.ts";
import type { Flaws } from "../../../runtime/contract/format.ts";
import { errors } from "./errors.ts";
import type { Hl7Message } from "./hl7_message.ts";
import type { Rule } from "./validation/rules.ts";
import { validate } from "./validation/validate.ts";

/** What a channel asks of the check. */
interface CheckConfig {
  readonly validate: "off" | "warn" | "reject";
  readonly tolerate: readonly Rule[];
}

/**
 * Checks a whole message as the channel asks: `warn` takes it and returns its problems, `reject` refuses one with errors
 * and returns the warnings of any other.
 *
 * Errors: HL7V2_MESSAGE_INVALID, with `reject` only.
 */
export function check(
  message: Hl7Message,
  { validate: mode, tolerate }: CheckConfig,
  fail: Fail<keyof typeof errors.faults>,
): Flaws {
  const problems = validate(message, { tolerate });
  const wrong = problems.filter(({ severity }) => severity === "error");
  if (mode === "reject" && wrong.length > 0) {
    const each = wrong.map(({ rule, path, condition, says }) =>
      errors.error("HL7V2_RULE_BROKEN", { says, rule, path, hl7ErrorCode: condition })
    );
    fail("HL7V2_MESSAGE_INVALID", { ...each[0].facts, problems: wrong.length }, new AggregateError(each));
  }
  return problems;
}
