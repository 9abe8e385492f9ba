/**
 * What a command and a running gateway say to each other: one JSON object a line, one line a request, answered in
 * order, by one line each. A request to follow something is answered by `null`, then by a line for each thing, until
 * either side closes; whoever asked says no more. The socket lies in the data folder, so who may use it is who may enter that folder.
 */
import type { Reckoned } from "../../engine/accounts/reckoning.ts";
import type { MitralError } from "../../contract/error.ts";
import type { Problem } from "../../config/problem.ts";
import type { GatewaySnapshot } from "../../engine/events.ts";
import type { ReplayedMessage, Skipped, WaitingDelivery } from "../../engine/gateway_api.ts";
import type {
  AccessQuery,
  AccessReport,
  DisclosureReport,
  PatientQuery,
  ViewReport,
} from "../../engine/disclosures/reports_api.ts";
import type { LedgerAlarm } from "../../engine/ledger/alarms.ts";
import type { PrunedMessages } from "../../engine/retention.ts";
import type { GatewayStatistics } from "../../engine/statistics.ts";
import type { ActQuery, ActRecord } from "../../journal/acts.ts";
import type { HeldMessages, HoldRecord } from "../../journal/holds.ts";
import type { MessageContent, MessageQuery, MessageRecord } from "../../journal/records.ts";
import type { BackupManifest } from "../../journal/upkeep/backup_manifest.ts";
import type { Progress } from "../../journal/upkeep/upkeep.ts";
import { join } from "node:path";
import type { EvidenceFile } from "../evidence/evidence_pack.ts";
import type { Gathered } from "../evidence/gather.ts";
import type { PatientMethods } from "./patients.ts";
import type { EntryQuery, ListedEntries, ToldHead } from "./audit.ts";
import type { Skipped as Missed } from "./_feed.ts";
import type { GatewayChanges } from "./changes.ts";
import type { PartnerTestLine } from "../../engine/exchange/partner_test.ts";
import { errors } from "./errors.ts";
import type { ShownReceipt } from "./receipts.ts";
import type { ReviewMethods } from "./reviews.ts";
import type { FollowedEvent } from "./followed.ts";

/** Grows when a request or an answer changes its meaning. */
export const protocolVersion = 1;

/** Longest request a gateway reads, in bytes: a corrected message, as base64. */
export const requestBytesMax = 192 * 1024 * 1024;

/** So many messages are replayed without being asked twice. */
export const unconfirmedMax = 20;

/** Longest answer a command reads, in bytes: a message with its payloads, as base64. */
export const answerBytesMax = 512 * 1024 * 1024;

/** `sockaddr_un` holds 104 bytes on macOS and BSD, 108 on Linux, each with a closing NUL. */
export const pathBytesMax = 103;

/** How everything stands, how much waits, and what room is left. */
export type GatewayStatus = GatewaySnapshot & { readonly statistics: GatewayStatistics };

/** A message's facts and history, and what waits of it for what; its bytes only where they were asked for. */
export type ShownMessage =
  & Omit<MessageContent, "received" | "salt" | "payloads" | "answer">
  & { readonly waiting?: readonly WaitingDelivery[]; readonly receipts: readonly ShownReceipt[] }
  & Partial<Pick<MessageContent, "received" | "salt" | "payloads">>;

/** What a gateway file changes; where it has problems, they are all there is. */
export interface Planned {
  readonly problems: readonly Problem[];
  readonly changes?: GatewayChanges;
}

/** Why a person does something. Who it is stands in the request itself. */
interface Reasoned {
  readonly reason?: string;
}

/** Which gateway says it, and to whom. */
interface OfGateway {
  readonly gateway: string;
  readonly person: string;
}

interface OneMessage extends Reasoned {
  readonly id: string;
  readonly destination?: string;
}

interface OneDestination extends Reasoned {
  /** Of the channel. */
  readonly name: string;
  readonly destination: string;
}

