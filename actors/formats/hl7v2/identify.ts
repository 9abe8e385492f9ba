import type { Identity } from "../../../runtime/contract/format.ts";
import type { CharsetWords } from "./charsets/charset.ts";
import { fragmentPlace } from "./protocols/fragment_place.ts";
import { readHeader } from "./syntax/header.ts";

/**
 * Message types that ask and change nothing, beside all that begin with Q: vaccination records (VXQ), order and
 * schedule status (OSQ, SQM), stored procedures and embedded queries (SPQ, EQQ, VQQ, RQQ), network management (NMQ),
 * and requests for insurance, patient and clinical information (RQI, RQP, RQC). SUR reports a product's use: it is none.
 */
const QUERIES = new Set(["VXQ", "OSQ", "SQM", "SPQ", "EQQ", "VQQ", "RQQ", "NMQ", "RQI", "RQP", "RQC"]);

/**
 * Who a message says it is, from its MSH segment alone. `sender` is MSH-3 and MSH-4 as they stand, with the field
 * separator between. `number` is MSH-13 where senders number their messages, and `piece` the place of a fragment where
 * fragments are waited for.
 *
 * Errors: as of `readHeader`.
 */
export function identify(
  bytes: Uint8Array,
  config: ProtocolSettings,
  words: CharsetWords = {},
): Identity {
  const header = readHeader(bytes, words);
  const kind = header.value(9, 1), event = header.value(9, 2);
  const application = header.field(3), facility = header.field(4);
  const mode = header.component(11, 1);
  const purpose = kind.startsWith("Q") || QUERIES.has(kind)
    ? "query"
    : mode === "T" || mode === "D"
    ? "test"
    : "message";
  const number = config.sequenceNumbers ? header.component(13, 1) : "";
  const piece = config.continuationMsMax > 0 ? fragmentPlace(bytes, header, purpose) : undefined;
  return {
    controlId: header.field(10),
    type: event === "" ? kind : `${kind}^${event}`,
    sender: application === "" && facility === ""
      ? ""
      : `${application}${header.delimiters.field}${facility}`,
    purpose,
    ...(number !== "" && number !== '""' && { number }),
    ...(piece && { piece }),
  };
}

/** Which protocols of HL7 v2.9.1 section 2.9 the senders follow. */
interface ProtocolSettings {
  readonly sequenceNumbers: boolean;
  readonly continuationMsMax: number;
}
