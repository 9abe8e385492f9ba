import type { MitralError } from "../../../../runtime/contract/error.ts";

/** Message error condition codes (HL7 table 0357). */
const CONDITIONS: Readonly<Record<number, string>> = {
  100: "Segment sequence error",
  101: "Required field missing",
  102: "Data type error",
  103: "Table value not found",
  200: "Unsupported message type",
  201: "Unsupported event code",
  202: "Unsupported processing id",
  203: "Unsupported version id",
  204: "Unknown key identifier",
  205: "Duplicate key identifier",
  206: "Application record locked",
  207: "Application internal error",
};

const OWN: Readonly<Record<string, number>> = {
  HL7V2_MESSAGE_EMPTY: 100,
  HL7V2_HEADER_MISSING: 100,
  HL7V2_HEADER_TOO_SHORT: 100,
  HL7V2_SEGMENT_INVALID: 100,
  HL7V2_MESSAGE_NOT_ALONE: 100,
  HL7V2_SEQUENCE_BROKEN: 100,
  HL7V2_FRAGMENT_FOREIGN: 100,
  HL7V2_FRAGMENT_MISSING: 100,
  HL7V2_ADDENDUM_MISSING: 100,
  HL7V2_ADDENDUM_STRAY: 100,
  HL7V2_BATCH_HEADER_MISPLACED: 100,
  HL7V2_BATCH_SEGMENT_MISPLACED: 100,
  HL7V2_TYPE_MISSING: 101,
  HL7V2_DELIMITERS_INVALID: 102,
  HL7V2_CHARSET_UNSUPPORTED: 103,
  HL7V2_TYPE_UNSUPPORTED: 200,
  HL7V2_EVENT_UNSUPPORTED: 201,
  HL7V2_PROCESSING_UNSUPPORTED: 202,
  HL7V2_VERSION_UNSUPPORTED: 203,
};

/** A condition of table 0357. */
export interface Condition {
  readonly code: number;
  readonly text: string;
}

/**
 * What an error is in HL7's words. An error of another component may say it itself, by a fact `hl7ErrorCode`; where it
 * does not, a sender's error is a data type error, and what is nobody's at the sender's end an internal error.
 */
export function conditionOf(error: MitralError): Condition {
  const said = Number(error.facts.hl7ErrorCode);
  const code = said in CONDITIONS ? said : OWN[error.code] ?? byBlame(error);
  return { code, text: CONDITIONS[code] };
}

function byBlame({ blame }: MitralError): number {
  return blame === "sender" ? 102 : blame === "unsupported" ? 200 : 207;
}

/** True where the peer may take the same message later: a locked record, or trouble of its own. */
export function mayPass(code: string): boolean {
  return code === "206" || code === "207";
}