/** Every method: what it takes, what it gives. */
export interface Methods extends ReviewMethods, PatientMethods {
  readonly "status": { readonly params: Record<never, never>; readonly result: GatewayStatus };
  readonly "messages.list": { readonly params: MessageQuery; readonly result: readonly MessageRecord[] };
  readonly "messages.show": {
    readonly params: Reasoned & { readonly id: string; readonly content: boolean };
    readonly result: ShownMessage | null;
  };
  /** A receipt as it was signed: of a destination, or the only one there is; no patient data. */
  readonly "messages.receipt": {
    readonly params: { readonly id: string; readonly destination?: string };
    readonly result: { readonly receipt: Uint8Array } | null;
  };
  /** Messages that have a word as control id, or in any field that messages are found by. */
  readonly "messages.search": {
    readonly params: { readonly word: string; readonly query: MessageQuery };
    readonly result: readonly MessageRecord[];
  };
  readonly "messages.replay": {
    readonly params: OneMessage & { readonly everywhere?: boolean; readonly force?: boolean };
    readonly result: { readonly destinations: readonly string[] };
  };
  /** The id of the new message, or of the one whose payload was replaced; why the new one is in quarantine, too. */
  readonly "messages.correct": {
    readonly params: OneMessage & { readonly body: Uint8Array; readonly force?: boolean };
    readonly result: {
      readonly id: string;
      readonly destinations: readonly string[];
      readonly error?: ToldError;
    };
  };
  readonly "messages.release": {
    readonly params: OneMessage;
    readonly result: { readonly destinations: readonly string[] };
  };
  /** Where it was cancelled; none: as a whole. */
  readonly "messages.cancel": {
    readonly params: OneMessage;
    readonly result: { readonly destinations: readonly string[] };
  };
  readonly "journal.acts": { readonly params: ActQuery; readonly result: readonly ActRecord[] };
  readonly "journal.prune": {
    readonly params: { readonly dryRun?: boolean };
    readonly result: PrunedMessages;
  };
  readonly "journal.holds": { readonly params: Record<never, never>; readonly result: readonly HoldRecord[] };
  readonly "journal.hold": {
    readonly params: Reasoned & Omit<HeldMessages, "field"> & {
      readonly name: string;
      /** Together with `value`. */
      readonly field?: string;
      readonly value?: string;
    };
    readonly result: { readonly matches: boolean };
  };
  readonly "journal.lift": { readonly params: Reasoned & { readonly name: string }; readonly result: null };
  readonly "journal.release": {
    readonly params: Reasoned & { readonly force: boolean };
    readonly result: null;
  };
  /** What was disclosed of a patient. */
  readonly "reports.disclosures": {
    readonly params: Reasoned & Omit<PatientQuery, "by"> & { readonly all?: boolean };
    readonly result: DisclosureReport & OfGateway;
  };
  /** Who has seen what of a patient. */
  readonly "reports.views": {
    readonly params: Reasoned & Omit<PatientQuery, "by">;
    readonly result: ViewReport & OfGateway;
  };
  /** What each person did. */
  readonly "reports.access": {
    readonly params: Reasoned & Omit<AccessQuery, "by">;
    readonly result: AccessReport & OfGateway;
  };
  /** Compares accounts with a partner now, or tells what came of it last; with the accounts of a day, as JSON. */
  readonly "partner.account": {
    readonly params: { readonly name: string; readonly now: boolean; readonly day?: string };
    readonly result: {
      /** False where the partner was asked now, and has not answered yet. */
      readonly isAnswered: boolean;
      readonly reckoned: Reckoned | null;
      readonly evidence: string | null;
    };
  };
  /** Entries of the ledger, newest first, or oldest first after one of them. */
  readonly "audit.list": { readonly params: EntryQuery; readonly result: ListedEntries };
  /** Whose ledger it is, how large it is now, and the newest head that was signed of it. */
  readonly "audit.head": { readonly params: { readonly epoch?: number }; readonly result: ToldHead };
  /** What proves what became of a message, as files; nothing where the journal has no such message. */
  readonly "audit.prove": {
    readonly params: OneMessage & { readonly part?: number; readonly withoutPayload: boolean };
    readonly result:
      | Omit<Gathered, "evidence">
        & { readonly id: string; readonly files: readonly EvidenceFile[] }
      | null;
  };
  /** Alarms about ledgers, also those that are settled, oldest first. */
  readonly "audit.alarms": { readonly params: Record<never, never>; readonly result: readonly LedgerAlarm[] };
  /** Settles one. Errors: LEDGER_ALARM_UNKNOWN. */
  readonly "audit.settle": { readonly params: Reasoned & { readonly id: string }; readonly result: null };
  readonly "channel.start": { readonly params: { readonly name: string }; readonly result: null };
  readonly "channel.stop": { readonly params: { readonly name: string }; readonly result: null };
  /** How many messages were put together, for each destination that collects. */
  readonly "channel.flush": {
    readonly params: Reasoned & { readonly name: string; readonly destination?: string };
    readonly result: readonly { readonly destination: string; readonly messages: number }[];
  };
  readonly "channel.pause": { readonly params: OneDestination; readonly result: null };
  readonly "channel.resume": { readonly params: OneDestination; readonly result: null };
  readonly "channel.skip": { readonly params: OneDestination; readonly result: Skipped };
  /** `to` left out: by its own sender again. */
  readonly "channel.divert": {
    readonly params: OneDestination & { readonly to?: string };
    readonly result: null;
  };
  /** Every problem of the file; where there is none, the channel runs its new plan. */
  readonly "channel.reload": {
    readonly params: { readonly name: string };
    readonly result: readonly Problem[];
  };
  /** What a gateway file, by its absolute path, would change. */
  readonly "plan": { readonly params: { readonly file: string }; readonly result: Planned };
  /** The same, done. */
  readonly "apply": {
    readonly params: { readonly file: string; readonly channelsOnly: boolean };
    readonly result: Planned;
  };
  /** The file before the last that was applied, put back in place. */
  readonly "rollback": { readonly params: { readonly channelsOnly: boolean }; readonly result: Planned };
}

export type Method = keyof Methods;

