import { Gauge, type Registry } from "prom-client";
import type { Condition, GatewaySnapshot, LineState } from "../engine/events.ts";
import type { GatewayStatistics, LineStatistics } from "../engine/statistics.ts";

const CONDITIONS: readonly Condition[] = ["starting", "running", "restarting", "halted", "stopped"];

/** What is as it is at one moment: set just before it is rendered. */
export function gauges(registry: Registry): (now: GatewaySnapshot, statistics: GatewayStatistics) => void {
  const all: Gauge[] = [];
  const gauge = (name: string, help: string, ...labelNames: readonly string[]) => {
    const made = new Gauge({ name: `mitral_${name}`, help, labelNames, registers: [registry] });
    all.push(made);
    return made;
  };
  const ofLine = (name: string, help: string) => gauge(name, help, "channel", "destination");
  const ready = gauge("ready", "1 while every channel takes messages.");
  const started = gauge("start_time_seconds", "When the gateway started, since 1970.");
  const open = gauge("intake_open", "1 while the channel takes messages.", "channel");
  const unanswered = gauge(
    "unanswered_age_seconds",
    "Age of the oldest message whose sender has no answer.",
    "channel",
  );
  const queued = ofLine("queue_messages", "Durable messages not yet through a line.");
  const queuedFor = ofLine(
    "queue_age_seconds",
    "Age of the oldest message not yet through a line.",
  );
  const gathering = ofLine("gathering_messages", "Durable messages that wait to be sent together.");
  const gatheringFor = ofLine("gathering_age_seconds", "Age of the oldest message that gathers.");
  const quarantined = ofLine("quarantine_messages", "Messages in quarantine now.");
  const quarantinedFor = ofLine(
    "quarantine_age_seconds",
    "Age of the oldest message in quarantine.",
  );
  const holding = ofLine("holding_messages", "Messages in quarantine that later ones wait for.");
  const reviewing = gauge("documents_waiting", "Documents that wait for people.", "channel");
  const reviewingFor = gauge(
    "documents_waiting_age_seconds",
    "Age of the oldest document that waits for people.",
    "channel",
  );
  const values = gauge(
    "document_values",
    "Values of documents, by what became of them.",
    "template",
    "field",
    "became",
  );
  const condition = gauge(
    "line_condition",
    "1 for the condition a line is in.",
    "channel",
    "destination",
    "condition",
  );
  const circuit = ofLine("circuit_open", "1 while nobody answers at a destination.");
  const paused = ofLine("destination_paused", "1 while a person lets a destination send nothing.");
  const diverted = ofLine(
    "destination_diverted",
    "1 while deliveries go out by another destination's sender.",
  );
  const ofPath = (name: string, help: string) => gauge(name, help, "channel", "destination", "path");
  const pathChosen = ofPath("path_chosen", "1 while deliveries go by a path.");
  const pathHealthy = ofPath("path_healthy", "1 while a path is healthy.");
  const held = gauge("senders_held", "1 while no destination sends, after a restore.");
  const waiting = gauge("link_messages", "Messages in front of a stage.", "channel", "destination", "stage");
  const journal = gauge("journal_open", "1 while the journal takes commits.");
  const stalls = gauge("journal_stalled", "1 while a commit takes too long.");
  const low = gauge("disk_low", "1 while less than journal.diskFreeMin is free.");
  const lastCommit = gauge("last_commit_time_seconds", "When the last commit ended, since 1970.");
  const pending = gauge("journal_pending_messages", "Messages not yet settled everywhere.");
  const pendingBytes = gauge("journal_pending_bytes", "Bytes of the messages not yet settled everywhere.");
  const pendingBytesMax = gauge("journal_pending_bytes_max", "Bytes past which listeners stop reading.");
  const database = gauge("journal_database_bytes", "The journal's database on disk.");
  const log = gauge("journal_log_bytes", "The database's write-ahead log on disk.");
  const bodies = gauge("journal_bodies_bytes", "Files of large bodies on disk.");
  const doors = gauge("door_open", "1 while a door of the exchange listens.", "door");
  const receipts = gauge(
    "receipt_missing_age_seconds",
    "Age of the oldest message that was sent and has had no receipt for too long.",
    "partner",
  );
  const ledgerSize = gauge("ledger_signed_entries", "Entries of the ledger's newest signed head.");
  const witnessed = gauge(
    "ledger_witnessed_entries",
    "Entries of the newest head a partner has signed.",
    "partner",
  );
  const witnessedFor = gauge(
    "ledger_witnessed_age_seconds",
    "How long ago a partner has signed a head of the ledger.",
    "partner",
  );
  const collectorWaits = gauge(
    "ledger_collector_age_seconds",
    "Age of the oldest entry of the ledger that the audit collector has not been sent; 0 while none waits.",
  );
  const alarms = gauge("ledger_alarms", "Alarms about ledgers that nobody has settled.");
  const free = gauge("disk_free_bytes", "Free on the file system of the data folder.");

  function readState(labels: LineLabels, state: LineState): void {
    for (const one of CONDITIONS) {
      condition.set({ ...labels, condition: one }, one === state.condition ? 1 : 0);
    }
    if (labels.destination !== "") {
      circuit.set({ ...labels }, state.circuitOpen ? 1 : 0);
      paused.set({ ...labels }, state.paused ? 1 : 0);
      diverted.set({ ...labels }, state.divertedTo === undefined ? 0 : 1);
    }
    for (const { name: path, isChosen, condition } of state.paths ?? []) {
      pathChosen.set({ ...labels, path }, isChosen ? 1 : 0);
      pathHealthy.set({ ...labels, path }, condition === "healthy" ? 1 : 0);
    }
    for (const { name, waiting: count } of state.stages) waiting.set({ ...labels, stage: name }, count);
  }

  function readLine(labels: LineLabels, line: LineStatistics, atMs: number): void {
    const places = [
      [line.queued, queued, queuedFor],
      [line.gathering, gathering, gatheringFor],
      [line.quarantined, quarantined, quarantinedFor],
    ] as const;
    for (const [place, messages, age] of places) {
      set(messages, place?.messages, labels);
      set(age, ageSeconds(place?.oldestAtMs, atMs), labels);
    }
    set(holding, line.holding, labels);
  }

  return (now, { atMs, channels, commits, pending: { bytesMax }, storage, corrections = [] }) => {
    // A channel that is gone leaves no series behind, and what is not known none either.
    for (const one of all) one.reset();
    ready.set(now.ready ? 1 : 0);
    started.set(now.startedAtMs / 1_000);
    held.set(now.sendersHeld ? 1 : 0);
    journal.set(now.journal.condition === "open" ? 1 : 0);
    stalls.set(now.journal.isStalled ? 1 : 0);
    set(low, now.journal.disk && (now.journal.disk.isLow ? 1 : 0));
    pending.set(now.journal.pending);
    pendingBytes.set(now.journal.pendingBytes);
    pendingBytesMax.set(bytesMax);
    set(lastCommit, commits.lastAtMs === undefined ? undefined : commits.lastAtMs / 1_000);
    set(database, storage.databaseBytes);
    set(log, storage.logBytes);
    set(bodies, storage.bodiesBytes);
    set(free, storage.freeBytes);
    for (const { name: door, address } of now.exchange?.doors ?? []) {
      doors.set({ door }, address === undefined ? 0 : 1);
    }
    for (const { name: partner, receiptMissingSinceMs } of now.exchange?.partners ?? []) {
      set(receipts, ageSeconds(receiptMissingSinceMs, atMs), { partner });
    }
    set(ledgerSize, now.ledger.head?.size);
    const { collector } = now.ledger;
    if (collector) collectorWaits.set(ageSeconds(collector.waitingSinceMs, atMs) ?? 0);
    alarms.set(now.ledger.alarms.length);
    for (const { partner, signed } of now.ledger.witnesses) {
      set(witnessed, signed?.size, { partner });
      set(witnessedFor, ageSeconds(signed?.atMs, atMs), { partner });
    }
    for (const { name: channel, isOpen, work, destinations } of now.channels) {
      open.set({ channel }, isOpen ? 1 : 0);
      for (const [destination, state] of linesOf(work, destinations)) {
        readState({ channel, destination }, state);
      }
    }
    for (const { template, field, accepted, confirmed, corrected } of corrections) {
      for (const [became, count] of Object.entries({ accepted, confirmed, corrected })) {
        values.set({ template, field, became }, count);
      }
    }
    for (const { name: channel, unansweredSinceMs, reviewing: documents, work, destinations } of channels) {
      set(reviewing, documents?.messages, { channel });
      set(reviewingFor, ageSeconds(documents?.oldestAtMs, atMs), { channel });
      set(unanswered, ageSeconds(unansweredSinceMs, atMs), { channel });
      for (const [destination, line] of linesOf(work, destinations)) {
        readLine({ channel, destination }, line, atMs);
      }
    }
  };
}

type LineLabels = { readonly channel: string; readonly destination: string };

/** The work line of a channel has no destination. */
function linesOf<T>(work: T, destinations: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return [["", work], ...Object.entries(destinations)];
}

/** What is not known gives no sample; a gauge without labels would otherwise say 0. */
function set(gauge: Gauge, value: number | undefined, labels: Readonly<Record<string, string>> = {}): void {
  if (value === undefined) gauge.remove(labels);
  else gauge.set(labels, value);
}

/** Where somebody has set the clock back, nothing is older than now. */
function ageSeconds(sinceMs: number | undefined, atMs: number): number | undefined {
  return sinceMs === undefined ? undefined : Math.max(0, atMs - sinceMs) / 1_000;
}
