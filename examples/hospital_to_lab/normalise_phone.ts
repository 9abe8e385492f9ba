import { defineTransformer, type Hl7Message, type Message, text } from "mitral";

/** Calling code, and the digit people dial before a number within the country. */
const plans: Readonly<Record<string, { code: string; trunk: string; digits: number }>> = {
  US: { code: "1", trunk: "1", digits: 10 },
  GB: { code: "44", trunk: "0", digits: 10 },
  NO: { code: "47", trunk: "", digits: 8 },
};

/** Rewrites the patient's telephone number, PID-13, to E.164: `(555) 010-0100` to `+15550100100`. */
export default defineTransformer({
  name: "normalise_phone",
  about: "Rewrites PID-13 to E.164.",
  config: { country: text("Country of numbers without a calling code.", { example: "US" }) },
  errors: {
    NORMALISE_PHONE_COUNTRY_UNKNOWN: {
      blame: "operator",
      retry: "never",
      says: "Cannot normalise phone: country must be one of {known}",
    },
    NORMALISE_PHONE_NUMBER_INVALID: {
      blame: "sender",
      retry: "never",
      says: "Cannot normalise phone: {digits} digits are no number of the country",
    },
  },
  prepare: ({ config, fail }) =>
    plans[config.country] ??
      fail("NORMALISE_PHONE_COUNTRY_UNKNOWN", { known: Object.keys(plans).join(", ") }),
  transform(message: Message<Hl7Message>, { prepared: plan, fail }) {
    const written = message.body.get("PID-13");
    if (written === undefined) return message;
    return message.derive({ body: message.body.with("PID-13", toE164(written)) });

    function toE164(number: string): string {
      const digits = number.replace(/\D/g, "");
      if (number.trimStart().startsWith("+")) return `+${digits}`;
      const national = digits.startsWith(plan.trunk) && digits.length > plan.digits
        ? digits.slice(plan.trunk.length)
        : digits;
      if (national.length === plan.digits) return `+${plan.code}${national}`;
      return fail("NORMALISE_PHONE_NUMBER_INVALID", { digits: digits.length });
    }
  },
});
