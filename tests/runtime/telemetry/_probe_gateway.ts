import { MitralError } from "../../../runtime/contract/error.ts";
import type { GatewayStatistics } from "../../../runtime/engine/statistics.ts";
import type {
  ChannelState,
  ExchangeState,
  GatewayEvent,
  GatewaySnapshot,
  LineState,
} from "../../../runtime/engine/events.ts";

/** Stands for patient data. */
export const CANARY = "CANARY-91c4aa";

/** A gateway that reports what a test tells it to. */
export class ProbeGateway {
  readonly name = "st-elsewhere";
  readonly #listeners = new Set<(event: GatewayEvent) => void>();
  channels: readonly ChannelState[] = [channelState("lab")];
  ready = true;
  journal: GatewaySnapshot["journal"] = { condition: "open", pending: 7, pendingBytes: 700 };

  storage: GatewayStatistics["storage"] = {
    databaseBytes: 40_000,
    logBytes: 4_000,
    bodiesBytes: 600_000,
    freeBytes: 9_000_000,
  };

  get listeners(): number {
    return this.#listeners.size;
  }
  observe(listener: (event: GatewayEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  report(...events: readonly GatewayEvent[]): void {
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }
  snapshot(): GatewaySnapshot {
    const { name, ready, journal, channels } = this;
    const startedAtMs = 1_700_000_000_000;
    const exchange: ExchangeState = {
      doors: [{ name: "https", address: "https://127.0.0.1:8443/" }],
      partners: [{ name: "lab", state: "active", ways: [], receiptMissingSinceMs: startedAtMs }],
    };
    const signed = { epoch: 1, size: 90, atMs: startedAtMs + 540_000 };
    const ledger: GatewaySnapshot["ledger"] = {
      isSigned: true,
      head: { epoch: 1, size: 100, atMs: startedAtMs + 590_000 },
      witnesses: [{ partner: "lab", signed }],
      collector: { by: "syslog", next: { epoch: 1, number: 90 }, waitingSinceMs: startedAtMs + 570_000 },
      alarms: [{
        id: "1",
        atMs: startedAtMs,
        code: "LEDGER_VIEW_SPLIT",
        says: "Cannot vouch",
        gateway: "lab.example",
        partner: "lab",
      }],
    };
    return { name, startedAtMs, ready, sendersHeld: false, journal, channels, ledger, exchange };
  }
  async statistics(): Promise<GatewayStatistics> {
    const atMs = 1_700_000_600_000;
    const since = (ms: number) => ({ oldestAtMs: atMs - ms });
    return {
      atMs,
      channels: this.channels.map(({ name }) => ({
        name,
        unansweredSinceMs: atMs - 1_500,
        reviewing: { messages: 6, ...since(7_200_000) },
        work: {
          queued: { messages: 3, ...since(2_000) },
          gathering: { messages: 4, ...since(60_000) },
          quarantined: { messages: 0 },
        },
        destinations: {
          ehr: {
            queued: { messages: 5, ...since(180_000) },
            gathering: { messages: 40, ...since(3_600_000) },
            quarantined: { messages: 2, ...since(86_400_000) },
            holding: 1,
          },
        },
      })),
      commits: {
        commits: 10,
        operations: 120,
        latency: { p50Ms: 1, p99Ms: 4, longestMs: 5 },
        lastAtMs: atMs - 2_000,
      },
      pending: { bytes: 700, bytesMax: 1_000_000 },
      storage: this.storage,
      corrections: [{ template: "acme", field: "total", read: 8, accepted: 5, confirmed: 1, corrected: 2 }],
    };
  }
}

const paths: NonNullable<LineState["paths"]> = [
  { name: "mllp-1", adapter: "mllp", condition: "suspect", isChosen: false, suspectSinceMs: 1 },
  { name: "mllp-2", adapter: "mllp", condition: "healthy", isChosen: true },
];

/** A channel that runs, with one destination called `ehr`. */
export function channelState(name: string, change: Partial<ChannelState> = {}): ChannelState {
  const line: LineState = {
    condition: "running",
    restarts: 0,
    stages: [{ name: "parse", condition: "running", restarts: 0, waiting: 2 }],
    queued: 3,
  };
  const counts = { received: 1, repeated: 0, filtered: 0, delivered: 1, failed: 0, quarantined: 0 };
  const address = "127.0.0.1:2575";
  return {
    name,
    condition: "running",
    address,
    isOpen: true,
    work: line,
    destinations: { ehr: { ...line, queued: 5, gathering: 40, paths } },
    counts,
    ...change,
  };
}

/** An error that carries the canary wherever an error may. */
export function troubleWithCanary(code = "MLLP_PEER_SILENT"): MitralError {
  const says = "Cannot send: no answer within answerMsMax ({answerMsMax})";
  const error = new MitralError(
    code,
    { blame: "receiver", retry: "later", says },
    { answerMsMax: 500, setting: "answerMsMax", smuggled: { name: CANARY } as unknown as string },
    new Error(CANARY, { cause: CANARY }),
  );
  error.stack = `${error.stack}\n${CANARY}`;
  return Object.assign(error, { note: CANARY });
}

const place = { channel: "lab", destination: "ehr", stage: "send" };

/** One event of each kind; the type makes sure none is forgotten. The canary is wherever content could slip in. */
export function everyEvent(): readonly GatewayEvent[] {
  const id = "0190a3b4-0000-7000-8000-000000000001";
  const atMs = 1_700_000_000_123;
  const error = troubleWithCanary();
  const more = { smuggled: CANARY, message: CANARY, body: CANARY };
  const events: { readonly [N in GatewayEvent["name"]]: Extract<GatewayEvent, { name: N }> } = {
    gatewayStarted: { name: "gatewayStarted", atMs, gateway: "st-elsewhere", channels: 1 },
    keysChanged: { name: "keysChanged", atMs, serial: 2 },
    keysTroubled: { name: "keysTroubled", atMs, error },
    partnerUpdated: { name: "partnerUpdated", atMs, partner: "lab", state: "active", serial: 2 },
    partnerChanged: { name: "partnerChanged", atMs, partner: "lab", certificates: 1 },
    partnerInformed: { name: "partnerInformed", atMs, partner: "lab", serial: 2, error },
    accountCompared: {
      name: "accountCompared",
      atMs,
      partner: "lab",
      agreed: 40,
      missing: 0,
      contradicted: 0,
      unknown: 0,
      unreceipted: 2,
      gaps: 1,
    },
    accountDisputed: { name: "accountDisputed", atMs, partner: "lab", error },
    auditReported: {
      name: "auditReported",
      atMs,
      event: "connectionOpened",
      facts: { port: 6514 },
      error: undefined,
    },
    auditFailed: { name: "auditFailed", atMs, error },
    auditRestored: { name: "auditRestored", atMs },
    auditAlarmed: { name: "auditAlarmed", atMs, error },
    ledgerAlarmed: { name: "ledgerAlarmed", atMs, partner: "lab", error },
    ledgerWitnessed: { name: "ledgerWitnessed", atMs, partner: "lab", size: 90 },
    witnessFailed: { name: "witnessFailed", atMs, partner: "lab", error },
    checkpointRefused: { name: "checkpointRefused", atMs, partner: "lab", error },
    accountFailed: { name: "accountFailed", atMs, partner: "lab", error },
    doorOpened: { name: "doorOpened", atMs, door: "https", address: "https://127.0.0.1:8443/" },
    doorFailed: { name: "doorFailed", atMs, door: "https", error, againInMs: 1_000 },
    wayFailed: { name: "wayFailed", atMs, partner: "lab", way: "https", error },
    wayRestored: { name: "wayRestored", atMs, partner: "lab", way: "https", forMs: 60_000 },
    wayChosen: { name: "wayChosen", atMs, partner: "lab", way: "relay", instead: "https" },
    exchangeRefused: { name: "exchangeRefused", atMs, door: "https", partner: "lab", error },
    exchangeReported: {
      name: "exchangeReported",
      atMs,
      at: "door https",
      event: "requestRefused",
      facts: { code: "HTTPS_PATH_UNKNOWN" },
    },
    receiptMissing: { name: "receiptMissing", atMs, ...place, id, partner: "lab", ageMs: 900_000, error },
    partnerTroubled: { name: "partnerTroubled", atMs, partner: "lab", error },
    gatewayStopped: { name: "gatewayStopped", atMs, gateway: "st-elsewhere", pending: 2 },
    messageReleased: { name: "messageReleased", atMs, channel: "lab", destination: "ehr", id },
    batchClosed: {
      name: "batchClosed",
      atMs,
      channel: "lab",
      destination: "ehr",
      id,
      messages: 40,
      bytes: 8_000,
      why: "time",
    },
    piecesJoined: { name: "piecesJoined", atMs, channel: "lab", id, pieces: 3, bytes: 9_000 },
    messageHandedOn: { name: "messageHandedOn", atMs, channel: "lab", destination: "next", id, to: "other" },
    messagePostponed: {
      name: "messagePostponed",
      atMs,
      channel: "lab",
      stage: "look_up",
      id,
      error,
      againInMs: 500,
    },
    alertRaised: {
      name: "alertRaised",
      atMs,
      channel: "lab",
      destination: "ehr",
      id,
      why: "rejected",
      error,
    },
    documentHeld: { name: "documentHeld", atMs, channel: "lab", id, doubts: 3 },
    documentDecided: { name: "documentDecided", atMs, channel: "lab", id, disposition: "misdirected" },
    messageCancelled: { name: "messageCancelled", atMs, ...place, id },
    destinationPaused: { name: "destinationPaused", atMs, ...place },
    destinationResumed: { name: "destinationResumed", atMs, ...place },
    diversionStarted: { name: "diversionStarted", atMs, ...place, to: "registry" },
    diversionEnded: { name: "diversionEnded", atMs, ...place },
    sendersReleased: { name: "sendersReleased", atMs },
    circuitOpened: { name: "circuitOpened", atMs, ...place, error },
    circuitClosed: { name: "circuitClosed", atMs, ...place },
    pathFailed: { name: "pathFailed", atMs, ...place, path: "mllp-1", error },
    pathRestored: { name: "pathRestored", atMs, ...place, path: "mllp-1", forMs: 60_000 },
    pathChosen: { name: "pathChosen", atMs, ...place, path: "mllp-2", instead: "mllp-1" },
    fileRefused: { name: "fileRefused", atMs, channel: "lab", stage: "map_codes", file: "loinc.csv" },
    channelStarted: { name: "channelStarted", atMs, channel: "lab", address: "127.0.0.1:2575" },
    channelStopped: { name: "channelStopped", atMs, channel: "lab" },
    batchReceived: {
      name: "batchReceived",
      atMs,
      channel: "lab",
      id,
      messages: 3,
      bytes: 3_000,
      warnings: ["btsCountDiffers"],
    },
    messageReceived: { name: "messageReceived", atMs, channel: "lab", id, type: CANARY, bytes: 1_000 },
    messageResembled: { name: "messageResembled", atMs, channel: "lab", id, how: "late" },
    messageFlawed: {
      name: "messageFlawed",
      atMs,
      channel: "lab",
      id,
      rules: { field_missing: 2, value_too_long: 1 },
      paths: ["PID[1]-3", "PID[2]-3", "PID[2]-5[1].1"],
    },
    messageRepeated: { name: "messageRepeated", atMs, channel: "lab", id },
    messageAnswered: { name: "messageAnswered", atMs, channel: "lab", id, outcome: "accepted", tookMs: 3 },
    messageFiltered: { name: "messageFiltered", atMs, channel: "lab", id },
    messageProcessed: { name: "messageProcessed", atMs, channel: "lab", id, deliveries: 1, tookMs: 4 },
    messageDelivered: { name: "messageDelivered", atMs, ...place, id, attempt: 2, tookMs: 40, attemptMs: 4 },
    deliveryFailed: { name: "deliveryFailed", atMs, ...place, id, attempt: 1, error, againInMs: 100 },
    messageQuarantined: { name: "messageQuarantined", atMs, channel: "lab", id, error },
    messageReplayed: { name: "messageReplayed", atMs, ...place, id },
    stagePassed: { name: "stagePassed", atMs, ...place, tookMs: 0.02 },
    stageCrashed: { name: "stageCrashed", atMs, ...place, cause: "TypeError at set.ts:3:9", againInMs: 10 },
    lineRestarted: { name: "lineRestarted", atMs, ...place, againInMs: 10 },
    lineHalted: { name: "lineHalted", atMs, ...place, error },
    intakeClosed: { name: "intakeClosed", atMs, channel: "lab", reason: "journal" },
    intakeOpened: { name: "intakeOpened", atMs, channel: "lab" },
    transportReported: {
      name: "transportReported",
      atMs,
      channel: "lab",
      event: "connectionClosed",
      facts: { frames: 3, code: "MLLP_FRAME_LATE", smuggled: { name: CANARY } as unknown as string },
    },
    channelFailed: { name: "channelFailed", atMs, channel: "lab", error, againInMs: 1_000 },
    dayClosed: { name: "dayClosed", atMs, channel: "lab", day: 20_000, carried: 1 },
    messagesPruned: { name: "messagesPruned", atMs, channel: "lab", messages: 7, files: 1 },
    journalFailed: { name: "journalFailed", atMs, error },
    journalReopenFailed: { name: "journalReopenFailed", atMs, error },
    journalReopened: { name: "journalReopened", atMs, tookMs: 120 },
    journalStalled: { name: "journalStalled", atMs, forMs: 10_000 },
    journalResumed: { name: "journalResumed", atMs, forMs: 12_000 },
    diskLow: { name: "diskLow", atMs, freeBytes: 900_000_000 },
    diskFine: { name: "diskFine", atMs, freeBytes: 1_200_000_000 },
    diskUnknown: { name: "diskUnknown", atMs, reason: "EACCES" },
    journalRewritten: { name: "journalRewritten", atMs, version: 3, step: "written", done: 7, of: 12 },
    journalCommitted: { name: "journalCommitted", atMs, operations: 12, tookMs: 1.5 },
  };
  return Object.values(events).map((event) => ({ ...more, ...event }));
}
