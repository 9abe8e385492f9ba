import type { Fault } from "../../runtime/contract/error.ts";
import { httpFaults } from "../_kit/http/faults.ts";

/** What can go wrong while listening. The format of this name has codes of its own. */
export const errors = {
  ...httpFaults("FAX"),
  FAX_SIGNATURE_OLD: {
    blame: "sender",
    retry: "later",
    says:
      "Cannot take request: it was not signed within signatureAgeMsMax ({signatureAgeMsMax}) by this machine's clock",
  },
  FAX_REQUEST_UNREADABLE: {
    blame: "sender",
    retry: "later",
    says: "Cannot read request of {provider}: {rule}",
  },
  FAX_API_MISSING: {
    blame: "operator",
    retry: "later",
    says: "Cannot fetch document of {provider}: it brings none, and api is not set",
  },
  FAX_URL_FOREIGN: {
    blame: "operator",
    retry: "later",
    says:
      "Cannot fetch document of {provider}: it is said to be where nothing is fetched from; media may allow it",
  },
  FAX_FETCH_REFUSED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot fetch document of {provider}: {host} answers {status}",
  },
  FAX_FETCH_FAILED: {
    blame: "receiver",
    retry: "later",
    says: "Cannot fetch document of {provider}: {host} cannot be reached, or breaks off ({reason})",
  },
  FAX_FETCH_LATE: {
    blame: "receiver",
    retry: "later",
    says: "Cannot fetch document of {provider}: {host} took longer than fetchMsMax ({fetchMsMax})",
  },
  FAX_DOCUMENT_EMPTY: {
    blame: "receiver",
    retry: "later",
    says: "Cannot fetch document of {provider}: {host} gives none",
  },
  FAX_DOCUMENT_TOO_LARGE: {
    blame: "receiver",
    retry: "never",
    says: "Cannot fetch document of {provider}: larger than documentBytesMax ({documentBytesMax})",
  },
} as const satisfies Record<string, Fault>;

/** A declared code of the listener. */
export type ListenerCode = keyof typeof errors;
