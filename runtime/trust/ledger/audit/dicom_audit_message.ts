import type { AuditCode } from "./audit_codes.ts";
import { type AuditAgent, auditFacts, type AuditObject } from "./audit_facts.ts";
import type { AuditRecord } from "./audit_record.ts";

/** Names of code systems as messages have them. */
const SYSTEMS: Readonly<Record<AuditCode["system"], string>> = {
  DCM: "DCM",
  ISO21089: "ISO 21089-2017",
  mitral: "Mitral",
};

/**
 * An entry as a DICOM audit message, XML in one line: what IHE ATNA sends as syslog.
 *
 * Source: DICOM PS3.15 A.5.1, which succeeds RFC 3881.
 */
export function dicomAuditMessage(record: AuditRecord): string {
  const { gateway, entry } = record;
  const { event, types, action, outcome, says, agents, objects } = auditFacts(record);
  return '<?xml version="1.0" encoding="UTF-8"?>' + element("AuditMessage", {}, [
    element("EventIdentification", {
      EventActionCode: action,
      EventDateTime: new Date(entry.atMs).toISOString(),
      EventOutcomeIndicator: outcome,
    }, [
      codeIn("EventID", event),
      ...types.map((type) => codeIn("EventTypeCode", type)),
      ...(says === undefined ? [] : [element("EventOutcomeDescription", {}, [escaped(says)])]),
    ]),
    ...agents.map(participant),
    element("AuditSourceIdentification", { AuditSourceID: gateway }, [
      element("AuditSourceTypeCode", { "csd-code": "4" }),
    ]),
    ...objects.map(participantObject),
  ]);
}

function participant({ id, role, isRequestor }: AuditAgent): string {
  return element(
    "ActiveParticipant",
    { UserID: id, UserIsRequestor: String(isRequestor) },
    role === "person" ? [] : [codeIn("RoleIDCode", role)],
  );
}

function participantObject({ id, idType, name, role, life, details }: AuditObject): string {
  return element("ParticipantObjectIdentification", {
    ParticipantObjectID: id,
    ParticipantObjectTypeCode: "2",
    ParticipantObjectTypeCodeRole: role,
    ...(life === undefined ? {} : { ParticipantObjectDataLifeCycle: life }),
  }, [
    codeIn("ParticipantObjectIDTypeCode", idType),
    element("ParticipantObjectName", {}, [escaped(name)]),
    ...details.map(([type, value]) =>
      element("ParticipantObjectDetail", { type, value: utf8.encode(value).toBase64() })
    ),
  ]);
}

function codeIn(name: string, { system, code, display }: AuditCode): string {
  return element(name, { "csd-code": code, codeSystemName: SYSTEMS[system], originalText: display });
}

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: readonly string[] = [],
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`).join("");
  return content.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${content.join("")}</${name}>`;
}

/** For text and attributes. What XML 1.0 has no place for becomes U+FFFD. */
function escaped(text: string): string {
  return text.toWellFormed()
    .replace(UNFIT, "\ufffd")
    .replace(MARKS, (mark) => `&#${mark.charCodeAt(0)};`);
}

// deno-lint-ignore no-control-regex
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
/** White space, too: a reader makes blanks of it in attributes, and an export has a line for each message. */
const MARKS = /[<>&"'\t\r\n]/g;
const utf8 = new TextEncoder();
