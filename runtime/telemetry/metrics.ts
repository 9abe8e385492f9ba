/**
 * What a gateway does, as numbers for Prometheus. Every name and label is listed in `docs/metrics.md`. Label values
 * are names from the gateway file, codes and conditions: never anything a message holds.
 *
 * This module loads `prom-client`; whoever may do without metrics loads it when it is needed.
 */
import { Gauge, Registry } from "prom-client";
import type { GatewayEvent } from "../engine/events.ts";
import type { RunningGateway } from "../engine/gateway_api.ts";
import { gauges } from "./_gauges.ts";
import { Latency } from "./_latency.ts";
import { Tally } from "./_tally.ts";

/** Memory of the process, in bytes. */
export interface MemoryUse {
  readonly residentBytes: number;
  readonly heapBytes: number;
}

/** The metrics of one gateway. */
export interface Metrics {
  readonly contentType: string;
  /** The text a scrape is answered with. */
  render(): Promise<string>;
  /** Counts no more. */
  stop(): void;
}

/** From 100 µs to an hour: a delivery may wait for a partner. */
const MESSAGE_BUCKETS = [
  0.0001,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  5,
  30,
  60,
  300,
  3_600,
];
/** From 10 µs to ten seconds. */
const STAGE_BUCKETS = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.1, 1, 10];

/** Counts what a gateway reports from now on; states are read when somebody scrapes. */
export function measure(
  gateway: Pick<RunningGateway, "observe" | "snapshot" | "statistics">,
  memoryUse?: () => MemoryUse,
): Metrics {
  const registry = new Registry();
  const stop = gateway.observe(counting(registry), { stages: true });
  const read = gauges(registry);
  if (memoryUse) weigh(registry, memoryUse);
  return {
    contentType: registry.contentType,
    stop,
    async render() {
      const statistics = await gateway.statistics();
      read(gateway.snapshot(), statistics);
      return await registry.metrics();
    },
  };
}

