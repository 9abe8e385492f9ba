import type { LogLevel } from "@logtape/logtape";
import type { Facts, MitralError } from "../contract/error.ts";
import type { GatewayEvent, Place } from "../engine/events.ts";

/** A log entry before a logger has it. */
export interface LogEntry {
  readonly level: LogLevel;
  /** Fixed for each event: what varies is a property. */
  readonly says: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

type EventName = GatewayEvent["name"];
type EventOf<N extends EventName> = Extract<GatewayEvent, { name: N }>;

/** How one kind of event is logged. `tells` names every property it logs: what is not named here is not logged. */
interface Wording<N extends EventName> {
  readonly level: LogLevel;
  readonly says: string;
  tells(event: EventOf<N>): Readonly<Record<string, unknown>>;
}

const DAY_MS = 86_400_000;

/** Longer facts are cut: a fact is a number or a name. */
const FACT_CHARS_MAX = 200;

/**
 * Every kind of event. What happens to single messages is at `debug`; a row of failures at one place is told once, by
 * {@linkcode Troubles}. A message's type and a crash's cause are left out: both may quote the message.
 */
const WORDINGS: { readonly [N in EventName]: Wording<N> } = {
  gatewayStarted: say("info", "gateway started", ({ gateway, channels }) => ({ gateway, channels })),
  gatewayStopped: say("info", "gateway stopped", ({ gateway, pending }) => ({ gateway, pending })),
  channelStarted: say("info", "channel started", (event) => ({ ...place(event), address: event.address })),
  channelStopped: say("info", "channel stopped", place),
  batchReceived: say("info", "batch received", (event) => ({
    ...message(event),
    messages: event.messages,
    bytes: event.bytes,
    ...(event.warnings.length > 0 ? { warnings: event.warnings.join(" ") } : {}),
  })),
  messageReceived: say("debug", "message received", (event) => ({ ...message(event), bytes: event.bytes })),
  messageRepeated: say("debug", "message repeated", message),
  messageAnswered: say("debug", "message answered", (event) => ({
    ...message(event),
    outcome: event.outcome,
    tookMs: event.tookMs,
  })),
  messageResembled: say("info", "message resembles an earlier one", (event) => ({
    ...message(event),
    how: event.how,
  })),
  messageFlawed: say("info", "message flawed", (event) => ({
    ...message(event),
    rules: event.rules,
    paths: event.paths,
  })),
  messageFiltered: say("debug", "message filtered", message),
  messageProcessed: say("debug", "message processed", (event) => ({
    ...message(event),
    deliveries: event.deliveries,
    tookMs: event.tookMs,
  })),
  messageDelivered: say("debug", "message delivered", (event) => ({
    ...message(event),
    attempt: event.attempt,
    tookMs: event.tookMs,
    attemptMs: event.attemptMs,
  })),
  deliveryFailed: say("debug", "delivery failed", (event) => ({
    ...message(event),
    attempt: event.attempt,
    againInMs: event.againInMs,
    ...trouble(event.error),
  })),
  messageQuarantined: say("debug", "message quarantined", (event) => ({
    ...message(event),
    ...trouble(event.error),
  })),
  messageReplayed: say("info", "message replayed", message),
  messageReleased: say("info", "message released", message),
  messageCancelled: say("info", "message cancelled", message),
  documentHeld: say("info", "document waits for review", (event) => ({
    ...message(event),
    doubts: event.doubts,
  })),
  documentDecided: say("info", "document reviewed", (event) => ({
    ...message(event),
    ...(event.disposition === undefined ? {} : { disposition: event.disposition }),
  })),
  destinationPaused: say("info", "destination paused", place),
  destinationResumed: say("info", "destination resumed", place),
  diversionStarted: say("info", "diversion started", (event) => ({ ...place(event), to: event.to })),
  diversionEnded: say("info", "diversion ended", place),
  sendersReleased: say("info", "senders released", () => ({})),
  batchClosed: say("info", "batch closed", (event) => ({
    ...message(event),
    messages: event.messages,
    bytes: event.bytes,
    why: event.why,
  })),
  piecesJoined: say("debug", "pieces joined", (event) => ({
    ...message(event),
    pieces: event.pieces,
    bytes: event.bytes,
  })),
  messageHandedOn: say("debug", "message handed on", (event) => ({ ...message(event), to: event.to })),
  messagePostponed: say("warning", "message postponed", (event) => ({
    ...message(event),
    againInMs: event.againInMs,
    ...trouble(event.error),
  })),
  alertRaised: say("error", "alert raised", (event) => ({
    ...message(event),
    why: event.why,
    ...trouble(event.error),
  })),
  circuitOpened: say("warning", "circuit opened", (event) => ({ ...place(event), ...trouble(event.error) })),
  circuitClosed: say("info", "circuit closed", place),
  keysChanged: say("info", "own keys changed", ({ serial, by }) => ({
    serial,
    ...(by === undefined ? {} : { by }),
  })),
  keysTroubled: say("warning", "own keys troubled", (event) => trouble(event.error)),
  pathFailed: say("warning", "path failed", (event) => ({
    ...place(event),
    path: event.path,
    ...trouble(event.error),
  })),
  pathRestored: say("info", "path restored", (event) => ({
    ...place(event),
    path: event.path,
    forMs: event.forMs,
  })),
  pathChosen: say("warning", "path chosen", (event) => ({
    ...place(event),
    path: event.path,
    instead: event.instead,
  })),
  partnerChanged: say("info", "partner's certificates changed", ({ partner, certificates }) => ({
    partner,
    certificates,
  })),
  partnerUpdated: say("info", "partner updated", ({ partner, state, serial }) => ({
    partner,
    state,
    ...(serial === undefined ? {} : { serial }),
  })),
  partnerTroubled: say("warning", "partner troubled", (event) => ({
    partner: event.partner,
    ...trouble(event.error),
  })),
  accountCompared: say(
    "info",
    "accounts compared",
    ({ partner, agreed, missing, contradicted, unknown, unreceipted, gaps }) => ({
      partner,
      agreed,
      missing,
      contradicted,
      unknown,
      unreceipted,
      gaps,
    }),
  ),
  accountDisputed: say("error", "accounts differ", ({ partner, error }) => ({ partner, ...trouble(error) })),
  accountFailed: say("warning", "account not told", ({ partner, error }) => ({ partner, ...trouble(error) })),
  ledgerAlarmed: say("error", "ledger alarm", ({ partner, error }) => ({
    ...(partner === undefined ? {} : { partner }),
    ...trouble(error),
  })),
  ledgerWitnessed: say("debug", "ledger witnessed", ({ partner, size }) => ({ partner, size })),
  witnessFailed: say(
    "warning",
    "ledger not witnessed",
    ({ partner, error }) => ({ partner, ...trouble(error) }),
  ),
  checkpointRefused: say("warning", "partner's ledger not witnessed", ({ partner, error }) => ({
    partner,
    ...trouble(error),
  })),
  doorOpened: say("info", "door opened", ({ door, address }) => ({ door, address })),
  doorFailed: say("error", "door not opened", (event) => ({
    door: event.door,
    againInMs: event.againInMs,
    ...trouble(event.error),
  })),
  wayRestored: say("info", "way healthy", ({ partner, way, forMs }) => ({ partner, way, forMs })),
  wayChosen: say("info", "way chosen", ({ partner, way, instead }) => ({ partner, way, instead })),
  wayFailed: say("warning", "way failed", (event) => ({
    partner: event.partner,
    way: event.way,
    ...trouble(event.error),
  })),
  partnerInformed: say("info", "partner has our file of public keys", (event) => ({
    partner: event.partner,
    serial: event.serial,
    ...(event.error ? trouble(event.error) : {}),
  })),
  receiptMissing: say("error", "receipt missing", (event) => ({
    ...message(event),
    partner: event.partner,
    ageMs: event.ageMs,
    ...trouble(event.error),
  })),
  exchangeRefused: say("debug", "refused at the door", (event) => ({
    door: event.door,
    ...(event.partner === undefined ? {} : { partner: event.partner }),
    ...trouble(event.error),
  })),
  exchangeReported: say("debug", "exchange reported", (event) => ({
    at: event.at,
    event: event.event,
    facts: safe(event.facts),
    ...(event.error ? trouble(event.error) : {}),
  })),
  auditReported: say("debug", "audit collector reported", (event) => ({
    event: event.event,
    facts: safe(event.facts),
    ...(event.error ? trouble(event.error) : {}),
  })),
  auditFailed: say("warning", "audit collector takes no entries", ({ error }) => trouble(error)),
  auditRestored: say("info", "audit collector takes entries again", () => ({})),
  auditAlarmed: say("error", "audit collector alarm", ({ error }) => trouble(error)),
  fileRefused: say("error", "file refused", (event) => ({ ...place(event), file: event.file })),
  stagePassed: say("debug", "stage passed", (event) => ({ ...place(event), tookMs: event.tookMs })),
  stageCrashed: say("error", "stage crashed", (event) => ({
    ...place(event),
    cause: event.cause,
    againInMs: event.againInMs,
  })),
  lineRestarted: say(
    "warning",
    "line restarted",
    (event) => ({ ...place(event), againInMs: event.againInMs }),
  ),
  lineHalted: say("error", "line halted", (event) => ({ ...place(event), ...trouble(event.error) })),
  intakeClosed: say("warning", "intake closed", (event) => ({ ...place(event), reason: event.reason })),
  intakeOpened: say("info", "intake opened", place),
  transportReported: say("debug", "transport reported", (event) => ({
    ...place(event),
    event: event.event,
    facts: safe(event.facts),
    ...(event.error ? trouble(event.error) : {}),
  })),
  channelFailed: say("error", "channel failed", (event) => ({
    ...place(event),
    ...(event.againInMs === undefined ? {} : { againInMs: event.againInMs }),
    ...trouble(event.error),
  })),
  dayClosed: say("info", "day closed", ({ day, carried, ...event }) => ({
    ...place(event),
    day: new Date(day * DAY_MS).toISOString().slice(0, 10),
    carried,
  })),
  messagesPruned: say("info", "messages pruned", ({ messages, files, ...event }) => ({
    ...place(event),
    messages,
    files,
  })),
  journalFailed: say("fatal", "journal failed", (event) => trouble(event.error)),
  journalReopenFailed: say("fatal", "journal not reopened", (event) => trouble(event.error)),
  journalReopened: say("warning", "journal reopened", ({ tookMs }) => ({ tookMs })),
  journalStalled: say("fatal", "journal stalled", ({ forMs }) => ({ forMs })),
  journalResumed: say("warning", "journal resumed", ({ forMs }) => ({ forMs })),
  diskLow: say("error", "disk low", ({ freeBytes }) => ({ freeBytes })),
  diskFine: say("info", "disk fine", ({ freeBytes }) => ({ freeBytes })),
  diskUnknown: say("warning", "disk unknown", ({ reason }) => ({ reason })),
  journalRewritten: say("info", "journal of an earlier version is being rewritten", (event) => ({
    version: event.version,
    step: event.step,
    done: event.done,
    of: event.of,
  })),
  journalCommitted: say("debug", "journal committed", ({ operations, tookMs }) => ({ operations, tookMs })),
};

/** How an event is logged when nothing went before it. */
export function levelOf(event: GatewayEvent): LogLevel {
  return WORDINGS[event.name].level;
}

/** The entry for an event. */
export function entryOf(event: GatewayEvent, level: LogLevel = levelOf(event)): LogEntry {
  const { says, tells } = WORDINGS[event.name] as Wording<EventName>;
  return { level, says, properties: tells(event as EventOf<EventName>) };
}

function say<N extends EventName>(
  level: LogLevel,
  says: string,
  tells: (event: EventOf<N>) => Readonly<Record<string, unknown>>,
): Wording<N> {
  return { level, says, tells };
}

function place({ channel, destination, stage }: Place): Record<string, unknown> {
  return {
    channel,
    ...(destination === undefined ? {} : { destination }),
    ...(stage === undefined ? {} : { stage }),
  };
}

function message(event: Place & { readonly id: string }): Record<string, unknown> {
  return { ...place(event), id: event.id };
}

/** What an error may tell: never its cause, its stack or whatever else somebody hung on it. */
function trouble({ code, blame, retry, facts, message }: MitralError): Record<string, unknown> {
  return { code, blame, retry, error: message, facts: safe(facts) };
}

function safe(facts: Facts): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, fact] of Object.entries(facts)) {
    if (typeof fact === "number") kept[name] = fact;
    else if (typeof fact === "string") kept[name] = fact.slice(0, FACT_CHARS_MAX);
  }
  return kept;
}
