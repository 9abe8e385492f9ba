import type { Fail } from "../../../runtime/contract/error.ts";
import type { Identity } from "../../../runtime/contract/format.ts";
import type { errors } from "./errors.ts";

type Code = keyof typeof errors.faults;

/**
 * Whether a channel takes messages of a type (HL7 v2.9.1 section 2.8.2: an unacceptable MSH-9 is answered AR).
 *
 * Errors: HL7V2_TYPE_MISSING, HL7V2_TYPE_UNSUPPORTED, HL7V2_EVENT_UNSUPPORTED.
 */
export function admit(
  { type }: Identity,
  { config: { accept }, fail }: {
    readonly config: { readonly accept: readonly string[] };
    readonly fail: Fail<Code>;
  },
): void {
  if (accept.length === 0) return;
  const [kind] = type.split("^", 1);
  if (kind === "") fail("HL7V2_TYPE_MISSING", { path: "MSH-9" });
  if (accept.includes(kind) || accept.includes(type)) return;
  const known = accept.some((each) => each.startsWith(`${kind}^`));
  if (known) fail("HL7V2_EVENT_UNSUPPORTED", { path: "MSH-9.2" });
  fail("HL7V2_TYPE_UNSUPPORTED", { path: "MSH-9.1" });
}
