import type { AuditFormatName } from "../../../contract/audit_format.ts";
import type { AuditRecord } from "./audit_record.ts";
import { dicomAuditMessage } from "./dicom_audit_message.ts";
import { fhirAuditEvent } from "./fhir_audit_event.ts";

/** How an entry is written down for a collector. */
export interface AuditFormat {
  /** Media type of one entry's text. */
  readonly contentType: string;
  /** One entry: pure, in one line, without a line end. */
  write(record: AuditRecord): string;
}

const utf8 = new TextDecoder();

/** The formats, by name. */
export const AUDIT_FORMATS = {
  /** DICOM PS3.15 A.5.1. */
  atna: { contentType: "application/dicom-audit+xml", write: dicomAuditMessage },
  /** FHIR R4 AuditEvent. */
  fhir: { contentType: "application/fhir+json", write: fhirAuditEvent },
  /** The entry as it was hashed, and where it stands. */
  json: {
    contentType: "application/json",
    write: ({ gateway, epoch, number, bytes }) =>
      `{"gateway":${JSON.stringify(gateway)},"epoch":${epoch},"number":${number},"entry":${
        utf8.decode(bytes)
      }}`,
  },
} as const satisfies Readonly<Record<AuditFormatName, AuditFormat>>;
