import type { GatewayEvent } from "../../engine/events.ts";

/** An event as whoever follows a gateway is told: names, ids and codes, never content. */
export interface FollowedEvent {
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly atMs: number;
  /** `received`, `delivered`, `stage crashed`. */
  readonly what: string;
  readonly channel?: string;
  readonly destination?: string;
  readonly stage?: string;
  /** Of the message. */
  readonly id?: string;
  /** Of the error. */
  readonly code?: string;
}

/** What is told. An event that is not named here is not. */
const WORDS: { readonly [name in GatewayEvent["name"]]?: string } = {
  gatewayStopped: "gateway stopped",
  channelStarted: "channel started",
  channelStopped: "channel stopped",
  batchReceived: "batch received",
  messageReceived: "received",
  messageRepeated: "repeated",
  messageResembled: "resembled",
  messageFlawed: "flawed",
  messageProcessed: "processed",
  messageFiltered: "filtered",
  messageDelivered: "delivered",
  deliveryFailed: "failed",
  messageQuarantined: "quarantined",
  messageReplayed: "replayed",
  messageReleased: "released",
  messageCancelled: "cancelled",
  documentHeld: "in review",
  documentDecided: "reviewed",
  destinationPaused: "paused",
  destinationResumed: "resumed",
  diversionStarted: "diverted",
  diversionEnded: "diverted no more",
  sendersReleased: "senders released",
  messageHandedOn: "handed on",
  batchClosed: "batch closed",
  piecesJoined: "pieces joined",
  messagePostponed: "postponed",
  circuitOpened: "circuit opened",
  circuitClosed: "circuit closed",
  pathFailed: "path failed",
  pathRestored: "path restored",
  pathChosen: "path chosen",
  alertRaised: "alert",
  receiptMissing: "receipt missing",
  ledgerAlarmed: "ledger alarm",
  fileRefused: "file refused",
  stageCrashed: "stage crashed",
  lineRestarted: "line restarted",
  lineHalted: "halted",
  intakeClosed: "intake closed",
  intakeOpened: "intake opened",
  channelFailed: "channel failed",
  journalFailed: "journal failed",
  journalReopenFailed: "journal not reopened",
  journalReopened: "journal reopened",
  journalStalled: "journal stalled",
  journalResumed: "journal resumed",
  diskLow: "disk low",
  diskFine: "disk fine",
};

/** What is told of an event; `undefined` for one that is not told. */
export function followed(event: GatewayEvent): FollowedEvent | undefined {
  const what = WORDS[event.name];
  if (what === undefined) return undefined;
  return {
    atMs: event.atMs,
    what,
    ...("channel" in event ? { channel: event.channel } : {}),
    ...("destination" in event && event.destination !== undefined ? { destination: event.destination } : {}),
    ...("stage" in event && event.stage !== undefined ? { stage: event.stage } : {}),
    ...("id" in event ? { id: event.id } : {}),
    ...("error" in event && event.error ? { code: event.error.code } : {}),
  };
}