/** Every method whose answer goes on: what it takes, and what each line after the first holds. */
export interface Streams {
  /** How far the backup is, and at last that it is made, or why it is not. Whoever leaves ends it. */
  readonly "journal.backup": {
    readonly params: { readonly to: string };
    readonly line: BackupLine | Missed;
  };
  /** Events of one channel, or of all; a slow reader is told how many it missed. */
  readonly "events.follow": {
    readonly params: { readonly name?: string };
    readonly line: FollowedEvent | Missed;
  };
}

/** What a backup says. */
export type BackupLine =
  | { readonly progress: Progress }
  | { readonly manifest: BackupManifest }
  | { readonly failed: SaidError };

export type Stream = keyof Streams;

/** An error, as one of many answers. */
export interface ToldError {
  readonly code: string;
  readonly message: string;
}

/** A message that leaves the gateway. */
export interface ExportedMessage {
  readonly message: MessageRecord;
  /** One, or one for each part of a message that was split. */
  readonly parts: readonly { readonly bytes: Uint8Array; readonly contentType: string }[];
}

/**
 * Every method that does something to one thing after the other: what it takes, and what each line after the first
 * holds. The last line is {@linkcode runEnd}; whoever leaves before it ends what is not done yet.
 */
export interface Runs {
  /** More than {@linkcode unconfirmedMax} only where `confirmed`, with a reason. */
  readonly "messages.replayAll": {
    readonly params:
      & Reasoned
      & ({ readonly ids: readonly string[] } | { readonly query: MessageQuery })
      & {
        readonly destination?: string;
        readonly everywhere?: boolean;
        readonly force?: boolean;
        readonly confirmed?: boolean;
      };
    readonly line: Omit<ReplayedMessage, "error"> & { readonly error?: ToldError };
  };
  /** Everything between the gateway and a partner, tested; at last the report. */
  readonly "partner.test": { readonly params: { readonly name: string }; readonly line: PartnerTestLine };
  readonly "messages.export": {
    readonly params: {
      readonly query: MessageQuery;
      /** `received`, or a destination. */
      readonly of: string;
      readonly reason: string;
    };
    readonly line: ExportedMessage;
  };
}

export type Run = keyof Runs;

/** The line behind the last of a run. */
export const runEnd = { end: true } as const;

/** A request as it stands on the line. */
export interface Request {
  readonly version: number;
  /** Chosen by the asker, repeated in the answer. */
  readonly id: number;
  readonly method: string;
  /** Who asks: the name the operating system gave the person. */
  readonly person: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** An answer as it stands on the line. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: SaidError };

/** An error as it stands on the line. */
export interface SaidError {
  readonly code: string;
  readonly message: string;
  readonly blame: string;
  readonly retry: string;
}

/** An error without what it holds besides. */
export function saidError({ code, message, blame, retry }: MitralError): SaidError {
  return { code, message, blame, retry };
}

/** Where the control socket of a data folder lies. Errors: CONTROL_PATH_TOO_LONG. */
export function socketPath(folder: string): string {
  const path = join(folder, "control.sock");
  const pathBytes = new TextEncoder().encode(path).length;
  if (pathBytes > pathBytesMax) errors.fail("CONTROL_PATH_TOO_LONG", { pathBytes, pathBytesMax });
  return path;
}

/** A value as one line. Bytes become `{"base64": "…"}`. */
export function toLine(value: unknown): string {
  return JSON.stringify(value, (_, part) => part instanceof Uint8Array ? { base64: part.toBase64() } : part);
}

/** The value of a line. Throws a `SyntaxError` where it is no JSON or holds broken base64. */
export function fromLine(line: string): unknown {
  return JSON.parse(line, (_, part) => isBytes(part) ? Uint8Array.fromBase64(part.base64) : part);
}

function isBytes(part: unknown): part is { readonly base64: string } {
  return isRecord(part) && typeof part.base64 === "string" && Object.keys(part).length === 1;
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Checks the shape of a request. Errors: CONTROL_REQUEST_MALFORMED, CONTROL_VERSION_UNKNOWN. */
export function readRequest(line: string): Request {
  let value: unknown;
  try {
    value = fromLine(line);
  } catch (cause) {
    errors.fail("CONTROL_REQUEST_MALFORMED", { field: "JSON object" }, cause);
  }
  if (!isRecord(value)) return malformed("JSON object");
  const { version, id, method, person, params } = value;
  if (typeof version !== "number") return malformed("version");
  if (version !== protocolVersion) {
    errors.fail("CONTROL_VERSION_UNKNOWN", { version, speaks: protocolVersion });
  }
  if (typeof id !== "number") return malformed("id");
  if (typeof method !== "string") return malformed("method");
  if (typeof person !== "string" || person === "") return malformed("person");
  if (!isRecord(params)) return malformed("params");
  return { version, id, method, person, params };
}

/** Fails for a field that is missing or of the wrong kind. */
export function malformed(field: string): never {
  return errors.fail("CONTROL_REQUEST_MALFORMED", { field });
}
