import type { EntryKind, LedgerEntry } from "../entry.ts";
import { leafHash } from "../tree.ts";
import { type AuditCode, DICOM, LIFE, ownCode } from "./audit_codes.ts";
import type { AuditRecord } from "./audit_record.ts";

/** What DICOM and FHIR both say of an event, in the words they share since RFC 3881. */
export interface AuditFacts {
  readonly event: AuditCode;
  /** What it is more exactly, the most general first; the last is this project's own. */
  readonly types: readonly AuditCode[];
  /** Create, read, update, delete, execute. */
  readonly action: "C" | "R" | "U" | "D" | "E";
  /** Success, minor, serious, major failure. */
  readonly outcome: "0" | "4" | "8" | "12";
  /** How it ended, in a few words. */
  readonly says?: string;
  readonly agents: readonly AuditAgent[];
  readonly objects: readonly AuditObject[];
}

/** Who took part. */
export interface AuditAgent {
  readonly id: string;
  readonly role: AuditCode | "person";
  /** Exactly one of an event's has brought it about. */
  readonly isRequestor: boolean;
}

/** What it was about. */
export interface AuditObject {
  readonly id: string;
  readonly idType: AuditCode;
  readonly name: string;
  /** DICOM PS3.15 A.5.1.2.2. */
  readonly role: keyof typeof OBJECT_ROLES;
  /** DICOM PS3.15 A.5.1.2.3. */
  readonly life?: keyof typeof OBJECT_LIVES;
  readonly details: readonly (readonly [name: string, value: string])[];
}

/** Roles of objects, all of them system objects. */
export const OBJECT_ROLES = {
  "3": "Report",
  "13": "Security Resource",
  "23": "Routing Criteria",
} as const;

/** Where in its life an object is. */
export const OBJECT_LIVES = {
  "2": "Import / Copy",
  "3": "Amendment",
  "6": "Access / Use",
  "11": "Disclosure",
  "12": "Receipt of disclosure",
} as const;

type Shape = Pick<AuditFacts, "event" | "action"> & {
  readonly types: readonly AuditCode[];
  /** What the gateway is in it. */
  readonly role: AuditCode;
  readonly life?: AuditObject["life"];
};

const imported: Shape = {
  event: DICOM.imported,
  types: [LIFE.receive],
  action: "C",
  role: DICOM.destination,
  life: "2",
};
const exported: Shape = {
  event: DICOM.exported,
  types: [LIFE.disclose],
  action: "R",
  role: DICOM.source,
  life: "11",
};
const alert = (...types: AuditCode[]): Shape => ({
  event: DICOM.securityAlert,
  types,
  action: "E",
  role: DICOM.application,
});
const activity = (...types: AuditCode[]): Shape => ({
  event: DICOM.applicationActivity,
  types,
  action: "E",
  role: DICOM.application,
});

const shapes: Readonly<Record<Exclude<EntryKind, "act" | "quarantined">, Shape>> = {
  began: alert(DICOM.auditRecordingStarted),
  started: activity(DICOM.applicationStart),
  stopped: activity(DICOM.applicationStop),
  received: imported,
  acknowledged: imported,
  filtered: { ...imported, types: [] },
  attempted: exported,
  delivered: exported,
  receipted: exported,
  config: { ...alert(DICOM.softwareConfiguration), life: "3" },
  keys: { ...alert(DICOM.securityConfiguration), life: "3" },
  partner: { ...alert(DICOM.securityConfiguration), life: "3" },
  login: { event: DICOM.userAuthentication, types: [DICOM.login], action: "E", role: DICOM.application },
  alarm: alert(),
};

/** Acts that are more than what happens to a queue, by their first word. What a person has seen has left the gateway. */
const acts: Readonly<Record<string, Shape>> = {
  viewed: { ...exported, types: [LIFE.access], life: "6" },
  exported: { ...exported, types: [LIFE.extract] },
  corrected: { ...activity(LIFE.amend), action: "U", life: "3" },
  corrects: { ...activity(LIFE.amend), action: "C", life: "3" },
  placed: activity(LIFE.hold),
  lifted: activity(LIFE.unhold),
  restored: activity(LIFE.restore),
};

function shapeOf({ kind, act = "", destination }: LedgerEntry): Shape {
  switch (kind) {
    case "act":
      return acts[act.split(" ", 1)[0]] ?? activity();
    case "config":
      return act.startsWith("user ") ? { ...alert(DICOM.securityConfiguration), life: "3" } : shapes.config;
    case "quarantined":
      return { ...(destination === undefined ? imported : exported), types: [] };
    default:
      return shapes[kind];
  }
}

