import type { LedgerAlarm } from "../../../runtime/engine/ledger/alarms.ts";
import type { PageUser } from "../../../runtime/engine/ledger/page_users.ts";
import type { AccessQuery, PatientQuery } from "../../../runtime/engine/disclosures/reports_api.ts";
import { FakePatients } from "./fake_patients.ts";
import { FakeReviews } from "./fake_reviews.ts";
import { access, disclosures, views } from "./reports.ts";
import type { Reckoned } from "../../../runtime/engine/accounts/reckoning.ts";
import type { PartnerTestLine } from "../../../runtime/engine/exchange/partner_test.ts";
import type { GatewayEvent, GatewaySnapshot } from "../../../runtime/engine/events.ts";
import type {
  ReplayedMessage,
  RunningGateway,
  Skipped,
  WaitingDelivery,
} from "../../../runtime/engine/gateway_api.ts";
import type { GatewayStatistics } from "../../../runtime/engine/statistics.ts";
import type { ChannelPlan } from "../../../runtime/engine/plan.ts";
import { MitralError } from "../../../runtime/contract/error.ts";
import type { ActQuery, ActRecord, By } from "../../../runtime/journal/acts.ts";
import type { HeldMessages, HoldRecord } from "../../../runtime/journal/holds.ts";
import type { MessageContent, MessageQuery } from "../../../runtime/journal/records.ts";

const utf8 = new TextEncoder();

/** A message in quarantine at one destination, delivered to another. */
export const shown: MessageContent = {
  id: "0192f0c1-7e57-7abc-8def-000000000001",
  channel: "lab",
  receivedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  origin: { adapter: "mllp", peer: "192.0.2.7:51022" },
  controlId: "MSG00001",
  type: "ORU^R01",
  contentType: "x-application/hl7-v2+er7",
  bytes: 62,
  state: "processed",
  deliveries: [
    { destination: "ehr", state: "delivered", attempts: 1, bytes: 62, settledAtMs: 1767323046000 },
    {
      destination: "registry",
      state: "quarantined",
      attempts: 3,
      bytes: 62,
      settledAtMs: 1767323047000,
      trouble: {
        code: "HL7V2_PEER_REFUSED",
        blame: "receiver",
        says: "Cannot deliver message: the peer answered AE",
        atMs: 1767323047000,
      },
    },
  ],
  received: utf8.encode("MSH|^~\\&|LAB|A|EHR|B|20260102||ORU^R01|MSG00001|P|2.5\rPID|1||77^^^A||DOE^JANE\r"),
  history: [
    { atMs: 1767323045678, event: "received" },
    { atMs: 1767323046000, event: "delivered", destination: "ehr" },
    { atMs: 1767323047000, event: "quarantined", destination: "registry", code: "HL7V2_PEER_REFUSED" },
  ],
  payloads: [
    {
      destination: "registry",
      bytes: utf8.encode("MSH|^~\\&|LAB|A|REG|B|20260102||ORU^R01|MSG00001|P|2.5\rPID|1||77^^^A||DOE^JANE\r"),
      contentType: "x-application/hl7-v2+er7",
      answer: utf8.encode("MSH|^~\\&|REG|B|LAB|A|20260102||ACK|1|P|2.5\rMSA|AE|MSG00001\r"),
    },
  ],
};

/** What people did. */
export const acts: readonly ActRecord[] = [
  { id: 9, atMs: Date.UTC(2026, 0, 2, 3, 6), person: "ann", act: "released all senders" },
  {
    id: 8,
    atMs: Date.UTC(2026, 0, 2, 3, 5),
    person: "bob",
    act: "replayed",
    channel: "lab",
    destination: "registry",
    message: shown.id,
    reason: "asked by the registry",
  },
];

/** One about a patient, one about all. */
export const holds: readonly HoldRecord[] = [
  {
    name: "case-7",
    atMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    person: "ann",
    reason: "asked by the court",
    channel: "lab",
    sinceMs: Date.UTC(2025, 0, 1),
    field: ["patient", "77"],
  },
  { name: "freeze", atMs: Date.UTC(2026, 0, 3), person: "bob" },
];

/** One channel that runs, with a halted destination. */
export const snapshot: GatewaySnapshot = {
  name: "st-elsewhere",
  startedAtMs: Date.UTC(2026, 0, 2, 3, 0, 0),
  ready: true,
  sendersHeld: false,
  journal: { condition: "open", pending: 12, pendingBytes: 12_400 },
  channels: [{
    name: "lab",
    condition: "running",
    address: "127.0.0.1:2575",
    isOpen: true,
    work: { condition: "running", restarts: 1, stages: [], queued: 2 },
    destinations: {
      ehr: { condition: "running", restarts: 0, stages: [], queued: 0 },
      registry: {
        condition: "halted",
        restarts: 5,
        stages: [],
        queued: 10,
        trouble: "MLLP_PEER_UNREACHABLE",
      },
    },
    counts: { received: 1200, repeated: 3, filtered: 4, delivered: 1180, failed: 6, quarantined: 1 },
  }],
  ledger: { isSigned: false, witnesses: [], alarms: [] },
};

