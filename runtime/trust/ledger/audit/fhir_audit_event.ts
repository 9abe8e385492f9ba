import { createHash } from "node:crypto";
import type { AuditCode } from "./audit_codes.ts";
import { type AuditAgent, auditFacts, type AuditObject, OBJECT_LIVES, OBJECT_ROLES } from "./audit_facts.ts";
import type { AuditRecord } from "./audit_record.ts";

/** Code systems by our short names for them. */
const SYSTEMS: Readonly<Record<AuditCode["system"], string>> = {
  DCM: "http://dicom.nema.org/resources/ontology/DCM",
  ISO21089: "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle",
  mitral: "https://jsr.io/@mitral/mitral/ledger",
};
const HL7 = "http://terminology.hl7.org/CodeSystem";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * An entry as a FHIR AuditEvent, JSON in one line. Its `id` is the SHA-256 of gateway, epoch and number: the same entry has the
 * same id wherever and whenever it is written.
 *
 * Source: FHIR 4.0.1, AuditEvent; codes as IHE BALP has them where they fit. It claims no profile of BALP: those of
 * disclosures want a patient, and no entry has one.
 */
export function fhirAuditEvent(record: AuditRecord): string {
  const { gateway, epoch, number, entry } = record;
  const { event, types, action, outcome, says, agents, objects } = auditFacts(record);
  return JSON.stringify(
    {
      resourceType: "AuditEvent",
      id: createHash("sha256").update(`${gateway}\n${epoch}\n${number}`).digest("hex"),
      type: coding(event),
      subtype: types.map(coding),
      action,
      recorded: new Date(entry.atMs).toISOString(),
      outcome,
      ...(says === undefined ? {} : { outcomeDesc: says }),
      agent: agents.map(agentOf),
      source: {
        observer: device(gateway),
        type: [{ system: `${HL7}/security-source-type`, code: "4", display: "Application Server" }],
      },
      entity: objects.map(entityOf),
    },
    (_, value: unknown) => typeof value === "string" ? value.toWellFormed().replace(UNFIT, "\ufffd") : value,
  );
}

/** What no string of FHIR may have: control characters but tab and line ends. */
// deno-lint-ignore no-control-regex
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

function coding({ system, code, display }: AuditCode) {
  return { system: SYSTEMS[system], code, display };
}

function device(name: string) {
  return { type: "Device", identifier: { value: name }, display: name };
}

function agentOf({ id, role, isRequestor }: AuditAgent) {
  if (role === "person") {
    return {
      type: {
        coding: [{ system: `${HL7}/extra-security-role-type`, code: "humanuser", display: "human user" }],
      },
      who: { identifier: { value: id }, display: id },
      altId: id,
      requestor: isRequestor,
    };
  }
  return { type: { coding: [coding(role)] }, who: device(id), requestor: isRequestor };
}

function entityOf({ id, idType, name, role, life, details }: AuditObject) {
  return {
    what: {
      identifier: {
        type: { coding: [coding(idType)] },
        ...(UUID.test(id) ? { system: "urn:ietf:rfc:3986", value: `urn:uuid:${id}` } : { value: id }),
      },
    },
    type: { system: `${HL7}/audit-entity-type`, code: "2", display: "System Object" },
    role: { system: `${HL7}/object-role`, code: role, display: OBJECT_ROLES[role] },
    ...(life === undefined
      ? {}
      : { lifecycle: { system: `${HL7}/dicom-audit-lifecycle`, code: life, display: OBJECT_LIVES[life] } }),
    name,
    ...(details.length === 0
      ? {}
      : { detail: details.map(([type, valueString]) => ({ type, valueString })) }),
  };
}