/**
 * What an entry says as an audit event: codes of DICOM PS3.16 where one fits, and our own beside. Outcomes: what was refused,
 * and an attempt that is made again, is a minor failure; what a person has to look at, a serious one.
 */
export function auditFacts(record: AuditRecord): AuditFacts {
  const { entry } = record;
  const { kind, act, code } = entry;
  const shape = shapeOf(entry);
  const says = [act ?? kind, entry.outcome, code].filter((word) => word !== undefined).join(" ");
  return {
    event: shape.event,
    types: [...shape.types, ownCode(kind)],
    action: shape.action,
    outcome: outcomeOf(entry),
    ...(says === kind ? {} : { says }),
    agents: agentsOf(record, shape),
    objects: objectsOf(record, shape),
  };
}

function outcomeOf({ kind, outcome }: LedgerEntry): AuditFacts["outcome"] {
  if (kind === "quarantined" || kind === "alarm") return "8";
  const isRefused = outcome === "rejected" || outcome === "refused" || outcome === "failed";
  return kind === "attempted" || isRefused ? "4" : "0";
}

/** The gateway, the other side where there is one, and the person. Where nobody did it by hand, who sends has brought it about. */
function agentsOf({ gateway, entry }: AuditRecord, { role }: Shape): readonly AuditAgent[] {
  const { by } = entry;
  const other = otherOf(entry, role);
  const isOther = by === undefined && other?.role === DICOM.source;
  return [
    { id: gateway, role, isRequestor: by === undefined && !isOther },
    ...(other ? [{ ...other, isRequestor: isOther }] : []),
    ...(by === undefined ? [] : [{ id: by, role: "person" as const, isRequestor: true }]),
  ];
}

/** Who is not known by a gateway's name is known by where it is connected: its channel, or the destination in it. */
function otherOf(
  { kind, gateway, channel, destination }: LedgerEntry,
  role: AuditCode,
): Omit<AuditAgent, "isRequestor"> | undefined {
  if (role === DICOM.destination) {
    const id = gateway ?? channel;
    return id === undefined ? undefined : { id, role: DICOM.source };
  }
  // What a person has seen went to that person.
  const id = gateway ?? (kind === "act" ? undefined : placeOf(channel, destination));
  if (id === undefined) return undefined;
  return { id, role: role === DICOM.source ? DICOM.destination : DICOM.application };
}

function placeOf(channel?: string, destination?: string): string | undefined {
  return channel !== undefined && destination !== undefined ? `${channel}/${destination}` : undefined;
}

function objectsOf(record: AuditRecord, { life }: Shape): readonly AuditObject[] {
  const { gateway, epoch, number, entry, bytes } = record;
  const { channel, destination, message, hash, serial, body, statement, envelope, receipt, before } = entry;
  const objects: AuditObject[] = [{
    id: `${epoch}/${number}`,
    idType: ownCode("entry", "Number of a ledger entry"),
    name: `ledger of ${gateway}`,
    role: "13",
    details: said({ epoch, number, leaf: leafHash(bytes).toHex(), before }),
  }];
  const inLife = life === undefined ? {} : { life };
  if (message !== undefined) {
    objects.push({
      id: message,
      idType: ownCode("message", "Id of a message"),
      name: "message",
      role: "3",
      // From whom a signed statement is here, it is a disclosure that was received.
      ...(life === "2" && statement !== undefined ? { life: "12" as const } : inLife),
      details: said({ body, statement, envelope, receipt }),
    });
  }
  if (channel !== undefined) {
    const place = placeOf(channel, destination) ?? channel;
    objects.push({
      id: place,
      idType: destination === undefined
        ? ownCode("channel", "Name of a channel")
        : ownCode("destination", "Name of a channel and of a destination in it"),
      name: place,
      role: "23",
      details: [],
    });
  }
  if (hash !== undefined || serial !== undefined) {
    const name = entry.kind === "keys" || entry.kind === "partner" ? "partner file" : "configuration";
    objects.push({
      id: hash ?? String(serial),
      idType: hash === undefined
        ? ownCode("serial", "Serial of a partner file")
        : ownCode("hash", "SHA-256 of a file"),
      name,
      role: "13",
      ...inLife,
      details: said({ serial }),
    });
  }
  return objects;
}

function said(
  facts: Readonly<Record<string, string | number | undefined>>,
): readonly (readonly [string, string])[] {
  return Object.entries(facts).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const]
  );
}