/** Counters and histograms, driven by events. */
function counting(registry: Registry): (event: GatewayEvent) => void {
  const tally = (name: string, help: string, ...labels: readonly string[]) =>
    new Tally({ name: `mitral_${name}_total`, help, labels }, registry);
  const latency = (name: string, buckets: readonly number[], help: string, ...labels: readonly string[]) =>
    new Latency({ name: `mitral_${name}_seconds`, help, labels }, buckets, registry);

  const received = tally("messages_received", "Messages made durable.", "channel");
  const bytes = tally("received_bytes", "Bytes of the messages made durable.", "channel");
  const repeated = tally(
    "messages_repeated",
    "Messages answered from the store or joined to a pending one.",
    "channel",
  );
  const resembled = tally(
    "messages_resembled",
    "Messages taken with a control id used before.",
    "channel",
    "how",
  );
  const flaws = tally("message_flaws", "Rules that messages broke which were taken.", "channel", "rule");
  const filtered = tally("messages_filtered", "Messages left out on purpose.", "channel", "destination");
  const quarantined = tally(
    "messages_quarantined",
    "Messages put in quarantine.",
    "channel",
    "destination",
    "code",
  );
  const replayed = tally("messages_replayed", "Messages sent again by a person.", "channel", "destination");
  const cancelled = tally("messages_cancelled", "Messages ended by a person.", "channel", "destination");
  const documentsHeld = tally("documents_held", "Documents that people have to look at.", "channel");
  const documentsDecided = tally(
    "documents_decided",
    "Documents that people have approved, or rejected.",
    "channel",
    "disposition",
  );
  const handedOn = tally(
    "messages_handed_on",
    "Messages handed to another channel.",
    "channel",
    "destination",
    "to",
  );
  const batchesReceived = tally(
    "batches_received",
    "Batches whose messages were taken one by one.",
    "channel",
  );
  const pruned = tally("messages_pruned", "Old messages removed.", "channel");
  const batches = tally("batches_closed", "Batches put together.", "channel", "destination", "why");
  const alerts = tally("alerts", "Times somebody should look.", "channel", "destination", "why", "code");
  const circuits = tally(
    "circuit_openings",
    "Times nobody answered at a destination.",
    "channel",
    "destination",
    "code",
  );
  const paths = tally(
    "path_failures",
    "Times nobody answered by a path.",
    "channel",
    "destination",
    "path",
    "code",
  );
  const refused = tally("files_refused", "Changed files that were no use.", "channel", "stage");
  const postponed = tally(
    "steps_postponed",
    "Attempts of a step that failed for now.",
    "channel",
    "stage",
    "code",
  );
  const failures = tally("delivery_failures", "Attempts that failed.", "channel", "destination", "code");
  const crashes = tally("stage_crashes", "Crashes of a stage.", "channel", "destination", "stage");
  const restarts = tally("line_restarts", "Restarts of a line from the journal.", "channel", "destination");
  const halts = tally("line_halts", "Lines halted for good.", "channel", "destination", "code");
  const closures = tally("intake_closures", "Times a channel stopped taking messages.", "channel");
  const transport = tally("transport_events", "What adapters report.", "channel", "destination", "event");
  const refusals = tally(
    "transport_refusals",
    "Connections, frames and requests that listeners refused.",
    "channel",
    "destination",
    "code",
  );
  const doorEvents = tally("exchange_events", "What doors and ways report.", "at", "event");
  const doorRefusals = tally(
    "exchange_refusals",
    "What came by a door and was not taken.",
    "at",
    "partner",
    "code",
  );
  const ledgerAlarms = tally("ledger_alarms_raised", "Alarms about ledgers.", "partner", "code");
  const unsent = tally(
    "ledger_collector_failures",
    "Times the audit collector stopped taking entries.",
    "code",
  );
  const refusedHeads = tally("ledger_refusals", "Heads of partners' ledgers not signed.", "partner", "code");
  const receipts = tally(
    "receipts_missing",
    "Messages told about for want of a receipt.",
    "channel",
    "destination",
  );
  const operations = tally("journal_operations", "Operations in the commits of the journal.");
  const poisoned = tally("journal_failures", "Errors that poisoned the journal.", "code");
  const unopened = tally("journal_reopen_failures", "Tries to open the journal again that failed.", "code");
  const reopened = tally("journal_reopens", "Times the journal was opened again after an error.");
  const stalled = tally("journal_stalls", "Commits that took so long that intake closed.");

  const answer = latency(
    "answer",
    MESSAGE_BUCKETS,
    "From a whole message to its answer.",
    "channel",
    "outcome",
  );
  const process = latency(
    "process",
    MESSAGE_BUCKETS,
    "From receipt to queued for every destination.",
    "channel",
  );
  const delivery = latency(
    "delivery",
    MESSAGE_BUCKETS,
    "From receipt to accepted.",
    "channel",
    "destination",
  );
  const attempt = latency("attempt", MESSAGE_BUCKETS, "An attempt that succeeded.", "channel", "destination");
  const stage = latency(
    "stage",
    STAGE_BUCKETS,
    "One stage's work on one message.",
    "channel",
    "destination",
    "stage",
  );
  const commit = latency("journal_commit", MESSAGE_BUCKETS, "A commit of the journal, its fsync included.");

  return (event) => {
    switch (event.name) {
      case "batchReceived":
        return batchesReceived.add([event.channel]);
      case "messageReceived":
        received.add([event.channel]);
        return bytes.add([event.channel], event.bytes);
      case "messageResembled":
        return resembled.add([event.channel, event.how]);
      case "messageFlawed":
        for (const [rule, count] of Object.entries(event.rules)) flaws.add([event.channel, rule], count);
        return;
      case "messageRepeated":
        return repeated.add([event.channel]);
      case "messageAnswered":
        return answer.observeMs([event.channel, event.outcome], event.tookMs);
      case "messageFiltered":
        return filtered.add(line(event));
      case "messageProcessed":
        return process.observeMs([event.channel], event.tookMs);
      case "messageDelivered":
        delivery.observeMs(line(event), event.tookMs);
        return attempt.observeMs(line(event), event.attemptMs);
      case "deliveryFailed":
        return failures.add([...line(event), event.error.code]);
      case "messageQuarantined":
        return quarantined.add([...line(event), event.error.code]);
      case "messageReplayed":
        return replayed.add(line(event));
      case "messageCancelled":
        return cancelled.add(line(event));
      case "documentHeld":
        return documentsHeld.add([event.channel]);
      case "documentDecided":
        return documentsDecided.add([event.channel, event.disposition ?? ""]);
      case "messageHandedOn":
        return handedOn.add([...line(event), event.to]);
      case "messagesPruned":
        return pruned.add([event.channel], event.messages);
      case "batchClosed":
        return batches.add([...line(event), event.why]);
      case "alertRaised":
        return alerts.add([...line(event), event.why, event.error.code]);
      case "circuitOpened":
        return circuits.add([...line(event), event.error.code]);
      case "pathFailed":
        return paths.add([...line(event), event.path, event.error.code]);
      case "fileRefused":
        return refused.add([event.channel, event.stage ?? ""]);
      case "messagePostponed":
        return postponed.add([event.channel, event.stage ?? "", event.error.code]);
      case "stagePassed":
        return stage.observeMs([...line(event), event.stage ?? ""], event.tookMs);
      case "stageCrashed":
        return crashes.add([...line(event), event.stage ?? ""]);
      case "lineRestarted":
        return restarts.add(line(event));
      case "lineHalted":
        return halts.add([...line(event), event.error.code]);
      case "intakeClosed":
        return closures.add([event.channel]);
      case "transportReported":
        transport.add([...line(event), event.event]);
        if (event.facts.code !== undefined) refusals.add([...line(event), String(event.facts.code)]);
        return;
      case "exchangeReported":
        doorEvents.add([event.at, event.event]);
        if (event.facts.code !== undefined) doorRefusals.add([event.at, "", String(event.facts.code)]);
        return;
      case "exchangeRefused":
        return doorRefusals.add([`door ${event.door}`, event.partner ?? "", event.error.code]);
      case "auditFailed":
        return unsent.add([event.error.code]);
      case "ledgerAlarmed":
        return ledgerAlarms.add([event.partner ?? "", event.error.code]);
      case "checkpointRefused":
        return refusedHeads.add([event.partner, event.error.code]);
      case "receiptMissing":
        return receipts.add(line(event));
      case "journalReopened":
        return reopened.add([]);
      case "journalStalled":
        return stalled.add([]);
      case "journalReopenFailed":
        return unopened.add([event.error.code]);
      case "journalFailed":
        return poisoned.add([event.error.code]);
      case "journalCommitted":
        operations.add([], event.operations);
        return commit.observeMs([], event.tookMs);
    }
  };
}

/** The work line of a channel has no destination. */
function line({ channel, destination = "" }: { channel: string; destination?: string }): [string, string] {
  return [channel, destination];
}

function weigh(registry: Registry, memoryUse: () => MemoryUse): void {
  const gauge = (name: string, help: string, read: (use: MemoryUse) => number) =>
    new Gauge({
      name: `mitral_process_${name}_bytes`,
      help,
      registers: [registry],
      collect() {
        this.set(read(memoryUse()));
      },
    });
  gauge("resident", "Memory of the process.", (use) => use.residentBytes);
  gauge("heap", "Memory in use for objects.", (use) => use.heapBytes);
}
