import type { ChannelState, Condition, LineState } from "../../engine/events.ts";
import type { GatewayStatistics, Waiting } from "../../engine/statistics.ts";
import type { GatewayStatus } from "../control/protocol.ts";
import { ledgerLines } from "./ledger_text.ts";
import { allIsWell, linesByUrgency, oldMs, type ShownLine, waitedIn } from "./attention.ts";
import { agoText, bytesText, countText, durationText, latencyText, plural, timeText } from "./figures.ts";
import type { Paint } from "./paint.ts";
import { plain } from "./plain.ts";
import { type Cell, table } from "./table.ts";

/** How a gateway stands, as a page: what somebody should look at comes first. */
export function statusText(status: GatewayStatus, paint: Paint): string {
  const { name, ready, startedAtMs, journal, channels, statistics } = status;
  const since = `since ${timeText(startedAtMs)} (${durationText(statistics.atMs - startedAtMs)})`;
  const head = [
    `${paint.bold(plain(name))} ${ready ? paint.good("ready") : paint.warn("not ready")} ${since}`,
    `journal ${journal.condition === "open" ? "open" : paint.bad(journal.condition)}, ${pendingText(status)}`,
    ...commitLine(statistics),
    ...storageLine(status, paint),
    ...unansweredLine(statistics, paint),
    ...reviewLines(statistics, paint),
    ...exchangeLines(status, paint),
    ...ledgerLines(status, paint),
    ...(status.sendersHeld
      ? [paint.warn("nothing is sent since the restore; let it go with: mitral journal release")]
      : []),
  ];
  const lines = linesByUrgency(status).map((line) => lineRow(line, statistics.atMs));
  const note = "received to quarantined: since the start; list what is in quarantine: " +
    "mitral messages list --state quarantined";
  return [
    head.join("\n") + "\n",
    table(LINE_HEADINGS, lines, paint),
    table(COUNT_HEADINGS, channels.map(countRow), paint) + note + "\n",
  ].join("\n");
}

/** How a gateway stands, in one line: for a log, or a screen that cannot be drawn on. */
export function statusLine(status: GatewayStatus): string {
  const { ready, journal, sendersHeld, statistics } = status;
  const { atMs, commits: { latency }, storage: { freeBytes } } = statistics;
  const lines = linesByUrgency(status);
  const held = lines.reduce((sum, { statistics }) => sum + (statistics.quarantined?.messages ?? 0), 0);
  const oldest = Math.max(-1, ...lines.map(({ waitedMs = -1 }) => waitedMs));
  const first = lines.find(({ urgency }) => urgency < allIsWell);
  const documents = statistics.channels.reduce((sum, { reviewing }) => sum + (reviewing?.messages ?? 0), 0);
  const words = [
    ready ? "ready" : "not ready",
    ...(journal.condition === "open" ? [] : [`journal ${journal.condition}`]),
    pendingText(status),
    ...(oldest < 0 ? [] : [`oldest ${durationText(oldest)}`]),
    ...(held > 0 ? [`${countText(held)} in quarantine`] : []),
    ...(documents > 0 ? [`${plural(documents, "document")} to review`] : []),
    ...(latency ? [`commits p99 ${latencyText(latency.p99Ms)}`] : []),
    ...(freeBytes === undefined ? [] : [`${bytesText(freeBytes)} free`]),
    ...(journal.disk?.isLow ? ["disk is low"] : []),
    ...(sendersHeld ? ["nothing is sent since the restore"] : []),
    ...(status.ledger.alarms.length > 0 ? [plural(status.ledger.alarms.length, "ledger alarm")] : []),
    ...(first ? [`look at ${nameOf(first)}`] : []),
  ];
  return `${timeText(atMs)} ${plain(words.join(", "))}`;
}

function pendingText({ journal, statistics: { pending } }: GatewayStatus): string {
  const bytes = `${bytesText(pending.bytes)} of ${bytesText(pending.bytesMax)}`;
  return `${plural(journal.pending, "message")} pending, ${bytes}`;
}

function commitLine(
  { atMs, commits: { commits, operations, latency, lastAtMs } }: GatewayStatistics,
): string[] {
  const last = lastAtMs === undefined ? [] : [`the last ${agoText(atMs - lastAtMs)}`];
  if (!latency) return last.length === 0 ? [] : [`commits: ${last}`];
  const { p50Ms, p99Ms, longestMs } = latency;
  const times = `p50 ${latencyText(p50Ms)}, p99 ${latencyText(p99Ms)}, longest ${latencyText(longestMs)}`;
  const share = (operations / commits).toFixed(1);
  return [`commits: ${[times, `${share} operations each`, ...last].join("; ")}`];
}

function storageLine({ journal, statistics: { storage } }: GatewayStatus, paint: Paint): string[] {
  const { databaseBytes, logBytes = 0, bodiesBytes = 0, freeBytes } = storage;
  const words = [
    ...(databaseBytes === undefined ? [] : [`journal ${bytesText(databaseBytes + logBytes + bodiesBytes)}`]),
    ...(freeBytes === undefined ? [] : [`${bytesText(freeBytes)} free`]),
  ];
  if (journal.disk?.isLow) words.push(paint.bad("less than journal.diskFreeMin: nothing is taken in"));
  return words.length === 0 ? [] : [`disk: ${words.join(", ")}`];
}