const refusal = {
  blame: "operator",
  retry: "never",
  says: "Cannot replay message: its key has a newer delivery",
} as const;

const minute = 60_000;

/** Ten minutes after its start: what is queued for the registry has waited for long, and one in quarantine holds its key. */
export const statistics: GatewayStatistics = {
  atMs: snapshot.startedAtMs + 10 * minute,
  channels: [{
    name: "lab",
    unansweredSinceMs: snapshot.startedAtMs + 9 * minute,
    work: {
      queued: { messages: 2, oldestAtMs: snapshot.startedAtMs + 598_000 },
      quarantined: { messages: 0 },
    },
    destinations: {
      ehr: { queued: { messages: 0 }, quarantined: { messages: 0 }, holding: 0 },
      registry: {
        queued: { messages: 10, oldestAtMs: snapshot.startedAtMs - 170 * minute },
        quarantined: { messages: 3, oldestAtMs: snapshot.startedAtMs - 48 * 60 * minute },
        holding: 1,
      },
    },
  }],
  commits: {
    commits: 100,
    operations: 1_240,
    latency: { p50Ms: 0.42, p99Ms: 4.9, longestMs: 31 },
    lastAtMs: snapshot.startedAtMs + 10 * minute - 2_500,
  },
  pending: { bytes: 12_400, bytesMax: 268_435_456 },
  storage: { databaseBytes: 1_200_000_000, logBytes: 4_000_000, freeBytes: 40_000_000_000 },
};

/** A gateway that only remembers what it was asked. */
export class FakeGateway implements RunningGateway {
  /** What a test of a partner says. */
  checks: PartnerTestLine[] = [];
  readonly name = "st-elsewhere";
  readonly asked: unknown[][] = [];
  /** How many messages there are to be replayed. */
  replayable = 3;
  /** Resolves when a replay of many has ended, or was left. */
  readonly replayEnded = Promise.withResolvers<void>();
  closed = 0;
  /** Resolves when somebody has called `close`. */
  readonly closing = Promise.withResolvers<void>();
  /** What `close` waits for. */
  drained: Promise<void> = Promise.resolve();

  readonly #observers = new Set<(event: GatewayEvent) => void>();
  #changed = Promise.withResolvers<void>();

  readonly archive = {
    list: async (query: MessageQuery) => {
      this.asked.push(["list", query]);
      const { received: _, payloads: __, history: ___, ...record } = shown;
      return query.after === undefined ? [record] : [];
    },
    show: async (id: string) => {
      this.asked.push(["show", id]);
      return shown.id.startsWith(id) ? shown : undefined;
    },
    holds: async () => holds,
    acts: async (query: ActQuery) => {
      this.asked.push(["acts", query]);
      return acts;
    },
  };

  /** What is wrong with ledgers. */
  alarms: readonly LedgerAlarm[] = [];

  constructor(readonly state: GatewaySnapshot = snapshot, readonly numbers: GatewayStatistics = statistics) {}

