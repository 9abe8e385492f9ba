import type { Fail } from "../../../runtime/contract/error.ts";
import type { Identity } from "../../../runtime/contract/format.ts";
import type { errors } from "./errors.ts";
import { readHeader } from "./syntax/header.ts";

type Code = keyof typeof errors.faults;

/** What a channel takes; an empty list takes all. */
export interface Admission {
  /** Types, as `ADT` or `ADT^A01`. */
  readonly accept: readonly string[];
  /** Versions, as MSH-12.1 has them. */
  readonly versions: readonly string[];
  /** Processing ids, as MSH-11.1 has them. */
  readonly processing: readonly string[];
}

/**
 * Whether a channel takes a message (HL7 v2.9.1 section 2.8.2: an unacceptable MSH-9, MSH-11 or MSH-12 is answered AR,
 * or CR).
 *
 * Errors: HL7V2_TYPE_MISSING, HL7V2_TYPE_UNSUPPORTED, HL7V2_EVENT_UNSUPPORTED, HL7V2_PROCESSING_UNSUPPORTED,
 * HL7V2_VERSION_UNSUPPORTED.
 */
export function admit(
  identity: Identity,
  { config, fail }: { readonly config: Admission; readonly fail: Fail<Code> },
  received: Uint8Array,
): void {
  admitType(identity, config.accept, fail);
  const { versions, processing } = config;
  if (versions.length === 0 && processing.length === 0) return;
  const header = readHeader(received);
  if (processing.length > 0 && !processing.includes(header.value(11, 1))) {
    fail("HL7V2_PROCESSING_UNSUPPORTED", { path: "MSH-11.1" });
  }
  if (versions.length > 0 && !versions.includes(header.value(12, 1))) {
    fail("HL7V2_VERSION_UNSUPPORTED", { path: "MSH-12.1" });
  }
}

function admitType({ type }: Identity, accept: readonly string[], fail: Fail<Code>): void {
  if (accept.length === 0) return;
  const [kind] = type.split("^", 1);
  if (kind === "") fail("HL7V2_TYPE_MISSING", { path: "MSH-9" });
  if (accept.includes(kind) || accept.includes(type)) return;
  const known = accept.some((each) => each.startsWith(`${kind}^`));
  if (known) fail("HL7V2_EVENT_UNSUPPORTED", { path: "MSH-9.2" });
  fail("HL7V2_TYPE_UNSUPPORTED", { path: "MSH-9.1" });
}
