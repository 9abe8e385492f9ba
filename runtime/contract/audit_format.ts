/** Names of the formats that entries are written down in for a collector. */
export const auditFormatNames = ["atna", "fhir", "json"] as const;

/** One of {@linkcode auditFormatNames}. */
export type AuditFormatName = typeof auditFormatNames[number];