  async prune(...asked: [options?: { readonly dryRun?: boolean }]) {
    this.asked.push(["prune", ...asked]);
    return { removed: 7, carried: 1 };
  }
  async *testPartner(partner: string) {
    this.asked.push(["testPartner", partner]);
    yield* this.checks;
  }
  async backUp(to: string): Promise<never> {
    this.asked.push(["backUp", to]);
    throw new TypeError("nothing is behind it");
  }
  snapshot(): GatewaySnapshot {
    return this.state;
  }
  /** Users of the page, each time the ledger was told of them. */
  readonly users: (readonly PageUser[])[] = [];
  readonly ledger: RunningGateway["ledger"] = {
    state: () => this.state.ledger,
    head: async () => ({ epoch: 1, size: 0, root: new Uint8Array(32) }),
    ask: () => Promise.reject(new TypeError("nothing is behind it")),
    alarms: async () => this.alarms,
    settleAlarm: async (...asked) => void this.asked.push(["settleAlarm", ...asked]),
    witnessNow: async () => [],
    noteLogin: (login) => void this.asked.push(["noteLogin", login]),
    noteUsers: (users) => void this.users.push(users),
  };
  async statistics(): Promise<GatewayStatistics> {
    return this.numbers;
  }
  /** What queued deliveries wait for. */
  waiting: readonly WaitingDelivery[] = [];
  async waitsFor(id: string): Promise<readonly WaitingDelivery[]> {
    this.asked.push(["waitsFor", id]);
    return this.waiting;
  }
  observe(listener: (event: GatewayEvent) => void): () => void {
    this.#observers.add(listener);
    this.#changed.resolve();
    return () => {
      this.#observers.delete(listener);
      this.#changed.resolve();
    };
  }
  /** Resolves when so many observe. */
  async observedBy(count: number): Promise<void> {
    while (this.#observers.size !== count) {
      this.#changed = Promise.withResolvers<void>();
      await this.#changed.promise;
    }
  }
  /** Something happens. */
  report(event: GatewayEvent): void {
    for (const observer of this.#observers) observer(event);
  }
  async replay(id: string, options?: { destination?: string; force?: boolean; by?: By }) {
    this.asked.push(["replay", id, options]);
    if (!options?.force) {
      throw new MitralError("GATEWAY_REPLAY_REFUSED", refusal);
    }
    return { destinations: ["registry"] };
  }
  searchFields() {
    return ["accession", "patient"];
  }
  async *replayAll(...asked: Parameters<RunningGateway["replayAll"]>): AsyncGenerator<ReplayedMessage> {
    this.asked.push(["replayAll", ...asked]);
    const most = asked[1]?.most ?? Infinity, total = this.replayable;
    if (total > most) {
      throw new MitralError("GATEWAY_REPLAY_UNCONFIRMED", {
        blame: "operator",
        retry: "never",
        says: `Cannot replay ${total} messages`,
      });
    }
    try {
      for (let done = 1; done <= total; done++) {
        const refused = done === 2 ? { error: new MitralError("GATEWAY_REPLAY_REFUSED", refusal) } : {};
        yield { id: `id-${done}`, destinations: done === 2 ? [] : ["ehr"], ...refused, done, total };
      }
    } finally {
      this.replayEnded.resolve();
    }
  }
  async correct(id: string, bytes: Uint8Array, options?: Parameters<RunningGateway["correct"]>[2]) {
    this.asked.push(["correct", id, new TextDecoder().decode(bytes), options]);
    return { id: "new-id", destinations: options?.destination === undefined ? [] : [options.destination] };
  }
  async noteSeen(...asked: Parameters<RunningGateway["noteSeen"]>) {
    this.asked.push(["noteSeen", ...asked]);
  }
  readonly reports = {
    disclosures: async (query: PatientQuery) => {
      this.asked.push(["disclosures", query]);
      return disclosures;
    },
    views: async (query: PatientQuery) => {
      this.asked.push(["views", query]);
      return views;
    },
    access: async (query: AccessQuery) => {
      this.asked.push(["access", query]);
      return access;
    },
  };
  readonly patients = new FakePatients(this.asked);
  readonly reviews = new FakeReviews(this.asked);
  async cancel(id: string, options?: { destination?: string; by?: By }) {
    this.asked.push(["cancel", id, options]);
    return { destinations: options?.destination === undefined ? [] : [options.destination] };
  }
  async pause(...asked: [channel: string, destination: string, by?: By]) {
    this.asked.push(["pause", ...asked]);
  }
  async resume(...asked: [channel: string, destination: string, by?: By]) {
    this.asked.push(["resume", ...asked]);
  }
  async skip(...asked: [channel: string, destination: string, by?: By]): Promise<Skipped> {
    this.asked.push(["skip", ...asked]);
    return { id: shown.id, end: asked[1] === "registry" ? "skipped" : "delivered" };
  }
  async divert(...asked: [channel: string, from: string, to: string | null, by?: By]) {
    this.asked.push(["divert", ...asked]);
  }
  /** What came of comparing accounts, by partner. */
  /** False where partners do not answer when they are asked for their accounts. */
  answers = true;
  readonly reckonings = new Map<string, Reckoned>();
  async reckon(partner: string) {
    this.asked.push(["reckon", partner]);
    return this.answers;
  }
  async reckoned(partner: string) {
    return this.reckonings.get(partner);
  }
  async accountsOf(partner: string, day: string) {
    return this.reckonings.has(partner) && day === "2026-01-31" ? '{"ours":{}}' : undefined;
  }
  async releaseSenders(...asked: Parameters<RunningGateway["releaseSenders"]>) {
    this.asked.push(["releaseSenders", ...asked]);
  }
  async placeHold(...asked: [name: string, what?: HeldMessages, by?: By]) {
    this.asked.push(["placeHold", ...asked]);
    return { matches: asked[1]?.channel === "lab" };
  }
  async liftHold(...asked: [name: string, by?: By]) {
    this.asked.push(["liftHold", ...asked]);
  }
  async release(id: string, options?: { destination?: string; by?: By }) {
    this.asked.push(["release", id, options]);
    return { destinations: ["registry"] };
  }
  inject(): Promise<never> {
    return Promise.reject(new TypeError("nothing is behind it"));
  }
  handle(): Promise<never> {
    return Promise.reject(new TypeError("nothing is behind it"));
  }
  mountedAt(): undefined {}
  outcomes(): ReadableStream<never> {
    return ReadableStream.from([]);
  }
  async closeBatch(name: string, destination?: string, by?: By) {
    this.asked.push(["flush", name, destination, by]);
    return [{ destination: "registry", messages: 1200 }, { destination: "ehr", messages: 0 }];
  }
  async startChannel(name: string): Promise<void> {
    this.asked.push(["start", name]);
  }
  async stopChannel(name: string): Promise<void> {
    this.asked.push(["stop", name]);
    if (name !== "lab") throw new TypeError("DOE^JANE slipped in here");
  }
  async reloadChannel(plan: ChannelPlan): Promise<void> {
    this.asked.push(["reload", plan.name]);
  }
  async removeChannel(name: string): Promise<void> {
    this.asked.push(["remove", name]);
  }
  async close(): Promise<void> {
    this.closed++;
    this.closing.resolve();
    await this.drained;
  }
}