function unansweredLine({ atMs, channels }: GatewayStatistics, paint: Paint): string[] {
  const [first] = channels.flatMap(({ name, unansweredSinceMs }) =>
    unansweredSinceMs === undefined ? [] : [{ name, unansweredSinceMs }]
  ).sort((a, b) => a.unansweredSinceMs - b.unansweredSinceMs);
  if (!first) return [];
  const ageMs = Math.max(0, atMs - first.unansweredSinceMs);
  const text = `oldest message without an answer: ${durationText(ageMs)}, in ${plain(first.name)}`;
  return [ageMs > oldMs ? paint.warn(text) : text];
}

/** Documents that wait for people, by channel. */
function reviewLines({ atMs, channels }: GatewayStatistics, paint: Paint): string[] {
  return channels.flatMap(({ name, reviewing }) => {
    if (!reviewing) return [];
    const waitedMs = waitedIn(reviewing, atMs) ?? 0;
    const text = `${plural(reviewing.messages, "document")} to review in ${plain(name)}, the oldest for ` +
      `${durationText(waitedMs)}: mitral fax queue`;
    return [waitedMs > oldMs ? paint.warn(text) : text];
  });
}

/** Doors, and what partners have had for too long without a receipt. */
function exchangeLines({ exchange, statistics: { atMs } }: GatewayStatus, paint: Paint): string[] {
  if (!exchange) return [];
  const doors = exchange.doors.map(({ name, address, trouble = "" }) =>
    address === undefined
      ? paint.bad(`${plain(name)} closed ${trouble}`.trimEnd())
      : `${plain(name)} ${plain(address)}`
  );
  const missing = exchange.partners.flatMap(({ name, receiptMissingSinceMs: sinceMs }) =>
    sinceMs === undefined ? [] : [`${plain(name)} for ${durationText(Math.max(0, atMs - sinceMs))}`]
  );
  return [
    ...(doors.length > 0 ? [`doors: ${doors.join(", ")}`] : []),
    ...(missing.length > 0 ? [paint.warn(`receipts missing: ${missing.join(", ")}`)] : []),
  ];
}

const LINE_HEADINGS = [
  "channel",
  "line",
  "condition",
  ">queued",
  ">oldest",
  "in quarantine",
  ">restarts",
  "trouble",
];

function lineRow(line: ShownLine, atMs: number): Cell[] {
  const { channel, state, statistics: { queued, gathering, quarantined, holding = 0 }, waitedMs } = line;
  const gathers = gathering?.messages ? ` + ${countText(gathering.messages)} gathering` : "";
  const held = heldText(quarantined, holding, atMs);
  return [
    channel,
    line.destination === undefined ? "work" : `→ ${line.destination}`,
    conditionCell(state),
    countText(queued.messages) + gathers,
    waitedMs === undefined ? "" : { text: durationText(waitedMs), tone: waitedMs > oldMs ? "warn" : "faint" },
    { text: held, tone: "bad" },
    countText(state.stages.reduce((sum, stage) => sum + stage.restarts, state.restarts)),
    { text: state.trouble ?? "", tone: "bad" },
  ];
}

/** `3, oldest 2 d, 1 holds up others` */
function heldText(quarantined: Waiting | undefined, holding: number, atMs: number): string {
  if (!quarantined?.messages) return "";
  const waitedMs = waitedIn(quarantined, atMs);
  return [
    countText(quarantined.messages),
    ...(waitedMs === undefined ? [] : [`oldest ${durationText(waitedMs)}`]),
    ...(holding > 0 ? [`${countText(holding)} ${holding === 1 ? "holds" : "hold"} up others`] : []),
  ].join(", ");
}

function nameOf({ channel, destination }: ShownLine): string {
  return destination === undefined ? channel : `${channel} → ${destination}`;
}

/** What it is doing, and what keeps its deliveries back. */
function conditionCell({ condition, circuitOpen, paused, divertedTo, paths = [] }: LineState): Cell {
  const words = [
    condition,
    ...(circuitOpen ? ["circuit open"] : []),
    ...(paused ? ["paused"] : []),
    ...(divertedTo === undefined ? [] : [`diverted to ${plain(divertedTo)}`]),
    ...paths.flatMap(({ name, isChosen }, at) => isChosen && at > 0 ? [`by ${plain(name)}`] : []),
    ...paths.flatMap(({ name, condition }) => condition === "healthy" ? [] : [`${plain(name)} ${condition}`]),
  ];
  const tone = toneOf(condition);
  return { text: words.join(", "), tone: words.length > 1 && tone === "good" ? "warn" : tone };
}

function toneOf(condition: Condition): "good" | "warn" | "bad" {
  if (condition === "running") return "good";
  return condition === "halted" ? "bad" : "warn";
}

const COUNT_HEADINGS = [
  "channel",
  "listens on",
  ">received",
  ">repeated",
  ">filtered",
  ">delivered",
  ">failed",
  ">quarantined",
];

function countRow({ name, address, isOpen, closedBy, counts }: ChannelState): Cell[] {
  const why = closedBy === undefined ? "closed" : `closed: ${plain(closedBy)}`;
  const where = address === "" ? "nowhere" : isOpen ? address : `${address} (${why})`;
  return [
    name,
    isOpen ? where : { text: where, tone: "warn" },
    countText(counts.received),
    countText(counts.repeated),
    countText(counts.filtered),
    countText(counts.delivered),
    countText(counts.failed),
    counts.quarantined > 0
      ? { text: countText(counts.quarantined), tone: "bad" }
      : countText(counts.quarantined),
  ];
}
