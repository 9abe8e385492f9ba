/** A word of a code system. */
export interface AuditCode {
  /** `DCM`: DICOM PS3.16 annex D. `ISO21089`: life of a record, ISO/TS 21089:2018. `mitral`: this project's own. */
  readonly system: "DCM" | "ISO21089" | "mitral";
  readonly code: string;
  readonly display: string;
}

const dicom = (code: string, display: string): AuditCode => ({ system: "DCM", code, display });
const life = (code: string, display: string): AuditCode => ({ system: "ISO21089", code, display });

/** A word of this project's own. */
export function ownCode(code: string, display = code): AuditCode {
  return { system: "mitral", code, display };
}

/** Of DICOM PS3.16, context groups 400 (events), 401 and 403 (their types), 402 (roles). */
export const DICOM = {
  applicationActivity: dicom("110100", "Application Activity"),
  exported: dicom("110106", "Export"),
  imported: dicom("110107", "Import"),
  securityAlert: dicom("110113", "Security Alert"),
  userAuthentication: dicom("110114", "User Authentication"),
  applicationStart: dicom("110120", "Application Start"),
  applicationStop: dicom("110121", "Application Stop"),
  login: dicom("110122", "Login"),
  securityConfiguration: dicom("110129", "Security Configuration"),
  softwareConfiguration: dicom("110131", "Software Configuration"),
  auditRecordingStarted: dicom("110134", "Audit Recording Started"),
  application: dicom("110150", "Application"),
  destination: dicom("110152", "Destination Role ID"),
  source: dicom("110153", "Source Role ID"),
} as const;

/** Of ISO/TS 21089, as FHIR has them: what IHE BALP tells one disclosure from another by. */
export const LIFE = {
  access: life("access", "Access/View Record Lifecycle Event"),
  amend: life("amend", "Amend (Update) Record Lifecycle Event"),
  disclose: life("disclose", "Disclose Record Lifecycle Event"),
  extract: life("extract", "Extract Record Lifecycle Event"),
  hold: life("hold", "Add Legal Hold Record Lifecycle Event"),
  receive: life("receive", "Receive/Retain Record Lifecycle Event"),
  restore: life("restore", "Restore Record Lifecycle Event"),
  unhold: life("unhold", "Remove Legal Hold Record Lifecycle Event"),
} as const;
